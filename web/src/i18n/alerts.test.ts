import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { alerts } from "./ru/alerts";

test("Russian has a text for each alert that the rules can raise, and for no other", () => {
  const rules = readFileSync("../ops/prometheus/alerts.yml", "utf8");
  const names = Array.from(rules.matchAll(/^ +- alert: (\w+)$/gm), ([, name]) => name);
  expect(Object.keys(alerts).sort()).toEqual(names.sort());
  expect(names.length).toBeGreaterThan(10);
});
