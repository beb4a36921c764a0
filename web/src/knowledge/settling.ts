// What an import that was broken off has taught. The node tells each row when it is durable, but has begun with others by then:
// what became of those is seen by asking once more what the file would do.
import type { ImportCounts } from "../api/types";

/** How long the node may take to end what it has begun with, before it is asked again. Milliseconds. */
const PAUSE = 500;
/** How often it is asked at most. */
const TRIES = 10;

export interface Settled {
  /** What the import did in all. */
  counts: ImportCounts;
  /** Rows that were taught, but not told one by one. */
  untold: number;
  /** Rows that would still be taught. */
  left: number;
}

/**
 * Asks until two answers are the same. `before`: what teaching the file would have done; `told`: what it was told to have done.
 * Null if the node does not answer, or does not come to an end.
 */
export async function settle(
  ask: () => Promise<ImportCounts | null>,
  before: ImportCounts,
  told: ImportCounts,
): Promise<Settled | null> {
  let last: ImportCounts | null = null;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const now = await ask();
    if (now && last && taughtBy(now) === taughtBy(last)) return settled(before, told, now);
    last = now;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return null;
}

function taughtBy({ new: added, replaced }: ImportCounts): number {
  return added + replaced;
}

function settled(before: ImportCounts, told: ImportCounts, now: ImportCounts): Settled {
  const done = (what: "new" | "replaced") => Math.max(told[what], before[what] - now[what]);
  const counts = { ...before, new: done("new"), replaced: done("replaced") };
  return { counts, untold: taughtBy(counts) - taughtBy(told), left: taughtBy(now) };
}
