// Something long that is read a page at a time, and anew regularly. As much stays on the screen as was loaded.
import type { Reply } from "../api/client";
import type { Problem } from "../api/problem";
import { type Live, live } from "../live";

/** What the node gives at once, at most. */
export const MOST = 100;
const EVERY = 10_000;

export interface Page<Row, Cursor> {
  rows: Row[];
  /** Where the next page begins; null at the end. */
  next: Cursor | null;
}

export interface Pages<P> {
  source: Live<P>;
  /** Loads the next page; what went wrong is returned. */
  more: () => Promise<Problem | null>;
}

/** `key` names a row: what moved to the next page meanwhile is not shown twice. */
export function pages<Row, Cursor, P extends Page<Row, Cursor>>(
  size: number,
  read: (cursor: Cursor | null, limit: number, signal?: AbortSignal) => Promise<Reply<P>>,
  key: (row: Row) => string | number,
): Pages<P> {
  let wanted = size;
  const join = (shown: P, next: P): P => {
    const known = new Set(shown.rows.map(key));
    return { ...next, rows: [...shown.rows, ...next.rows.filter((row) => !known.has(key(row)))] };
  };
  const source = live<P>(async (signal) => {
    const first = await read(null, Math.min(wanted, MOST), signal);
    if (!first.ok) return first;
    let shown = first.value;
    // As many as were loaded; `wanted` may grow meanwhile.
    while (shown.next !== null && shown.rows.length < wanted) {
      const reply = await read(shown.next, Math.min(wanted - shown.rows.length, MOST), signal);
      if (!reply.ok) return reply;
      shown = join(shown, reply.value);
    }
    return { ...first, value: shown };
  }, EVERY);

  const more = async () => {
    const shown = source.value.peek();
    if (!shown || shown.next === null) return null;
    const reply = await read(shown.next, MOST);
    if (!reply.ok) return reply.problem;
    const all = join(shown, reply.value);
    wanted = Math.max(wanted, all.rows.length);
    source.set(all);
    return null;
  };
  return { source, more };
}
