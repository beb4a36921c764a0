// What can go wrong with a request: the node's problem documents (RFC 9457), and requests that never reached the node.
import type { components } from "./schema";

type Document = components["schemas"]["Problem"];

export interface Problem {
  /** The last part of the document's type, such as `queue_full`; `unreachable`, `signed_out`, `unreadable_answer` and those of proxies are the page's own. */
  kind: string;
  /** The node's own words, in English; empty for the page's own kinds. */
  detail: string;
  /** The HTTP status; null when there was no answer. */
  status: number | null;
  /** The trace of the command that failed. */
  trace: string | null;
}

export const SIGNED_OUT = problemOfPage("signed_out");
export const UNREACHABLE = problemOfPage("unreachable");

/** A problem that the page sees by itself, without the node's words. */
export function problemOfPage(kind: string): Problem {
  return { kind, detail: "", status: null, trace: null };
}

/** What a proxy in front of the node says in its place. */
export function refusedByProxy(status: number): Problem {
  const kind =
    status === 413 ? "too_large_for_proxy" : status === 429 ? "too_many_for_proxy" : "refused_by_proxy";
  return { ...problemOfPage(kind), status };
}

/** The problem in an unsuccessful response. */
export function problemOf(status: number, body: unknown): Problem {
  const document = (typeof body === "object" && body !== null ? body : {}) as Partial<Document>;
  const kind = typeof document.type === "string" ? document.type.split(":").at(-1) : undefined;
  return {
    kind: kind || "unreadable_answer",
    detail: typeof document.detail === "string" ? document.detail : "",
    status,
    trace: document.trace_id ?? null,
  };
}
