// Line ends: a field of the browser knows only `\n`, but a text may have others, or some of each. What is not edited keeps its own.
import { lineChanges } from "./diff";

const END = /\r\n|\r|\n/;

/** What was written into a field that showed `original`, with the line ends that it had there; a new line ends like its neighbour. */
export function withLineEnds(original: string, written: string): string {
  if (!original.includes("\r")) return written;
  const now = written.split("\n");
  const known = endsOf(original, now);
  let end = known.find((one) => one !== "") ?? "\n";
  return now
    .map((line, at) => {
      if (at === now.length - 1) return line;
      const next = known[at] || end;
      // With an empty line between them, both would be one line end.
      if (!(line === "" && end === "\r" && next === "\n" && at > 0)) end = next;
      return line + end;
    })
    .join("");
}

/** The end of each line as it was in `original`, or of the line that it replaces; empty where that is not known. */
function endsOf(original: string, now: string[]): string[] {
  const old = original.split(END);
  const ends = original.match(new RegExp(END, "g")) ?? [];
  const found: string[] = [];
  let from = 0;
  for (const { same, removed, added } of lineChanges(old, now)) {
    for (let at = 0; at < same; at += 1) found.push(ends[from + at] ?? "");
    for (let at = 0; at < added; at += 1) found.push((at < removed && ends[from + at]) || "");
    from += same + removed;
  }
  return found;
}
