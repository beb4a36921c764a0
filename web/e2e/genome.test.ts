// The genome: its table, its blocks, its verification.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, renew, teachMany, test, visitWithClock } from "./fixture";

test("the table is read a page at a time, and each page has an address", async ({ page, node }) => {
  await teachMany(node, 1000);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(`${node.url}/#/genome`);
  const rows = page.getByRole("region", { name: "Blocks" }).locator("tbody tr");
  await page.getByText("951 to 1,000 of 1,001 blocks").waitFor();
  expect(await rows.count()).toBe(50);
  await page.getByRole("link", { name: "Older" }).click();
  await page.getByText("901 to 950 of 1,001 blocks").waitFor();
  expect(page.url()).toBe(`${node.url}/#/genome?until=950`);
  await page.reload();
  await page.getByText("901 to 950 of 1,001 blocks").waitFor();
  await page.getByRole("link", { name: "Oldest" }).click();
  await page.getByText("0 to 49 of 1,001 blocks").waitFor();
  await page.getByRole("link", { name: "Newest" }).click();
  await page.getByText("951 to 1,000 of 1,001 blocks").waitFor();
  for (const url of asked.filter((url) => url.includes("blocks?")))
    expect(url).toMatch(/limit=(50|[1-4]?\d)$/);
});

test("the newest page moves on with the genome", async ({ page, node }) => {
  await visitWithClock(page, `${node.url}/#/genome`);
  await page.getByText("0 to 0 of 1 block").waitFor();
  await node.teach("When?", "Now");
  await renew(page, page.getByText("0 to 1 of 2 blocks"));
});

test("a block is opened in full, by a click, by its number, by its address", async ({ page, node }) => {
  await node.teach("When?", "Now");
  await node.call("ask", { stimulus: "When?" });
  await node.call("forget", { stimulus: "When?" });
  await page.goto(`${node.url}/#/genome`);
  await page.getByText("0 to 3 of 4 blocks").waitFor();
  await page.getByRole("link", { name: "2", exact: true }).click();
  const block = page.locator(".block");
  await block.getByText("Asked word for word").waitFor();
  const { hash, digest, previous } = (await node.call("genome/blocks/2")).body;
  for (const value of [hash, digest, previous]) await block.getByText(value).waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Block 2");

  await page.getByLabel("Block number").fill("1");
  await page.getByRole("button", { name: "Open" }).click();
  await block.getByText("The content was erased on request").waitFor();
  await page.getByRole("button", { name: "Open" }).click();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Block 1");
  await block.getByRole("link", { name: "block 3" }).click();
  await block.getByText("Erased the content of").waitFor();

  await page.goto(`${node.url}/#/genome/77`);
  await block.getByText("There is no such block.").waitFor();
});

test("a check shows its progress and its result", async ({ page, node }) => {
  await teachMany(node, 1000);
  await page.goto(`${node.url}/#/genome`);
  await page.getByText("Not verified").waitFor();
  await page.getByRole("button", { name: "Verify the whole genome" }).click();
  await page.getByText("Sound").waitFor();
  await page.getByText("1,001 blocks").first().waitFor();
});

test("a check that runs can be cancelled, where it was started", async ({ page, node }) => {
  // A real verification ends before a click is possible, so this one only pretends to run.
  let state = "none";
  const wishes: string[] = [];
  await page.route("**/api/v1/genome/verification", (route) => {
    const method = route.request().method();
    if (method !== "GET") wishes.push(method);
    if (method === "POST") state = "running";
    if (method === "DELETE") state = "cancelled";
    return method === "DELETE"
      ? route.fulfill({ status: 204 })
      : route.fulfill({ json: { state, done: 2500, total: 10_000, ended: null } });
  });
  await page.route("**/api/v1/genome/verification/progress", () => {});
  await page.goto(`${node.url}/#/genome`);
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  await page.getByRole("button", { name: "Verify the whole genome" }).press("Enter");
  await page.getByText("2,500 of 10,000 blocks and answers checked").waitFor();
  expect(await focused()).toBe("Cancel");
  expect(await page.getByRole("progressbar", { name: "Verification" }).getAttribute("value")).toBe("0.25");
  await page.getByRole("button", { name: "Cancel", disabled: false }).press("Enter");
  await page.getByText("Cancelled").waitFor();
  expect(await focused()).toBe("Verify the whole genome");
  expect(wishes).toEqual(["POST", "DELETE"]);
});

test("a broken block is pinned first, with what is wrong", async ({ page, node }) => {
  await teachMany(node, 100);
  const target = await node.teach("How do I open the door?", "With the key of Bob");
  await teachMany(node, 100);
  await node.stop();
  const file = join(node.directory, "genome.db");
  const bytes = readFileSync(file);
  const at = bytes.indexOf("With the key of Bob");
  expect(at).toBeGreaterThan(0);
  bytes.write("With the key of Eve", at);
  writeFileSync(file, bytes);
  await node.restart();

  await page.goto(`${node.url}/#/genome`);
  await page.getByRole("button", { name: "Verify the whole genome" }).click();
  const pinned = page.locator(".pinned");
  await pinned.getByText("This was changed or damaged:").waitFor();
  await pinned.getByRole("link", { name: `block ${target}` }).click();
  await page.locator(".block").getByText("This was changed or damaged:").waitFor();
  const first = page.getByRole("region", { name: "Blocks" }).locator("tbody tr").first();
  await expect.poll(() => first.innerText()).toContain("Broken");

  // The verdict outlives the process, and stands on every screen: answers go on, marked.
  await node.stop();
  await node.restart();
  await page.goto(`${node.url}/#/operations`);
  await page.locator(".pinned").getByText("This was changed or damaged:").waitFor();
  await page.locator(".node-state").getByText("The genome is broken at block").waitFor();
  await page.locator(".tile", { hasText: "Genome" }).getByText("found broken").waitFor();
  await page.goto(`${node.url}/#/genome`);
  await page.getByRole("status").getByText("Broken", { exact: true }).waitFor();
  await page.goto(`${node.url}/#/`);
  await page.getByRole("textbox").fill("How do I close the door?");
  await page.keyboard.press("Enter");
  await page.getByText("this answer may be wrong").waitFor();
});
