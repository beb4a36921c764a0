import { expect, test } from "vitest";
import { type Block, type Inline, parse, withoutMarks } from "./markup";

let seed = 1;
/** The same numbers in each run, from 0 to below the limit. */
const random = (below: number) => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
};
const text = (text: string): Inline => ({ kind: "text", text });
const code = (text: string): Inline => ({ kind: "code", text });
const link = (href: string, label = href): Inline => ({ kind: "link", href, text: label });
const paragraph = (...children: Inline[]): Block => ({ kind: "paragraph", children });
const line: Inline = { kind: "break" };

/** The inline marks of a text of one paragraph. */
function inlines(source: string): Inline[] {
  const [block] = parse(source);
  if (block?.kind !== "paragraph") throw new Error(`no paragraph: ${source}`);
  return block.children;
}

test("text stays as it was written, with its lines and paragraphs", () => {
  expect(parse("one\ntwo\r\n\r\n# three < & _x_ *y*")).toEqual([
    paragraph(text("one"), line, text("two")),
    paragraph(text("# three < & _x_ *y*")),
  ]);
  expect(parse("")).toEqual([]);
});

test("code is between backticks of the same number", () => {
  expect(inlines("run `ls -l` and ``a`b`` or `` ` ``")).toEqual([
    text("run "),
    code("ls -l"),
    text(" and "),
    code("a`b"),
    text(" or "),
    code("`"),
  ]);
  expect(inlines("a ` b `` c")).toEqual([text("a ` b `` c")]);
  expect(inlines("`**no** https://x.org`")).toEqual([code("**no** https://x.org")]);
});

test("bold text may hold code and links, and asterisks without a partner are text", () => {
  expect(inlines("**stop `it`** now")).toEqual([
    { kind: "strong", children: [text("stop "), code("it")] },
    text(" now"),
  ]);
  for (const source of ["2 ** 3", "** a **", "a **b", "****"])
    expect(inlines(source)).toEqual([text(source)]);
});

test("code wins over bold text and links that would cut through it", () => {
  const strong = (...children: Inline[]): Inline => ({ kind: "strong", children });
  expect(inlines("**Exclude `**/node_modules` first**")).toEqual([
    strong(text("Exclude "), code("**/node_modules"), text(" first")),
  ]);
  expect(inlines("x**2 and run `rm -rf a/**/b`")).toEqual([text("x**2 and run "), code("rm -rf a/**/b")]);
  expect(inlines("[a `b](https://x.org) c`")).toEqual([text("[a "), code("b](https://x.org) c")]);
  expect(inlines("**[all](https://x.org/**/a)**")).toEqual([strong(link("https://x.org/**/a", "all"))]);
});

