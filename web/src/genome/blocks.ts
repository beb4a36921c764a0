// Pages of the table of blocks, newest first. Only one page is read, however long the genome is.
import { call, type Reply } from "../api/client";
import type { Block, Blocks, Genome } from "../api/types";
import { type Live, live } from "../live";

export const PAGE = 50;

export interface Page {
  /** Newest first. */
  blocks: Block[];
  /** The last block of the genome. */
  head: number;
}

/** The page that ends at block `until`; without it, the newest page, which follows the genome. */
export function page(until: number | null): Live<Page> {
  return live((signal) => read(until, signal), until === null ? 5000 : 10_000);
}

async function read(until: number | null, signal: AbortSignal): Promise<Reply<Page>> {
  const genome = await call<Genome>("genome", { signal });
  if (!genome.ok) return genome;
  const head = genome.value.length - 1;
  const last = Math.min(until ?? head, head);
  const first = Math.max(0, last - PAGE + 1);
  const reply = await call<Blocks>(`genome/blocks?from=${first}&limit=${last - first + 1}`, { signal });
  if (!reply.ok) return reply;
  return { ...reply, value: { blocks: reply.value.blocks.toReversed(), head } };
}

/** The page that shows a block in the middle. */
export function around(block: number): number {
  return block + PAGE / 2;
}
