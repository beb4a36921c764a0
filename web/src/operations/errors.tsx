// Failures by type.
import { words } from "../i18n";
import { format } from "../i18n/format";
import { history } from "../node";
import { Panel } from "../ui/panel";
import { Reading } from "../ui/reading";
import { Table } from "../ui/table";
import { FAILURES, type Failure, failures, recent } from "./figures";

const QUARTER = 15 * 60;

export function Errors() {
  const text = words().operations;
  return (
    <Panel title={text.errorsByType}>
      <Reading source={history}>
        {(past) => {
          const hour = failures(past.points);
          const quarter = failures(recent(past, QUARTER));
          if (past.points.length === 0) {
            return <p class="muted">{past.available ? text.noHistory : text.telemetryOff}</p>;
          }
          const rows = FAILURES.toSorted((one, other) => hour[other] - hour[one]);
          return (
            <Table
              caption={text.errorsByType}
              rows={rows}
              rowKey={(type) => type}
              rowClass={(type) => (quarter[type] ? "bad" : undefined)}
              columns={[
                { title: text.type, cell: (type) => <Type name={type} />, heads: true },
                {
                  title: text.lastQuarter,
                  cell: (type) => format().number(quarter[type]),
                  numeric: true,
                },
                {
                  title: text.lastHourColumn,
                  cell: (type) => format().number(hour[type]),
                  numeric: true,
                },
              ]}
            />
          );
        }}
      </Reading>
    </Panel>
  );
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
