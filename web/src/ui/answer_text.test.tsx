import { render } from "preact";
import { expect, test } from "vitest";
import { AnswerText } from "./answer_text";

const page = document.createElement("div");

function shown(text: string): HTMLElement {
  render(null, page);
  render(<AnswerText text={text} />, page);
  return page;
}

const directions = (text: string, of: string) =>
  [...shown(text).querySelectorAll(of)].map((element) => element.getAttribute("dir"));

test.each([
  ["- שלום\n- עולם", "ul", ["rtl"]],
  ["1. مرحبا\n2. hello", "ol", ["rtl"]],
  ["- hello\n- שלום", "ul", ["ltr"]],
  ["- `code` https://wiki.example/x **שלום**", "ul", ["rtl"]],
  ["- 1\n- 2", "ul", [null]],
  ["- hello\n  - שלום", "ul", ["ltr", "rtl"]],
  ["```\nשלום\n```\n\n- `שלום`", "ul", [null]],
])("a list begins on the side where its language does: %j", (text, of, expected) => {
  expect(directions(text, of)).toEqual(expected);
});

test("each paragraph runs as its own language does, and code and addresses from left to right", () => {
  const text = "שלום `rm -rf` https://wiki.example/x\n\nhello\n\n- שלום\n\n```\nmake\n```";
  expect(directions(text, "p")).toEqual(["auto", "auto", "auto"]);
  expect(directions(text, "li")).toEqual([null]);
  expect(directions(text, "p code, pre, p a")).toEqual(["ltr", "ltr", "ltr"]);
});
