// The first line of Operations: how the node is. A page that cannot reach the node says so, never that all is well.
import { isAway } from "../api/connection";
import { words } from "../i18n";
import { operations } from "../node";
import { Time } from "../ui/time";
import { advice, sentence, TONES } from "./condition";

export function Truth() {
  const { value, at, stale } = operations;
  if (!value.value) return null;
  if (stale.value || isAway()) {
    return (
      <p class="truth neutral" role="status">
        {words().operations.condition.outOfDate} {at.value !== null && <Time at={at.value} short />}
      </p>
    );
  }
  const { condition } = value.value;
  const whatToDo = advice(condition);
  return (
    <p class={`truth ${TONES[condition.level]}`} role="status">
      {sentence(value.value)}
      {whatToDo && (
        <>
          {" "}
          <a href={whatToDo}>{words().operations.whatToDo}</a>
        </>
      )}
    </p>
  );
}
