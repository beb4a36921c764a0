// The one line of truth, on every screen. The node decides it; the page adds only that it cannot reach the node.
import { connection } from "../api/connection";
import { words } from "../i18n";
import { operations } from "../node";
import { sentence, TONES, type Tone } from "../operations/condition";
import { addresses } from "../route";

export function NodeBadge() {
  const { tone, text } = state();
  return (
    <div class="node-state" role="status">
      <a class={`node ${tone}`} href={addresses.operations} title={text}>
        <span class="dot" aria-hidden="true" />
        <span class="line">{text}</span>
      </a>
    </div>
  );
}

function state(): { tone: Tone; text: string } {
  const text = words().common;
  if (connection.value.state === "down") return { tone: "bad", text: text.noConnection };
  if (connection.value.state === "signed-out") return { tone: "bad", text: text.signedOut };
  if (connection.value.state === "locked") return { tone: "neutral", text: text.locked };
  const node = operations.value.value;
  if (operations.problem.value) return { tone: "neutral", text: words().operations.notKnown };
  if (!node || operations.stale.value) return { tone: "neutral", text: text.asking };
  return { tone: TONES[node.condition.level], text: sentence(node) };
}
