import { expect, test } from "vitest";
import type { Soak } from "../api/types";
import { heatOf, strength } from "./heat";

const soak = (started: string, duration_seconds: number, state = "completed") =>
  ({ started, duration_seconds, state }) as Soak;

test("a drill is counted in the bucket and the hour that it falls into", () => {
  const heat = heatOf([
    soak("2026-11-24T14:10:00Z", 9),
    soak("2026-11-24T14:50:00Z", 10),
    soak("2026-11-24T12:00:00Z", 121),
  ]);
  expect(heat?.daily).toBe(false);
  const cell = (bound: number, fromEnd: number) =>
    heat?.rows.find((row) => row.bound === bound)?.counts.at(-fromEnd);
  expect(cell(10, 1)).toBe(2);
  expect(cell(150, 3)).toBe(1);
  expect(heat?.most).toBe(2);
});

test("the line of the alert is always in sight", () => {
  expect(heatOf([soak("2026-11-24T14:10:00Z", 9)])?.rows.map(({ bound }) => bound)).toContain(120);
});

test("drills of many days are shown by day", () => {
  const heat = heatOf([soak("2026-11-24T14:10:00Z", 9), soak("2026-11-20T14:10:00Z", 9)]);
  expect(heat?.daily).toBe(true);
  expect(heat?.rows.find(({ bound }) => bound === 10)?.counts.filter((count) => count > 0)).toEqual([1, 1]);
});

test("only completed drills count, as in the metric", () => {
  expect(heatOf([soak("2026-11-24T14:10:00Z", 9, "stopped")])).toBeNull();
});

test("every count is visible, the highest most", () => {
  expect([0, 1, 50, 100].map((count) => strength(count, 100))).toEqual([0, 1, 2, 4]);
});
