// A node that requires a token: the page asks for it, and keeps it only where allowed.
import { visit } from "./browser";
import { expect, hold, say, test } from "./fixture";
import { Node } from "./node";

const TOKEN = "correct-horse-battery-staple";

test("the page asks for the token, says when it is wrong, and goes on when it is right", async ({
  browser,
}) => {
  const node = await Node.start({ variables: { KOLIBRI_API_TOKEN: TOKEN } });
  const page = await visit(browser, node.url);
  try {
    const form = page.getByRole("region", { name: "This node requires a token" });
    await form.getByLabel("API token").fill("wrong-horse-battery-staple");
    await form.getByRole("button", { name: "Use this token" }).click();
    await form.getByText("does not accept this token").waitFor();
    // Nothing is shown about the next token before the node has checked it.
    const release = await hold(page, "**/api/v1/**");
    await form.getByLabel("API token").fill(TOKEN);
    await form.getByRole("button", { name: "Use this token" }).click();
    await form.getByText("Contacting the node…").waitFor();
    expect(await form.getByText("does not accept this token").count()).toBe(0);
    release();
    await form.waitFor({ state: "detached" });
    await say(page, "When? -> Now");
    await page.getByText("Taught and durably recorded as").waitFor();

    // Only in memory: after a reload the page asks again.
    await page.reload();
    await form.waitFor();
    await form.getByLabel("Remember it until this tab is closed").check();
    await form.getByLabel("API token").fill(TOKEN);
    await form.getByRole("button", { name: "Use this token" }).click();
    await form.waitFor({ state: "detached" });
    await page.reload();
    await page.getByRole("link", { name: "Healthy" }).waitFor();
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain(TOKEN);

    await page.goto(`${node.url}/#/settings`);
    await page.getByRole("button", { name: "Forget the token" }).click();
    await form.waitFor();
    expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain(TOKEN);
  } finally {
    await page.context().close();
    await node.end();
  }
});
