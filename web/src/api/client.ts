// The one place where requests leave the page. They go to this origin's API, with the token, never with text in the URL.
import { answered, lost } from "./connection";
import { type Problem, problemOf, UNREACHABLE } from "./problem";
import { refused, token } from "./token";

/** Relative to the page, which may be served below a path of a reverse proxy. */
const API = "api/v1/";
/** A node that takes longer is treated as unreachable. Milliseconds. */
const PATIENCE = 15_000;

export type Reply<T> = { ok: true; value: T; status: number } | { ok: false; problem: Problem };

export interface Request {
  method?: "GET" | "POST" | "DELETE";
  /** Sent as JSON. */
  body?: unknown;
  /** The trace id that the node will use for this command, 32 hex digits. */
  trace?: string;
  signal?: AbortSignal;
}

/** Calls the API. Never throws: a problem is a reply too. */
export async function call<T>(path: string, request: Request = {}): Promise<Reply<T>> {
  const timeout = AbortSignal.timeout(PATIENCE);
  const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
  try {
    const response = await send(path, { ...request, signal });
    // A response that is cut off does not count: reading it throws.
    const body = parse(await response.text());
    if (!response.ok || body === undefined) return { ok: false, problem: problemOf(response.status, body) };
    return { ok: true, value: body as T, status: response.status };
  } catch {
    if (!request.signal?.aborted) lost();
    return { ok: false, problem: UNREACHABLE };
  }
}

/** The text parsed as JSON; null if empty, undefined if it is not JSON. */
function parse(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Sends a request; the body of the response is not read yet. */
export async function send(path: string, request: Request): Promise<Response> {
  const headers = new Headers();
  const used = token.value;
  if (used) headers.set("authorization", `Bearer ${used}`);
  if (request.trace) headers.set("traceparent", `00-${request.trace}-${request.trace.slice(16)}-01`);
  if (request.body !== undefined) headers.set("content-type", "application/json");
  const response = await fetch(API + path, {
    method: request.method ?? "GET",
    headers,
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
    body: request.body === undefined ? null : JSON.stringify(request.body),
    signal: request.signal ?? null,
  });
  // A response to a token that was replaced meanwhile says nothing about the current one.
  if (used !== token.value) return response;
  refused.value = used !== null && response.status === 401;
  answered(response.status);
  return response;
}

/** A new random trace id. */
export function newTrace(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
