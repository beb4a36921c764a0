// The keyboard alone is enough.
import type { Page } from "playwright-core";
import { expect, test } from "./fixture";

/** Presses Tab until the element with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      const labels =
        element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels : null;
      return (labels?.[0] ?? element)?.textContent?.trim();
    });
    if (focused === name) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the focus never came to ${name}`);
}

test("decide, teach, ask, open the citation, forget: all by keyboard", async ({ page, node }) => {
  await tabTo(page, "Do not allow");
  await page.keyboard.press("Enter");

  await tabTo(page, "Question, or question -> answer");
  await page.keyboard.type("When is lunch? -> At noon");
  await page.keyboard.press("Enter");
  await page.getByText("Taught and durably recorded as").waitFor();
  // The focus stays in the field, ready for the next text.
  await page.keyboard.type("When is lunch?");
  await page.keyboard.press("Enter");
  const answer = page.locator(".turn").nth(1);
  await answer.getByText("At noon").waitFor();

  await page.locator("body").press("Home");
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await tabTo(page, "Forget");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("At noon").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  // The focus returns to the button that opened the dialog.
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Forget");
  await page.keyboard.press("Enter");
  await tabTo(page, "Forget and erase");
  await dialog.getByRole("button", { name: "Forget and erase", disabled: false }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("Forgotten.").waitFor();

  await tabTo(page, "Genome");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Genome", level: 1 }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
  await tabTo(page, "Block number");
  await page.keyboard.type("1");
  await page.keyboard.press("Enter");
  await page.getByText("The content was erased").waitFor();
  expect(page.url()).toBe(`${node.url}/#/genome/1`);
});

test("the first Tab offers to skip to the content, and leaves the address alone", async ({ page, node }) => {
  await page.goto(`${node.url}/#/genome`);
  await page.reload();
  await page.locator("h1").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
  expect(page.url()).toBe(`${node.url}/#/genome`);
});
