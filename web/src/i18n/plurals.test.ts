import { afterEach, expect, test } from "vitest";
import { language } from "../settings/preferences";
import { words } from ".";
import { en } from "./en";

afterEach(() => language.choose("en"));

/** What the functions of a dictionary say of one of everything. */
function ofOne(texts: object): string[] {
  return Object.values(texts).flatMap((entry: unknown) => {
    if (typeof entry === "function") {
      try {
        return [String(entry(1, 1, 1, 1))];
      } catch {
        // It tells no number.
        return [];
      }
    }
    return typeof entry === "object" && entry !== null ? ofOne(entry) : [];
  });
}

test("no English text tells one of something in the plural", () => {
  language.choose("en");
  const said = ofOne(en);
  expect(said).toContain("1 version");
  // Limits are of many bytes, and a verb is no plural.
  const plural = /(?:^|\s)1 (?:(?:other|similar|more|failed) )?(?!bytes|is|fires|replaces)\p{Ll}+s\b/u;
  expect(said.filter((text) => plural.test(text))).toEqual([]);
});

test("a Russian text takes the form of its number after a preposition too", () => {
  language.choose("ru");
  const { knowledge, drills, genome, chat, operations } = words();
  const plain = (text: string) => text.replace(/\s/g, " ");
  expect([1, 2, 21].map((count) => plain(knowledge.importedSoFar(1, count)))).toEqual([
    "1 из 1 строки",
    "1 из 2 строк",
    "1 из 21 строки",
  ]);
  expect([1, 5, 21].map((count) => plain(drills.done(1, count)))).toEqual([
    "1 из 1 события",
    "1 из 5 событий",
    "1 из 21 события",
  ]);
  expect(plain(drills.tooFew("1 с", true, 21, "2 с"))).toContain("медианы 21 такого прогона");
  expect(plain(genome.checked(1, 21))).toBe("Проверено блоков и ответов: 1 из 21");
  expect(plain(chat.erased(21))).toBe("Стёрты тексты 21 блока");
  expect(plain(operations.known(1, 21))).toBe("знает 1 из 21 вопроса");
});
