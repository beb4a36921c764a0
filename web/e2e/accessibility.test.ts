// WCAG 2.2 AA, as far as axe can check it, in every screen x theme x language x state.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { AXE, violations } from "./axe";
import { visit } from "./browser";
import { say, test } from "./fixture";
import { Node } from "./node";
import { FIRING, Prometheus } from "./prometheus";
import { addresses, enter, fill, MISS, STATES, type State, show, type Taught } from "./states";

interface Watched {
  prometheus: Prometheus;
  node: Node;
  taught: Taught;
}

let full: Watched;
let alerting: Watched;
let empty: Node;

/** A node that knows something of everything, and a Prometheus that watches it. */
async function watched(alerts: unknown[]): Promise<Watched> {
  const prometheus = await Prometheus.start();
  prometheus.alerts = alerts;
  const node = await Node.start({ variables: { KOLIBRI_PROMETHEUS_URL: prometheus.url } });
  return { prometheus, node, taught: await fill(node) };
}

beforeAll(async () => {
  full = await watched([]);
  alerting = await watched([FIRING]);
  empty = await Node.start();
});

afterAll(async () => {
  for (const { node, prometheus } of [full, alerting]) {
    await node.end();
    await prometheus.end();
  }
  await empty.end();
});

async function check(browser: Browser, state: State, locale: string): Promise<string[]> {
  const { node, taught } = state === "alert firing" ? alerting : full;
  const found: string[] = [];
  // The browser itself injects axe, so the page's policy does not block it.
  const page = await visit(browser, "about:blank", { locale, bypassCSP: true });
  await enter(page, state === "empty" ? empty.url : node.url, state);
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
    expect(await check(browser, state, locale)).toEqual([]);
  });
});

test("so are the question before forgetting, what lacks something, a suggestion that was confirmed or could not be, the tables under charts, and the form for the token", async ({
  browser,
}) => {
  const locked = await Node.start({ variables: { KOLIBRI_API_TOKEN: "correct-horse-battery-staple" } });
  const page = await visit(browser, "about:blank", { bypassCSP: true });
  await page.goto(`${full.node.url}/#/genome/1`);
  await page.getByRole("button", { name: "Forget", exact: true }).click();
  await page.getByRole("dialog").getByText("systemctl restart payments").waitFor();
  await page.evaluate(AXE);
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "Cancel" }).click();

  // Said after a press that lacked something, as below in the form for the token.
  for (const [address, button] of [
    ["#/", "Ask"],
    ["#/genome", "Open"],
  ] as const) {
    await page.goto(`${full.node.url}/${address}`);
    await page.getByRole("button", { name: button, exact: true }).press("Enter");
    await page.locator(".why-not strong").waitFor();
    expect(await violations(page)).toEqual([]);
  }

  await page.goto(`${full.node.url}/#/`);
  await say(page, MISS);
  const yes = page.getByRole("button", { name: /^Yes, this one/ }).first();
  await page.route("**/api/v1/teach", (route) => route.abort());
  await yes.click();
  await page.getByText("The node does not answer.").waitFor();
  expect(await violations(page)).toEqual([]);
  await page.unroute("**/api/v1/teach");
  await yes.click();
  await page.getByText("From now on this question gets this answer").waitFor();
  expect(await violations(page)).toEqual([]);

  await page.goto(`${full.node.url}/#/operations`);
  for (const table of await page.getByText("As a table").all()) await table.click();
  expect(await violations(page)).toEqual([]);

  await page.goto(locked.url);
  await page.getByLabel("API token").press("Enter");
  await page.locator(".why-not strong").waitFor();
  await page.evaluate(AXE);
  expect(await violations(page)).toEqual([]);
  await page.context().close();
  await locked.end();
});
