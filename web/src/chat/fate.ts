// What became of the blocks that answered in this conversation: others, or this user on another screen, may have taught a newer
// answer or forgotten it. It is looked up when one comes back to the conversation, and after each change made in it.
import { signal } from "@preact/signals";
import type { Reply } from "../api/client";
import type { Version } from "../api/types";
import { answering, newestOf } from "../knowledge/history";

/** `newer` is the block that answers in its place; null if it was forgotten. */
export interface Fate {
  newer: number | null;
}

/** Of the blocks that do not answer any more. */
export const fates = signal<ReadonlyMap<number, Fate>>(new Map());

/** They were erased. */
export function erase(blocks: number[]): void {
  fates.value = new Map([...fates.peek(), ...blocks.map((block) => [block, { newer: null }] as const)]);
}

/** What answers in place of a block now, which may be itself; null if it was forgotten. */
export async function standing(block: number, signal?: AbortSignal): Promise<Reply<Version | null>> {
  const reply = await newestOf(block, signal);
  return reply.ok ? { ...reply, value: answering(reply.value) ?? null } : reply;
}

/** Looks what became of these blocks, one after the other. What cannot be read stays as it was known. */
export async function look(blocks: Iterable<number>, signal?: AbortSignal): Promise<void> {
  for (const block of new Set(blocks)) {
    const reply = await standing(block, signal);
    if (signal?.aborted) return;
    if (!reply.ok) continue;
    const newer = reply.value?.source.index ?? null;
    if (newer === block || fates.peek().get(block)?.newer === newer) continue;
    fates.value = new Map([...fates.peek(), [block, { newer }]]);
  }
}
