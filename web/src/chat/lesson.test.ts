import { expect, test } from "vitest";
import { bytesOf, isWhole, lessonIn, textOf } from "./lesson";

test("an arrow between blanks makes a lesson; the first one counts", () => {
  expect(lessonIn("When? -> Now")).toEqual({ stimulus: "When?", response: "Now" });
  expect(lessonIn("Когда? → Сейчас")).toEqual({ stimulus: "Когда?", response: "Сейчас" });
  expect(lessonIn("f -> g -> h")).toEqual({ stimulus: "f", response: "g -> h" });
  expect(lessonIn("Deploy?\n->\nmake deploy\nmake check")).toEqual({
    stimulus: "Deploy?",
    response: "make deploy\nmake check",
  });
});

test("a lesson that was refused is copied as it can be written again", () => {
  const lesson = { stimulus: "When?", response: "Now -> then" };
  expect(lessonIn(textOf(lesson))).toEqual(lesson);
});

test("an arrow inside a word is a question like any other", () => {
  expect(lessonIn("what does p->next mean")).toBeNull();
  expect(lessonIn("When?")).toBeNull();
});

test("a lesson needs both sides", () => {
  for (const half of ["-> answer", "question ->", "->"]) {
    const lesson = lessonIn(half);
    expect(lesson && isWhole(lesson), half).toBe(false);
  }
});

test("lengths are counted in bytes, as the node counts them", () => {
  expect(bytesOf("да")).toBe(4);
});

test("white space alone is no side of a lesson, but belongs to a text", () => {
  expect(isWhole({ stimulus: "a", response: " \n" })).toBe(false);
  expect(isWhole({ stimulus: "a", response: "  b\n" })).toBe(true);
});
