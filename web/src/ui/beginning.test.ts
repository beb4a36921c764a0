import { expect, test } from "vitest";
import { beginning as beginningIn } from "./beginning";

const beginning = (text: string) => beginningIn(text, { lines: 4, length: 280 });

test("a short text is shown as it is", () => {
  for (const text of ["", "At noon", "one\ntwo\nthree\nfour", "я".repeat(280)])
    expect(beginning(text)).toBeNull();
});

test("of many lines the first four are shown", () => {
  expect(beginning("1\n2\n3\n4\n5\n6")).toBe("1\n2\n3\n4\n…");
});

test("a long line ends between two words, and inside of one only if it has to", () => {
  const words = "word ".repeat(100);
  expect(beginning(words)).toBe(`${"word ".repeat(56).trimEnd()}…`);
  expect(beginning("я".repeat(281))).toBe(`${"я".repeat(280)}…`);
});

test("no character is cut in two", () => {
  expect(beginning("🐦".repeat(300))).toBe(`${"🐦".repeat(280)}…`);
});
