import { expect, test } from "vitest";
import { across, axisOf, nearest, pathOf, timeTicks } from "./scale";

test("an axis has a few round numbers and holds every value", () => {
  expect(axisOf([0.3])).toEqual({ bottom: 0, top: 0.3, ticks: [0, 0.1, 0.2, 0.3] });
  expect(axisOf([7, null, 3]).ticks).toEqual([0, 2, 4, 6, 8]);
  expect(axisOf([99_999]).ticks).toEqual([0, 20_000, 40_000, 60_000, 80_000, 100_000]);
  expect(axisOf([0.0042]).ticks).toEqual([0, 0.001, 0.002, 0.003, 0.004, 0.005]);
  expect(axisOf([]).ticks.at(-1)).toBeGreaterThan(0);
  expect(axisOf([0, 0]).bottom).toBe(0);
});

test("growth of a large number fills the axis, instead of lying at its top", () => {
  const axis = axisOf([200_000, 200_012, 200_042], { growth: true, whole: true });
  expect(axis.ticks).toEqual([200_000, 200_010, 200_020, 200_030, 200_040, 200_050]);
  expect(axisOf([7, 7], { growth: true, whole: true }).ticks).toEqual([6, 7, 8]);
  expect(axisOf([0], { growth: true, whole: true }).ticks).toEqual([0, 1]);
});

test("what is counted one by one has no marks between two whole numbers", () => {
  expect(axisOf([2], { whole: true }).ticks).toEqual([0, 1, 2]);
});

test("marks of time are round in the browser's zone, and at most seven", () => {
  const end = Date.parse("2026-11-27T09:07:31Z") / 1000;
  for (const seconds of [900, 3600, 21_600, 86_400]) {
    const ticks = timeTicks(end - seconds, end);
    expect(ticks.length).toBeGreaterThanOrEqual(3);
    expect(ticks.length).toBeLessThanOrEqual(7);
    for (const tick of ticks) {
      const clock = new Date(tick * 1000);
      expect(clock.getSeconds()).toBe(0);
      expect(clock.getMinutes() % (seconds > 3600 ? 60 : 5)).toBe(0);
      expect(tick >= end - seconds && tick <= end).toBe(true);
    }
  }
});

const frame = { from: 0, to: 100, bottom: 0, top: 10 };
const never = () => false;

test("a line is broken where a value is missing, and where nothing is known", () => {
  expect(pathOf([0, 10, 20], [0, 5, 10], frame, never)).toBe("M0 100L0 100L100 50L200 0");
  expect(pathOf([0, 10, 20, 30], [0, null, 10, 10], frame, never)).toBe("M0 100L0 100M200 0L200 0L300 0");
  expect(pathOf([0, 40], [0, 0], frame, (index) => index === 1)).toBe("M0 100L0 100M400 100L400 100");
});

test("what is older than the frame is left out", () => {
  expect(pathOf([-10, 0], [1, 0], frame, never)).not.toContain("-");
  expect(across(25, frame)).toBe(250);
});

test("the crosshair finds the nearest point", () => {
  expect(nearest([0, 50, 100], 40)).toBe(1);
  expect(nearest([0, 50, 100], 900)).toBe(2);
  expect(nearest([], 1)).toBe(-1);
});
