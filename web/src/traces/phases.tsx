// Where the time of a command went.
import type { Trace } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { Panel } from "../ui/panel";
import { Table } from "../ui/table";

export function Phases({ spent }: { spent: Trace["duration_us"] }) {
  const text = words().traces;
  const { total, recall, queue, commit } = spent;
  const rest = Math.max(0, total - recall - queue - commit);
  const rows = Object.entries({ recall, queue, commit, rest }) as [keyof typeof text.phaseNames, number][];
  return (
    <Panel title={text.phases}>
      <Table
        caption={text.phases}
        rows={rows}
        rowKey={([name]) => name}
        columns={[
          { title: text.phase, cell: ([name]) => text.phaseNames[name], heads: true },
          { title: text.time, cell: ([, time]) => format().duration(time / 1e6), numeric: true },
          {
            title: text.share,
            cell: ([, time]) => (
              <span class="share">
                <meter aria-hidden="true" value={time} max={Math.max(total, 1)} />
                {format().percent(total > 0 ? time / total : 0)}
              </span>
            ),
            numeric: true,
          },
        ]}
      />
    </Panel>
  );
}
