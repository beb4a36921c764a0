// The drills that ran, newest first.
import type { Soak } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { addresses } from "../route";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

export function DrillList({ soaks }: { soaks: Soak[] }) {
  const text = words().drills;
  return (
    <Table
      caption={text.list}
      rows={soaks}
      rowKey={(soak) => soak.id}
      rowClass={(soak) => (isBad(soak) ? "bad" : undefined)}
      columns={[
        {
          title: text.started,
          heads: true,
          cell: (soak) => (
            <a href={addresses.soak(soak.id)}>
              <Time at={soak.started} short />
            </a>
          ),
        },
        { title: text.state, cell: (soak) => <State soak={soak} /> },
        { title: text.duration, cell: (soak) => format().duration(soak.duration_seconds), numeric: true },
        { title: text.events, cell: (soak) => format().number(soak.events), numeric: true },
        { title: text.perSecond, cell: (soak) => format().precise(soak.events_per_second), numeric: true },
        { title: text.errors, cell: (soak) => format().number(errorsOf(soak)), numeric: true },
        { title: text.against, cell: (soak) => compared(soak), numeric: true },
      ]}
    />
  );
}

export function State({ soak }: { soak: Soak }) {
  const tone = isBad(soak) ? "bad" : soak.state === "completed" ? "good" : "";
  return <span class={`badge ${tone}`}>{words().drills.states[soak.state]}</span>;
}

export function isBad(soak: Soak): boolean {
  return soak.state === "failed" || soak.verified === false;
}

export function errorsOf(soak: Soak): number {
  return Object.values(soak.errors).reduce((sum, count) => sum + count, 0);
}

/** The difference from the usual duration, such as `+12%`. */
function compared({ comparison }: Soak): string {
  if (!comparison) return "—";
  const sign = comparison.difference_ratio > 0 ? "+" : "";
  return `${sign}${format().percent(comparison.difference_ratio)}`;
}
