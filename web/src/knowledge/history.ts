// The versions of an association, newest first, in pages. What they tell of the blocks that do not answer any more is noted.
import { call, type Reply } from "../api/client";
import { problemOfPage } from "../api/problem";
import type { Block, Version, Versions } from "../api/types";
import { note } from "./fate";
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
    (...page) => readPage(block, ...page),
    ({ source }) => source.index,
  );
}

async function readPage(
  block: number,
  before: number | null,
  limit: number,
  signal?: AbortSignal,
): Promise<Reply<History>> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (before !== null) query.set("before", String(before));
  const reply = await versionsOf(block, query, signal);
  if (!reply.ok) return reply;
  const { versions: rows, total, next, current } = reply.value;
  return { ...reply, value: { rows, total, next: next ?? null, current: current ?? null } };
}

/** The newest version of what a block taught, and which one answers now. */
export function newestOf(block: number, signal?: AbortSignal): Promise<Reply<Versions>> {
  return read(block, new URLSearchParams({ limit: "1" }), signal);
}

/** The version that answers now, if it is among these. */
export function answering({ versions, current }: Versions): Version | undefined {
  return versions.find(({ source }) => source.index === current);
}

/** Versions of what a block taught. Of a block that taught nothing it is said what it is instead. */
export async function versionsOf(
  block: number,
  query: URLSearchParams,
  signal?: AbortSignal,
): Promise<Reply<Versions>> {
  const reply = await read(block, query, signal);
  if (reply.ok || reply.problem.kind !== "no_such_block") return reply;
  const found = await call<Block>(`genome/blocks/${block}`, signal ? { signal } : {});
  if (!found.ok) return reply;
  const kind = OTHERS[found.value.event as keyof typeof OTHERS];
  return kind ? { ok: false, problem: problemOfPage(kind) } : reply;
}

async function read(block: number, query: URLSearchParams, signal?: AbortSignal): Promise<Reply<Versions>> {
  const reply = await call<Versions>(`associations/${block}/versions?${query}`, signal ? { signal } : {});
  if (reply.ok && !signal?.aborted) note(block, reply.value);
  return reply;
}

/** What else a block may be. */
const OTHERS = { GENESIS: "block_begins", ASK: "block_asks", FORGET: "block_forgets" } as const;
