import { expect, test } from "vitest";
import { language } from "../settings/preferences";
import { words } from ".";
import { format } from "./format";

const NARROW_SPACE = /[\u00a0\u202f]/g;
const plain = (text: string) => text.replaceAll(NARROW_SPACE, " ");

test("how long ago a day was is told in the largest unit that says enough", () => {
  const now = new Date(2026, 10, 26, 1).getTime();
  const ago = (days: number) => format().ago(new Date(2026, 10, 26 - days, 23).getTime(), now);
  expect([0, 1, 13, 21, 70, 800].map(ago)).toEqual([
    "today",
    "yesterday",
    "13 days ago",
    "3 weeks ago",
    "2 months ago",
    "2 years ago",
  ]);
});

test("numbers take the form that the language asks for", () => {
  language.choose("en");
  expect([0, 1, 2, 1000].map((count) => words().genome.blocks(count))).toEqual([
    "0 blocks",
    "1 block",
    "2 blocks",
    "1,000 blocks",
  ]);
  language.choose("ru");
  expect([0, 1, 2, 5, 11, 21, 22, 1000].map((count) => plain(words().genome.blocks(count)))).toEqual([
    "0 блоков",
    "1 блок",
    "2 блока",
    "5 блоков",
    "11 блоков",
    "21 блок",
    "22 блока",
    "1 000 блоков",
  ]);
});

test("a probability is told in whole percent, and never as certain", () => {
  const said = () =>
    [1, 0.999, 0.99, 0.914, 0.01, 0.004, 0].map((score) => plain(words().chat.likely(score)));
  language.choose("en");
  expect(said()).toEqual([
    "over 99% likely",
    "over 99% likely",
    "99% likely",
    "91% likely",
    "1% likely",
    "under 1% likely",
    "under 1% likely",
  ]);
  language.choose("ru");
  expect(said()).toEqual([
    "вероятность больше 99 %",
    "вероятность больше 99 %",
    "вероятность 99 %",
    "вероятность 91 %",
    "вероятность 1 %",
    "вероятность меньше 1 %",
    "вероятность меньше 1 %",
  ]);
});

test("times are of 24 hours and name their zone", () => {
  const evening = Date.parse("2026-11-24T20:05:09Z");
  for (const tag of ["en", "ru"] as const) {
    language.choose(tag);
    expect(format().time(evening)).toMatch(/\d\d:\d\d:\d\d .*(UTC|GMT|[A-Z]{3,})/);
    expect(format().time(evening)).not.toMatch(/[ap]m/i);
  }
});

test("a moment of another day is told with its day, and of another year with its year", () => {
  language.choose("en");
  const noon = new Date(2026, 10, 24, 12, 5, 9).getTime();
  const on = (year: number, month: number, day: number) =>
    format().moment(noon, new Date(year, month, day).getTime());
  expect(on(2026, 10, 24)).toBe("12:05:09");
  expect(on(2026, 10, 25)).toBe("24 Nov, 12:05:09");
  expect(on(2027, 0, 1)).toBe("24 Nov 2026, 12:05:09");
});

test("lengths of time are told in the units that people use", () => {
  language.choose("en");
  const said = [0, 0.00041, 0.0042, 9.14, 119, 120, 130, 3599, 4980, 90_000, 180_000, null].map(
    format().duration,
  );
  expect(said).toEqual([
    "0s",
    "410μs",
    "4.2ms",
    "9.14s",
    "119s",
    "2m",
    "2m 10s",
    "59m 59s",
    "1h 23m",
    "25h",
    "2d 2h",
    "—",
  ]);
});

test("the document says which language and theme it is in", async () => {
  const { dressDocument } = await import("../settings/preferences");
  const end = dressDocument();
  language.choose("ru");
  expect(document.documentElement.lang).toBe("ru");
  language.choose("en");
  expect(document.documentElement.lang).toBe("en");
  end();
});
