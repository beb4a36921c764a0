// What failed in the range, by cause: how often, when, one of them, and what to do.
import { useMemo } from "preact/hooks";
import { call } from "../api/client";
import type { FailureGroup, Failures } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { live, useLive } from "../live";
import { operations } from "../node";
import { addresses, failuresPath, type Range } from "../route";
import { Panel } from "../ui/panel";
import { Reading } from "../ui/reading";
import { Time } from "../ui/time";
import { remedy } from "./condition";
import { SECONDS } from "./figures";

/** Milliseconds. */
const RENEW = 10_000;
/** As many as fit next to the alerts. */
const SHOWN = 6;

export function FailedCommands({ range }: { range: Range }) {
  const text = words().operations;
  const source = useLive(
    useMemo(() => live<Failures>((signal) => call(failuresPath(last(range)), { signal }), RENEW), [range]),
  );
  if (operations.value.value?.tracing === false) {
    return (
      <Panel title={text.failedCommands}>
        <p class="note">{words().traces.off}</p>
      </Panel>
    );
  }
  return (
    <Panel
      title={text.failedCommands}
      aside={
        <>
          <a href={addresses.failed}>{text.allCauses}</a>
          <a href={addresses.lastFailed}>{text.openLast}</a>
        </>
      }
    >
      <Reading source={source}>{(found) => <Causes found={found} range={range} />}</Reading>
    </Panel>
  );
}

/** The range that ends now, as the node reads it. */
function last(range: Range) {
  return { since: String(Math.floor(Date.now() / 1000) - SECONDS[range]), until: null };
}

function Causes({ found, range }: { found: Failures; range: Range }) {
  const text = words().operations;
  if (found.groups.length === 0) return <p class="muted">{text.noneFailed(text.ranges[range])}</p>;
  return (
    <ul class="causes">
      {found.groups.slice(0, SHOWN).map((group) => (
        <Cause key={`${group.error} ${group.event}`} group={group} />
      ))}
    </ul>
  );
}

function Cause({ group }: { group: FailureGroup }) {
  const text = words().operations;
  const { error, event, count, first, last, fault, example } = group;
  return (
    <li>
      <p>
        <code>{error}</code> <strong>× {format().number(count)}</strong> <span class="event">{event}</span>{" "}
        <span class={fault === "node" ? "badge bad" : "badge"}>{words().traces.failed.faults[fault]}</span>
      </p>
      <p class="small">{words().traces.reasons[error].what}</p>
      <p class="small links">
        <span class="muted">
          {count > 1 ? (
            <>
              {text.firstAt} <Time at={first} short />, {text.lastAt} <Time at={last} short />
            </>
          ) : (
            <Time at={last} short />
          )}
        </span>
        <a href={addresses.trace(example.trace_id)}>{text.sample}</a>
        <a href={addresses.runbook(remedy(fault, error))}>{text.whatToDo}</a>
      </p>
    </li>
  );
}
