// Figures from the node's history of the last hour. Pure: no clock, no words.
import type { History, HistoryPoint, Quantiles } from "../api/types";

/** Commands, with their names in the metrics. */
export const COMMANDS = ["TEACH", "ASK", "FORGET"] as const;
export type Command = (typeof COMMANDS)[number];
/** What can fail, with the names in the metrics. */
export const FAILURES = [...COMMANDS, "COMMAND", "TRACE"] as const;
export type Failure = (typeof FAILURES)[number];
/** Above it, KolibriBackendErrorsSpike fires. */
const SPIKE = 0.05;

/** The points of the last `seconds`, counted from the newest. */
export function recent({ points, step_seconds }: History, seconds: number): HistoryPoint[] {
  return points.slice(-Math.max(1, Math.round(seconds / step_seconds)));
}

function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** How often each type failed, over all points. */
export function failures(points: HistoryPoint[]): Record<Failure, number> {
  const sums = { TEACH: 0, ASK: 0, FORGET: 0, COMMAND: 0, TRACE: 0 };
  for (const { failed } of points) {
    for (const type of FAILURES) sums[type] += failed[type];
  }
  return sums;
}

function recorded(points: HistoryPoint[]): number {
  return points.reduce((sum, { events }) => sum + total(events), 0);
}

/** The share of commands that failed, 0 to 1; null if none was tried. A lost trace is no failed command. */
export function failedShare(points: HistoryPoint[]): number | null {
  const { TRACE: _, ...commands } = failures(points);
  const failed = total(commands);
  const tried = recorded(points) + failed;
  return tried === 0 ? null : failed / tried;
}

/** Whether the node itself fails as often as KolibriBackendErrorsSpike allows no longer: for each recorded event. */
export function spikes(points: HistoryPoint[]): boolean {
  const failed = points.reduce((sum, { faults }) => sum + faults.node, 0);
  return failed > SPIKE * recorded(points);
}

/** Events per second. */
export function throughput(points: HistoryPoint[], step: number): number {
  return points.length === 0 ? 0 : recorded(points) / (points.length * step);
}

/** The last known latency of a command. */
export function lastLatency(points: HistoryPoint[], command: Command): Quantiles | null {
  return points.findLast((point) => point.latency[command])?.latency[command] ?? null;
}

/** Seconds since the Unix epoch. */
export function timesOf(points: HistoryPoint[]): number[] {
  return points.map(({ time }) => Date.parse(time) / 1000);
}
