import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import type { Suggestion } from "../api/types";
import { type Neighbours, useNeighbours } from "./neighbours";

const root = document.createElement("div");
let current: Neighbours;

afterEach(() => render(null, root));

function Form({ response }: { response: string }) {
  current = useNeighbours({ stimulus: "Lunch when?", response });
  return null;
}

test("who takes the answer of a question like this one names its block", async () => {
  const near = [{ stimulus: "When is lunch?", answer: "At noon", source: { index: 7, hash: "" } }];
  vi.stubGlobal("fetch", async () =>
    Response.json({ effect: "new", current: null, near, same: [], same_total: 0 }),
  );
  const passed = async (response: string) => {
    let found: unknown;
    await act(() => render(<Form response={response} />, root));
    await act(async () => {
      found = await current.gate();
    });
    return found;
  };
  expect(await passed("At noon")).toEqual({ replaces: null, unchanged: false, answer_of: 7 });
  expect(await passed("At one")).toEqual({ why: "near_is_taught", block: null });
});

/** What the node knows of one question like this one, or of none. */
function nodeWith(...near: { answer: string; block: number }[]) {
  const all = near.map(({ answer, block }) => ({
    stimulus: "When is lunch?",
    answer,
    source: { index: block, hash: "" },
  }));
  vi.stubGlobal("fetch", async () =>
    Response.json({ effect: "new", current: null, near: all, same: [], same_total: 0 }),
  );
  return all as unknown as Suggestion[];
}

async function passed(response: string) {
  let found: unknown;
  await act(() => render(<Form response={response} />, root));
  await act(async () => {
    found = await current.gate();
  });
  return found;
}

test("what was taken over is not taught back if it was forgotten meanwhile: its block is still named", async () => {
  const [one] = nodeWith({ answer: "At noon", block: 7 });
  expect(await passed("At one")).toEqual({ why: "near_is_taught", block: null });
  act(() => current.take(one as Suggestion));
  nodeWith();
  expect(await passed("At noon")).toEqual({ replaces: null, unchanged: false, answer_of: 7 });
  // Another text is one's own.
  expect(await passed("At two")).toEqual({ replaces: null, unchanged: false });
});

test("what was written word for word as a near answer, and seen so, counts as taken over", async () => {
  nodeWith({ answer: "At noon", block: 7 });
  expect(await passed("At noon")).toMatchObject({ answer_of: 7 });
  nodeWith();
  expect(await passed("At noon")).toMatchObject({ answer_of: 7 });
});
