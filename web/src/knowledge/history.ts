// The versions of an association, newest first, in pages.
import { call, type Reply } from "../api/client";
import type { Version, Versions } from "../api/types";
import { type Page, type Pages, pages } from "./pages";

const SIZE = 20;

export interface History extends Page<Version, number> {
  total: number;
  /** The block that answers now; null if the association was forgotten. */
  current: number | null;
}

/** `block`: any block that taught it. */
export function history(block: number): Pages<History> {
  return pages<Version, number, History>(
    SIZE,
    (...page) => read(block, ...page),
    ({ source }) => source.index,
  );
}

async function read(
  block: number,
  before: number | null,
  limit: number,
  signal?: AbortSignal,
): Promise<Reply<History>> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (before !== null) query.set("before", String(before));
  const reply = await call<Versions>(`associations/${block}/versions?${query}`, signal ? { signal } : {});
  if (!reply.ok) return reply;
  const { versions: rows, total, next, current } = reply.value;
  return { ...reply, value: { rows, total, next: next ?? null, current: current ?? null } };
}
