// What can go wrong with a request: the node's problem documents (RFC 9457), and requests that never reached the node.
import type { components } from "./schema";

type Document = components["schemas"]["Problem"];

export interface Problem {
  /** The last part of the document's type, such as `queue_full`; `unreachable`, `signed_out` and `unreadable_answer` are the page's own. */
  kind: string;
  /** The node's own words, in English; empty for the page's own kinds. */
  detail: string;
  /** The HTTP status; null when there was no answer. */
  status: number | null;
  /** The trace of the command that failed. */
  trace: string | null;
}

export const SIGNED_OUT: Problem = { kind: "signed_out", detail: "", status: null, trace: null };
export const UNREACHABLE: Problem = { kind: "unreachable", detail: "", status: null, trace: null };

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
