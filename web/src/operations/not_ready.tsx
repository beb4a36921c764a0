// Why the node is not ready. It comes before everything else.
import { words } from "../i18n";
import { operations } from "../node";

export function NotReady() {
  const node = operations.value.value;
  if (node?.state !== "not_ready") return null;
  const text = words().operations;
  return (
    <div class="note bad pinned" role="alert">
      <p>
        <strong>{text.notReady}</strong>
      </p>
      <ul>
        {node.problems.map((problem) => (
          <li key={problem.detail}>
            {text.notReadyKinds[problem.kind]}{" "}
            <span class="small">
              {words().problems.nodeSays} <q lang="en">{problem.detail}</q>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
