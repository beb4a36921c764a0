// The node goes away and comes back. Nothing stays green meanwhile, and no reload is needed.
import { expect, renew, test, visitWithClock } from "./fixture";

test.for(["#/", "#/genome", "#/operations"])(
  "at %s the page tells that the node is gone, and goes on by itself",
  async (address, { page, node }) => {
    await node.teach("When?", "Now");
    await visitWithClock(page, `${node.url}/${address}`);
    await page.getByRole("link", { name: "Healthy" }).waitFor();
    await page.evaluate(() => Object.assign(window, { mark: "not reloaded" }));

    await node.stop();
    await renew(page, page.getByText("The node has not answered since"));
    await page.getByRole("link", { name: "No connection" }).waitFor();
    if (address === "#/operations") {
      await page.getByText("Out of date. Last read at").first().waitFor();
      await expect.poll(() => page.locator(".tile:not(.stale)").count()).toBe(0);
    }
    const green = page.locator(".tile.good, .node.good, .good-text");
    await expect.poll(() => green.count()).toBe(0);

    await node.restart();
    await renew(page, page.getByRole("link", { name: "Healthy" }));
    await page.getByText("The node has not answered since").waitFor({ state: "detached" });
    await expect.poll(() => page.locator(".stale").count()).toBe(0);
    expect(await page.evaluate(() => "mark" in window)).toBe(true);
  },
);

test("what hangs is out of date as well: an answer that never comes keeps nothing green", async ({
  page,
  node,
}) => {
  await visitWithClock(page, `${node.url}/#/operations`);
  await page.locator(".tile.good").first().waitFor();
  await page.getByRole("link", { name: "Healthy" }).waitFor();
  await page.route("**/api/v1/**", () => {});
  // Three renewals of values that are read every 5 seconds.
  await page.clock.fastForward(16_000);
  await expect.poll(() => page.locator(".tile.good, .node.good").count()).toBe(0);
});
