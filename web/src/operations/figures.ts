// Figures from the node's history. Pure: no clock, no words.
import type { History, HistoryPoint, Quantiles } from "../api/types";
import type { Range } from "../route";

/** Commands, with their names in the metrics. */
export const COMMANDS = ["TEACH", "ASK", "FORGET"] as const;
export type Command = (typeof COMMANDS)[number];
/** What can fail, with the names in the metrics. */
export const FAILURES = [...COMMANDS, "COMMAND", "TRACE"] as const;
export type Failure = (typeof FAILURES)[number];
/** How long each range is. */
export const SECONDS: Record<Range, number> = { "15m": 900, "1h": 3600, "6h": 21_600, "24h": 86_400 };
/** Above it, KolibriBackendErrorsSpike fires. */
const SPIKE = 0.05;

/** The points of the last `seconds`. */
export function recent({ points, until }: History, seconds: number): HistoryPoint[] {
  const since = Date.parse(until) - seconds * 1000;
  return points.filter(({ time }) => Date.parse(time) > since);
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

/** Events per second, of the time in which a node ran. */
export function throughput(points: HistoryPoint[]): number {
  const seconds = points.reduce((sum, point) => sum + point.seconds, 0);
  return seconds === 0 ? 0 : recorded(points) / seconds;
}

/** The last known latency of a command. */
export function lastLatency(points: HistoryPoint[], command: Command): Quantiles | null {
  return points.findLast((point) => point.latency[command])?.latency[command] ?? null;
}

/** Seconds since the Unix epoch. */
export function timesOf(points: HistoryPoint[]): number[] {
  return points.map(({ time }) => Date.parse(time) / 1000);
}
