import { expect, test } from "vitest";
import { parse } from "../route";
import { EVERYTHING, type Filter, type Opened, placeAddress } from "./place";

const FILTERS: Filter[] = [
  EVERYTHING,
  { q: "restart & 100 % ?#", order: "asked", asked: "never", since: "month" },
  { q: "сервис платежей", order: "newest", asked: null, since: "week" },
];
const OPENED: (Opened | null)[] = [
  null,
  { kind: "entry", block: 44 },
  { kind: "versions", block: 44 },
  { kind: "edit", block: 44, restore: null },
  { kind: "edit", block: 44, restore: 12 },
  { kind: "new" },
  { kind: "import" },
];

test.each(FILTERS)("every place has an address that leads back to it: %o", (filter) => {
  for (const opened of OPENED) {
    expect(parse(placeAddress(filter, opened))).toEqual({ screen: "knowledge", filter, opened });
  }
});

test("the short addresses of wikis work", () => {
  expect(placeAddress(EVERYTHING)).toBe("#/knowledge");
  expect(placeAddress(EVERYTHING, { kind: "edit", block: 44, restore: null })).toBe("#/knowledge?edit=44");
  expect(parse("#/knowledge?q=&order=&asked=&since=")).toEqual({
    screen: "knowledge",
    filter: EVERYTHING,
    opened: null,
  });
});

test("what is no place is nowhere", () => {
  for (const address of ["#/knowledge/else", "#/knowledge/new/more"]) {
    expect(parse(address)).toEqual({ screen: "nowhere" });
  }
  expect(parse("#/knowledge?block=-1")).toMatchObject({ opened: null });
});