test("whatever stands around it, the text of code is never changed", () => {
  const around = ["**", "**", " ", "a", "\nb", "[", "]", "[a](https://x.org/**/b)", "https://x.org", "*"];
  const inside = ["**", "**/", "`", "a", "[a](https://x.org)", "]", "(", "- "];
  const some = (pieces: string[], most: number) =>
    Array.from({ length: random(most) }, () => pieces[random(pieces.length)]).join("");
  const codesIn = (one: Inline): string[] =>
    one.kind === "code" ? [one.text] : one.kind === "strong" ? one.children.flatMap(codesIn) : [];
  for (let round = 0; round < 3000; round += 1) {
    const codes = Array.from({ length: 1 + random(3) }, () => `x${some(inside, 6).replace(/`+/g, "`")}x`);
    const source = codes.map((one) => `${some(around, 6)}\`\`${one}\`\``).join("") + some(around, 6);
    // Two that touch are one run of backticks.
    if (/`{3}/.test(source)) continue;
    expect(inlines(`.${source}`).flatMap(codesIn), JSON.stringify(source)).toEqual(codes);
  }
});

test("a line reads without its marks", () => {
  expect(withoutMarks("1. **Stop `a**b`**, see [it](https://x.org) **")).toBe("1. Stop a**b, see it **");
});

test("links are http, https and mailto, and nothing else is one", () => {
  expect(inlines("see https://example.org/a_(b)?c=1, (http://x.org).")).toEqual([
    text("see "),
    link("https://example.org/a_(b)?c=1"),
    text(", ("),
    link("http://x.org"),
    text(")."),
  ]);
  expect(inlines("[the page](https://x.org/(1)) or [mail](mailto:a@b.org)")).toEqual([
    link("https://x.org/(1)", "the page"),
    text(" or "),
    link("mailto:a@b.org", "mail"),
  ]);
  expect(inlines("**https://x.org**")).toEqual([{ kind: "strong", children: [link("https://x.org")] }]);
  for (const source of [
    "[x](javascript:alert(1))",
    "javascript:alert(1)",
    "[x](data:text/html,x)",
    "[x](https:)",
    "xhttps://x.org",
    "[x] (https)",
    "[](https)",
    "ftp://x.org",
  ]) {
    expect(inlines(source)).toEqual([text(source)]);
  }
});

test("fenced code ends with a fence as long, or with the text", () => {
  expect(parse("Run:\n```sh\nls **x**\n\n  y\n```\nthen")).toEqual([
    paragraph(text("Run:")),
    { kind: "code", text: "ls **x**\n\n  y" },
    paragraph(text("then")),
  ]);
  expect(parse("~~~~\n~~~\na")).toEqual([{ kind: "code", text: "~~~\na" }]);
});

test("lists have items with all that is indented below them", () => {
  const source = "1. Stop it:\n   ```\n   stop\n   ```\n2. Wait\n   - a\n   - b\n\n3) Start\n\nDone";
  expect(parse(source)).toEqual([
    {
      kind: "list",
      start: 1,
      items: [
        [paragraph(text("Stop it:")), { kind: "code", text: "stop" }],
        [
          paragraph(text("Wait")),
          { kind: "list", start: null, items: [[paragraph(text("a"))], [paragraph(text("b"))]] },
        ],
        [paragraph(text("Start"))],
      ],
    },
    paragraph(text("Done")),
  ]);
  expect(parse("- one\n- two")).toEqual([
    { kind: "list", start: null, items: [[paragraph(text("one"))], [paragraph(text("two"))]] },
  ]);
  expect(inlines("-5 degrees")).toEqual([text("-5 degrees")]);
  const list = (...items: Block[][]): Block => ({ kind: "list", start: null, items });
  const item = (said: string, ...rest: Block[]) => [paragraph(text(said)), ...rest];
  expect(parse("- one\n  - two\n    - three\n  - four\n- five")).toEqual([
    list(item("one", list(item("two", list(item("three"))), item("four"))), item("five")),
  ]);
  expect(parse("  - one\n  - two\n - three")).toEqual([list(item("one"), item("two"), item("three"))]);
});

test("a task in a list has a box, done or not", () => {
  const task = (done: boolean, ...rest: Inline[]) => paragraph({ kind: "task", done }, ...rest);
  expect(parse("- [ ] drain `it`\n- [x] stop\n- none\n1. [X] wait")).toEqual([
    {
      kind: "list",
      start: null,
      items: [
        [task(false, text("drain "), code("it"))],
        [task(true, text("stop"))],
        [paragraph(text("none"))],
      ],
    },
    { kind: "list", start: 1, items: [[task(true, text("wait"))]] },
  ]);
  expect(inlines("[x] no list")).toEqual([text("[x] no list")]);
  expect(parse("- [y] a")).toEqual([{ kind: "list", start: null, items: [[paragraph(text("[y] a"))]] }]);
});

/** Every text of a tree. */
function said(blocks: Block[]): string {
  const inline = (one: Inline): string =>
    one.kind === "break" || one.kind === "task"
      ? ""
      : one.kind === "strong"
        ? one.children.map(inline).join("")
        : one.text;
  const block = (one: Block): string =>
    one.kind === "code"
      ? one.text
      : one.kind === "list"
        ? one.items.map((item) => item.map(block).join("")).join("")
        : one.children.map(inline).join("");
  return blocks.map(block).join("");
}

test("no text is lost, and none is made up", () => {
  const pieces = [
    "a",
    " ",
    "\n",
    "\n\n",
    "`",
    "``",
    "```",
    "**",
    "*",
    "- ",
    "1. ",
    "[",
    "]",
    "(",
    ")",
    "https://x.org",
  ];
  const letters = (source: string) => source.replace(/[^a]/g, "").length + source.split("x.org").length;
  for (let round = 0; round < 3000; round += 1) {
    const source = Array.from({ length: random(30) }, () => pieces[random(pieces.length)]).join("");
    const tree = said(parse(source));
    // A fence's own line is no text.
    const fenced = /^ {0,3}(`{3,}|~{3,})/m.test(source) || /[-.)] +(`{3,})/.test(source);
    if (!fenced) expect(letters(tree), JSON.stringify(source)).toBe(letters(source));
  }
});

test("a hostile text of 64 KiB is read: what grows with the square of its length would not end in time", () => {
  for (const piece of [
    "`",
    "``` ",
    "**",
    "** a",
    "[",
    "[a](",
    "- ",
    "1. a\n",
    "> ",
    "https://",
    "[a](http://(",
    "` `` ",
    "   - a\n\n",
    "** `**` ",
    "[`](http://a) ",
  ]) {
    expect(parse(piece.repeat(Math.ceil(65_536 / piece.length))).length).toBeGreaterThan(0);
  }
});
