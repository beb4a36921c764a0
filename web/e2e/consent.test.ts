// The user-action log: nothing without consent, and lines that an operator can match with the node.

import type { Page } from "playwright-core";
import { visit } from "./browser";
import { decide, expect, say, test } from "./fixture";

/** What the page has written to the console. */
function lines(page: Page): string[] {
  const lines: string[] = [];
  page.on("console", (message) => {
    if (message.text().startsWith("[kolibri]")) lines.push(message.text());
  });
  return lines;
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
  for (const { req, event } of [taught, asked]) {
    const { status, body } = await node.call(`traces/${req}`);
    expect([status, body.event, body.outcome]).toEqual([200, event, "ok"]);
  }
  // The bucket is one of the node's own, and so is the event type.
  const metrics = await (await fetch(node.metrics)).text();
  expect(metrics).toContain(`le="${asked.le}"`);
  expect(metrics).toContain(`kolibri_backend_events_total{event_type="${asked.event}"} 1`);
});

test("a failed command is matched as well", async ({ page, node }) => {
  const written = lines(page);
  await decide(page, true);
  await say(page, "\u200b -> nothing");
  const line = written.find((line) => line.includes("chat.teach")) ?? "";
  const { req, status, outcome } = JSON.parse(line.slice("[kolibri][user-action] ".length));
  expect([status, outcome]).toEqual(["4xx", "failed"]);
  expect((await node.call(`traces/${req}`)).body.outcome).toBe("failed");
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
    await page.getByText("Your browser says no for all sites").waitFor();
    await decide(page, true);
    await expect.poll(() => written.length).toBe(1);
    await page.context().close();
  },
);
