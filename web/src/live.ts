// A value that is read from the node repeatedly: the last value, its age, and what has gone wrong since. A value that
// could not be renewed stays on the screen, marked as stale.
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Reply } from "./api/client";
import { connection, isAway } from "./api/connection";
import type { Problem } from "./api/problem";
import { now, whileVisible } from "./clock";

/** How long to wait before asking an unreachable node again. Milliseconds. */
const RETRY = 2000;
/** A value is stale after this many missed renewals. */
const MISSED = 3;

export interface Live<T> {
  value: ReadonlySignal<T | null>;
  /** When the value was read, in milliseconds since the Unix epoch. */
  at: ReadonlySignal<number | null>;
  /** Why the last attempt failed; null if it succeeded. */
  problem: ReadonlySignal<Problem | null>;
  stale: ReadonlySignal<boolean>;
  /** Reads anew, breaking off a read that is under way; resolves when the value is current. */
  refresh: () => Promise<void>;
  /** Takes a value that arrived in another way. */
  set: (value: T) => void;
  /** Reads regularly until the returned function is called. */
  start: () => () => void;
}

/** Calls `read` every `every` milliseconds while the page is visible. */
export function live<T>(read: (signal: AbortSignal) => Promise<Reply<T>>, every: number): Live<T> {
  const value = signal<T | null>(null);
  const at = signal<number | null>(null);
  const problem = signal<Problem | null>(null);
  const stale = computed(() => {
    if (at.value === null) return false;
    const late = now.value - at.value > MISSED * every;
    return late || problem.value !== null || isAway();
  });
  /** The read in progress. */
  let current: AbortController | null = null;
  let latest = Promise.resolve();
  let users = 0;
  let stop = () => {};

  const set = (next: T) => {
    value.value = next;
    at.value = Date.now();
    problem.value = null;
  };

  const abort = () => {
    current?.abort();
    current = null;
  };

  const take = async (mine: AbortController): Promise<void> => {
    const reply = await read(mine.signal);
    // A read that was overtaken ends with the newer one.
    if (current !== mine) return current ? latest : undefined;
    current = null;
    if (reply.ok) set(reply.value);
    else problem.value = reply.problem;
  };

  const refresh = () => {
    abort();
    current = new AbortController();
    latest = take(current);
    return latest;
  };

  const begin = () => {
    const poll = whileVisible(
      () => {
        // On a slow network a reading may take longer than the interval: breaking it off would never show anything.
        if (!current) void refresh();
      },
      () => (problem.peek() ? Math.min(every, RETRY) : every),
    );
    // Another request may notice first that the node is back.
    const returned = effect(() => {
      if (connection.value.state === "up" && problem.peek()) void refresh();
    });
    return () => {
      poll();
      returned();
      abort();
    };
  };

  const start = () => {
    users += 1;
    if (users === 1) stop = begin();
    return () => {
      users -= 1;
      if (users === 0) stop();
    };
  };

  return { value, at, problem, stale, refresh, set, start };
}

/** Keeps a value alive while the component is shown. */
export function useLive<T>(source: Live<T>): Live<T> {
  useEffect(() => source.start(), [source]);
  return source;
}
