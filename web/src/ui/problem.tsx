// What went wrong and what to do about it, in the user's language; the answer that was in the way; then the node's own words.
import type { Problem } from "../api/problem";
import { words } from "../i18n";
import { addresses } from "../route";

export function ProblemNote({ problem, urgent = false }: { problem: Problem; urgent?: boolean }) {
  const { kinds, other, refusedByProxy, nodeSays, showTrace } = words().problems;
  const known = Object.hasOwn(kinds, problem.kind) ? kinds[problem.kind as keyof typeof kinds] : null;
  const said =
    problem.kind === "refused_by_proxy" ? refusedByProxy(problem.status) : (known ?? other(problem.status));
  return (
    <div class="note bad" role={urgent ? "alert" : undefined}>
      <p>
        <strong>{said.title}</strong> {said.advice}
      </p>
      {problem.block != null && (
        <p>
          <a href={addresses.taught(problem.block)}>{words().chat.seeNewer}</a>
        </p>
      )}
      {problem.detail && (
        <p class="small">
          {nodeSays} <q lang="en">{problem.detail}</q>
        </p>
      )}
      {problem.trace && (
        <p class="small">
          <a href={addresses.trace(problem.trace)}>{showTrace}</a>
        </p>
      )}
    </div>
  );
}
