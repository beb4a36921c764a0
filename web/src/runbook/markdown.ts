// Reads the Markdown of the runbook: paragraphs, lists, tables, fenced code; in a line links, code and bold text. Pure. What it
// does not know stays text.

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong" | "emphasis"; children: Inline[] }
  | { kind: "link"; to: string; children: Inline[] };

export type Block =
  | { kind: "paragraph"; children: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] };

const FENCE = /^```/;
const ITEM = /^(?:[-*]|(\d+)\.)\s+/;

/** The blocks of a text. */
export function parse(text: string): Block[] {
  const lines = text.split("\n");
  const blocks: Block[] = [];
  const takeWhile = (holds: (line: string) => boolean): string[] => {
    const taken: string[] = [];
    while (lines.length > 0 && holds(lines[0] ?? "")) taken.push(lines.shift() ?? "");
    return taken;
  };
  while (lines.length > 0) {
    const line = lines[0] ?? "";
    if (line.trim() === "") lines.shift();
    else if (FENCE.test(line)) {
      lines.shift();
      blocks.push({ kind: "code", text: takeWhile((line) => !FENCE.test(line)).join("\n") });
      lines.shift();
    } else if (line.startsWith("|")) blocks.push(table(takeWhile((line) => line.startsWith("|"))));
    else if (ITEM.test(line)) blocks.push(list(takeWhile((line) => ITEM.test(line) || /^\s+\S/.test(line))));
    else {
      const first = lines.shift() ?? "";
      const rest = takeWhile((line) => line.trim() !== "" && !FENCE.test(line) && !line.startsWith("|"));
      blocks.push({ kind: "paragraph", children: inline([first, ...rest].join(" ")) });
    }
  }
  return blocks;
}

function list(lines: string[]): Block {
  const items: string[] = [];
  for (const line of lines) {
    if (ITEM.test(line)) items.push(line.replace(ITEM, ""));
    else items.push(`${items.pop() ?? ""} ${line.trim()}`);
  }
  return { kind: "list", ordered: /^\d/.test(lines[0] ?? ""), items: items.map(inline) };
}

function table([head = "", ruler = "", ...rows]: string[]): Block {
  const body = /^[|\s:-]+$/.test(ruler) ? rows : [ruler, ...rows].filter((row) => row !== "");
  return { kind: "table", head: cells(head), rows: body.map(cells) };
}

/** A `|` is written `\|` in a cell. */
function cells(row: string): Inline[][] {
  const inner = row
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => inline(cell.trim().replaceAll("\\|", "|")));
}

const CODE = /`([^`]+)`/;
const LINK = /\[((?:[^[\]`]|`[^`]*`)+)\]\(([^()\s]+)\)/;
const STRONG = /\*\*((?:[^*`]|`[^`]*`)+)\*\*/;
const EMPHASIS = /\*([^*\s](?:[^*]*[^*\s])?)\*/;

/** The parts of a line. The first one that begins is taken first, and of code nothing is a part. */
export function inline(text: string): Inline[] {
  const found = [CODE, LINK, STRONG, EMPHASIS]
    .map((pattern) => ({ pattern, match: pattern.exec(text) }))
    .filter(({ match }) => match !== null)
    .sort((one, other) => (one.match?.index ?? 0) - (other.match?.index ?? 0))[0];
  if (!found?.match) return text === "" ? [] : [{ kind: "text", text }];
  const { pattern, match } = found;
  const [whole, inner = "", to = ""] = match;
  const part: Inline =
    pattern === CODE
      ? { kind: "code", text: inner }
      : pattern === LINK
        ? { kind: "link", to, children: inline(inner) }
        : { kind: pattern === STRONG ? "strong" : "emphasis", children: inline(inner) };
  return [...inline(text.slice(0, match.index)), part, ...inline(text.slice(match.index + whole.length))];
}
