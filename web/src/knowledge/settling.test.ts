import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ImportCounts } from "../api/types";
import { settle } from "./settling";

const counts = (added: number, replaced = 0): ImportCounts => ({
  new: added,
  replaced,
  unchanged: 3,
  too_long: 1,
  failed: 2,
});
const NOTHING = { new: 0, replaced: 0, unchanged: 0, too_long: 0, failed: 0 };

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** The node's answers, one after the other; the last one for ever. */
function node(...answers: (ImportCounts | null)[]) {
  return vi.fn(async () => (answers.length > 1 ? answers.shift() : answers[0]) ?? null);
}

async function settling(ask: () => Promise<ImportCounts | null>, told: ImportCounts) {
  const asked = settle(ask, counts(8000, 10), told);
  await vi.runAllTimersAsync();
  return asked;
}

test("what the node went on teaching while it was stopped is counted", async () => {
  const told = { ...NOTHING, new: 1921 };
  const ask = node(counts(5900, 10), counts(5438, 9), counts(5438, 9));
  expect(await settling(ask, told)).toEqual({
    counts: { new: 2562, replaced: 1, unchanged: 3, too_long: 1, failed: 2 },
    untold: 642,
    left: 5447,
  });
  expect(ask).toHaveBeenCalledTimes(3);
});

test("a node that comes back is asked again, and one that does not is not known", async () => {
  const told = { ...NOTHING, new: 5 };
  expect(await settling(node(null, null, counts(7990, 10)), told)).toMatchObject({ untold: 5, left: 8000 });
  const gone = node(null);
  expect(await settling(gone, told)).toBeNull();
  expect(gone).toHaveBeenCalledTimes(10);
});
