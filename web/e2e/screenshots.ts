// Takes the screenshots for the README from the running program: `make screenshots`.
import { mkdirSync } from "node:fs";
import { afterAll, beforeAll } from "vitest";
import { visit } from "./browser";
import { decide, say, test } from "./fixture";
import { Node } from "./node";

const IMAGES = "../docs/images";
/** Milliseconds of traffic, so that the charts have something to show. */
const TRAFFIC = 150_000;

const LESSONS = [
  [
    "How do I restart the payment service?",
    "sudo systemctl restart payments, then watch `journalctl -fu payments` for `ready`.",
  ],
  ["Who is on call today?", "See the on-call calendar; the pager number is in the team channel's topic."],
  ["Where are the backups of the orders database?", "s3://backups/orders, one a night, kept for 35 days."],
  ["How do I roll back a release?", "make rollback RELEASE=previous, from the deploy host."],
] as const;

let node: Node;

beforeAll(async () => {
  mkdirSync(IMAGES, { recursive: true });
  node = await Node.start();
  for (const [stimulus, response] of LESSONS) await node.teach(stimulus, response);
}, 60_000);

afterAll(() => node.end());

/** Asks, teaches and fails in waves, like a day, only shorter. */
async function traffic(): Promise<void> {
  const until = Date.now() + TRAFFIC;
  for (let round = 0; Date.now() < until; round += 1) {
    const busy = 4 + Math.round(3 * Math.sin(round / 25));
    await Promise.all(
      Array.from({ length: busy }, (_, index) =>
        node.call("ask", { stimulus: LESSONS[(round + index) % LESSONS.length]?.[0] }),
      ),
    );
    if (round % 3 === 0) await node.teach(`How is ticket ${round} solved?`, "As the one before.");
    if (round % 60 === 40) await node.fail();
    await new Promise((later) => setTimeout(later, 80));
  }
}

test("chat", { timeout: 60_000 }, async ({ browser }) => {
  const page = await visit(browser, node.url, { viewport: { width: 1100, height: 950 } });
  await decide(page, false);
  await say(page, "restarting payment servise");
  await say(page, "Who knows about releases and backups?");
  await page.screenshot({ path: `${IMAGES}/chat.png` });
});

test("operations", { timeout: 300_000 }, async ({ browser }) => {
  await node.drill();
  await Promise.all([traffic(), node.drill()]);
  const page = await visit(browser, "about:blank", {
    viewport: { width: 1280, height: 1000 },
    colorScheme: "dark",
  });
  await page.goto(`${node.url}/#/operations`);
  await decide(page, false);
  await page.locator(".chart").first().waitFor();
  await page.locator(".tile", { hasText: "Ready" }).waitFor();
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: `${IMAGES}/operations.png` });
});

test("genome", { timeout: 60_000 }, async ({ browser }) => {
  const page = await visit(browser, `${node.url}/#/genome`, { viewport: { width: 1280, height: 800 } });
  await decide(page, false);
  await page.getByRole("button", { name: "Verify the whole genome" }).click();
  await page.getByText("Sound").waitFor();
  const last = await node.teach(
    "Where does the on-call guide live?",
    "docs/operations.md, in the repository of the node.",
  );
  await page.goto(`${node.url}/#/genome/${last}`);
  await page.locator(".block").getByText("docs/operations.md").waitFor();
  await page.screenshot({ path: `${IMAGES}/genome.png` });
});

test("settings", { timeout: 60_000 }, async ({ browser }) => {
  const page = await visit(browser, `${node.url}/#/settings`, {
    viewport: { width: 1100, height: 860 },
    locale: "ru",
  });
  await page.getByRole("button", { name: "Разрешить", exact: true }).last().click();
  await page.getByText("Включён").waitFor();
  await page.screenshot({ path: `${IMAGES}/settings.png` });
});
