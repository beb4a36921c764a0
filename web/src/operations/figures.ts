// What the node's history of the last hour says, in figures. Pure: no clock, no words.
import type { History, HistoryPoint, Quantiles } from "../api/types";

/** Commands, by their names in the metrics. */
export const COMMANDS = ["TEACH", "ASK", "FORGET"] as const;
/** Above it, KolibriBackendErrorsSpike fires. */
export const ERROR_RATIO_LIMIT = 0.05;

/** The points of the last `seconds`, counted from the newest. */
export function recent({ points, step_seconds }: History, seconds: number): HistoryPoint[] {
  return points.slice(-Math.max(1, Math.round(seconds / step_seconds)));
}

export function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** How often each type occurs in all the points. */
export function sums(points: HistoryPoint[], of: "events" | "failed"): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const point of points) {
    for (const [type, count] of Object.entries(point[of])) sums[type] = (sums[type] ?? 0) + count;
  }
  return sums;
}

/** Failed for each recorded event, as the alert computes it; null when there was neither. Infinite when all failed. */
export function errorRatio(points: HistoryPoint[]): number | null {
  const failed = total(sums(points, "failed"));
  const recorded = total(sums(points, "events"));
  return failed + recorded === 0 ? null : failed / recorded;
}

/** Events a second. */
export function throughput(points: HistoryPoint[], step: number): number {
  return points.length === 0 ? 0 : total(sums(points, "events")) / (points.length * step);
}

/** The last latency that is known of a command. */
export function lastLatency(points: HistoryPoint[], command: string): Quantiles | null {
  return points.findLast((point) => point.latency[command])?.latency[command] ?? null;
}

/** Seconds since the Unix epoch. */
export function timesOf(points: HistoryPoint[]): number[] {
  return points.map(({ time }) => Date.parse(time) / 1000);
}
