// What a live value looks like in each of its states: loading, failed, fresh, stale. Nothing is shown as good that is
// not known to be.
import type { ComponentChildren } from "preact";
import { words } from "../i18n";
import type { Live } from "../live";
import { ProblemNote } from "./problem";
import { Time } from "./time";

interface Props<T> {
  source: Live<T>;
  children: (value: T) => ComponentChildren;
}

export function Reading<T>({ source, children }: Props<T>) {
  const value = source.value.value;
  const problem = source.problem.value;
  if (value === null) {
    if (problem) return <ProblemNote problem={problem} />;
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
      {children(value)}
    </div>
  );
}

/** Says since when nothing newer is known. */
export function Stale({ at }: { at: number }) {
  return (
    <p class="stale-mark">
      {words().common.stale} <Time at={at} short />
    </p>
  );
}
