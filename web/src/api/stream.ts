// Server-sent events with fetch, because EventSource cannot send the token.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

import { send, unanswered } from "./client";
import { type Problem, problemOf, UNREACHABLE } from "./problem";

export interface StreamEvent {
  name: string;
  data: string;
}

/** Reads complete events from text that arrives in pieces. */
export class EventParser {
  #rest = "";

  /** The events that this piece completes. */
  take(piece: string): StreamEvent[] {
    const blocks = (this.#rest + piece).replaceAll("\r\n", "\n").split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.map(parse).filter((event) => event !== null);
  }
}

function parse(block: string): StreamEvent | null {
  let name = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (field === "event") name = value ?? "";
    if (field === "data") data.push(value ?? "");
  }
  return data.length > 0 ? { name, data: data.join("\n") } : null;
}

/**
 * Follows a progress stream until its event `end`, and reports each state. Returns null then, or the problem that cut it off.
 */
export async function follow<T>(
  path: string,
  tell: (state: T) => void,
  signal: AbortSignal,
): Promise<Problem | null> {
  try {
    const response = await send(path, { signal });
    if (!response.ok) return problemOf(response.status, await response.json().catch(() => null));
    if (!response.body) return UNREACHABLE;
    const parser = new EventParser();
    const pieces = response.body.pipeThrough(new TextDecoderStream());
    for await (const piece of pieces) {
      for (const event of parser.take(piece)) {
        tell(JSON.parse(event.data) as T);
        if (event.name === "end") return null;
      }
    }
  } catch (error) {
    return unanswered(error, signal);
  }
  return UNREACHABLE;
}
