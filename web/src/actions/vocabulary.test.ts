import { expect, test } from "vitest";
import { type Action, bucketOf, isWithinVocabulary, statusClass } from "./vocabulary";

const REQ = "4bf92f3577b34da6a3ce929d0e0e4736";

/** An action as a careless caller might build it. */
const careless = (fields: Record<string, unknown>) => fields as unknown as Action;

test("what the vocabulary holds may be recorded", () => {
  expect(
    isWithinVocabulary({
      action: "chat.ask",
      event: "ASK",
      req: REQ,
      status: "2xx",
      le: 0.025,
      outcome: "answered",
    }),
  ).toBe(true);
  expect(isWithinVocabulary({ action: "screen.open", screen: "genome" })).toBe(true);
});

test("a value or a field outside of it drops the line", () => {
  const outside: Record<string, unknown>[] = [
    {},
    { action: "chat.ask", outcome: "my secret" },
    { action: "what is my secret" },
    { action: "chat.ask", stimulus: "secret" },
    { action: "genome.open_block", block: 302 },
    { action: "chat.ask", req: "secret" },
    { action: "chat.ask", req: `${REQ}0` },
    { action: "chat.ask", le: 17 },
    { action: "chat.ask", toString: "secret" },
    { action: "chat.ask", status: undefined },
  ];
  for (const action of outside)
    expect(isWithinVocabulary(careless(action)), JSON.stringify(action)).toBe(false);
});

test("times fall into the buckets of the node's own histogram", () => {
  expect(bucketOf(3)).toBe(0.005);
  expect(bucketOf(5)).toBe(0.005);
  expect(bucketOf(5.1)).toBe(0.01);
  expect(bucketOf(10_000)).toBe(10);
  expect(bucketOf(10_001)).toBe("+Inf");
});

test("statuses are told by their class", () => {
  expect([201, 404, 503, null].map(statusClass)).toEqual(["2xx", "4xx", "5xx", "none"]);
});
