// From values to places in a chart, and round numbers for its axes. Pure.

/** What a chart shows: times from left to right in seconds since the Unix epoch, values from bottom to top. */
export interface Frame {
  from: number;
  to: number;
  bottom: number;
  top: number;
}

/** A value axis that begins and ends at round numbers. */
export interface Axis {
  bottom: number;
  top: number;
  ticks: number[];
}

/** How many steps an axis has at most. */
const STEPS = 5;

/**
 * The axis for some values. It begins at zero, or with `growth` where the values begin, so that a small change of a large number
 * is seen. `whole`: there is nothing between 1 and 2.
 */
export function axisOf(
  values: (number | null)[],
  { growth = false, whole = false }: { growth?: boolean; whole?: boolean } = {},
): Axis {
  const known = values.filter((value) => value !== null);
  const least = growth && known.length > 0 ? Math.min(...known) : 0;
  const most = Math.max(least, ...known);
  // Values that are all the same lie on a line, neither at the top nor at the bottom.
  const [low, high] =
    most > least ? [least, most] : growth ? [Math.max(0, least - 1), most + 1] : [0, most || 1];
  const step = roundStep((high - low) / STEPS, whole);
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => exact((first + index) * step));
  return { bottom: ticks[0] ?? 0, top: ticks.at(-1) ?? 1, ticks };
}

/** The smallest of 1, 2, 5, 10, 20... (and their fractions) that is at least `least`. */
function roundStep(least: number, whole: boolean): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = ([1, 2, 5, 10].find((step) => least <= step * power * (1 + 1e-9)) ?? 10) * power;
  return whole ? Math.max(1, step) : step;
}

/** Without what binary fractions add: 0.3, not 0.30000000000000004. */
function exact(value: number): number {
  return Number(value.toPrecision(12));
}

/** Seconds between marks of time, from the smallest on. */
const MARKS = [60, 120, 300, 900, 1800, 3600, 7200, 14_400, 21_600];

/** Round times of the browser's zone, at most six of them. */
export function timeTicks(from: number, to: number): number[] {
  const step = MARKS.find((step) => (to - from) / step <= 6) ?? 21_600;
  // Zones are whole quarters of an hour away from UTC; a time of this zone is round when its clock is.
  const away = new Date(to * 1000).getTimezoneOffset() * 60;
  const first = Math.ceil((from - away) / step) * step + away;
  const count = Math.max(0, Math.floor((to - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => first + index * step);
}

/** A place from left to right, in a box that is 1000 wide. */
export function across(time: number, { from, to }: Frame): number {
  return tenth(((time - from) / (to - from)) * 1000);
}

/** A place from top to bottom, in a box that is 100 high. */
export function down(value: number, { bottom, top }: Frame): number {
  return tenth(100 - ((value - bottom) / (top - bottom)) * 100);
}

function tenth(number: number): number {
  return Math.round(number * 10) / 10;
}

/** An SVG path through the values. It is broken where a value is missing, and before a point that `begins` a new stretch. */
export function pathOf(
  times: number[],
  values: (number | null)[],
  frame: Frame,
  begins: (index: number) => boolean,
): string {
  const path: string[] = [];
  times.forEach((time, index) => {
    const value = values[index];
    if (value === null || value === undefined || time < frame.from) return;
    const [x, y] = [across(time, frame), down(value, frame)];
    const joined = path.length > 0 && values[index - 1] != null && !begins(index);
    // A point without neighbours is a line of zero length; round line ends make it visible.
    path.push(`${joined ? "L" : `M${x} ${y}L`}${x} ${y}`);
  });
  return path.join("");
}

/** The index of the nearest of some ascending times; -1 if there is none. */
export function nearest(times: number[], wanted: number): number {
  let best = -1;
  let least = Infinity;
  times.forEach((time, index) => {
    const away = Math.abs(time - wanted);
    if (away < least) [best, least] = [index, away];
  });
  return best;
}
