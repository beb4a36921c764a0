// A walk through Knowledge in screenshots, taken from the running program: `make screenshots`. docs/knowledge.md shows them.
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { visit } from "./browser";
import { decide, test } from "./fixture";
import { Node } from "./node";

const IMAGES = "../docs/images";
const QUESTION = "How do I restart the payment service?";
const FIRST = "systemctl restart payments";
const SECOND = [
  "Only while **no settlement runs** (see https://status.example/settlement):",
  "",
  "1. Drain it: `paymentsctl drain`",
  "2. Restart it:",
  "   ```sh",
  "   sudo systemctl restart payments",
  "   journalctl -fu payments",
  "   ```",
  "3. Wait for `ready`, and then:",
  "   - look at the payments dashboard",
  "   - [ ] tell the shop",
].join("\n");
const OTHERS = [
  ["Who is on call today?", "See the on-call calendar; the pager number is in the team channel's topic."],
  ["Where are the backups of the orders database?", "s3://backups/orders, one a night, kept for 35 days."],
  ["How do I roll back a release?", "make rollback RELEASE=previous, from the deploy host."],
  ["How long are payment logs kept?", "90 days, in the logs bucket; longer only for audits."],
] as const;
const FILE = [
  "Topic;Question;Answer",
  "ops;How do I roll back a release?;make rollback RELEASE=previous, from the deploy host.",
  "ops;How long are payment logs kept?;180 days since the last audit.",
  "hr;Where is the canteen?;On the ground floor, next to the lifts.",
  "hr;When is pay day?;On the 25th, or on the Friday before.",
  "hr;Whom do I tell that I am ill?;",
].join("\r\n");

/** Takes a picture of what is on the screen, without anything that moves. */
async function picture(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${IMAGES}/knowledge-${name}.png`, animations: "disabled" });
}

test("a walk through Knowledge", async ({ browser }) => {
  mkdirSync(IMAGES, { recursive: true });
  const node = await Node.start();
  for (const [stimulus, response] of OTHERS) await node.teach(stimulus, response);
  await node.teach(QUESTION, FIRST);
  for (const stimulus of [QUESTION, QUESTION, "Who is on call today?"]) await node.call("ask", { stimulus });
  const page = await visit(browser, `${node.url}/#/knowledge`, { viewport: { width: 1180, height: 760 } });
  await decide(page, false);
  await page.getByText("asked 2 times").waitFor();

  await page.getByLabel("Search questions and answers").fill("paym");
  await page.getByText("2 answers match").waitFor();
  await picture(page, "1-find");

  await page.getByRole("link", { name: QUESTION }).click();
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByLabel("Answer", { exact: true }).fill(SECOND);
  await page.locator(".effects ins").first().waitFor();
  await picture(page, "2-edit");

  await page.getByRole("button", { name: "Teach", exact: true }).click();
  await page.getByText("now answers in place of").waitFor();
  await page.locator("a.button", { hasText: "2 versions" }).click();
  await page.getByText("answers now", { exact: true }).waitFor();
  await picture(page, "3-versions");

  await page.getByRole("link", { name: /^Restore block/ }).click();
  await page.locator(".effects del").first().waitFor();
  await picture(page, "4-restore");

  await page.goto(`${node.url}/#/knowledge/import`);
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "faq.csv", mimeType: "text/csv", buffer: Buffer.from(FILE) });
  await page.getByRole("button", { name: /^Teach 3 answers/ }).waitFor();
  await picture(page, "5-import");

  await page.goto(`${node.url}/#/?ask=${encodeURIComponent(QUESTION)}`);
  await page.locator(".answer pre").waitFor();
  await picture(page, "6-answer");
  await page.context().close();
  await node.end();
});
