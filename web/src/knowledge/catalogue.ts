// What is taught and matches a filter, in pages.
import { call, type Reply } from "../api/client";
import type { Associations, Listed } from "../api/types";
import { type Page, type Pages, pages } from "./pages";
import type { Filter } from "./place";

const SIZE = 50;
const DAY = 86_400_000;
const DAYS = { week: 7, month: 30 } as const;

export interface Listing extends Page<Listed, string> {
  /** The filter that it is about. */
  of: string;
  /** How many match, on all pages. */
  total: number;
  unreadable: number;
  /** Whether the node knows everything that is taught. */
  caughtUp: boolean;
}

let latest: { name: string; list: Pages<Listing> } | null = null;

/** The list of a filter. Whoever comes back to the last one finds it as it was, and then as it is. */
export function catalogue(filter: Filter): Pages<Listing> {
  const name = JSON.stringify(filter);
  if (latest?.name !== name) {
    const list = pages<Listed, string, Listing>(SIZE, (...page) => read(filter, ...page), nameOf);
    latest = { name, list };
  }
  return latest.list;
}

/** A new version of an association has another block, and the same question. */
export function nameOf({ stimulus }: Listed): string {
  return stimulus;
}

async function read(
  filter: Filter,
  cursor: string | null,
  limit: number,
  signal?: AbortSignal,
): Promise<Reply<Listing>> {
  const query = new URLSearchParams({ limit: String(limit), order: filter.order });
  if (filter.q.trim() !== "") query.set("q", filter.q.trim());
  if (filter.asked) query.set("asked", filter.asked);
  if (filter.since) query.set("since", new Date(Date.now() - DAYS[filter.since] * DAY).toISOString());
  if (cursor !== null) query.set("cursor", cursor);
  const reply = await call<Associations>(`associations?${query}`, signal ? { signal } : {});
  if (!reply.ok) return reply;
  const { associations: rows, total, unreadable, caught_up: caughtUp, next } = reply.value;
  return {
    ...reply,
    value: { of: JSON.stringify(filter), rows, total, unreadable, caughtUp, next: next ?? null },
  };
}
