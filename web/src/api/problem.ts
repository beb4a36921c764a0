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
  /** Where another answer was in the way: the block that answers now; null if none does, or that is not known. */
  block?: number | null;
}

export const SIGNED_OUT = problemOfPage("signed_out");
export const UNREACHABLE = problemOfPage("unreachable");

/** A problem that the page sees by itself, without the node's words. */
export function problemOfPage(kind: string): Problem {
  return { kind, detail: "", status: null, trace: null };
}

/** What a proxy in front of the node says in its place; `isFile`: of a file, and not of a text that was written. */
export function refusedByProxy(status: number, isFile = false): Problem {
  return { ...problemOfPage(kindByProxy(status, isFile)), status };
}

function kindByProxy(status: number, isFile: boolean): string {
  if (status === 413) return isFile ? "file_too_large_for_proxy" : "text_too_large_for_proxy";
  if (status === 403) return "not_allowed_by_proxy";
  return status === 429 ? "too_many_for_proxy" : "refused_by_proxy";
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
