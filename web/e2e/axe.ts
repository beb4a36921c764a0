// WCAG 2.2 AA, as far as axe can check it, on what a page shows now.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

/** To be evaluated once in each page, which needs `bypassCSP`. */
export const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds, in words. */
export async function violations(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate(
    (tags) =>
      (
        window as unknown as { axe: { run: (of: Document, options: unknown) => Promise<AxeResults> } }
      ).axe.run(document, {
        runOnly: tags,
        resultTypes: ["violations"],
      }),
    TAGS,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
  );
}
