// A measurement, not a test: when a new visitor sees the page, beside a page of one word (`npm run paint`).
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { visit } from "./browser";
import { expect, test } from "./fixture";

/** The best of so many visits counts. */
const VISITS = 5;

/** Milliseconds until something is seen. */
async function firstPaint(browser: Browser, url: string): Promise<number> {
  const page = await visit(browser, url);
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  const time = await page.evaluate(
    () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
  );
  await page.context().close();
  return time ?? Number.POSITIVE_INFINITY;
}

test("first paint", async ({ browser, node }) => {
  const word = createServer((_, response) => response.setHeader("content-type", "text/html").end("word"));
  word.listen(0, "127.0.0.1");
  await once(word, "listening");
  const wordUrl = `http://127.0.0.1:${(word.address() as AddressInfo).port}/`;
  let [ours, oneWord] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let visits = 0; visits < VISITS; visits += 1) {
    ours = Math.min(ours, await firstPaint(browser, node.url));
    oneWord = Math.min(oneWord, await firstPaint(browser, wordUrl));
  }
  word.closeAllConnections();
  word.close();
  process.stdout.write(`first paint: the page ${ours} ms, one word ${oneWord} ms\n`);
  expect(ours).toBeLessThan(Number.POSITIVE_INFINITY);
});
