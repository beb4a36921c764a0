import { beforeEach, expect, test } from "vitest";
import { erase, fates, note } from "./fate";

beforeEach(() => {
  fates.value = new Map();
});

const version = (index: number) => ({ source: { index, hash: "" } });
const versions = (current: number | null, ...indices: number[]) =>
  ({ versions: indices.map(version), current, total: indices.length }) as never;

test("what is read of one version is noted of all that it tells about", () => {
  note(2, versions(7, 7, 4));
  expect([...fates.value]).toEqual([
    [2, { newer: 7 }],
    [4, { newer: 7 }],
  ]);
  note(7, versions(null, 7));
  expect(fates.value.get(7)).toEqual({ newer: null });
});

test("a block that answers has no fate, and what is known already tells nobody anew", () => {
  note(7, versions(7, 7));
  expect(fates.value.size).toBe(0);
  erase([1]);
  const before = fates.value;
  note(1, versions(null, 1));
  expect(fates.value).toBe(before);
});
