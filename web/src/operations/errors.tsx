// Failures by type.
import type { History } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import type { Live } from "../live";
import type { Range } from "../route";
import { Panel } from "../ui/panel";
import { Reading } from "../ui/reading";
import { type Column, Table } from "../ui/table";
import { FAILURES, type Failure, failures, recent } from "./figures";

const QUARTER = 15 * 60;

export function Errors({ past: source, range }: { past: Live<History>; range: Range }) {
  const text = words().operations;
  return (
    <Panel title={text.errorsByType}>
      <Reading source={source}>
        {(past) => {
          const whole = failures(past.points);
          const quarter = failures(recent(past, QUARTER));
          if (past.points.length === 0) {
            return <p class="muted">{past.available ? text.noHistory : text.telemetryOff}</p>;
          }
          const rows = FAILURES.toSorted((one, other) => whole[other] - whole[one]);
          return (
            <Table
              caption={text.errorsByType}
              rows={rows}
              rowKey={(type) => type}
              rowClass={(type) => (quarter[type] ? "bad" : undefined)}
              columns={[
                { title: text.type, cell: (type) => <Type name={type} />, heads: true },
                ...(range === "15m" ? [] : [column(text.ranges["15m"], quarter)]),
                column(text.ranges[range], whole),
              ]}
            />
          );
        }}
      </Reading>
    </Panel>
  );
}

function column(title: string, counts: Record<Failure, number>): Column<Failure> {
  return { title, cell: (type) => format().number(counts[type]), numeric: true };
}

function Type({ name }: { name: Failure }) {
  const explained: Partial<Record<Failure, string>> = words().operations.failureTypes;
  return (
    <>
      <span class="event">{name}</span>{" "}
      {explained[name] && <span class="small muted">{explained[name]}</span>}
    </>
  );
}
