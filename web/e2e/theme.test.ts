// The theme: the browser's or the user's choice, from the first paint.
import type { Page } from "playwright-core";
import { visit } from "./browser";
import { expect, hold, test } from "./fixture";

const LIGHT = "rgb(244, 246, 245)";
const DARK = "rgb(15, 20, 19)";

function background(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
}

test("the browser's theme is shown until one is chosen, and again when the choice is given up", async ({
  page,
  node,
}) => {
  const themes = page.getByRole("group", { name: "Theme" });
  await page.goto(`${node.url}/#/settings`);
  await themes.waitFor();
  for (const [colorScheme, shown] of [["dark", DARK] as const, ["light", LIGHT] as const]) {
    await page.emulateMedia({ colorScheme });
    expect(await background(page)).toBe(shown);
  }
  await themes.getByLabel("Dark").check();
  expect(await background(page)).toBe(DARK);
  await themes.getByLabel("Same as the browser").check();
  expect(await background(page)).toBe(LIGHT);
});

test("the frame stands in the chosen theme while the page's script is on its way", async ({
  browser,
  node,
}) => {
  const page = await visit(browser, node.url, { colorScheme: "light" });
  await page.evaluate(() => localStorage.setItem("kolibri.theme", "dark"));
  const arrive = await hold(page, /\/index-[^/]*\.js$/);
  await page.reload({ waitUntil: "commit" });
  const brand = page.locator(".frame .brand");
  await brand.filter({ hasText: "Kolibri" }).waitFor();
  expect(await background(page)).toBe(DARK);
  expect(await page.locator("nav").count()).toBe(0);

  const early = await brand.elementHandle();
  arrive();
  await page.locator("nav").waitFor();
  // The same element: nothing visible was replaced.
  expect(await brand.evaluate((element, early) => element === early, early)).toBe(true);
  await page.context().close();
});
