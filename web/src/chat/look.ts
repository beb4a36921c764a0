// Looks whether what was answered or suggested in this conversation still is: when one comes back to it, and after each change
// made in it.
import type { Reply } from "../api/client";
import { call } from "../api/client";
import type { Preview, Version } from "../api/types";
import { answering, newestOf } from "../knowledge/history";
import type { Lesson } from "./lesson";

/** What answers in place of a block now, which may be itself; null if it was forgotten. */
export async function standing(block: number, signal?: AbortSignal): Promise<Reply<Version | null>> {
  const reply = await newestOf(block, signal);
  return reply.ok ? { ...reply, value: answering(reply.value) ?? null } : reply;
}

/** Looks what became of these blocks, one after the other. What cannot be read stays as it was known. */
export async function look(blocks: Iterable<number>, signal?: AbortSignal): Promise<void> {
  for (const block of new Set(blocks)) {
    if (signal?.aborted) return;
    await newestOf(block, signal);
  }
}

/** The block that answers the question of a lesson now; null if none does, or that is not known. */
export async function answeringNow(lesson: Lesson): Promise<number | null> {
  const { stimulus, response } = lesson;
  const reply = await call<Preview>("teach:preview", { method: "POST", body: { stimulus, response } });
  return reply.ok ? (reply.value.current?.source.index ?? null) : null;
}
