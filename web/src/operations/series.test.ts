import { expect, test } from "vitest";
import type { History, HistoryPoint, Soak } from "../api/types";
import { courseOf, seriesOf } from "./series";

const NAMES = { median: "median", worst: "p99", length: "length", waiting: "waiting" };

function point(changes: Partial<HistoryPoint> = {}): HistoryPoint {
  return {
    time: "2026-11-24T14:00:00Z",
    seconds: 240,
    events: { TEACH: 0, ASK: 480, FORGET: 0 },
    failed: { TEACH: 0, ASK: 0, FORGET: 0, COMMAND: 0, TRACE: 0 },
    faults: { caller: 0, node: 0, trace: 0 },
    latency: { ASK: { p50_seconds: 0.001, p99_seconds: 0.01 } },
    blocks: 7,
    queue_depth: 2,
    queue_refused: 0,
    ...changes,
  };
}

function history(points: HistoryPoint[]): History {
  return {
    available: true,
    since: "2026-11-24T13:00:00Z",
    until: "2026-11-24T14:00:00Z",
    step_seconds: 240,
    points,
    gaps: [{ since: "2026-11-24T13:10:00Z", until: "2026-11-24T13:20:00Z" }],
  };
}

test("a rate is of the seconds in which a node ran, whatever the step", () => {
  const [, ask] = seriesOf(
    history([point(), point({ seconds: 60 }), point({ seconds: 0 })]),
    NAMES,
  ).throughput;
  expect(ask?.values).toEqual([2, 8, null]);
});

test("a command has the same colour in every chart", () => {
  const failed = { TEACH: 0, ASK: 1, FORGET: 2, COMMAND: 3, TRACE: 0 };
  const all = seriesOf(history([point({ failed })]), NAMES);
  for (const { name, subject } of [...all.throughput, ...all.failures, ...all.latency])
    expect(name.split(" ")[0]).toBe(subject);
  expect(all.failures.map(({ subject }) => subject)).toEqual(["ASK", "FORGET", "COMMAND"]);
});

test("drills of the range are shaded, also one that still runs, and what is not known is told", () => {
  const drill = (started: string, duration_seconds: number | null, state = "completed") =>
    ({ started, duration_seconds, state }) as Soak;
  const course = courseOf(history([point()]), [
    drill("2026-11-24T13:59:00Z", null, "running"),
    drill("2026-11-24T13:30:00Z", 60),
    drill("2026-11-24T12:59:30Z", 60),
    drill("2026-11-24T12:00:00Z", 60),
    drill("2026-11-24T13:40:00Z", 0, "refused"),
  ]);
  const minutes = ({ from, to }: { from: number; to: number }) =>
    [from, to].map((time) => (time - course.from) / 60);
  expect(course.drills.map(minutes)).toEqual([
    [59, 60],
    [30, 31],
    [-0.5, 0.5],
  ]);
  expect(course.gaps.map(minutes)).toEqual([[10, 20]]);
});
