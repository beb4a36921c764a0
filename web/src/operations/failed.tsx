// The last failed commands, each with a link to its trace.
import type { Trace } from "../api/types";
import { words } from "../i18n";
import { failedTraces, operations } from "../node";
import { addresses } from "../route";
import { SentBy } from "../traces/trace";
import { Panel } from "../ui/panel";
import { Reading } from "../ui/reading";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

/** As many as fit next to the alerts. */
const SHOWN = 8;

export function FailedCommands() {
  const text = words().operations;
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
          <a href={addresses.failed}>{text.byKind}</a>
          <a href={addresses.lastFailed}>{text.openLast}</a>
        </>
      }
    >
      <Reading source={failedTraces}>
        {({ traces }) =>
          traces.length === 0 ? (
            <p class="muted">{words().traces.none}</p>
          ) : (
            <Failed traces={traces.slice(0, SHOWN)} />
          )
        }
      </Reading>
    </Panel>
  );
}

function Failed({ traces }: { traces: Trace[] }) {
  const text = words().operations;
  return (
    <Table
      caption={text.failedCommands}
      rows={traces}
      rowKey={(trace) => trace.trace_id}
      columns={[
        {
          title: text.time,
          cell: (trace) => (
            <a href={addresses.trace(trace.trace_id)}>
              <Time at={trace.time} short />
            </a>
          ),
          heads: true,
        },
        { title: text.type, cell: (trace) => <span class="event">{trace.event}</span> },
        { title: text.fault, cell: ({ fault }) => (fault ? words().traces.faults[fault] : "—") },
        { title: text.caller, cell: ({ caller }) => (caller ? <SentBy caller={caller} /> : "—") },
        { title: text.reason, cell: (trace) => <Why trace={trace} /> },
      ]}
    />
  );
}

/** The error, and the way to the command that caused it. */
function Why({ trace }: { trace: Trace }) {
  return (
    <>
      <code>{trace.error ?? "—"}</code>
      {trace.cause && (
        <>
          {" "}
          <a href={addresses.trace(trace.cause)}>{words().operations.cause}</a>
        </>
      )}
    </>
  );
}
