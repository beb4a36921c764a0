// Tests the privacy promise: what is typed into the page, answered, or quoted in errors appears nowhere but in the
// command itself. The test searches for it raw, URL-encoded, and as base64 at every offset.
import type { Page } from "playwright-core";
import { visit } from "./browser";
import { decide, expect, say, test } from "./fixture";
import { Node } from "./node";

const TOKEN = "tokensecretQ7f3zW9k";
const SECRETS = {
  question: "questionsecretX8r2mV5p",
  answer: "answersecretJ4n6cB1t",
  suggested: "suggestedsecretB6k2xT9r",
  confirmed: "confirmedsecretM3s7jQ4z",
  taughtInPlace: "placesecretL9d3hY7w",
  failing: "failingsecretG5v8sN2q",
  elsewhere: "elsewheresecretK6b4tF3x",
  token: TOKEN,
  wrongToken: "wrongtokensecretR2y7uD8",
};

/** Every form in which a text may contain a secret. */
function disguises(secret: string): string[] {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  // In base64 a text looks different at each of three offsets, and its neighbours change both ends.
  const inner = ["", "x", "xx"].map((before) => base64(before + secret).slice(before ? 4 : 0, -4));
  const hex = Buffer.from(secret).toString("hex");
  return [secret, encodeURIComponent(secret), hex, ...inner, ...inner.map(encodeURIComponent)];
}

function leaks(where: string, text: string): string[] {
  return Object.entries(SECRETS)
    .filter(([, secret]) =>
      disguises(secret).some((disguise) => text.toLowerCase().includes(disguise.toLowerCase())),
    )
    .map(([name]) => `${name} in ${where}`);
}

/** Everything that leaves the page: what it writes, and what it requests. */
function listen(page: Page): string[] {
  const found: string[] = [];
  page.on("console", async (message) => {
    const values = await Promise.all(message.args().map((value) => value.jsonValue().catch(() => "")));
    found.push(...leaks("the console", message.text() + JSON.stringify(values)));
  });
  page.on("pageerror", (error) => found.push(...leaks("an error", `${error.message}${error.stack}`)));
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    const isCommand =
      request.method() === "POST" && /^\/api\/v1\/(teach|teach:preview|ask|forget)$/.test(pathname);
    found.push(...leaks(`the URL of ${pathname}`, request.url()));
    const { authorization, ...headers } = request.headers();
    found.push(...leaks("headers", JSON.stringify(headers)));
    // Only this header may contain the token, and no other secret.
    found.push(
      ...leaks("authorization", (authorization ?? "").replace(TOKEN, "").replace(SECRETS.wrongToken, "")),
    );
    if (!isCommand) found.push(...leaks(`the body of ${pathname}`, request.postData() ?? ""));
  });
  return found;
}

async function stored(page: Page): Promise<string> {
  return page.evaluate(async () =>
    JSON.stringify({
      local: { ...localStorage },
      session: { ...sessionStorage },
      cookies: document.cookie,
      databases: await indexedDB.databases(),
      caches: await caches.keys(),
      history: history.state,
      address: location.href,
      name: window.name,
      title: document.title,
    }),
  );
}

test("the search finds a secret in each of its disguises", () => {
  for (const text of [
    SECRETS.question,
    `a ${Buffer.from(`{"q":"${SECRETS.question}"}`).toString("base64")}`,
    Buffer.from(`ab${SECRETS.question}`).toString("base64"),
    Buffer.from(`a${SECRETS.question}b`).toString("base64"),
  ]) {
    expect(leaks("a test", text), text).toEqual(["question in a test"]);
  }
});

test("secrets stay out of console, storage, URLs, and of every request but the command", async ({
  browser,
}) => {
  const node = await Node.start({ variables: { KOLIBRI_API_TOKEN: TOKEN } });
  const page = await visit(browser, "about:blank");
  const found = listen(page);
  try {
    await page.goto(node.url);
    await decide(page, true);
    for (const token of [SECRETS.wrongToken, TOKEN]) {
      await page.getByLabel("API token").fill(token);
      await page.getByRole("button", { name: "Use this token" }).click();
    }
    await page.getByRole("link", { name: "Healthy" }).waitFor();

    const { question, answer, taughtInPlace, suggested, confirmed, failing, elsewhere } = SECRETS;
    await say(page, `Where is ${elsewhere}?`);
    await page.getByLabel("What is the answer? Teach it:").last().fill(taughtInPlace);
    await page.getByRole("button", { name: "Teach", exact: true }).last().click();
    await page.locator(".turn").last().getByText("durably recorded").waitFor();
    await say(page, `${question} -> ${answer}`);
    await say(page, question);
    await page.locator(".turn").last().getByText(answer).waitFor();
    await say(page, `When is the billing gateway maintained? -> ${suggested}`);
    await say(page, `Something is wrong with the gateway: ${confirmed}`);
    const miss = page.locator(".turn").last();
    await miss
      .getByRole("button", { name: /^Yes, this one/ })
      .first()
      .click();
    await miss.getByText("From now on this question gets this answer").waitFor();
    await page
      .locator(".turn", { hasText: answer })
      .getByRole("button", { name: "Forget", exact: true })
      .first()
      .click();
    await page.getByRole("button", { name: "Forget and erase" }).click();
    await page.getByText("Forgotten.").waitFor();

    // Errors: a command that is refused, one that never arrives, and an answer that quotes what was sent.
    await say(page, `\u200b -> ${failing}`);
    await page.route("**/api/v1/ask", (route) =>
      route.fulfill({
        status: 500,
        contentType: "application/problem+json",
        body: JSON.stringify({ type: "urn:kolibri:problem:internal", detail: `it failed at ${failing}` }),
      }),
    );
    await say(page, failing);
    await page.locator(".turn").last().getByText("Internal error of the node.").waitFor();
    await page.unroute("**/api/v1/ask");
    await page.route("**/api/v1/ask", (route) => route.abort());
    await say(page, failing);

    for (const address of [
      "#/genome",
      "#/genome/1",
      "#/operations",
      "#/traces/latest?outcome=failed",
      "#/settings",
    ]) {
      await page.goto(`${node.url}/${address}`);
      await page.locator("h1").waitFor();
      if (address === "#/genome") {
        await page.getByLabel("Block number").fill(elsewhere);
        await page.keyboard.press("Enter");
        await page.getByText("Write a block's number first, in digits.").waitFor();
      }
      found.push(...leaks(`storage at ${address}`, await stored(page)));
    }
    found.push(...leaks("metrics", await (await fetch(node.metrics)).text()));
    expect(found).toEqual([]);
  } finally {
    await page.context().close();
    await node.end();
  }
});
