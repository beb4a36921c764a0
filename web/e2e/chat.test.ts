// Teaching, asking and forgetting in the chat.
import { expect, say, test } from "./fixture";

const LESSON = "How do I restart the payment service? -> systemctl restart payments";

test("a fresh node tells what to do first, and its example works", async ({ page }) => {
  await page.getByRole("heading", { name: "This node knows nothing yet" }).waitFor();
  await page.getByRole("button", { name: "Use this example" }).click();
  await page.keyboard.press("Enter");
  await page.getByText("Taught and durably recorded as").waitFor();
  expect(await page.inputValue("#composer")).toBe("");
});

test("an answer shows how it was found, its similarity and its block, a click away", async ({
  page,
  node,
}) => {
  await say(page, LESSON);
  await say(page, "How do I restart the payment service?");
  const exact = page.locator(".turn").last();
  await exact.getByText("Word for word").waitFor();
  await exact.getByText("similarity 100%").waitFor();

  // It is found by similarity once the index has it.
  await expect
    .poll(async () => (await node.call("ask", { stimulus: "restarting payment servise" })).body.match)
    .toBe("similar");
  await say(page, "restarting payment servise");
  const similar = page.locator(".turn").last();
  await similar.getByText("By similarity").waitFor();
  await similar.getByRole("link", { name: "block 1" }).click();
  await page.getByRole("heading", { name: "Block 1" }).waitFor();
  await page.locator(".block").getByText("systemctl restart payments").waitFor();
  expect(page.url()).toBe(`${node.url}/#/genome/1`);
});

test("what is not known is taught in place", async ({ page }) => {
  await say(page, "Where is the coffee machine?");
  await page.getByText("I don't know this yet.").waitFor();
  await page.getByLabel("What is the answer? Teach it:").fill("On the second floor");
  await page.getByRole("button", { name: "Teach", exact: true }).click();
  await page.getByText("Taught and durably recorded as").waitFor();
  await say(page, "Where is the coffee machine?");
  await page.locator(".turn").last().getByText("On the second floor").waitFor();
});

test("near questions are suggested, and a suggestion asks", async ({ page, node }) => {
  await node.teach("How do I rotate the API keys of the billing gateway?", "See the vault");
  const near = "How do I rotate the tyres of the billing gateway car?";
  await expect
    .poll(async () => (await node.call("ask", { stimulus: near })).body.suggestions.length)
    .toBeGreaterThan(0);
  await say(page, near);
  await page.getByRole("button", { name: /rotate the API keys/ }).click();
  await page.locator(".turn").last().getByText("See the vault").waitFor();
});

test("forgetting asks first, shows what it erases, and erases it", async ({ page, node }) => {
  await say(page, LESSON);
  await say(page, "How do I restart the payment service?");
  await page.getByRole("button", { name: "Forget", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Forget this?" });
  await dialog.getByText("systemctl restart payments").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect((await node.call("ask", { stimulus: "How do I restart the payment service?" })).body.match).toBe(
    "exact",
  );

  await page.getByRole("button", { name: "Forget", exact: true }).click();
  await dialog.getByRole("button", { name: "Forget and erase" }).click();
  await page.getByText("Forgotten.").waitFor();
  expect((await node.call("ask", { stimulus: "How do I restart the payment service?" })).body.match).toBe(
    "none",
  );
  expect((await node.call("genome/blocks/1")).body.erased_by).toBeGreaterThan(1);
});

test("a failure keeps the text, says what happened, and leads to the trace", async ({ page, node }) => {
  // The page checks only the length in bytes. The node also refuses a text of nothing but invisible characters.
  await say(page, "\u200b -> answer");
  const failed = page.locator(".turn").last();
  await failed.getByText("This text is not accepted.").waitFor();
  expect(await page.inputValue("#composer")).toBe("\u200b -> answer");
  await failed.getByRole("link", { name: "Show how it was executed" }).click();
  await page.getByRole("heading", { name: "TEACH failed" }).waitFor();
  await page.getByText("invalid_text").waitFor();

  await page.goto(`${node.url}/#/`);
  await node.stop();
  await page.fill("#composer", "Is anybody there?");
  await page.keyboard.press("Enter");
  await page.locator(".turn").last().getByText("The node does not answer.").waitFor();
  expect(await page.inputValue("#composer")).toBe("Is anybody there?");
  await node.restart();
  await page.keyboard.press("Enter");
  await page.getByText("I don't know this yet.").waitFor();
});

test("a text that is too long is not sent", async ({ page }) => {
  await page.fill("#composer", "я".repeat(2049));
  await page.getByText("Too long: 4,098 of 4,096 bytes.").waitFor();
  await page.keyboard.press("Enter");
  expect(await page.locator(".turn").count()).toBe(0);
});

test("what looks like HTML stays text", async ({ page }) => {
  const html = "<img src=x onerror=\"document.title='broken in'\"><script>alert(1)</script>";
  await say(page, `${html} -> ${html}`);
  await say(page, html);
  await page.locator(".turn").last().locator(".reply", { hasText: html }).waitFor();
  expect(await page.title()).not.toContain("broken in");
});
