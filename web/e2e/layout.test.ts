// From a phone of 320 pixels to a 4K screen: nothing is wider than the window, and nothing is too small to click.
import { afterAll, beforeAll, expect } from "vitest";
import { visit } from "./browser";
import { test } from "./fixture";
import { Node } from "./node";
import { addresses, enter, fill, show, type Taught } from "./states";

let node: Node;
let taught: Taught;

beforeAll(async () => {
  node = await Node.start();
  taught = await fill(node);
});

afterAll(() => node.end());

test.for([320, 768, 1280, 3840])("at %i pixels every screen fits", async (width, { browser }) => {
  const page = await visit(browser, "about:blank", {
    viewport: { width, height: Math.round(width * 0.75) },
    locale: "ru",
  });
  await enter(page, node.url, "normal");
  for (const [screen, address] of Object.entries(addresses(taught))) {
    await show(page, address, "normal");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide, `${screen} at ${width}`).toBeLessThanOrEqual(width);
    // WCAG 2.2, target size: 24 by 24 pixels, except for links in running text.
    const small = await page.evaluate(() =>
      Array.from(document.querySelectorAll("button, input, textarea, nav a, summary"))
        .filter((element) => element.checkVisibility() && !element.closest("label"))
        .filter((element) => element.getBoundingClientRect().height < 24)
        .map((element) => element.outerHTML),
    );
    expect(small, `${screen} at ${width}`).toEqual([]);
  }
  await page.context().close();
});

test("no row of tiles, charts or panels has a hole, at any width", async ({ browser }) => {
  const page = await visit(browser, "about:blank");
  await page.goto(`${node.url}/#/operations`);
  await page.locator(".chart").first().waitFor();
  for (const width of [390, 600, 704, 832, 1000, 1216, 1344, 1408, 1920, 2560]) {
    await page.setViewportSize({ width, height: 900 });
    const short = await page.evaluate(() =>
      Array.from(document.querySelectorAll(".tiles, .charts, .columns")).flatMap((grid) => {
        const ends = new Map<number, number>();
        for (const child of grid.children) {
          const { top, right } = child.getBoundingClientRect();
          ends.set(Math.round(top), Math.max(right, ends.get(Math.round(top)) ?? 0));
        }
        const edge = grid.getBoundingClientRect().right;
        return [...ends.values()]
          .filter((end) => edge - end > 2)
          .map((end) => `${grid.className}: ${edge - end}`);
      }),
    );
    expect(short, `at ${width}`).toEqual([]);
  }
  await page.context().close();
});
