import { expect, test } from "vitest";
import type { RecallState } from "../api/types";
import { language } from "../settings/preferences";
import { recall } from "./recall";

const GOOD: RecallState = {
  precision: 0.9,
  model: "multilingual-e5-small-ru-en/44bdf334492e63f6",
  sent_to: null,
  known: 12,
  missing: 0,
  by_words_alone: null,
};

test("it is good only when all meanings are known", () => {
  language.choose("en");
  expect(recall(GOOD)).toMatchObject({ value: "By meaning", tone: "good" });
  for (const state of [
    { ...GOOD, missing: 1 },
    { ...GOOD, known: 0 },
  ]) {
    expect(recall(state)).toMatchObject({ value: "By meaning", tone: "neutral" });
  }
});

test("by words alone is never good: a choice without a model, a fault with one", () => {
  language.choose("en");
  const why = { by_words_alone: "the model at models.example cannot be reached" };
  expect(recall({ ...GOOD, ...why })).toMatchObject({ value: "By words alone", tone: "bad" });
  expect(recall({ ...GOOD, ...why, model: null })).toMatchObject({
    value: "By words alone",
    tone: "neutral",
  });
});
