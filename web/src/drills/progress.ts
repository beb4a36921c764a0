// The running drill: its progress, starting and stopping it.
import { effect, signal } from "@preact/signals";
import { record } from "../actions/log";
import { call } from "../api/client";
import type { Problem } from "../api/problem";
import { follow } from "../api/stream";
import type { Soak, SoakProgress } from "../api/types";
import { soaks } from "../node";

export const progress = signal<SoakProgress | null>(null);
/** Why the last request to start or stop failed. */
export const refusal = signal<Problem | null>(null);

export interface Wish {
  minutes: number;
  events_per_minute: number;
  seed: number;
  pace: "fast" | "real";
  concurrency: number;
  /** The shares of the kinds of events; without them, the node's own. */
  mix?: Soak["mix"];
}

/** What it takes to run a drill again: the same events in the same order. */
export function wishOf({ minutes, events_per_minute, seed, pace, concurrency, mix }: Soak): Wish {
  return { minutes, events_per_minute, seed, pace, concurrency, mix };
}

/** Starts a drill. */
export async function start(wish: Wish): Promise<void> {
  record({ action: "drill.start" });
  const reply = await call<{ id: string }>("soaks", { method: "POST", body: wish });
  refusal.value = reply.ok ? null : reply.problem;
  await soaks.refresh();
}

export async function stop(id: string): Promise<void> {
  record({ action: "drill.stop" });
  const reply = await call<unknown>(`soaks/${encodeURIComponent(id)}`, { method: "DELETE" });
  refusal.value = reply.ok ? null : reply.problem;
  await soaks.refresh();
}

/** Follows the running drill while the page is visible. If the stream is cut off, the next read resumes it. */
export function followDrill(): () => void {
  let following: AbortController | null = null;
  const stop = effect(() => {
    const id = soaks.value.value?.running;
    if (!id || following) return;
    const mine = new AbortController();
    following = mine;
    const tell = (state: SoakProgress) => {
      progress.value = state;
    };
    void follow<SoakProgress>(`soaks/${encodeURIComponent(id)}/progress`, tell, mine.signal).then(() => {
      following = null;
      if (!mine.signal.aborted) void soaks.refresh();
    });
  });
  return () => {
    stop();
    following?.abort();
  };
}
