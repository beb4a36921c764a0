// A measurement, not a test: when a new visitor sees the page's frame and the whole screen, compared with a page of one word
// (`npm run paint`).
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { visit } from "./browser";
import { test } from "./fixture";

/** The median visit counts. */
const VISITS = 11;

/** Milliseconds since the navigation. */
interface Seen {
  /** The first text or image (First Contentful Paint). */
  first: number;
  /** The first frame that shows the screen's own text. */
  screen: number;
}

async function watch(browser: Browser, url: string, screen: string): Promise<Seen> {
  const page = await visit(browser, "about:blank");
  await page.addInitScript((screen) => {
    const look = () => {
      if (document.querySelector(screen)) requestAnimationFrame(() => performance.mark("screen"));
      else requestAnimationFrame(look);
    };
    look();
  }, screen);
  await page.goto(url);
  const seen = await page.waitForFunction(() => {
    const [first] = performance.getEntriesByName("first-contentful-paint");
    const [screen] = performance.getEntriesByName("screen");
    return first && screen && { first: first.startTime, screen: screen.startTime };
  });
  const times = await seen.jsonValue();
  await page.context().close();
  if (!times) throw new Error(`nothing was seen of ${url}`);
  return times;
}

function median(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  return `${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} ms`;
}

function told(visits: Seen[]): string {
  const [first, screen] = [visits.map(({ first }) => first), visits.map(({ screen }) => screen)];
  return `first paint ${median(first)}, screen ${median(screen)}`;
}

test("first paint", async ({ browser, node }) => {
  const word = createServer((_, response) => response.setHeader("content-type", "text/html").end("word"));
  word.listen(0, "127.0.0.1");
  await once(word, "listening");
  const wordUrl = `http://127.0.0.1:${(word.address() as AddressInfo).port}/`;
  const [ours, oneWord]: [Seen[], Seen[]] = [[], []];
  for (let visits = 0; visits < VISITS; visits += 1) {
    ours.push(await watch(browser, node.url, "main h1"));
    oneWord.push(await watch(browser, wordUrl, "body"));
  }
  word.closeAllConnections();
  word.close();
  process.stdout.write(`the page: ${told(ours)}\none word: ${told(oneWord)}\n`);
});
