// The node's state in one word, on every screen. Green only while the node reports that it is ready, and not if its
// genome is known to be broken.
import { connection } from "../api/connection";
import { words } from "../i18n";
import { operations } from "../node";
import { addresses } from "../route";

export function NodeBadge() {
  const { tone, text } = state();
  return (
    <div class="node-state" role="status">
      <a class={`node ${tone}`} href={addresses.operations}>
        <span class="dot" aria-hidden="true" />
        {text}
      </a>
    </div>
  );
}

function state(): { tone: "good" | "bad" | "neutral"; text: string } {
  const text = words().common;
  if (connection.value.state === "down") return { tone: "bad", text: text.noConnection };
  if (connection.value.state === "locked") return { tone: "neutral", text: text.locked };
  const node = operations.value.value;
  if (operations.problem.value) return { tone: "neutral", text: words().operations.notKnown };
  if (!node || operations.stale.value) return { tone: "neutral", text: text.asking };
  if (node.state === "ready" && node.verdict?.sound === false)
    return { tone: "bad", text: text.genomeBroken };
  return node.state === "ready" ? { tone: "good", text: text.ready } : { tone: "bad", text: text.notReady };
}
