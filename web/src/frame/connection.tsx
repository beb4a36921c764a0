// Says that the node is gone, and since when.
import { connection } from "../api/connection";
import { words } from "../i18n";
import { Time } from "../ui/time";

export function ConnectionBanner() {
  const state = connection.value;
  const text = words().common;
  // The region stays in place, so that screen readers tell its changes.
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
