// Shows that the node does not answer, and since when.
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
    </div>
  );
}
