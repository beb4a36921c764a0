// The one place where the values under the crosshair are read. It is a slider: the arrow keys move the crosshair of all charts,
// and a screen reader says the moment and every value.
import type { Ref } from "preact";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { Swatch, written } from "../ui/chart";
import type { ChartData, Course, Stretch } from "../ui/plot";
import { Time } from "../ui/time";

interface Props {
  course: Course;
  charts: ChartData[];
  /** The point under the crosshair; without one, the last is read. */
  index: number | null;
  tell: (index: number | null) => void;
  focus: Ref<HTMLDivElement>;
}

/** How many points a key moves the crosshair. */
const MOVES: Record<string, number> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
  Home: -Infinity,
  End: Infinity,
};

export function Readout({ course, charts, index, tell, focus }: Props) {
  const text = words().operations;
  const last = course.times.length - 1;
  const at = index ?? last;
  const time = course.times[at] ?? course.to;
  const press = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    if (move !== undefined) tell(Math.min(last, Math.max(0, at + move)));
    else if (event.key === "Escape") tell(null);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={focus}
      class="readout"
      role="slider"
      tabIndex={0}
      aria-label={text.crosshair}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, last)}
      aria-valuenow={at}
      aria-valuetext={inWords(time, at, charts)}
      onKeyDown={press}
    >
      <p class="moment">
        <Time at={time * 1000} short /> {inside(time, course.drills) && <b>{text.inDrill}</b>}
      </p>
      {charts.map(({ title, series, write }) => (
        <p key={title}>
          <span class="muted">{title}</span>
          {series.map((one) => (
            <span key={one.name} class="value">
              <Swatch series={one} /> {one.name} <b>{written(one.values[at], write)}</b>
            </span>
          ))}
        </p>
      ))}
    </div>
  );
}

function inside(time: number, stretches: Stretch[]): boolean {
  return stretches.some(({ from, to }) => from <= time && time <= to);
}

/** `14:03:07. Events per second: TEACH 0, ASK 2. ...` */
export function inWords(time: number, at: number, charts: ChartData[]): string {
  const told = charts.map(({ title, series, write }) => {
    const values = series.map(({ name, values }) => `${name} ${written(values[at], write)}`);
    return `${title}: ${values.join(", ")}`;
  });
  return [format().moment(time * 1000, Date.now()), ...told].join(". ");
}
