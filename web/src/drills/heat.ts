// Sorts the durations of drills into a grid of time and buckets. Pure.
import type { Soak } from "../api/types";

/** The bounds of `kolibri_backend_soak_duration_seconds`. */
export const BOUNDS = [1, 5, 10, 30, 60, 90, 120, 150, 180, 240, 300, 600, 1200, 1800, 3600, Infinity];
/** Above it, KolibriSoakDurationHigh may fire. Seconds. */
export const LIMIT = 120;

const HOUR = 3_600_000;
const COLUMNS = 10;

export interface Heat {
  /** The start times of the columns, in milliseconds since the Unix epoch. */
  columns: number[];
  /** Whether a column is a day; otherwise it is an hour. */
  daily: boolean;
  /** Longest bucket first. */
  rows: { bound: number; counts: number[] }[];
  /** The highest count of all cells. */
  most: number;
}

/** Null if no drill was completed. */
export function heatOf(soaks: Soak[]): Heat | null {
  const drills = soaks
    .filter(({ state }) => state === "completed")
    .map(({ started, duration_seconds }) => ({
      at: Date.parse(started),
      bucket: bucketOf(duration_seconds ?? 0),
    }));
  if (drills.length === 0) return null;
  const newest = Math.max(...drills.map(({ at }) => at));
  const daily = newest - Math.min(...drills.map(({ at }) => at)) > COLUMNS * HOUR;
  const columns = slots(newest, daily);
  const counts = (bucket: number) =>
    columns.map((from, index) => {
      const to = columns[index + 1] ?? Infinity;
      return drills.filter((drill) => drill.bucket === bucket && drill.at >= from && drill.at < to).length;
    });
  const used = drills.map(({ bucket }) => bucket);
  const [low, high] = [Math.min(...used) - 1, Math.max(...used, BOUNDS.indexOf(LIMIT)) + 1];
  const rows = BOUNDS.map((bound, bucket) => ({ bound, counts: counts(bucket) }))
    .filter((_, bucket) => bucket >= low && bucket <= high)
    .reverse();
  return { columns, daily, rows, most: Math.max(...rows.flatMap((row) => row.counts)) };
}

function bucketOf(seconds: number): number {
  return BOUNDS.findIndex((bound) => seconds <= bound);
}

/** The start times of the last hours or days, in the browser's time zone. */
function slots(newest: number, daily: boolean): number[] {
  const last = new Date(newest);
  if (daily) last.setHours(0, 0, 0, 0);
  else last.setMinutes(0, 0, 0);
  return Array.from({ length: COLUMNS }, (_, index) => {
    const back = COLUMNS - 1 - index;
    if (!daily) return last.getTime() - back * HOUR;
    // A day is not always 24 hours long.
    return new Date(last.getFullYear(), last.getMonth(), last.getDate() - back).getTime();
  });
}

/** How strongly a cell is coloured, 0 to 4. */
export function strength(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(1, Math.ceil((count / Math.max(most, 1)) * 4));
}
