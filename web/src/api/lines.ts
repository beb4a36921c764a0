// A response that comes as lines of JSON, each told as it arrives.
import { type Request, send, unanswered } from "./client";
import { type Problem, problemOf, UNREACHABLE } from "./problem";

/** Reads complete lines from text that arrives in pieces. */
export class LineReader {
  #rest = "";

  /** The lines that this piece completes. */
  take(piece: string): string[] {
    const lines = (this.#rest + piece).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.filter((line) => line.trim() !== "");
  }
}

/**
 * Tells each piece of the response as the lines that it completes. Returns null at its end, or the problem that cut it off;
 * whether a last line is missing is for the caller to see.
 */
export async function lines<T>(
  path: string,
  request: Request & { signal: AbortSignal },
  tell: (lines: T[]) => void,
): Promise<Problem | null> {
  try {
    const response = await send(path, request);
    if (!response.ok) return problemOf(response.status, await response.json().catch(() => null));
    if (!response.body) return UNREACHABLE;
    const reader = new LineReader();
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      const complete = reader.take(piece).map((line) => JSON.parse(line) as T);
      if (complete.length > 0) tell(complete);
    }
    return null;
  } catch (error) {
    return unanswered(error, request.signal);
  }
}
