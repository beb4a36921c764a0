// From values to places in a chart. Pure.

/** A place in the plot, as fractions of its width and height; the origin is at the top left. */
type Place = [x: number, y: number];

/** The smallest of 1, 2, 5, 10, 20... (and their fractions) that is at least `max`. */
export function niceTop(max: number): number {
  if (!(max > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(max));
  const step = [1, 2, 5, 10].find((step) => max <= step * power * (1 + 1e-9)) ?? 10;
  return step * power;
}

/** How much time is shown, in seconds. */
const SPANS = [300, 900, 1800, 3600];

/** The shortest span that covers all the times, up to an hour. */
export function spanOf(times: number[]): number {
  const needed = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return SPANS.find((span) => needed <= span) ?? 3600;
}

export interface Frame {
  /** The times at the left and right edge. */
  from: number;
  to: number;
  /** The value at the top; 0 is at the bottom. */
  top: number;
}

/** An SVG path through the values, in a box of 1000 by 100. It has a gap where a value is missing or late. */
export function pathOf(times: number[], values: (number | null)[], frame: Frame, step: number): string {
  const path: string[] = [];
  let last: number | null = null;
  times.forEach((time, index) => {
    const value = values[index];
    if (value === null || value === undefined || time < frame.from) return;
    const [x, y] = place(time, value, frame);
    const joined = last !== null && time - last <= step * 1.5 && values[index - 1] != null;
    // A point without neighbours is a line of zero length; round line ends make it visible.
    path.push(`${joined ? "L" : `M${x} ${y}L`}${x} ${y}`);
    last = time;
  });
  return path.join("");
}

function place(time: number, value: number, { from, to, top }: Frame): Place {
  const round = (number: number) => Math.round(number * 10) / 10;
  return [round(((time - from) / (to - from)) * 1000), round(100 - (value / top) * 100)];
}

/** The index of the time nearest to a fraction of the plot's width. */
export function nearest(times: number[], fraction: number, { from, to }: Frame): number {
  const wanted = from + fraction * (to - from);
  let best = 0;
  times.forEach((time, index) => {
    if (Math.abs(time - wanted) < Math.abs((times[best] ?? 0) - wanted)) best = index;
  });
  return best;
}
