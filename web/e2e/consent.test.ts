// The user-action log: nothing is written without consent, and an operator can match each line with the node.

import type { Page } from "playwright-core";
import { visit } from "./browser";
import { decide, expect, say, test } from "./fixture";
import type { Node } from "./node";

/** What the page has written to the console. */
function lines(page: Page): string[] {
  const lines: string[] = [];
  page.on("console", (message) => {
    if (message.text().startsWith("[kolibri]")) lines.push(message.text());
  });
  return lines;
}

/** What the node knows about a request. */
async function traced(node: Node, req: string): Promise<unknown[]> {
  const { status, body } = await node.call(`traces/${req}`);
  return [status, body.event, body.outcome];
}

test("after the choice the focus is on the screen, where one was", async ({ page, node }) => {
  await page.goto(`${node.url}/#/operations`);
  const no = page.getByRole("button", { name: "Do not allow", exact: true });
  await no.focus();
  await page.keyboard.press("Enter");
  await no.waitFor({ state: "detached" });
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
});

test("on a phone the question about the log covers neither the answer nor the field", async ({
  browser,
  node,
}) => {
  await node.teach("Where is the coffee machine?", "On the second floor, ".repeat(40));
  const phone = { viewport: { width: 390, height: 844 } };
  const page = await visit(browser, `${node.url}/#/`, phone);
  await say(page, "Where is the coffee machine?");
  const boxOf = (selector: string) => page.locator(selector).boundingBox();
  const [consent, answer, composer] = await Promise.all([".consent", ".turn", ".composer"].map(boxOf));
  const below = Math.max(bottomOf(answer ?? null), bottomOf(composer ?? null));
  expect(consent?.y).toBeGreaterThanOrEqual(below);
  await page.context().close();
});

function bottomOf(box: { y: number; height: number } | null): number {
  if (!box) throw new Error("it is not on the page");
  return box.y + box.height;
}

test("nothing before the choice, nor after a refusal; both answers are equal", async ({ page }) => {
  const written = lines(page);
  await say(page, "Anybody?");
  const [allow, refuse] = await Promise.all(
    ["Allow", "Do not allow"].map((name) => page.getByRole("button", { name, exact: true }).elementHandle()),
  );
  const look = (element: typeof allow) =>
    element?.evaluate((node) => {
      const { color, backgroundColor, borderColor, font, width } = getComputedStyle(node);
      return { color, backgroundColor, borderColor, font, width };
    });
  expect(await look(allow)).toEqual(await look(refuse));
  await decide(page, false);
  await say(page, "Anybody now?");
  await page.reload();
  await say(page, "And now?");
  expect(await page.getByRole("button", { name: "Allow", exact: true }).count()).toBe(0);
  expect(written).toEqual([]);
});

test("after consent a line carries the id by which the node knows the request", async ({ page, node }) => {
  const written = lines(page);
  await decide(page, true);
  await say(page, "When is lunch? -> At noon");
  await say(page, "When is lunch?");
  await expect.poll(() => written.filter((line) => line.includes('"req"')).length).toBe(2);
  const [taught, asked] = written
    .filter((line) => line.includes('"req"'))
    .map((line) => JSON.parse(line.slice("[kolibri][user-action] ".length)));
  expect(taught).toMatchObject({ action: "chat.teach", event: "TEACH", status: "2xx", outcome: "taught" });
  expect(asked).toMatchObject({ action: "chat.ask", event: "ASK", status: "2xx", outcome: "answered" });
  // An ASK is answered before it is recorded.
  for (const { req, event } of [taught, asked]) {
    await expect.poll(() => traced(node, req)).toEqual([200, event, "ok"]);
  }
  // The bucket and the event type are ones that the node uses.
  const metrics = async () => (await fetch(node.metrics)).text();
  await expect.poll(metrics).toContain(`kolibri_backend_events_total{event_type="${asked.event}"} 1`);
  expect(await metrics()).toContain(`le="${asked.le}"`);
});

test("a confirmed answer has an action of its own, with the id of its TEACH", async ({ page, node }) => {
  const written = lines(page);
  await decide(page, true);
  await node.teach("When is the billing gateway maintained?", "On Sundays");
  const near = "Something is wrong with the gateway, what now?";
  await expect.poll(async () => (await node.call("ask", { stimulus: near })).body.suggestions.length).toBe(1);
  await say(page, near);
  await page
    .getByRole("button", { name: /^Yes, this one/ })
    .first()
    .click();
  await page.getByText("From now on this question gets this answer").waitFor();
  const line = written.find((line) => line.includes("chat.confirm")) ?? "";
  const { action, event, req, status, outcome, ...rest } = JSON.parse(
    line.slice("[kolibri][user-action] ".length),
  );
  expect([action, event, status, outcome]).toEqual(["chat.confirm", "TEACH", "2xx", "taught"]);
  expect(Object.keys(rest)).toEqual(["v", "n", "t", "le"]);
  await expect.poll(() => traced(node, req)).toEqual([200, "TEACH", "ok"]);
});

test("a failed command is matched as well", async ({ page, node }) => {
  const written = lines(page);
  await decide(page, true);
  await say(page, "\u200b -> nothing");
  await expect.poll(() => written.filter((line) => line.includes("chat.teach")).length).toBe(1);
  const line = written.find((line) => line.includes("chat.teach")) ?? "";
  const { req, status, outcome } = JSON.parse(line.slice("[kolibri][user-action] ".length));
  expect([status, outcome]).toEqual(["4xx", "failed"]);
  await expect.poll(() => traced(node, req)).toEqual([200, "TEACH", "failed"]);
});

test("withdrawn in Settings, it ends at once", async ({ page, node }) => {
  await decide(page, true);
  await page.goto(`${node.url}/#/settings`);
  await page.getByRole("button", { name: "Withdraw" }).click();
  await page.getByText("You did not allow it.").waitFor();
  const written = lines(page);
  await page.goto(`${node.url}/#/`);
  await say(page, "Still there?");
  expect(written).toEqual([]);
});

test.for([
  ["Global Privacy Control", "globalPrivacyControl", true],
  ["Do Not Track", "doNotTrack", "1"],
] as const)(
  "%s counts as no, unasked; Settings can still allow it",
  async ([, name, value], { browser, node }) => {
    const page = await visit(browser, "about:blank");
    await page.addInitScript(
      ([name, value]) => Object.defineProperty(navigator, name, { get: () => value }),
      [name, value] as const,
    );
    const written = lines(page);
    await page.goto(node.url);
    await say(page, "Hello?");
    expect(await page.getByRole("button", { name: "Allow", exact: true }).count()).toBe(0);
    expect(written).toEqual([]);
    await page.goto(`${node.url}/#/settings`);
    await page.getByText("Your browser refuses for all sites").waitFor();
    await decide(page, true);
    await expect.poll(() => written.length).toBe(1);
    await page.context().close();
  },
);
