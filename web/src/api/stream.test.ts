import { afterEach, expect, test, vi } from "vitest";
import { EventParser, follow } from "./stream";

test("events are read whole, however they are cut", () => {
  const text = 'event: progress\ndata: {"done":1}\n\n: still here\n\nevent: end\r\ndata: {"done":2}\r\n\r\n';
  const parser = new EventParser();
  const events = Array.from(text).flatMap((letter) => parser.take(letter));
  expect(events).toEqual([
    { name: "progress", data: '{"done":1}' },
    { name: "end", data: '{"done":2}' },
  ]);
});

afterEach(() => vi.unstubAllGlobals());

function serve(...pieces: string[]): void {
  const encoder = new TextEncoder();
  const body = () =>
    new ReadableStream({
      start(stream) {
        for (const piece of pieces) stream.enqueue(encoder.encode(piece));
        stream.close();
      },
    });
  vi.stubGlobal("fetch", async () => new Response(body(), { status: 200 }));
}

test("a stream is followed to its end", async () => {
  serve(
    'event: progress\ndata: {"done":1}\n\neve',
    'nt: end\ndata: {"done":2}\n\nevent: progress\ndata: {}\n\n',
  );
  const told: unknown[] = [];
  expect(await follow("x", (state) => told.push(state), new AbortController().signal)).toBeNull();
  expect(told).toEqual([{ done: 1 }, { done: 2 }]);
});

test("a stream without an end was broken off", async () => {
  serve('event: progress\ndata: {"done":1}\n\n');
  const problem = await follow("x", () => {}, new AbortController().signal);
  expect(problem?.kind).toBe("unreachable");
});
