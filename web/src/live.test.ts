import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Reply } from "./api/client";
import { answered, lost } from "./api/connection";
import { UNREACHABLE } from "./api/problem";
import { now } from "./clock";
import { live } from "./live";

const EVERY = 5000;

beforeEach(() => {
  vi.useFakeTimers();
  answered(200);
});

afterEach(() => vi.useRealTimers());

/** A source whose next answers are set by the test. */
function source() {
  const read = vi.fn(async (): Promise<Reply<number>> => ({ ok: true, value: 1, status: 200 }));
  return { read, live: live(read, EVERY) };
}

const failing = async (): Promise<Reply<number>> => ({ ok: false, problem: UNREACHABLE });

test("it reads at once, then every so often, and stops when nobody looks any more", async () => {
  const { read, live } = source();
  const stops = [live.start(), live.start()];
  await vi.advanceTimersByTimeAsync(EVERY * 2);
  expect(read).toHaveBeenCalledTimes(3);
  for (const stop of stops) stop();
  await vi.advanceTimersByTimeAsync(EVERY * 5);
  expect(read).toHaveBeenCalledTimes(3);
});

test("what could not be renewed stays, but as out of date, until it is renewed", async () => {
  const { read, live } = source();
  const stop = live.start();
  await vi.advanceTimersByTimeAsync(0);
  expect([live.value.value, live.stale.value]).toEqual([1, false]);
  read.mockImplementation(failing);
  await live.refresh();
  expect([live.value.value, live.stale.value]).toEqual([1, true]);
  read.mockResolvedValue({ ok: true, value: 2, status: 200 });
  await vi.advanceTimersByTimeAsync(EVERY);
  expect([live.value.value, live.stale.value]).toEqual([2, false]);
  stop();
});

test("an answer that does not come makes it out of date as well, and so does a node that is gone", async () => {
  const { live } = source();
  await live.refresh();
  now.value = Date.now() + 3 * EVERY + 1;
  expect(live.stale.value).toBe(true);
  now.value = Date.now();
  expect(live.stale.value).toBe(false);
  lost();
  expect(live.stale.value).toBe(true);
});

test("what was never read is not out of date but unknown", async () => {
  const { read, live } = source();
  read.mockImplementation(failing);
  await live.refresh();
  expect([live.value.value, live.stale.value, live.problem.value?.kind]).toEqual([
    null,
    false,
    "unreachable",
  ]);
});

test("a failed source is read anew as soon as any other request gets through", async () => {
  const { read, live } = source();
  read.mockImplementation(async () => {
    lost();
    return failing();
  });
  const stop = live.start();
  await vi.advanceTimersByTimeAsync(0);
  const before = read.mock.calls.length;
  read.mockResolvedValue({ ok: true, value: 3, status: 200 });
  answered(200);
  await vi.advanceTimersByTimeAsync(0);
  expect(read.mock.calls.length).toBe(before + 1);
  expect(live.value.value).toBe(3);
  stop();
});

test("an older answer that comes late does not replace a newer one", async () => {
  const { read, live } = source();
  const answers: ((value: number) => void)[] = [];
  read.mockImplementation(
    () => new Promise((resolve) => answers.push((value) => resolve({ ok: true, value, status: 200 }))),
  );
  const [first, second] = [live.refresh(), live.refresh()];
  answers[1]?.(2);
  answers[0]?.(1);
  await Promise.all([first, second]);
  expect(live.value.value).toBe(2);
});

test("a reading that is overtaken is done when the newer one is; one that nobody waits for any more is done at once", async () => {
  const { read, live } = source();
  const answers: ((value: number) => void)[] = [];
  read.mockImplementation(
    () => new Promise((resolve) => answers.push((value) => resolve({ ok: true, value, status: 200 }))),
  );
  const stop = live.start();
  const seen: (number | null)[] = [];
  const wish = live.refresh().then(() => seen.push(live.value.value));
  const poll = live.refresh();
  answers[1]?.(1);
  await vi.advanceTimersByTimeAsync(0);
  expect(seen).toEqual([]);
  answers[2]?.(2);
  await Promise.all([wish, poll]);
  expect(seen).toEqual([2]);

  const last = live.refresh();
  stop();
  answers[3]?.(3);
  await last;
  expect(live.value.value).toBe(2);
});

test("a reading that takes longer than it is to the next one is not broken off by it", async () => {
  const { read, live } = source();
  read.mockImplementation(
    () =>
      new Promise((resolve) => setTimeout(() => resolve({ ok: true, value: 4, status: 200 }), 1.5 * EVERY)),
  );
  const stop = live.start();
  await vi.advanceTimersByTimeAsync(1.5 * EVERY);
  expect(live.value.value).toBe(4);
  expect(read).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(EVERY);
  expect(read).toHaveBeenCalledTimes(2);
  stop();
});
