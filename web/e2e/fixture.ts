// What every end-to-end test gets: its own node, a browser, a page. In every test, the page must not throw,
// break its Content-Security-Policy, or contact anything but its node.
import type { Browser, Locator, Page } from "playwright-core";
import { test as base, expect } from "vitest";
import { launch, visit } from "./browser";
import { Node } from "./node";
import { PATIENCE } from "./patience";

interface Fixtures {
  browser: Browser;
  node: Node;
  page: Page;
}

export const test = base.extend<Fixtures>({
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern what a fixture needs.
    async ({}, use) => {
      const browser = await launch();
      await use(browser);
      await browser.close();
    },
    { scope: "worker" },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  node: async ({}, use) => {
    const node = await Node.start();
    await use(node);
    await node.end();
  },
  page: async ({ browser, node }, use) => {
    const page = await visit(browser, "about:blank");
    const faults = watch(page, node.url);
    await page.goto(node.url);
    await use(page);
    await page.context().close();
    expect(faults).toEqual([]);
  },
});

export { expect };

/** Collects what a page must never do. */
export function watch(page: Page, origin: string): string[] {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`threw: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`)) faults.push(`asked ${request.url()}`);
  });
  page.on("console", (message) => {
    const text = message.text();
    // The browser itself logs a response with an error status, and a missing response.
    const expected = text.startsWith("Failed to load resource") || text.startsWith("[kolibri][user-action] ");
    if (!expected) faults.push(`console: ${text}`);
  });
  return faults;
}

/** Teaches or asks with the composer, and waits for the result. */
export async function say(page: Page, text: string): Promise<void> {
  const turns = page.locator(".turn");
  const before = await turns.count();
  await page.fill("#composer", text);
  await page.keyboard.press("Enter");
  await turns.nth(before).waitFor();
  await page.getByText(/^(Waiting for the node…|Ждём узел…)$/).waitFor({ state: "detached" });
}

/** Teaches many lessons at once, as lines of a batch. */
export async function teachMany(node: Node, count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, index) =>
    JSON.stringify({ stimulus: `Question number ${index}`, response: `Answer ${index}` }),
  );
  const response = await fetch(`${node.url}/api/v1/teach:batch`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: lines.join("\n"),
  });
  expect(await response.text()).toContain(`"taught":${count}`);
}

/** Holds back the responses to some requests until the returned function is called. */
export async function hold(page: Page, requests: string | RegExp): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(requests, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

/** Opens an address with a clock that `renew` can put forward. */
export async function visitWithClock(page: Page, url: string): Promise<void> {
  await page.clock.install();
  // An address that differs only after the # would not reload the page.
  await page.goto("about:blank");
  await page.goto(url);
}

/** The longest renewal interval of the page, except for values that never change. Milliseconds. */
const RENEWAL = 10_000;

/** Puts the page's clock forward until something is visible: the page reads it at intervals. */
export async function renew(page: Page, seen: Locator): Promise<void> {
  const end = Date.now() + PATIENCE;
  // Put forward too often, the clock times out a request that takes its time on a busy machine.
  for (let timeout = 250; Date.now() < end; timeout = Math.min(2 * timeout, 4000)) {
    await page.clock.fastForward(RENEWAL);
    const came = seen.waitFor({ timeout }).then(() => true);
    if (await came.catch(() => false)) return;
  }
  throw new Error(`${seen} was never to be seen`);
}

/** Answers the question about the user-action log. */
export async function decide(page: Page, yes: boolean): Promise<void> {
  await page.getByRole("button", { name: yes ? "Allow" : "Do not allow", exact: true }).click();
}
