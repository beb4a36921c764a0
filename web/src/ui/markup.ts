// The little markup that answers have: links, `code`, fenced code, lists, **bold**, line breaks. Everything else is text as
// it was written. A parser that builds a tree, never HTML; its time grows with the length of the text and no faster.

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong"; children: Inline[] }
  /** `href` begins with http:, https: or mailto:. */
  | { kind: "link"; href: string; text: string }
  | { kind: "break" }
  /** The box of a task, before its text. */
  | { kind: "task"; done: boolean };

export type Block =
  | { kind: "paragraph"; children: Inline[] }
  | { kind: "code"; text: string }
  /** `start`: the first number; null for bullets. */
  | { kind: "list"; start: number | null; items: Block[][] };

/** Deeper lists stay text. */
const DEPTH = 4;
/** A task in a list: `- [ ] to do`, `- [x] done`. */
const TASK = /^\[([ xX])\][ \t]+(?=\S)/;
const FENCE = /^ {0,3}(`{3,}|~{3,})[^`]*$/;
const ITEM = /^( {0,3}(?:[-*•]|(\d{1,9})[.)])[ \t]+)(?=\S)/;
/** The longest label of a link, in characters. */
const LABEL = 300;
const TARGET = /\((https?:\/\/[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*|mailto:[^\s()<>]+)\)/y;
const ADDRESS = /(?:https?:\/\/|mailto:)[^\s<>"`]+/y;

/** The blocks of a text. */
export function parse(text: string): Block[] {
  return blocks(text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").split("\n"), 0);
}

/** One line of a text as it reads without its marks. */
export function withoutMarks(line: string): string {
  return inlines(line).map(said).join("");
}

function said(inline: Inline): string {
  if (inline.kind === "strong") return inline.children.map(said).join("");
  return "text" in inline ? inline.text : " ";
}

function blocks(lines: string[], depth: number): Block[] {
  const found: Block[] = [];
  let paragraph: string[] = [];
  const end = () => {
    if (paragraph.length > 0) found.push({ kind: "paragraph", children: inlines(paragraph.join("\n")) });
    paragraph = [];
  };
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const fence = FENCE.exec(line)?.[1];
    if (fence) {
      end();
      const last = closing(lines, at + 1, fence);
      found.push({ kind: "code", text: lines.slice(at + 1, last).join("\n") });
      at = last + 1;
    } else if (depth < DEPTH && ITEM.test(line)) {
      end();
      const [list, next] = listAt(lines, at, depth);
      found.push(list);
      at = next;
    } else {
      if (line.trim() === "") end();
      else paragraph.push(line);
      at += 1;
    }
  }
  end();
  return found;
}

/** Where fenced code ends: at a fence of the same kind that is as long, or with the text. */
function closing(lines: string[], from: number, fence: string): number {
  const closes = (line: string) => {
    const bare = line.trim();
    return bare.length >= fence.length && bare === fence.charAt(0).repeat(bare.length);
  };
  let at = from;
  while (at < lines.length && !closes(lines[at] ?? "")) at += 1;
  return at;
}

/** A list that begins at a line, and the line behind it. What is indented as far as an item's text belongs to the item. */
function listAt(lines: string[], from: number, depth: number): [Block, number] {
  const number = ITEM.exec(lines[from] ?? "")?.[2];
  const items: string[][] = [];
  let indent = 0;
  let at = from;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const item = ITEM.exec(line);
    // What is indented as far as the text of the item before is a list within it.
    const isNext = items.length === 0 || indentOf(line) < indent;
    if (item && isNext && (item[2] === undefined) === (number === undefined)) {
      indent = item[1]?.length ?? 0;
      items.push([line.slice(indent)]);
    } else if (line.trim() === "" ? goesOn(lines, at, indent) : indentOf(line) >= Math.min(indent, 2)) {
      items.at(-1)?.push(line.slice(Math.min(indentOf(line), indent)));
    } else break;
    at += 1;
  }
  const start = number === undefined ? null : Number(number);
  return [{ kind: "list", start, items: items.map((item) => itemOf(item, depth + 1)) }, at];
}

function itemOf([first = "", ...rest]: string[], depth: number): Block[] {
  const task = TASK.exec(first);
  if (!task) return blocks([first, ...rest], depth);
  const box: Inline = { kind: "task", done: task[1] !== " " };
  const [text, ...more] = blocks([first.slice(task[0].length), ...rest], depth);
  if (text?.kind !== "paragraph")
    return [{ kind: "paragraph", children: [box] }, ...(text ? [text] : []), ...more];
  return [{ ...text, children: [box, ...text.children] }, ...more];
}

/** Whether a list goes on behind an empty line. */
function goesOn(lines: string[], empty: number, indent: number): boolean {
  const next = lines[empty + 1] ?? "";
  return next.trim() !== "" && (indentOf(next) >= Math.min(indent, 2) || ITEM.test(next));
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Reads the inline marks of a text, from left to right. */
function inlines(text: string, inStrong = false): Inline[] {
  const found: Inline[] = [];
  const ticks = new Ticks(text);
  let plain = "";
  const push = (inline: Inline) => {
    if (plain !== "") found.push({ kind: "text", text: plain });
    plain = "";
    found.push(inline);
  };
  /** No pair of asterisks comes from here on. */
  let noStrong = inStrong;
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    const rest: [Inline, number] | null =
      character === "`"
        ? ticks.codeAt(at)
        : character === "["
          ? labelled(text, at, ticks)
          : character === "h" || character === "m"
            ? bare(text, at)
            : null;
    if (rest) {
      push(rest[0]);
      at = rest[1];
    } else if (character === "`") {
      const end = ticks.endOf(at);
      plain += text.slice(at, end);
      at = end;
    } else if (character === "\n") {
      push({ kind: "break" });
      at += 1;
    } else if (character === "*" && !noStrong && text.startsWith("**", at)) {
      const end = strongEnd(text, at + 2, ticks);
      if (end === -1) noStrong = true;
      else if (end > at + 2 && !/^\s|\s$/.test(text.slice(at + 2, end))) {
        push({ kind: "strong", children: inlines(text.slice(at + 2, end), true) });
        at = end + 2;
        continue;
      }
      plain += "**";
      at += 2;
    } else {
      plain += character;
      at += 1;
    }
  }
  if (plain !== "") found.push({ kind: "text", text: plain });
  return found;
}

/** The next pair of asterisks in the same paragraph; -1 if there is none. Those in code and in links belong to them. */
function strongEnd(text: string, from: number, ticks: Ticks): number {
  let at = from;
  while (at < text.length) {
    const character = text.charAt(at);
    const link = character === "[" ? labelled(text, at, ticks) : null;
    if (link) at = link[1];
    else if (character === "`") at = ticks.after(at);
    else if (character === "*" && text.startsWith("**", at)) return at;
    else at += 1;
  }
  return -1;
}

/** The runs of backticks in a text: code is between two of the same length. */
class Ticks {
  private readonly ends = new Map<number, number>();
  /** For each run, the next one of the same length. */
  private readonly next = new Map<number, number>();

  constructor(text: string) {
    const last = new Map<number, number>();
    for (const run of text.matchAll(/`+/g)) {
      const length = run[0].length;
      this.ends.set(run.index, run.index + length);
      const before = last.get(length);
      if (before !== undefined) this.next.set(before, run.index);
      last.set(length, run.index);
    }
    this.text = text;
  }

  private readonly text: string;

  endOf(run: number): number {
    return this.ends.get(run) ?? run + 1;
  }

  /** Behind the code that begins with a run, or behind the run if none does. */
  after(run: number): number {
    const close = this.next.get(run);
    return this.endOf(close ?? run);
  }

  /** Whether code that begins in a part of the text goes on behind it. */
  cross(from: number, to: number): boolean {
    let at = this.text.indexOf("`", from);
    while (at !== -1 && at < to) {
      const behind = this.after(at);
      if (behind > to) return true;
      at = this.text.indexOf("`", behind);
    }
    return false;
  }

  codeAt(run: number): [Inline, number] | null {
    const close = this.next.get(run);
    if (close === undefined) return null;
    const inside = this.text.slice(this.endOf(run), close).replaceAll("\n", " ");
    // A blank on either side lets code begin or end with a backtick.
    const bare = /^ .*[^ ].* $/.test(inside) ? inside.slice(1, -1) : inside;
    return [{ kind: "code", text: bare }, this.endOf(close)];
  }
}

/** `[label](https://...)`, unless code begins in it that goes on behind it. */
function labelled(text: string, at: number, ticks: Ticks): [Inline, number] | null {
  const end = text.slice(at + 1, at + 1 + LABEL).search(/[[\]\n]/);
  if (end < 1 || text.charAt(at + 1 + end) !== "]") return null;
  TARGET.lastIndex = at + 2 + end;
  const target = TARGET.exec(text)?.[1];
  if (!target || !isSafe(target) || ticks.cross(at, TARGET.lastIndex)) return null;
  return [{ kind: "link", href: target, text: text.slice(at + 1, at + 1 + end) }, TARGET.lastIndex];
}

/** An address as it is. What ends the sentence around it does not belong to it. */
function bare(text: string, at: number): [Inline, number] | null {
  if (at > 0 && /[\p{L}\p{N}_]/u.test(text.charAt(at - 1))) return null;
  ADDRESS.lastIndex = at;
  let href = ADDRESS.exec(text)?.[0];
  if (!href) return null;
  href = href.replace(/(?:\*\*|[.,;:!?'»”)\]}]){1,20}$/, (tail) =>
    tail.startsWith(")") && href?.includes("(") ? ")" : "",
  );
  return isSafe(href) ? [{ kind: "link", href, text: href }, at + href.length] : null;
}

function isSafe(href: string): boolean {
  try {
    return ["http:", "https:", "mailto:"].includes(new URL(href).protocol);
  } catch {
    return false;
  }
}
