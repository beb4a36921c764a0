// One stays where one was: what is scrolled to, what has the focus, and which keys lead there.
import type { Page } from "playwright-core";
import { visit } from "./browser";
import { decide, expect, say, test } from "./fixture";
import { Node } from "./node";

const LONG = Array.from({ length: 300 }, (_, line) => `line ${line} of a long answer, ${"word ".repeat(10)}`);

const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);
const scrolled = (page: Page) => page.evaluate(() => Math.round(window.scrollY));

test("a long answer opens at its beginning, and Back returns to where one was in it", async ({
  page,
  node,
}) => {
  await decide(page, false);
  await node.teach("long", LONG.join("\n"));
  await say(page, "long");
  expect(await page.getByText("line 0 of", { exact: false }).first().isVisible()).toBe(true);
  const top = await page
    .locator(".turn")
    .last()
    .evaluate((turn) => turn.getBoundingClientRect().top);
  expect(top).toBeGreaterThanOrEqual(0);
  await page.getByRole("button", { name: "Show all" }).click();
  await page.evaluate(() => window.scrollTo(0, 2000));
  await expect.poll(() => scrolled(page)).toBe(2000);

  await page.evaluate(() => {
    location.hash = "#/genome";
  });
  await page.getByRole("heading", { name: "Genome", level: 1 }).waitFor();
  await page.goBack();
  await expect.poll(() => scrolled(page)).toBe(2000);
  // And so does Forward.
  await page.goForward();
  await page.getByRole("heading", { name: "Genome", level: 1 }).waitFor();
  await expect.poll(() => scrolled(page)).toBe(0);
});

test("Back to a table that has to be read anew returns to the row", async ({ page, node }) => {
  for (let block = 0; block < 40; block += 1) await node.teach(`Question ${block}?`, `Answer ${block}`);
  await page.goto(`${node.url}/#/genome`);
  await page.getByRole("link", { name: "1", exact: true }).scrollIntoViewIfNeeded();
  await expect.poll(() => scrolled(page)).toBeGreaterThan(300);
  await page.waitForFunction(() => new Promise((done) => requestAnimationFrame(() => done(true))));
  const before = await scrolled(page);
  await page.evaluate(() => {
    location.hash = "#/settings";
  });
  await page.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
  await page.goBack();
  await expect.poll(() => scrolled(page)).toBe(before);
});

test("a citation leads to its block: it has the focus, and is the first thing on a phone", async ({
  browser,
  node,
}) => {
  await node.teach("When is lunch?", "At noon");
  const page = await visit(browser, node.url, { viewport: { width: 390, height: 844 } });
  await say(page, "When is lunch?");
  await page.getByRole("link", { name: "block 1" }).click();
  const title = page.getByRole("heading", { name: "Block 1" });
  await title.waitFor();
  expect(await focused(page)).toBe("block-title");
  expect((await title.boundingBox())?.y).toBeLessThan(200);
  // A closed block leaves the focus on its row.
  await page.getByRole("link", { name: "1", exact: true }).waitFor();
  await page.getByRole("link", { name: "Close" }).press("Enter");
  await title.waitFor({ state: "detached" });
  await expect.poll(() => focused(page)).toBe("1");
  await page.context().close();
});

test("the question is where one starts to write, and / leads there from every screen", async ({
  page,
  node,
}) => {
  expect(await focused(page)).toBe("composer");
  await page.goto(`${node.url}/#/genome`);
  await page.getByRole("heading", { name: "Genome", level: 1 }).waitFor();
  await page.getByLabel("Block number").press("/");
  expect(page.url()).toBe(`${node.url}/#/genome`);
  await page.getByRole("heading", { name: "Genome", level: 1 }).focus();
  await page.keyboard.press("/");
  await expect.poll(() => focused(page)).toBe("composer");
  expect(await page.inputValue("#composer")).toBe("");

  await page.goto(`${node.url}/#/knowledge`);
  await page.getByRole("heading", { name: "Knowledge", level: 1 }).waitFor();
  await page.keyboard.press("/");
  await expect.poll(() => focused(page)).toBe("knowledge-search");

  await page.goto(`${node.url}/#/settings`);
  await page.getByLabel("The key / goes to the question").uncheck();
  await page.getByRole("heading", { name: "Settings", level: 1 }).focus();
  await page.keyboard.press("/");
  expect(page.url()).toBe(`${node.url}/#/settings`);
});

test("both fields of the chat send with Enter, and grow with their text", async ({ page }) => {
  await decide(page, false);
  const height = () => page.locator("#composer").evaluate((field) => (field as HTMLElement).offsetHeight);
  const before = await height();
  await page.fill("#composer", "a question that goes on ".repeat(12));
  expect(await height()).toBeGreaterThan(before);
  await page.fill("#composer", "");
  expect(await height()).toBe(before);

  await say(page, "When is lunch?");
  await page.locator(".teach textarea").fill("At noon");
  await page.locator(".teach textarea").press("Shift+Enter");
  await page.keyboard.type("sharp");
  await page.keyboard.press("Enter");
  await page.getByText("Taught and durably recorded as").waitFor();
  expect(await focused(page)).toBe("composer");
  await say(page, "When is lunch?");
  await page.locator(".turn").last().getByText("At noon").waitFor();
});

test("what was forgotten is not offered to be forgotten again", async ({ page, node }) => {
  await node.teach("When is lunch?", "At noon");
  await say(page, "When is lunch?");
  await page.getByRole("button", { name: "Forget", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("At noon").waitFor();
  await dialog.getByRole("button", { name: "Forget and erase", disabled: false }).click();
  await page.getByText("Forgotten since").waitFor();
  expect(await page.getByRole("button", { name: "Forget", exact: true }).count()).toBe(0);
  expect(await page.getByRole("link", { name: "Edit" }).count()).toBe(0);
  await expect.poll(() => focused(page)).toBe("composer");
});

test("the button that verifies keeps the focus while it runs and when it ends", async ({ page, node }) => {
  let running = false;
  // The verification of a small genome ends before one could see it run.
  await page.route("**/api/v1/genome/verification", async (route) => {
    if (route.request().method() === "POST") running = true;
    const response = await route.fetch();
    const state = await response.json();
    await route.fulfill({
      response,
      json: running ? { ...state, state: "running", done: 1, total: 9 } : state,
    });
  });
  await page.route("**/api/v1/genome/verification/progress", (route) => route.abort());
  await page.goto(`${node.url}/#/genome`);
  await page.getByRole("button", { name: "Verify the whole genome" }).press("Enter");
  await page.getByRole("progressbar").waitFor();
  expect(await focused(page)).toBe("Cancel");
  running = false;
  await page.getByRole("button", { name: "Verify the whole genome" }).waitFor();
  expect(await focused(page)).toBe("Verify the whole genome");
});

test("that a token is missing is said once", async ({ browser }) => {
  const locked = await Node.start({ variables: { KOLIBRI_API_TOKEN: "correct-horse-battery-staple" } });
  const page = await visit(browser, `${locked.url}/#/genome/0`);
  await page.getByText("This node requires a token").waitFor();
  await expect.poll(() => page.getByText("Not read yet").count()).toBeGreaterThan(1);
  expect(await page.getByText("A token is required.").count()).toBe(0);
  await page.getByLabel("API token").fill("correct-horse-battery-staple");
  await page.keyboard.press("Enter");
  await page.getByText("Start of the genome").waitFor();
  expect(await page.getByText("Not read yet").count()).toBe(0);
  await page.context().close();
  await locked.end();
});
