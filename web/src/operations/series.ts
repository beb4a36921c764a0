// What the charts show, from the node's history. Pure: the caller brings the words.
import type { History, HistoryPoint, Quantiles, Soak } from "../api/types";
import type { Course, Series, Stretch } from "../ui/plot";
import { COMMANDS, type Command, FAILURES, failures, timesOf } from "./figures";

export interface Names {
  median: string;
  worst: string;
  length: string;
  waiting: string;
}

export interface AllSeries {
  throughput: Series[];
  failures: Series[];
  latency: Series[];
  genome: Series[];
  queue: Series[];
}

export function seriesOf({ points }: History, names: Names): AllSeries {
  const failing = FAILURES.filter((type) => failures(points)[type] > 0);
  const run = COMMANDS.filter((type) => type !== "FORGET" || points.some(({ latency }) => latency.FORGET));
  return {
    throughput: COMMANDS.map((type) => ({
      name: type,
      subject: type,
      values: points.map((point) => rate(point, point.events[type])),
    })),
    failures: (failing.length > 0 ? failing : COMMANDS).map((type) => ({
      name: type,
      subject: type,
      values: points.map((point) => rate(point, point.failed[type])),
    })),
    latency: run.flatMap((type) => [
      {
        name: `${type} ${names.worst}`,
        subject: type,
        values: quantile(points, type, "p99_seconds"),
      },
      {
        name: `${type} ${names.median}`,
        subject: type,
        minor: true,
        values: quantile(points, type, "p50_seconds"),
      },
    ]),
    genome: [{ name: names.length, subject: "node", values: points.map(({ blocks }) => blocks ?? null) }],
    queue: [{ name: names.waiting, subject: "node", values: points.map(({ queue_depth }) => queue_depth) }],
  };
}

/** How often each second, of the time in which a node ran. */
function rate({ seconds }: HistoryPoint, count: number): number | null {
  return seconds > 0 ? count / seconds : null;
}

function quantile(points: HistoryPoint[], command: Command, which: keyof Quantiles): (number | null)[] {
  return points.map(({ latency }) => latency[command]?.[which] ?? null);
}

/** What the charts of a range have in common. */
export function courseOf(history: History, soaks: Soak[]): Course {
  const [from, to] = [seconds(history.since), seconds(history.until)];
  const gaps = history.gaps.map(({ since, until }) => ({ from: seconds(since), to: seconds(until) }));
  return { from, to, times: timesOf(history.points), gaps, drills: drillsIn({ from, to }, soaks) };
}

/** When drills ran. One that runs has no end yet. */
function drillsIn({ from, to }: Stretch, soaks: Soak[]): Stretch[] {
  return soaks
    .filter(({ state }) => state !== "refused")
    .map(({ started, duration_seconds }) => {
      const begin = seconds(started);
      return { from: begin, to: duration_seconds == null ? to : begin + duration_seconds };
    })
    .filter((drill) => drill.to > from && drill.from < to);
}

function seconds(time: string): number {
  return Date.parse(time) / 1000;
}
