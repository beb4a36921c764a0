import { expect, test } from "vitest";
import { difference, type Piece } from "./diff";

const side = (pieces: Piece[], without: Piece["kind"]) =>
  pieces.map(({ kind, text }) => (kind === without ? "" : text)).join("");

/** `a [-removed-] {+added+}` */
const drawn = (old: string, now: string) =>
  difference(old, now)
    .map(({ kind, text }) => ({ same: text, removed: `[-${text}-]`, added: `{+${text}+}` })[kind])
    .join("");

test("what changed is told by words", () => {
  expect(drawn("systemctl restart payments", "sudo systemctl restart billing")).toBe(
    "{+sudo +}systemctl restart [-payments-]{+billing+}",
  );
  expect(drawn("Смотри календарь", "Смотри вики")).toBe("Смотри [-календарь-]{+вики+}");
});

test("lines that stay are not taken apart", () => {
  expect(drawn("one\ntwo\nthree\n", "one\nthree\nfour\n")).toBe("one\n[-two\n-]three\n{+four\n+}");
});

test("the same text has no difference, and nothing to something is all of it", () => {
  expect(difference("same\ntext", "same\ntext")).toEqual([{ kind: "same", text: "same\ntext" }]);
  expect(difference("", "")).toEqual([]);
  expect(difference("", "all")).toEqual([{ kind: "added", text: "all" }]);
  expect(difference("all", "")).toEqual([{ kind: "removed", text: "all" }]);
});

/** A small generator, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % below;
  };
}

test("both texts can be read from it, whatever they are", () => {
  const words = ["a", "b", "restart", "перезапуск", " ", "  ", "\n", "\r\n", "🙂", "e\u0301", ".", "", "\t"];
  for (let seed = 1; seed <= 2000; seed += 1) {
    const next = random(seed);
    const text = () => Array.from({ length: next(40) }, () => words[next(words.length)]).join("");
    const [old, now] = [text(), text()];
    const pieces = difference(old, now);
    expect([seed, side(pieces, "added"), side(pieces, "removed")]).toEqual([seed, old, now]);
  }
});

test("the longest answers, with nothing in common, are compared without the time or memory that their length squared takes", () => {
  const old = Array.from({ length: 8000 }, (_, index) => `old ${index}`).join("\n");
  const now = Array.from({ length: 8000 }, (_, index) => `new ${index}`).join("\n");
  const pieces = difference(old, now);
  expect(side(pieces, "added")).toBe(old);
  expect(side(pieces, "removed")).toBe(now);
});
