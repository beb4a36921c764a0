import { expect, test } from "vitest";
import { bytesOf, isWhole, lessonIn, withLineEnds } from "./lesson";

test("an arrow between blanks makes a lesson; the first one counts", () => {
  expect(lessonIn("When? -> Now")).toEqual({ stimulus: "When?", response: "Now" });
  expect(lessonIn("Когда? → Сейчас")).toEqual({ stimulus: "Когда?", response: "Сейчас" });
  expect(lessonIn("f -> g -> h")).toEqual({ stimulus: "f", response: "g -> h" });
  expect(lessonIn("Deploy?\n->\nmake deploy\nmake check")).toEqual({
    stimulus: "Deploy?",
    response: "make deploy\nmake check",
  });
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

test("a text with Windows line ends keeps them although a field knows no others", () => {
  expect(withLineEnds("a\r\nb", "a\nb\nc")).toBe("a\r\nb\r\nc");
  expect(withLineEnds("a\nb", "a\nb\nc")).toBe("a\nb\nc");
  expect(withLineEnds("\r\na\nb", "\na\nb")).toBe("\na\nb");
  expect(withLineEnds("a", "a\nb")).toBe("a\nb");
});
