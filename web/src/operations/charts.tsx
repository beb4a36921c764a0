// The past as charts, with one crosshair across all of them.
import { useMemo, useRef, useState } from "preact/hooks";
import type { History } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import type { Live } from "../live";
import { soaks } from "../node";
import type { Range } from "../route";
import { Chart } from "../ui/chart";
import { Panel } from "../ui/panel";
import type { ChartData } from "../ui/plot";
import { Reading } from "../ui/reading";
import { nearest } from "../ui/scale";
import { Ranges } from "./ranges";
import { Readout } from "./readout";
import { courseOf, seriesOf } from "./series";

export function Charts({ past, range }: { past: Live<History>; range: Range }) {
  const text = words().operations;
  return (
    <Panel title={text.past} aside={<Ranges chosen={range} />}>
      <Reading source={past}>
        {(history) => {
          if (!history.available) return <p class="note">{text.telemetryOff}</p>;
          if (history.points.length === 0) return <p class="muted">{text.noHistory}</p>;
          return <Drawn history={history} />;
        }}
      </Reading>
    </Panel>
  );
}

function Drawn({ history }: { history: History }) {
  const text = words().operations;
  const known = soaks.value.value?.soaks;
  const course = useMemo(() => courseOf(history, known ?? []), [history, known]);
  const charts = useMemo(() => chartsOf(history), [history, text]);
  const [at, setAt] = useState<number | null>(null);
  const readout = useRef<HTMLDivElement>(null);
  const index = at === null ? null : nearest(course.times, at);
  const point = (time: number | null, pressed: boolean) => {
    // From a point that was pressed on, the arrow keys go on.
    if (pressed) readout.current?.focus({ preventScroll: true });
    if (time !== null || document.activeElement !== readout.current) setAt(time);
  };
  const shown = index === null ? null : (course.times[index] ?? null);
  return (
    <>
      <Readout
        course={course}
        charts={charts}
        index={index}
        tell={(index) => setAt(index === null ? null : (course.times[index] ?? null))}
        focus={readout}
      />
      <div class="charts">
        {charts.map((data) => (
          <Chart key={data.title} data={data} course={course} at={shown} tell={point} />
        ))}
      </div>
      <p class="small muted shades">
        {course.drills.length > 0 && <Shade name="drill" title={text.drillShade} />}
        {course.gaps.length > 0 && <Shade name="gap" title={text.gapShade} />}
      </p>
    </>
  );
}

function Shade({ name, title }: { name: string; title: string }) {
  return (
    <span>
      <svg class="shade" viewBox="0 0 20 10" aria-hidden="true">
        <rect class={name} width="20" height="10" />
      </svg>{" "}
      {title}
    </span>
  );
}

function chartsOf(history: History): ChartData[] {
  const text = words().operations;
  const { precise, number, duration } = format();
  const all = seriesOf(history, {
    median: text.median50,
    worst: text.worst99,
    length: text.genomeLength,
    waiting: text.queueDepth,
  });
  return [
    { title: text.throughputChart, series: all.throughput, write: precise },
    { title: text.failuresChart, series: all.failures, write: precise },
    { title: text.latencyChart, series: all.latency, write: duration },
    { title: text.genomeChart, series: all.genome, write: number, growth: true, whole: true },
    { title: text.queueChart, series: all.queue, write: number, whole: true },
  ];
}
