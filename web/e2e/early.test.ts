// A press before the page is ready for it is not lost: it acts, or the page says why not.
import type { Page } from "playwright-core";
import { expect, hold, say, test } from "./fixture";

const LESSON = "When is lunch? -> At noon";

/** The requests of this method to this path, from now on. */
function requests(page: Page, method: string, path: string): string[] {
  const found: string[] = [];
  page.on("request", (request) => {
    if (request.method() === method && request.url().endsWith(path)) found.push(request.url());
  });
  return found;
}

/** Opens the dialog before forgetting, by keyboard, with the focus on its dangerous button. */
async function toTheDanger(page: Page) {
  await page.getByRole("button", { name: "Forget", exact: true }).press("Enter");
  const dialog = page.getByRole("dialog");
  const danger = dialog.getByRole("button", { name: "Forget and erase" });
  await danger.focus();
  return { dialog, danger };
}

test("nothing is erased by a press that came before its text could be read", async ({ page }) => {
  await say(page, LESSON);
  await say(page, "When is lunch?");
  const forgotten = requests(page, "POST", "/forget");
  const release = await hold(page, "**/api/v1/associations/1/versions*");
  const read = page.waitForRequest("**/api/v1/associations/1/versions*");
  await page.clock.install();
  const { dialog, danger } = await toTheDanger(page);
  await page.keyboard.press("Enter");
  const reason = dialog.getByText("Not yet. Read what will be erased, then press again.");
  await reason.waitFor();
  await read;

  // Nor by a press that was meant for the state before, however often it is repeated.
  await page.clock.pauseAt(Date.now() + 10_000);
  release();
  await dialog.getByText("At noon").waitFor();
  for (let presses = 0; presses < 5; presses += 1) {
    await page.clock.runFor(400);
    await page.keyboard.press("Enter");
  }
  expect(await danger.getAttribute("aria-disabled")).toBe("true");
  expect(await danger.evaluate((button) => button === document.activeElement)).toBe(true);
  expect(forgotten).toEqual([]);

  await page.clock.runFor(1000);
  await reason.waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  await page.getByText("Forgotten.").waitFor();
  expect(forgotten.length).toBe(1);
});

test("what is being erased cannot be left until it is known what became of it", async ({ page }) => {
  await say(page, LESSON);
  await say(page, "When is lunch?");
  const release = await hold(page, "**/api/v1/forget");
  const { dialog } = await toTheDanger(page);
  await dialog.getByRole("button", { name: "Forget and erase", disabled: false }).press("Enter");
  await dialog.locator("button[aria-busy=true]").waitFor();
  // The browser itself closes the dialog on the second one.
  for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press("Escape");
  await dialog.getByText("It is being erased already").waitFor();
  release();
  await page.getByText("Forgotten.").waitFor();
  await dialog.waitFor({ state: "detached" });
});

test("what is asked before the answer to the last came is sent after it", async ({ page }) => {
  const asked = requests(page, "POST", "/ask");
  const release = await hold(page, "**/api/v1/teach");
  await page.getByLabel("Question, or question -> answer").focus();
  await page.keyboard.type(LESSON);
  await page.keyboard.press("Enter");
  await page.keyboard.type("When is lunch?");
  await page.keyboard.press("Enter");
  const turns = page.locator(".turn");
  await turns.nth(1).getByText("Waiting for the node…").waitFor();
  expect(await page.inputValue("#composer")).toBe("");
  expect(asked).toEqual([]);
  release();
  await turns.nth(1).getByText("Word for word").waitFor();
  expect(await turns.count()).toBe(2);
});

test("a text that was not taken does not push away the next one", async ({ page, node }) => {
  const release = await hold(page, "**/api/v1/ask");
  await page.getByLabel("Question, or question -> answer").focus();
  await page.keyboard.type("One?");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Tw");
  await node.stop();
  release();
  await page.locator(".turn").getByText("The node does not answer.").waitFor();
  await page.keyboard.type("o?");
  expect(await page.inputValue("#composer")).toBe("Two?");
});

test("a form that lacks something says what", async ({ page, node }) => {
  await page.getByRole("button", { name: "Ask", exact: true }).press("Enter");
  await page.getByText("Write a question first.").waitFor();

  await say(page, "Who waters the plants?");
  const taught = requests(page, "POST", "/teach");
  await page.getByRole("button", { name: "Teach", exact: true }).press("Enter");
  await page.getByText("Write the answer first.").waitFor();
  await page.getByLabel("What is the answer? Teach it:").fill("Bob");
  await page.getByText("Write the answer first.").waitFor({ state: "detached" });
  expect(taught).toEqual([]);

  await page.goto(`${node.url}/#/genome`);
  await page.getByLabel("Block number").fill("first");
  await page.keyboard.press("Enter");
  await page.getByText("Write a block's number first, in digits.").waitFor();

  await page.goto(`${node.url}/#/settings`);
  await page.getByRole("button", { name: "Use this token" }).press("Enter");
  await page.getByText("Enter the token first.").waitFor();
});

test("while something is started or stopped the button shows it, and a further press starts no second one", async ({
  page,
  node,
}) => {
  await page.goto(`${node.url}/#/operations`);
  await page.getByLabel("Simulated minutes").fill("60");
  await page.getByLabel("In real time").check();
  const started = requests(page, "POST", "/soaks");
  const release = await hold(page, "**/api/v1/soaks");
  const start = page.getByRole("button", { name: "Start a drill" });
  for (let presses = 0; presses < 3; presses += 1) await start.press("Enter");
  await page.locator("button[aria-busy=true]", { hasText: "Start a drill" }).waitFor();
  release();
  const stop = page.getByRole("button", { name: "Stop", exact: true });
  await stop.waitFor();
  expect(started.length).toBe(1);

  const stopped = requests(page, "DELETE", "");
  const releaseStop = await hold(page, "**/api/v1/soaks/*");
  for (let presses = 0; presses < 3; presses += 1) await stop.press("Enter");
  await page.locator("button[aria-busy=true]", { hasText: /^Stop$/ }).waitFor();
  releaseStop();
  await page.getByRole("group", { name: "Drills so far" }).getByText("Stopped").waitFor();
  expect(stopped.length).toBe(1);
});

test("older pages are reached without waiting for those between; the former one stays meanwhile", async ({
  page,
  node,
}) => {
  await Promise.all(Array.from({ length: 199 }, (_, index) => node.teach(`Question ${index}`, "Answer")));
  await page.goto(`${node.url}/#/genome`);
  await page.getByText("150 to 199 of 200 blocks").waitFor();
  const release = await hold(page, "**/api/v1/genome/blocks?*");
  const older = page.getByRole("link", { name: "Older" });
  for (let presses = 0; presses < 2; presses += 1) await older.press("Enter");
  expect(page.url()).toBe(`${node.url}/#/genome?until=99`);
  const rows = page.getByRole("region", { name: "Blocks" }).locator("tbody tr");
  expect(await rows.count()).toBe(50);
  await page.locator(".pages").getByText("Loading…").waitFor();
  release();
  await page.getByText("50 to 99 of 200 blocks").waitFor();
  expect(await older.evaluate((link) => link === document.activeElement)).toBe(true);
});
