// WCAG 2.2 AA, as far as axe can check it, in every screen x theme x language x state.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { visit } from "./browser";
import { test } from "./fixture";
import { Node } from "./node";
import { FIRING, Prometheus } from "./prometheus";
import { addresses, enter, fill, STATES, type State, show, type Taught } from "./states";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

let full: Node;
let empty: Node;
let prometheus: Prometheus;
let taught: Taught;

beforeAll(async () => {
  prometheus = await Prometheus.start();
  full = await Node.start({ variables: { KOLIBRI_PROMETHEUS_URL: prometheus.url } });
  empty = await Node.start();
  taught = await fill(full);
});

afterAll(async () => {
  await full.end();
  await empty.end();
  await prometheus.end();
});

/** What axe finds, in words. */
async function violations(page: Page): Promise<string[]> {
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

async function check(browser: Browser, state: State, locale: string): Promise<string[]> {
  const node = state === "empty" ? empty : full;
  const found: string[] = [];
  // The browser itself injects axe, so the page's policy does not block it.
  const page = await visit(browser, "about:blank", { locale, bypassCSP: true });
  await enter(page, node.url, state);
  await page.evaluate(AXE);
  for (const [screen, address] of Object.entries(addresses(taught))) {
    await show(page, address, state);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      found.push(...(await violations(page)).map((violation) => `${screen}, ${colorScheme}: ${violation}`));
    }
  }
  await page.context().close();
  return found;
}

describe.each(["en-GB", "ru"])("in %s", (locale) => {
  test.for(STATES)("every screen is accessible in both themes: %s", async (state, { browser }) => {
    prometheus.alerts = state === "alert firing" ? [FIRING] : [];
    expect(await check(browser, state, locale)).toEqual([]);
  });
});

test("so are the question before forgetting, the tables under charts, and the form for the token", async ({
  browser,
}) => {
  const locked = await Node.start({ variables: { KOLIBRI_API_TOKEN: "correct-horse-battery-staple" } });
  const page = await visit(browser, "about:blank", { bypassCSP: true });
  await page.goto(`${full.url}/#/genome/1`);
  await page.getByRole("button", { name: "Forget", exact: true }).click();
  await page.getByRole("dialog").getByText("systemctl restart payments").waitFor();
  await page.evaluate(AXE);
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "Cancel" }).click();

  await page.goto(`${full.url}/#/operations`);
  for (const table of await page.getByText("As a table").all()) await table.click();
  expect(await violations(page)).toEqual([]);

  await page.goto(locked.url);
  await page.getByLabel("API token").waitFor();
  await page.evaluate(AXE);
  expect(await violations(page)).toEqual([]);
  await page.context().close();
  await locked.end();
});
