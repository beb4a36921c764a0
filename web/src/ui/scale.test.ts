import { expect, test } from "vitest";
import { nearest, niceTop, pathOf, spanOf } from "./scale";

test("scales end at round numbers, and never at zero", () => {
  expect([0.3, 1, 7, 12, 0.0042, 99_999, 0].map(niceTop)).toEqual([0.5, 1, 10, 20, 0.005, 100_000, 1]);
});

test("a history that has just begun fills the chart; an hour is the most", () => {
  expect(
    [
      [0, 60],
      [0, 600],
      [0, 3590],
      [0, 9999],
    ].map(spanOf),
  ).toEqual([300, 900, 3600, 3600]);
  expect(spanOf([])).toBe(300);
});

const frame = { from: 0, to: 100, top: 10 };

test("a line is broken where a value is missing or late", () => {
  expect(pathOf([0, 10, 20], [0, 5, 10], frame, 10)).toBe("M0 100L0 100L100 50L200 0");
  expect(pathOf([0, 10, 20, 30], [0, null, 10, 10], frame, 10)).toBe("M0 100L0 100M200 0L200 0L300 0");
  expect(pathOf([0, 40], [0, 0], frame, 10)).toBe("M0 100L0 100M400 100L400 100");
});

test("what is older than the frame is left out", () => {
  expect(pathOf([-10, 0], [1, 0], frame, 10)).not.toContain("-");
});

test("the cursor finds the nearest point", () => {
  expect(nearest([0, 50, 100], 0.4, frame)).toBe(1);
  expect(nearest([0, 50, 100], 0.9, frame)).toBe(2);
});
