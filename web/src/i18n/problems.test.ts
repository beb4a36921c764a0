import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { problems } from "./en/problems";

test("the page tells in its own words every problem that the node's OpenAPI document knows", () => {
  const document = readFileSync("../docs/openapi.json", "utf8");
  const kinds = new Set(Array.from(document.matchAll(/urn:kolibri:problem:([a-z_]+)/g), ([, kind]) => kind));
  expect(kinds.size).toBeGreaterThan(30);
  expect([...kinds].filter((kind) => !Object.hasOwn(problems.kinds, kind ?? ""))).toEqual([]);
});
