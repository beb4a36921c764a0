// The lines of a chart, as SVG. Colours and size come from the style sheet.
import { format } from "../i18n/format";
import { type Frame, nearest, niceTop, pathOf, spanOf } from "./scale";

const TICKS = [0, 0.25, 0.5, 0.75, 1];

export interface Series {
  name: string;
  values: (number | null)[];
}

export interface ChartProps {
  title: string;
  /** Seconds since the Unix epoch, ascending. */
  times: number[];
  /** Seconds between values. */
  step: number;
  series: Series[];
  write: (value: number) => string;
}

interface Props extends ChartProps {
  /** The point under the cursor. */
  at: number | null;
  tell: (index: number | null) => void;
}

export function Plot({ times, series, step, write, at, tell }: Props) {
  const to = times.at(-1) ?? 0;
  const highest = Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const span = spanOf(times);
  const frame: Frame = { from: to - span, to, top: niceTop(highest) };
  const point = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    tell(nearest(times, (event.clientX - left) / width, frame));
  };
  const cursor = at === null ? null : (((times[at] ?? to) - frame.from) / span) * 1000;
  return (
    <div class="plot" aria-hidden="true">
      <div class="y-axis">
        {[frame.top, frame.top / 2, 0].map((value) => (
          <span key={value}>{write(value)}</span>
        ))}
      </div>
      <svg
        viewBox="0 0 1000 100"
        preserveAspectRatio="none"
        onPointerMove={point}
        onPointerLeave={() => tell(null)}
      >
        <title>{series.map(({ name }) => name).join(", ")}</title>
        <path class="grid" d="M0 0H1000M0 50H1000M0 100H1000" />
        {cursor !== null && <path class="cursor" d={`M${cursor} 0V100`} />}
        {series.map(({ name, values }, index) => (
          <path key={name} class={`line series-${index + 1}`} d={pathOf(times, values, frame, step)} />
        ))}
      </svg>
      <div class="x-axis">
        {TICKS.map((tick) => (
          <span key={tick}>{format().axis((frame.from + tick * span) * 1000)}</span>
        ))}
      </div>
    </div>
  );
}
