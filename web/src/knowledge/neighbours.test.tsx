import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test, vi } from "vitest";
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
