// The one place where requests leave the page. They go to this origin's API, with the token. No question and no answer is in a
// URL; the words of a search in Knowledge are, because the page's own address holds them as well.
import { answered, lost, refusedByOther, signedOut } from "./connection";
import { type Problem, problemOf, refusedByProxy, SIGNED_OUT, UNREACHABLE } from "./problem";
import { refused, token } from "./token";

/** Where this script is; in a variable, since the builder would take it for a file to be bundled. */
const place = import.meta.url;
/**
 * Next to the page's files: a reverse proxy may serve them below a path, and the page's own address may lack the slash at its
 * end.
 */
const NODE = import.meta.env.PROD ? new URL("../", place).href : "";

/** The address of what the node serves besides its page, for a link. */
export function nodeAddress(path: string): string {
  return NODE + path;
}

/** The address of an operation, for a link. */
export function addressOf(path: string): string {
  return nodeAddress(`api/v1/${path}`);
}

/** A node that takes longer is treated as unreachable. Milliseconds. */
const PATIENCE = 15_000;

export type Reply<T> = { ok: true; value: T; status: number } | { ok: false; problem: Problem };

export interface Request {
  method?: "GET" | "POST" | "DELETE";
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  file?: Blob;
  /** How long the node may take; normally `PATIENCE`. Milliseconds. */
  patience?: number;
  /** The trace id that the node will use for this command, 32 hex digits. */
  trace?: string;
  signal?: AbortSignal;
}

/** Calls the API. Never throws: a problem is a reply too. */
export async function call<T>(path: string, request: Request = {}): Promise<Reply<T>> {
  const timeout = AbortSignal.timeout(request.patience ?? PATIENCE);
  const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
  try {
    const response = await send(path, { ...request, signal });
    // A response that is cut off does not count: reading it throws.
    const body = parse(await response.text());
    if (!response.ok || body === undefined) return { ok: false, problem: problemOf(response.status, body) };
    return { ok: true, value: body as T, status: response.status };
  } catch (error) {
    return { ok: false, problem: unanswered(error, request.signal) };
  }
}

/** Why there was no answer. */
export function unanswered(error: unknown, signal: AbortSignal | undefined): Problem {
  if (error instanceof SignedOut) {
    signedOut();
    return SIGNED_OUT;
  }
  if (error instanceof Refused) {
    refusedByOther();
    return refusedByProxy(error.status, error.isFile);
  }
  if (!signal?.aborted) lost();
  return UNREACHABLE;
}

/** A proxy in front of the node wants to know who is there. */
class SignedOut extends Error {}

/** A proxy in front of the node cannot reach it. */
class Unreached extends Error {}

/** A proxy in front of the node does not let a request through. */
class Refused extends Error {
  constructor(
    readonly status: number,
    readonly isFile: boolean,
  ) {
    super();
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

/** Sends a request; the body of the response is not read yet. Throws if it is not the node that answered. */
export async function send(path: string, request: Request): Promise<Response> {
  // Proxies that sign people in then answer 401 to who is signed out, and no page of their own.
  const headers = new Headers({ accept: "application/json" });
  const used = token.value;
  if (used) headers.set("authorization", `Bearer ${used}`);
  if (request.trace) headers.set("traceparent", `00-${request.trace}-${request.trace.slice(16)}-01`);
  if (request.body !== undefined) headers.set("content-type", "application/json");
  if (request.file) headers.set("content-type", "application/octet-stream");
  const response = await fetch(addressOf(path), {
    method: request.method ?? "GET",
    headers,
    cache: "no-store",
    // A proxy that signs people in knows them by a cookie. The node itself takes no cookies.
    credentials: "same-origin",
    // The node never redirects.
    redirect: "manual",
    body: request.file ?? (request.body === undefined ? null : JSON.stringify(request.body)),
    signal: request.signal ?? null,
  });
  checkSender(response, request.file !== undefined);
  // A response to a token that was replaced meanwhile says nothing about the current one.
  if (used !== token.value) return response;
  refused.value = used !== null && response.status === 401;
  answered(response.status);
  return response;
}

/**
 * A sign-in page, or where it is, comes from a proxy; so does everything that is not good and no problem document, as the node
 * writes them.
 */
function checkSender(response: Response, isFile: boolean): void {
  const type = response.headers.get("content-type") ?? "";
  const { status } = response;
  if (response.type === "opaqueredirect") throw new SignedOut();
  if (response.ok) {
    if (type.startsWith("text/html")) throw new SignedOut();
    return;
  }
  if (type.startsWith("application/problem+json")) return;
  if (status === 401) throw new SignedOut();
  throw status >= 500 ? new Unreached() : new Refused(status, isFile);
}

/** A new random trace id. */
export function newTrace(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
