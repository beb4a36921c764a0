// What a live value looks like in each of its states: loading, failed, fresh, stale. A value is shown as good only
// while it is known to be good.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { words } from "../i18n";
import type { Live } from "../live";
import { ProblemNote } from "./problem";
import { Time } from "./time";

/** Problems of the connection: a banner on every screen says what to do about them. */
const TOLD_ABOVE = new Set(["unauthorized", "signed_out", "unreachable"]);

interface Props<T> {
  /** When the source changes, the old value stays until the new one is read. */
  source: Live<T>;
  /** `waiting`: the value still comes from the old source. */
  children: (value: T, waiting: boolean) => ComponentChildren;
}

export function Reading<T>({ source, children }: Props<T>) {
  const value = source.value.value;
  const problem = source.problem.value;
  const former = useRef<T | null>(null);
  if (value !== null) former.current = value;
  if (value === null) {
    // The frame tells it once, for all parts of the screen.
    if (problem && TOLD_ABOVE.has(problem.kind)) return <p class="muted">{words().common.notRead}</p>;
    if (problem) return <ProblemNote problem={problem} />;
    if (former.current !== null) {
      return (
        <div class="reading waiting" aria-busy="true">
          {children(former.current, true)}
        </div>
      );
    }
    return (
      <p class="loading" role="status">
        {words().common.loading}
      </p>
    );
  }
  const stale = source.stale.value;
  return (
    <div class={stale ? "reading stale" : "reading"}>
      {stale && <Stale at={source.at.value ?? 0} />}
      {children(value, false)}
    </div>
  );
}

/** Shows when the value was last read. */
export function Stale({ at }: { at: number }) {
  return (
    <p class="stale-mark">
      {words().common.stale} <Time at={at} short />
    </p>
  );
}
