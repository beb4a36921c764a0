// What the page says about how answers are found, and where texts go for it.
import type { Page } from "playwright-core";
import { visit } from "./browser";
import { expect, renew, test, visitWithClock } from "./fixture";
import { Node } from "./node";

const line = (page: Page) => page.locator(".tile", { hasText: "Answers found" });

/** Lets the node say something else about its recall. */
async function pretend(page: Page, recall: Record<string, unknown>): Promise<void> {
  await page.route("**/api/v1/operations", async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    await route.fulfill({ response, json: { ...body, recall: { ...body.recall, ...recall } } });
  });
}

test("by meaning: green once every question is known, and never while that is not known", async ({
  page,
  node,
}) => {
  await visitWithClock(page, `${node.url}/#/operations`);
  await line(page).getByText("By meaning").waitFor();
  expect(await line(page).getAttribute("class")).toBe("tile neutral wide");
  await node.teach("When is lunch?", "At noon");
  await renew(page, page.locator(".tile.good.wide"));
  await line(page).getByText(", knows 1 of 1 question").waitFor();

  await node.stop();
  await renew(page, page.locator(".tile.neutral.stale.wide"));
  await line(page).getByText("out of date, as of").waitFor();
});

test("while meanings are still being computed, the progress is shown", async ({ page, node }) => {
  await pretend(page, { known: 1200, missing: 3600 });
  await page.goto(`${node.url}/#/operations`);
  await line(page).getByText("knows 1,200 of 4,800 questions").waitFor();
  const progress = line(page).getByRole("progressbar", { name: "Questions whose meaning is known" });
  expect(await progress.getAttribute("value")).toBe("0.25");
  expect(await line(page).getAttribute("class")).toBe("tile neutral wide");
});

test("by words alone: the node says why", async ({ browser }) => {
  const node = await Node.start({ variables: { KOLIBRI_RECALL_MODEL: "off" } });
  const page = await visit(browser, `${node.url}/#/operations`);
  await line(page).getByText("By words alone").waitFor();
  await line(page).getByText("KOLIBRI_RECALL_MODEL is off").waitFor();
  expect(await line(page).getAttribute("class")).toBe("tile neutral wide");

  // With a model that fails, it is a fault.
  await pretend(page, { model: "bge-m3", by_words_alone: "the model cannot be reached" });
  await page.reload();
  await line(page).getByText("the model cannot be reached").waitFor();
  expect(await line(page).getAttribute("class")).toBe("tile bad wide");
  await page.context().close();
  await node.end();
});

test("Settings say that texts stay on the node, or which host gets them", async ({ page, node }) => {
  await page.goto(`${node.url}/#/settings`);
  const panel = page.getByRole("region", { name: "Where texts go" });
  await panel.getByText("Texts never leave this node.").waitFor();
  await panel.getByText("multilingual-e5-small").waitFor();

  await pretend(page, { model: "BAAI/bge-m3", sent_to: "models.example" });
  await page.reload();
  await panel.getByText("The text of questions leaves this node: it is sent to models.example.").waitFor();
  await panel.getByText("BAAI/bge-m3").waitFor();
  expect(await panel.getByText("never leave").count()).toBe(0);
});
