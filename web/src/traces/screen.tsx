// One trace, complete enough to act on. An alert's link opens it.
import { useEffect, useMemo } from "preact/hooks";
import { record } from "../actions/log";
import { call } from "../api/client";
import type { Trace } from "../api/types";
import { words } from "../i18n";
import { live, useLive } from "../live";
import { addresses } from "../route";
import { ProblemNote } from "../ui/problem";
import { Reading } from "../ui/reading";
import { Screen } from "../ui/screen";
import { TraceView } from "./trace";

interface Props {
  /** 32 hex digits, or `latest`. */
  trace: string;
  outcome: "failed" | "ok" | null;
}

/** The latest trace may change; a trace with an id does not. Milliseconds. */
const RENEW = { latest: 10_000, named: 60_000 };

export function TraceScreen({ trace, outcome }: Props) {
  const text = words().traces;
  const latest = trace === "latest";
  const source = useLive(
    useMemo(() => {
      const path = latest && outcome ? `traces/latest?outcome=${outcome}` : `traces/${trace}`;
      return live<Trace>((signal) => call(path, { signal }), latest ? RENEW.latest : RENEW.named);
    }, [trace, outcome, latest]),
  );
  useEffect(() => record({ action: "trace.open" }), []);
  const title = !latest
    ? text.title
    : outcome === "failed"
      ? text.latestFailed
      : outcome === "ok"
        ? text.latestOk
        : text.latest;
  const problem = source.problem.value;
  const none = latest && source.value.value === null && problem?.kind === "no_such_trace";
  return (
    <div class="narrow">
      <Screen title={title} aside={<a href={addresses.operations}>{words().common.operations}</a>}>
        {none ? (
          <div class="panel">
            <p>{outcome === "failed" ? text.none : text.noneOfAny}</p>
            <p class="small muted" lang="en">
              {problem.detail}
            </p>
          </div>
        ) : (
          <Reading source={source}>{(found) => <TraceView trace={found} />}</Reading>
        )}
        {!latest && problem?.kind === "no_such_trace" && source.value.value !== null && (
          <ProblemNote problem={problem} />
        )}
      </Screen>
    </div>
  );
}
