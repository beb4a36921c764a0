// The lines of a chart, as SVG. Colours and size come from the style sheet.
import { format } from "../i18n/format";
import { across, axisOf, down, type Frame, pathOf, timeTicks } from "./scale";

/** Of what a line tells. Each has the same colour in every chart. */
export type Subject = "TEACH" | "ASK" | "FORGET" | "COMMAND" | "TRACE" | "node";

export interface Series {
  name: string;
  subject: Subject;
  /** A thinner line, for a second one of the same subject. */
  minor?: boolean;
  values: (number | null)[];
}

/** A stretch of time, in seconds since the Unix epoch. */
export interface Stretch {
  from: number;
  to: number;
}

/** What all charts of one range have in common. */
export interface Course extends Stretch {
  /** When each value was, in seconds since the Unix epoch, ascending. */
  times: number[];
  /** Of which nothing is known. */
  gaps: Stretch[];
  drills: Stretch[];
}

export interface ChartData {
  title: string;
  series: Series[];
  write: (value: number) => string;
  /** The axis begins where the values do. */
  growth?: boolean;
  /** There is nothing between two whole numbers. */
  whole?: boolean;
}

interface Props extends ChartData {
  course: Course;
  /** The time under the crosshair. */
  at: number | null;
  tell: (time: number | null, pressed: boolean) => void;
}

type Pointer = PointerEvent & { currentTarget: SVGSVGElement };

export function Plot({ course, series, write, growth = false, whole = false, at, tell }: Props) {
  const { times, from, to } = course;
  const axis = axisOf(
    series.flatMap(({ values }) => values.filter((_, index) => (times[index] ?? 0) >= from)),
    { growth, whole },
  );
  const frame: Frame = { from, to, bottom: axis.bottom, top: axis.top };
  const marks = timeTicks(from, to);
  const point = (event: Pointer) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    tell(from + ((event.clientX - left) / width) * (to - from), event.type === "pointerdown");
  };
  const leave = (event: Pointer) => {
    // A finger that is lifted leaves what it pointed at.
    if (event.pointerType === "mouse") tell(null, false);
  };
  const begins = (index: number) =>
    course.gaps.some((gap) => gap.from >= (times[index - 1] ?? 0) && gap.from < (times[index] ?? 0));
  return (
    <div class="plot" aria-hidden="true">
      <div class="y-axis">
        {axis.ticks.toReversed().map((value) => (
          <span key={value}>{write(value)}</span>
        ))}
      </div>
      <svg
        class="lines"
        viewBox="0 0 1000 100"
        preserveAspectRatio="none"
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={leave}
      >
        <title>{series.map(({ name }) => name).join(", ")}</title>
        <Stretches name="drill" of={course.drills} frame={frame} />
        <Stretches name="gap" of={course.gaps} frame={frame} />
        <path class="grid" d={axis.ticks.map((value) => `M0 ${down(value, frame)}H1000`).join("")} />
        <path class="grid" d={marks.map((time) => `M${across(time, frame)} 0V100`).join("")} />
        {series.map(({ name, subject, minor, values }) => (
          <path
            key={name}
            class={minor ? `line minor series-${subject}` : `line series-${subject}`}
            d={pathOf(times, values, frame, begins)}
          />
        ))}
        {at !== null && <path class="cursor" d={`M${across(at, frame)} 0V100`} />}
      </svg>
      <svg class="x-axis" aria-hidden="true">
        {marks
          // A text at the edge would leave the chart, or run into the next one.
          .filter((time) => across(time, frame) < 970)
          .map((time) => (
            <text key={time} x={`${across(time, frame) / 10}%`} y="1em">
              {format().axis(time * 1000)}
            </text>
          ))}
      </svg>
    </div>
  );
}

function Stretches({ name, of, frame }: { name: string; of: Stretch[]; frame: Frame }) {
  return (
    <>
      {of.map(({ from, to }) => {
        const [left, right] = [Math.max(0, across(from, frame)), Math.min(1000, across(to, frame))];
        // A short one is still seen.
        const width = Math.max(2, right - left);
        return right < 0 || left > 1000 ? null : (
          <rect key={from} class={name} x={left} y="0" width={width} height="100" />
        );
      })}
    </>
  );
}
