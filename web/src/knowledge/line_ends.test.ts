import { expect, test } from "vitest";
import { withLineEnds } from "./line_ends";

/** What a field of the browser makes of a text. */
const inField = (text: string) => text.replace(/\r\n?/g, "\n");

/** A source of numbers that is the same in each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

/** A text of different lines, with all kinds of line ends. */
function textOf(next: (below: number) => number): { lines: string[]; ends: string[] } {
  const lines = Array.from({ length: 1 + next(12) }, (_, at) => (next(5) === 0 ? "" : `line ${at}`));
  const ends = lines.slice(1).map(() => ["\n", "\r\n", "\r"][next(3)] ?? "\n");
  // A line feed behind a carriage return would be one line end with it.
  for (const [at, line] of lines.entries()) if (line === "" && ends[at - 1] === "\r") ends[at] = "\r";
  return { lines, ends: ends.slice(0, lines.length - 1) };
}

const joined = (lines: string[], ends: string[]) => lines.map((line, at) => line + (ends[at] ?? "")).join("");

test("a text that was not edited stays as it is, and one that was says what the field says", () => {
  const next = numbers(7);
  for (let run = 0; run < 500; run += 1) {
    const [one, other] = [textOf(next), textOf(next)];
    const original = joined(one.lines, one.ends);
    expect(withLineEnds(original, inField(original))).toBe(original);
    const written = inField(joined(other.lines, other.ends));
    expect(inField(withLineEnds(original, written))).toBe(written);
  }
});

test("where one line is edited, all lines keep their ends", () => {
  const next = numbers(11);
  for (let run = 0; run < 500; run += 1) {
    const { lines, ends } = textOf(next);
    const edited = lines.with(next(lines.length), "edited");
    const written = inField(joined(edited, ends));
    expect(withLineEnds(joined(lines, ends), written)).toBe(joined(edited, ends));
  }
});

test("where lines are added or taken out, the others keep their ends", () => {
  const next = numbers(13);
  for (let run = 0; run < 500; run += 1) {
    const lines = Array.from({ length: 3 + next(9) }, (_, at) => `line ${at}`);
    const ends = lines.map(() => ["\n", "\r\n", "\r"][next(3)] ?? "\n");
    const original = joined(lines, ends);
    const at = next(lines.length);
    const without = joined(lines.toSpliced(at, 1), ends.toSpliced(at, 1));
    expect(withLineEnds(original, inField(without))).toBe(without);
    const end = ends[at - 1] ?? ends[0] ?? "";
    const more = joined(lines.toSpliced(at, 0, "more"), ends.toSpliced(at, 0, end));
    expect(withLineEnds(original, inField(more))).toBe(more);
  }
});

test("a new line ends like the one before it, and a text without others has only line feeds", () => {
  expect(withLineEnds("a\r\nb", "a\nb\nc")).toBe("a\r\nb\r\nc");
  expect(withLineEnds("a\r\nb\nc", "x\na\nb\nc")).toBe("x\r\na\r\nb\nc");
  expect(withLineEnds("a\nb", "a\nb\nc")).toBe("a\nb\nc");
  expect(withLineEnds("a", "a\nb")).toBe("a\nb");
});
