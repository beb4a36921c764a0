// The difference between two texts: by lines, and by words within the lines that changed. After Myers, "An O(ND) Difference
// Algorithm and Its Variations" (1986), https://doi.org/10.1007/BF01840446.

export interface Piece {
  kind: "same" | "removed" | "added";
  text: string;
}

/** With more changes than this, everything between the common ends counts as changed: it bounds the time and the memory. */
const MOST_LINES = 400;
const MOST_WORDS = 400;

/** The pieces in order: `same` and `removed` together are the old text, `same` and `added` the new one. */
export function difference(old: string, now: string): Piece[] {
  const lines = compare(linesOf(old), linesOf(now), MOST_LINES);
  return merged(hunks(lines).flatMap(byWords));
}

/** Lines at one place: so many that stay, or so many that others replace. */
export interface Change {
  same: number;
  removed: number;
  added: number;
}

/** What became of lines, in order; they are given without their ends. */
export function lineChanges(old: string[], now: string[]): Change[] {
  const ended = (lines: string[]) => lines.map((line) => `${line}\n`);
  const count = (text: string) => text.split("\n").length - 1;
  return hunks(compare(ended(old), ended(now), MOST_LINES)).map(({ same, removed, added }) => ({
    same: count(same),
    removed: count(removed),
    added: count(added),
  }));
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function wordsOf(text: string): string[] {
  return text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
}

/** What is removed and added at one place, or a piece that is the same. */
interface Hunk {
  same: string;
  removed: string;
  added: string;
}

function hunks(pieces: Piece[]): Hunk[] {
  const all: Hunk[] = [];
  for (const { kind, text } of pieces) {
    const last = all.at(-1);
    if (last && (last.same === "") === (kind !== "same")) last[kind] += text;
    else all.push({ same: "", removed: "", added: "", [kind]: text });
  }
  return all;
}

function byWords({ same, removed, added }: Hunk): Piece[] {
  if (same !== "") return [{ kind: "same", text: same }];
  return compare(wordsOf(removed), wordsOf(added), MOST_WORDS);
}

/** Neighbours of one kind as one piece; of what changed at one place, what is removed comes first. */
function merged(pieces: Piece[]): Piece[] {
  return hunks(pieces).flatMap((hunk) =>
    (["same", "removed", "added"] as const)
      .map((kind) => ({ kind, text: hunk[kind] }))
      .filter(({ text }) => text !== ""),
  );
}

/** Compares what lies between the common ends. */
function compare(old: string[], now: string[], most: number): Piece[] {
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < shorter - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const inner = (all: string[]) => all.slice(start, all.length - end);
  const piece = (kind: Piece["kind"], parts: string[]): Piece => ({ kind, text: parts.join("") });
  const changed = myers(inner(old), inner(now), most) ?? [
    piece("removed", inner(old)),
    piece("added", inner(now)),
  ];
  const pieces = [piece("same", old.slice(0, start)), ...changed, piece("same", old.slice(old.length - end))];
  return pieces.filter(({ text }) => text !== "");
}

/** The shortest way from the one to the other; null if it has more than `most` steps. */
function myers(old: string[], now: string[], most: number): Piece[] | null {
  /** For each number of steps: how far each diagonal came. */
  const passed: Map<number, number>[] = [];
  let far = new Map<number, number>([[1, 0]]);
  for (let steps = 0; steps <= most; steps += 1) {
    passed.push(new Map(far));
    for (let diagonal = -steps; diagonal <= steps; diagonal += 2) {
      let x = down(far, diagonal, steps) ? at(far, diagonal + 1) : at(far, diagonal - 1) + 1;
      while (x < old.length && x - diagonal < now.length && old[x] === now[x - diagonal]) x += 1;
      far.set(diagonal, x);
      if (x >= old.length && x - diagonal >= now.length) return back(passed, old, now);
    }
    far = new Map(far);
  }
  return null;
}

function at(far: Map<number, number>, diagonal: number): number {
  return far.get(diagonal) ?? -1;
}

/** Whether the diagonal is best reached by adding, from the one above. */
function down(far: Map<number, number>, diagonal: number, steps: number): boolean {
  return diagonal === -steps || (diagonal !== steps && at(far, diagonal - 1) < at(far, diagonal + 1));
}

/** Walks back along what was passed. */
function back(passed: Map<number, number>[], old: string[], now: string[]): Piece[] {
  const pieces: Piece[] = [];
  let x = old.length;
  let y = now.length;
  for (let steps = passed.length - 1; steps >= 0; steps -= 1) {
    const far = passed[steps] ?? new Map();
    const added = down(far, x - y, steps);
    const diagonal = added ? x - y + 1 : x - y - 1;
    const fromX = steps === 0 ? 0 : at(far, diagonal);
    const fromY = steps === 0 ? 0 : fromX - diagonal;
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      pieces.push({ kind: "same", text: old[x] ?? "" });
    }
    if (steps === 0) break;
    pieces.push(
      added ? { kind: "added", text: now[fromY] ?? "" } : { kind: "removed", text: old[fromX] ?? "" },
    );
    x = fromX;
    y = fromY;
  }
  return pieces.reverse();
}
