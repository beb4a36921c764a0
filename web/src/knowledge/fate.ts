// What became of blocks that answered: others, or this user on another screen, may have taught a newer answer or forgotten it.
// Whatever reads the versions of an answer notes it here, so that whoever still shows such a block sees it.
import { signal } from "@preact/signals";
import type { Versions } from "../api/types";

/** `newer` is the block that answers in its place; null if it was forgotten. */
export interface Fate {
  newer: number | null;
}

/** Of the blocks that do not answer any more. */
export const fates = signal<ReadonlyMap<number, Fate>>(new Map());

/** They were erased. */
export function erase(blocks: number[]): void {
  set(blocks, null);
}

/** What the node says of a block that was taught, and of the other versions of the same. */
export function note(block: number, { versions, current }: Versions): void {
  const newer = current ?? null;
  const all = [block, ...versions.map(({ source }) => source.index)];
  set(
    all.filter((one) => one !== newer),
    newer,
  );
}

function set(blocks: number[], newer: number | null): void {
  const known = fates.peek();
  const changed = blocks.filter((block) => known.get(block)?.newer !== newer);
  if (changed.length > 0)
    fates.value = new Map([...known, ...changed.map((block) => [block, { newer }] as const)]);
}
