import { expect, test } from "vitest";
import type { History, HistoryPoint } from "../api/types";
import { failedShare, failures, lastLatency, recent, spikes, throughput } from "./figures";

function point(events: number, failed: number, p99: number | null = null): HistoryPoint {
  return {
    time: "2026-11-24T14:00:00Z",
    seconds: 10,
    events: { TEACH: 0, ASK: events, FORGET: 0 },
    failed: { TEACH: failed, ASK: 0, FORGET: 0, COMMAND: 0, TRACE: 0 },
    faults: { caller: 0, node: failed, trace: 0 },
    latency: { ASK: p99 === null ? null : { p50_seconds: p99 / 10, p99_seconds: p99 } },
    blocks: 1,
    queue_depth: 0,
    queue_refused: 0,
  };
}

test("failed commands are a share of what was tried, so never more than all of it", () => {
  expect(failedShare([point(90, 5), point(5, 0)])).toBe(0.05);
  expect(failedShare([point(9, 10)])).toBe(10 / 19);
  expect(failedShare([point(0, 3)])).toBe(1);
  expect(failedShare([point(0, 0)])).toBeNull();
  expect(failedShare([])).toBeNull();
});

test("a trace that was lost is no failed command", () => {
  const lost = point(4, 0);
  lost.failed.TRACE = 4;
  expect(failedShare([lost])).toBe(0);
});

test("the node spikes as its alert does: by its own failures for each recorded event", () => {
  expect(spikes([point(100, 6)])).toBe(true);
  expect(spikes([point(100, 5)])).toBe(false);
  expect(spikes([point(0, 1)])).toBe(true);
  expect(spikes([point(0, 0)])).toBe(false);
  const mistakes = point(1, 9);
  mistakes.faults = { caller: 9, node: 0, trace: 0 };
  expect(spikes([mistakes])).toBe(false);
});

test("throughput is per second", () => {
  expect(throughput([point(30, 0), point(50, 0)])).toBe(4);
  expect(throughput([])).toBe(0);
});

test("recent points are those of the last time, and none of before a gap", () => {
  const at = (second: number) => new Date(Date.UTC(2026, 10, 24, 14, 0, second)).toISOString();
  const points = Array.from({ length: 40 }, (_, index) => ({ ...point(index, 0), time: at(index * 10) }));
  const history: History = {
    available: true,
    since: at(-3600),
    until: at(395),
    step_seconds: 10,
    points,
    gaps: [],
  };
  expect(recent({ ...history, until: at(600) }, 60)).toEqual([]);
  expect(recent(history, 60).map(({ events }) => events.ASK)).toEqual([34, 35, 36, 37, 38, 39]);
});

test("types are summed each for itself", () => {
  expect(failures([point(1, 2), point(3, 4)])).toEqual({ TEACH: 6, ASK: 0, FORGET: 0, COMMAND: 0, TRACE: 0 });
});

test("the last known latency is shown, not a zero for a silent step", () => {
  expect(lastLatency([point(1, 0, 0.2), point(1, 0, 0.3), point(0, 0)], "ASK")?.p99_seconds).toBe(0.3);
  expect(lastLatency([point(0, 0)], "ASK")).toBeNull();
});
