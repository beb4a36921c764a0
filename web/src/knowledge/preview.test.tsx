import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Checking, usePreview } from "./preview";

const root = document.createElement("div");
let asked: { body: unknown; answer: (effect: string) => void; signal: AbortSignal | null }[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  vi.stubGlobal("fetch", (_path: string, request: RequestInit) => {
    return new Promise((resolve, reject) => {
      const answer = (effect: string) => resolve(Response.json({ effect, current: null, near: [] }));
      request.signal?.addEventListener("abort", () => reject(new Error("aborted")));
      asked.push({ body: JSON.parse(String(request.body)), answer, signal: request.signal ?? null });
    });
  });
});

afterEach(() => {
  render(null, root);
  vi.useRealTimers();
});

let current: Checking;

function Form({ response }: { response: string }) {
  current = usePreview({ stimulus: "How?", response });
  return null;
}

/** Writes an answer in a form that uses the hook. */
async function write(response: string): Promise<() => Checking> {
  await act(() => render(<Form response={response} />, root));
  return () => current;
}

test("the node is asked once the writing pauses, and a question that was overtaken is broken off", async () => {
  const pause = (time: number) => act(async () => void (await vi.advanceTimersByTimeAsync(time)));
  for (const text of ["s", "so", "so."]) {
    await write(text);
    await pause(100);
  }
  expect(asked.map(({ body }) => body)).toEqual([]);
  await pause(200);
  expect(asked.map(({ body }) => body)).toEqual([{ stimulus: "How?", response: "so." }]);
  const form = await write("so it is");
  await pause(300);
  expect(asked[0]?.signal?.aborted).toBe(true);
  asked[1]?.answer("new");
  await pause(0);
  expect(form().checked?.lesson.response).toBe("so it is");
});

test("nothing is asked about half a lesson", async () => {
  await write("  ");
  await act(() => void vi.advanceTimersByTime(1000));
  expect(asked).toEqual([]);
});

test("what a press asks is not lost when the pause ends meanwhile", async () => {
  const form = await write("so");
  const pressed = form().check();
  await act(() => void vi.advanceTimersByTime(300));
  expect(asked).toHaveLength(2);
  asked[0]?.answer("replaced");
  expect((await pressed)?.preview.effect).toBe("replaced");
});
