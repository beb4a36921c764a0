// A line chart of the last hour, with the same values in a table below, for people who cannot see the chart.
import { useState } from "preact/hooks";
import { words } from "../i18n";
import { type ChartProps, Plot } from "./plot";
import { Table } from "./table";
import { Time } from "./time";

export function Chart(props: ChartProps) {
  const { title, times, series, write } = props;
  const [at, setAt] = useState<number | null>(null);
  const index = at ?? times.length - 1;
  const time = times[index];
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong>
        <span class="small muted">{time !== undefined && <Time at={time * 1000} short />}</span>
        <ul class="legend">
          {series.map(({ name, values }, position) => (
            <li key={name}>
              <svg class="swatch" viewBox="0 0 20 4" aria-hidden="true">
                <path class={`line series-${position + 1}`} d="M1 2H19" />
              </svg>
              {name} <b>{written(values[index], write)}</b>
            </li>
          ))}
        </ul>
      </figcaption>
      <Plot {...props} at={at} tell={setAt} />
      <ValuesTable {...props} />
    </figure>
  );
}

function ValuesTable({ title, times, series, write }: ChartProps) {
  const text = words().operations;
  const [open, setOpen] = useState(false);
  const rows = open ? times.map((time, index) => ({ time, index })).reverse() : [];
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{text.asTable}</summary>
      {open && (
        <Table
          caption={title}
          rows={rows}
          rowKey={({ index }) => index}
          columns={[
            { title: text.time, cell: ({ time }) => <Time at={time * 1000} short />, heads: true },
            ...series.map(({ name, values }) => ({
              title: name,
              cell: ({ index }: { index: number }) => written(values[index], write),
              numeric: true,
            })),
          ]}
        />
      )}
    </details>
  );
}

function written(value: number | null | undefined, write: (value: number) => string): string {
  return value === null || value === undefined ? "—" : write(value);
}
