import { expect, test, vi } from "vitest";
import { LineReader, lines } from "./lines";

const TEXT = '{"row":1,"stimulus":"Где?"}\r\n{"row":2}\n\n{"done":{}}\n';

test("lines are read alike, however they are cut", () => {
  for (let cut = 0; cut <= TEXT.length; cut += 1) {
    const reader = new LineReader();
    const read = [...reader.take(TEXT.slice(0, cut)), ...reader.take(TEXT.slice(cut))];
    expect(read.map((line) => JSON.parse(line))).toEqual([
      { row: 1, stimulus: "Где?" },
      { row: 2 },
      { done: {} },
    ]);
  }
});

test("a line that was cut off is none", () => {
  expect(new LineReader().take('{"row":1}\n{"row":')).toEqual(['{"row":1}']);
});

test("a file goes as it is, and a refusal comes back as a problem", async () => {
  const sent = vi.fn(async (_path: string, _request: RequestInit) =>
    Response.json(
      { type: "urn:kolibri:problem:unreadable_file", detail: "no columns" },
      { status: 422, headers: { "content-type": "application/problem+json" } },
    ),
  );
  vi.stubGlobal("fetch", sent);
  const file = new Blob(["a,b"]);
  const signal = new AbortController().signal;
  const problem = await lines("import", { method: "POST", file, signal }, () => {});
  expect(problem).toMatchObject({ kind: "unreadable_file", detail: "no columns", status: 422 });
  const [, request] = sent.mock.calls[0] ?? [];
  expect(request?.body).toBe(file);
  expect(new Headers(request?.headers).get("content-type")).toBe("application/octet-stream");
});
