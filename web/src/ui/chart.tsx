// A line chart, with the same values in a table below.
import { useState } from "preact/hooks";
import { words } from "../i18n";
import { type ChartData, type Course, Plot, type Series } from "./plot";
import { Table } from "./table";
import { Time } from "./time";

interface Props {
  data: ChartData;
  course: Course;
  at: number | null;
  tell: (time: number | null, pressed: boolean) => void;
}

export function Chart({ data, course, at, tell }: Props) {
  return (
    <figure class="chart">
      <figcaption>
        <strong>{data.title}</strong>
        <ul class="legend">
          {data.series.map((series) => (
            <li key={series.name}>
              <Swatch series={series} /> {series.name}
            </li>
          ))}
        </ul>
      </figcaption>
      <Plot {...data} course={course} at={at} tell={tell} />
      <ValuesTable data={data} course={course} />
    </figure>
  );
}

export function Swatch({ series: { subject, minor } }: { series: Series }) {
  return (
    <svg class="swatch" viewBox="0 0 20 4" aria-hidden="true">
      <path class={minor ? `line minor series-${subject}` : `line series-${subject}`} d="M1 2H19" />
    </svg>
  );
}

function ValuesTable({ data: { title, series, write }, course: { times } }: Pick<Props, "data" | "course">) {
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

export function written(value: number | null | undefined, write: (value: number) => string): string {
  return value === null || value === undefined ? "—" : write(value);
}
