// Shows that the node does not answer, and since when; or that a proxy in front of it wants people to sign in.
import { connection } from "../api/connection";
import { words } from "../i18n";
import { Time } from "../ui/time";

export function ConnectionBanner() {
  const state = connection.value;
  const text = words().common;
  // The region is always present, so that screen readers announce its changes.
  return (
    <div role="alert">
      {state.state === "down" && (
        <div class="banner bad">
          <strong>
            {text.lost} <Time at={state.since} short />.
          </strong>{" "}
          {text.lostAdvice}
        </div>
      )}
      {state.state === "signed-out" && (
        <div class="banner bad">
          <p>
            <strong>{text.signIn.title}</strong> {text.signIn.advice}
          </p>
          <button type="button" onClick={() => location.reload()}>
            {text.signIn.reload}
          </button>
        </div>
      )}
    </div>
  );
}
