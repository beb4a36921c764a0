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
