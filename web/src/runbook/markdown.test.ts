import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { inline, parse } from "./markdown";

const text = (text: string) => ({ kind: "text", text });
const code = (text: string) => ({ kind: "code", text });

test("a line has links, code and bold text, and nothing inside code", () => {
  expect(inline("See `a [b](c) **d**` and [`the` *last*](#x-1).")).toEqual([
    text("See "),
    code("a [b](c) **d**"),
    text(" and "),
    {
      kind: "link",
      to: "#x-1",
      children: [code("the"), text(" "), { kind: "emphasis", children: [text("last")] }],
    },
    text("."),
  ]);
  expect(inline("**Never `rm`** 2 * 3 * 4")).toEqual([
    { kind: "strong", children: [text("Never "), code("rm")] },
    text(" 2 * 3 * 4"),
  ]);
  expect(inline("a [b] (c) `d")).toEqual([text("a [b] (c) `d")]);
});

test("blocks are told apart, and lines of one are joined", () => {
  const blocks = parse("One\ntwo.\n\n```sh\n# no heading\n\n| no table\n```\n- a\n  b\n- c\n\n1. d\n2. e\n");
  expect(blocks).toEqual([
    { kind: "paragraph", children: [text("One two.")] },
    { kind: "code", text: "# no heading\n\n| no table" },
    { kind: "list", ordered: false, items: [[text("a b")], [text("c")]] },
    { kind: "list", ordered: true, items: [[text("d")], [text("e")]] },
  ]);
});

test("a bar in a cell is no border", () => {
  expect(parse("| a | b |\n|---|:-:|\n| `x \\| y` | |\n")).toEqual([
    { kind: "table", head: [[text("a")], [text("b")]], rows: [[[code("x | y")], []]] },
  ]);
});

test("a fence that is not closed ends with the text", () => {
  expect(parse("```\na")).toEqual([{ kind: "code", text: "a" }]);
});

describe.each(["operations.md", "operations.ru.md"])("%s", (file) => {
  const lines = readFileSync(`../docs/${file}`, "utf8")
    .split("\n")
    .filter((line) => !line.startsWith("#"));

  test("nothing of its marks is left in the text", () => {
    const left: string[] = [];
    const look = (of: unknown): void => {
      if (Array.isArray(of)) of.forEach(look);
      else if (typeof of === "object" && of !== null) {
        const part = of as { kind?: string; text?: string };
        if (part.kind === "text" && /`|\*\*|\]\(|^\|/.test(part.text ?? "")) left.push(part.text ?? "");
        if (part.kind !== "code") Object.values(of).forEach(look);
      }
    };
    look(parse(lines.join("\n")));
    expect(left).toEqual([]);
  });
});
