// Teaching, asking and forgetting in the chat.
import type { Page } from "playwright-core";
import { visit } from "./browser";
import { expect, hold, say, test } from "./fixture";
import { Node } from "./node";

const LESSON = "How do I restart the payment service? -> systemctl restart payments";

/** A question that is near to three answers and has none. */
const NEAR = "Something is wrong with the gateway, what now?";

/** Teaches what is near to a question without answering it, and waits until all of it is suggested. */
async function teachGateway(node: Node): Promise<void> {
  await node.teach("How do I rotate the API keys of the billing gateway?", "See the vault");
  const long = `certbot renew, ${"then wait a little, ".repeat(20)}and this is the last step`;
  await node.teach("How do I renew the certificates of the billing gateway?", long);
  await node.teach("When is the billing gateway maintained?", "Sundays, 02:00 to 04:00 UTC");
  await expect.poll(async () => (await node.call("ask", { stimulus: NEAR })).body.suggestions.length).toBe(3);
}

/** A question to which three answers may be right, and its turn. */
async function unsure(page: Page, node: Node) {
  await teachGateway(node);
  await say(page, NEAR);
  return page.locator(".turn").last();
}

/** What the node answers to the lesson that a press teaches. */
async function confirmed(page: Page, press: () => Promise<void>) {
  const answered = page.waitForResponse("**/api/v1/teach");
  await press();
  return (await answered).json();
}

test("a fresh node tells what to do first, and its example works", async ({ page }) => {
  await page.getByRole("heading", { name: "This node knows nothing yet" }).waitFor();
  await page.getByRole("button", { name: "Use this example" }).click();
  await page.keyboard.press("Enter");
  await page.getByText("Taught and durably recorded as").waitFor();
  expect(await page.inputValue("#composer")).toBe("");
});

test("an answer shows how likely it is right, what it was taught for, and its block, a click away", async ({
  page,
  node,
}) => {
  await say(page, LESSON);
  await say(page, "How do I restart the payment service?");
  const exact = page.locator(".turn").last();
  await exact.getByText("Word for word").waitFor();
  await exact.getByText(/^taught today \(\d+ \w+ 20\d\d\), block 1$/).waitFor();

  // It is found in other words once the index has it.
  await expect
    .poll(async () => (await node.call("ask", { stimulus: "restarting payment servise" })).body.match)
    .toBe("similar");
  await say(page, "restarting payment servise");
  const similar = page.locator(".turn").last();
  await similar.getByText("The answer to How do I restart the payment service?").waitFor();
  await similar.getByText(/^By its words, (over )?\d\d% likely$/).waitFor();
  await similar.getByText(/^taught today \(\d+ \w+ 20\d\d\), block 1$/).waitFor();
  await similar.getByRole("link", { name: "block 1" }).click();
  await page.getByRole("heading", { name: "Block 1" }).waitFor();
  await page.locator(".block").getByText("systemctl restart payments").waitFor();
  expect(page.url()).toBe(`${node.url}/#/genome/1`);
});

test("an answer that shares no words with the question says that it was found by meaning", async ({
  page,
  node,
}) => {
  await node.teach("How do I reset my password?", "Press Forgotten on the login page");
  await node.teach("When is the office open?", "From nine to six");
  const question = "how to change my passcode";
  await expect.poll(async () => (await node.call("ask", { stimulus: question })).body.how).toBe("meaning");
  await say(page, question);
  const found = page.locator(".turn").last();
  await found.getByText("The answer to How do I reset my password?").waitFor();
  await found.getByText(/^By meaning, (over )?\d\d% likely$/).waitFor();
});

test("the form that taught an answer does not come back, also for those who left while it was sent", async ({
  page,
}) => {
  await say(page, "Where is the coffee machine?");
  const form = page.locator("form.teach");
  const release = await hold(page, "**/api/v1/teach");
  const sent = page.waitForRequest("**/api/v1/teach");
  await form.getByPlaceholder("The answer").fill("On the second floor");
  await page.keyboard.press("Enter");
  await sent;
  await page.getByRole("link", { name: "Genome", exact: true }).click();
  await page.getByRole("heading", { name: "Genome", exact: true }).waitFor();
  release();
  await page.goBack();
  await page.getByText("Taught and durably recorded as").waitFor();
  await form.waitFor({ state: "detached" });
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

/** What is answered word for word. */
async function answerTo(node: Node, stimulus: string): Promise<unknown> {
  return (await node.call("ask", { stimulus })).body.answer;
}

test("where the node has no answer, one that is near is updated, given too, or kept apart", async ({
  page,
  node,
}) => {
  const taught = "How do I rotate the API keys of the billing gateway?";
  await teachGateway(node);
  await node.teach("How do I restart the search service?", "systemctl restart search");
  await node.teach("How do I restart the search cluster?", "search-admin restart --all");
  // Either may be meant.
  const asked = "How do I restart the search?";
  await expect
    .poll(async () => (await node.call("teach:preview", { stimulus: asked, response: "x" })).body.near.length)
    .toBeGreaterThan(0);
  await say(page, asked);
  const form = page.locator("form.teach");
  const answer = form.getByPlaceholder("The answer");
  const teach = form.getByRole("button", { name: "Teach", exact: true });
  await answer.fill("systemctl reload search");
  await form.getByText("Something like this is taught already.").waitFor();
  await teach.press("Enter");
  await form
    .getByText("Choose first: update one of these, take its answer, or teach it separately.")
    .waitFor();
  expect(await answerTo(node, asked)).not.toBe("systemctl reload search");

  await form.getByRole("button", { name: "Same as this one: How do I restart the search service?" }).click();
  await form.getByText("This will be another wording, with the answer of").waitFor();
  expect(await answer.inputValue()).toBe("systemctl restart search");
  expect(await answer.evaluate((field) => field === document.activeElement)).toBe(true);

  await answer.fill("systemctl reload search");
  await form.getByRole("button", { name: "Update that one: How do I restart the search service?" }).click();
  await form.getByText("This replaces the answer to How do I restart the search service?").waitFor();
  await form.getByText("Replaces").first().waitFor();
  await teach.click();
  await page.getByText("Taught and durably recorded as").waitFor();
  expect(await answerTo(node, "How do I restart the search service?")).toBe("systemctl reload search");
  expect(await answerTo(node, taught)).toBe("See the vault");
});

test("a lesson that is written in the chat is not taught beside one that contradicts it unless that is chosen", async ({
  page,
  node,
}) => {
  const lesson = "How is the search service restarted? -> systemctl reload search";
  await node.teach("How do I restart the search service?", "systemctl restart search");
  await expect
    .poll(async () => {
      const asked = { stimulus: "How is the search service restarted?", response: "x" };
      return (await node.call("teach:preview", asked)).body.near.length;
    })
    .toBe(1);
  await page.fill("#composer", lesson);
  await page.keyboard.press("Enter");
  const composer = page.locator("form.composer");
  await composer.getByText("Something like this is taught already.").waitFor();
  expect(await page.inputValue("#composer")).toBe(lesson);
  await page.keyboard.press("Enter");
  await composer.getByText("Choose first:").waitFor();

  await composer.getByRole("button", { name: "Update that one" }).click();
  expect(await page.inputValue("#composer")).toBe(
    "How do I restart the search service? -> systemctl reload search",
  );
  await composer.getByText("Replaces").waitFor();
  await page.fill("#composer", lesson);
  await composer.getByLabel("They are different questions: teach it separately").check();
  await page.focus("#composer");
  await page.keyboard.press("Enter");
  await page.getByText("Taught and durably recorded as").waitFor();
  expect(await page.inputValue("#composer")).toBe("");
  expect(await answerTo(node, "How do I restart the search service?")).toBe("systemctl restart search");
  expect(await answerTo(node, "How is the search service restarted?")).toBe("systemctl reload search");
});

test("no answer is replaced that was not shown, however soon Enter comes, and the next text is kept apart", async ({
  page,
  node,
}) => {
  await node.teach("Wi-fi?", "guest123");
  await page.fill("#composer", "Wi-fi? -> guest999");
  await page.keyboard.press("Enter");
  await page.getByText("This question has another answer already, so nothing was taught.").waitFor();
  expect(await answerTo(node, "Wi-fi?")).toBe("guest123");
  // It is back, and what is typed now is no part of it.
  await expect.poll(() => page.inputValue("#composer")).toBe("Wi-fi? -> guest999");
  await page.keyboard.type("Color? -> red");
  await page.keyboard.press("Enter");
  await page.getByText("Taught and durably recorded as").waitFor();
  expect([await answerTo(node, "Wi-fi?"), await answerTo(node, "Color?")]).toEqual(["guest123", "red"]);

  // A second Enter right behind the refusal was meant for the state before.
  const refusals = page.getByText("This question has another answer already, so nothing was taught.");
  await page.fill("#composer", "Wi-fi? -> guest999");
  await page.keyboard.press("Enter");
  await refusals.nth(1).waitFor();
  await page.keyboard.press("Enter");
  await refusals.nth(2).waitFor();
  expect(await answerTo(node, "Wi-fi?")).toBe("guest123");

  // Seen, it is replaced.
  await page.fill("#composer", "Wi-fi? -> guest999");
  const composer = page.locator("form.composer");
  await composer.getByText("Replaces").waitFor();
  // Not at once: that press was meant for the state before.
  await page.keyboard.press("Enter");
  await composer.getByText("This replaces something that you had not seen.").waitFor();
  expect(await answerTo(node, "Wi-fi?")).toBe("guest123");
  await composer.getByRole("button", { name: "Teach", exact: true, disabled: false }).waitFor();
  await page.keyboard.press("Enter");
  await expect.poll(() => answerTo(node, "Wi-fi?")).toBe("guest999");
});

test("the form for a question without an answer replaces none that came meanwhile unseen", async ({
  page,
  node,
}) => {
  await say(page, "What about zebras?");
  const form = page.locator("form.teach");
  await form.getByPlaceholder("The answer").waitFor();
  await node.teach("What about zebras?", "theirs");
  await form.getByPlaceholder("The answer").fill("mine");
  await page.keyboard.press("Enter");
  await form.getByText("This replaces something that you had not seen.").waitFor();
  await form.getByText("Replaces").first().waitFor();
  // Nor by a press that came right behind.
  await form.getByPlaceholder("The answer").press("Enter");
  await form.locator(".why-not strong").waitFor();
  expect(await answerTo(node, "What about zebras?")).toBe("theirs");
  await form.getByRole("button", { name: "Teach", exact: true, disabled: false }).waitFor();
  await form.getByPlaceholder("The answer").press("Enter");
  await expect.poll(() => answerTo(node, "What about zebras?")).toBe("mine");
});

test("a text that comes back takes neither the focus nor what is typed in another field", async ({
  page,
  node,
}) => {
  await say(page, "What about zebras?");
  const other = page.locator("form.teach").getByPlaceholder("The answer");
  await other.waitFor();
  await node.teach("Wi-fi?", "guest123");
  const release = await hold(page, "**/api/v1/teach:preview");
  await page.fill("#composer", "Wi-fi? -> guest999");
  await page.keyboard.press("Enter");
  await other.focus();
  await page.keyboard.type("They have ");
  release();
  await page.getByText("This question has another answer already, so nothing was taught.").waitFor();
  await expect.poll(() => page.inputValue("#composer")).toBe("Wi-fi? -> guest999");
  await page.keyboard.type("stripes");
  expect(await other.inputValue()).toBe("They have stripes");
  expect(await page.inputValue("#composer")).toBe("Wi-fi? -> guest999");
});

test("what the next text would replace stays shown when the answer about the last one comes late", async ({
  page,
  node,
}) => {
  await node.teach("Wi-fi?", "guest123");
  await node.teach("Door code?", "4711");
  let release = () => {};
  const held = new Promise<void>((done) => {
    release = done;
  });
  await page.route("**/api/v1/teach:preview", async (route) => {
    if (route.request().postData()?.includes("guest999")) await held;
    await route.continue();
  });
  await page.fill("#composer", "Wi-fi? -> guest999");
  await page.keyboard.press("Enter");
  await page.fill("#composer", "Door code? -> 4712");
  const composer = page.locator("form.composer");
  await composer.getByText("Replaces").waitFor();
  const answered = page.waitForResponse("**/api/v1/teach:preview");
  release();
  await answered;
  await page.getByText("This question has another answer already, so nothing was taught.").waitFor();
  expect(await composer.getByText("Replaces").count()).toBe(1);
  expect(await page.inputValue("#composer")).toBe("Door code? -> 4712");
});

test("answers that may be right are offered; the one that is confirmed is learnt", async ({ page, node }) => {
  const turn = await unsure(page, node);
  await turn.getByText("Is it one of these answers?").waitFor();
  const offered = turn.getByRole("listitem");
  expect(await offered.count()).toBe(3);
  for (const suggestion of await offered.all()) {
    await suggestion.getByText(/^The answer to .*billing gateway/).waitFor();
    await suggestion.getByText(/^(\d+% likely|Unlikely)$/).waitFor();
    await suggestion.getByRole("link", { name: /^block \d$/ }).waitFor();
  }

  // A long answer is shortened, until all of it is wanted.
  const renewal = offered.filter({ hasText: "renew the certificates" });
  expect(await renewal.getByText("the last step").count()).toBe(0);
  await renewal.getByRole("button", { name: "Show all" }).click();
  await renewal.getByText("the last step").waitFor();

  const { block } = await confirmed(page, () =>
    renewal.getByRole("button", { name: /^Yes, this one/ }).click(),
  );
  await turn.getByText("From now on this question gets this answer").waitFor();
  await turn.getByText("the last step").waitFor();
  await turn.getByRole("link", { name: `block ${block.index}` }).waitFor();
  expect(await page.getByRole("button", { name: /^Yes, this one/ }).count()).toBe(0);

  await say(page, NEAR);
  const again = page.locator(".turn").last();
  await again.getByText("Word for word").waitFor();
  await again.getByText("the last step").waitFor();
  await again.getByRole("link", { name: `block ${block.index}` }).waitFor();
});

test("an answer is confirmed once, however often and whichever is pressed; a failure says why, and it can be tried again", async ({
  page,
  node,
}) => {
  const turn = await unsure(page, node);
  const yes = turn.getByRole("button", { name: /^Yes, this one/ });

  await node.stop();
  await yes.first().press("Enter");
  await turn.getByRole("listitem").first().getByText("The node does not answer.").waitFor();
  expect(await yes.count()).toBe(3);
  await node.restart();

  const taught: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/teach")) taught.push(request.postData() ?? "");
  });
  const release = await hold(page, "**/api/v1/teach");
  for (let presses = 0; presses < 3; presses += 1) await yes.first().press("Enter");
  await turn.locator("button[aria-busy=true]").waitFor();
  await yes.last().press("Enter");
  await turn.getByText("An answer is being recorded already.").waitFor();
  release();
  await turn.getByText("From now on this question gets this answer").waitFor();
  expect(taught.map((body) => JSON.parse(body).stimulus)).toEqual([NEAR]);
  // Ready for the next question.
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("composer");
  expect(await turn.getByText("The node does not answer.").count()).toBe(0);
});

test("a miss is shown from its beginning, also where it is taller than the window", async ({
  page,
  node,
}) => {
  await teachGateway(node);
  await page.setViewportSize({ width: 390, height: 600 });
  await say(page, "Hello?");
  await say(page, NEAR);
  const said = page.locator(".turn").last().locator(".said");
  await expect
    .poll(async () => {
      const [turn, frame] = [await said.boundingBox(), await page.locator(".frame").boundingBox()];
      return turn && frame && turn.y >= frame.height && turn.y < 300;
    })
    .toBe(true);
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

test("what was taught meanwhile is not erased unseen: it is shown first", async ({ page, node }) => {
  await say(page, "Door code? -> 1");
  await say(page, "Door code?");
  await page.getByRole("button", { name: "Forget", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Forget this?" });
  await dialog.getByText("One version will be erased.").waitFor();
  const confirm = dialog.getByRole("button", { name: "Forget and erase", disabled: false });
  await confirm.waitFor();
  const newer = await node.teach("door code?", "two");
  await confirm.click();
  await dialog.getByText("This was changed meanwhile.").waitFor();
  await dialog.getByText("two", { exact: true }).waitFor();
  await dialog.getByText("All 2 versions of it will be erased.").waitFor();
  expect((await node.call("ask", { stimulus: "Door code?" })).body.answer).toBe("two");
  await confirm.click();
  await page.getByText("The texts of 2 blocks were erased").waitFor();
  expect((await node.call(`genome/blocks/${newer}`)).body.erased_by).toBeGreaterThan(newer);
});

test("what somebody else forgot meanwhile is not shown any more, neither to be erased nor as an answer", async ({
  page,
  node,
}) => {
  await say(page, "Door code? -> 4711");
  await say(page, "Door code?");
  const turn = page.locator(".turn").last();
  await page.getByRole("button", { name: "Forget", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Forget this?" });
  const confirm = dialog.getByRole("button", { name: "Forget and erase" });
  await dialog.getByText("4711").waitFor();
  await node.call("forget", { stimulus: "Door code?" });
  await confirm.click();
  await dialog.getByText("This question is not taught.").waitFor();
  expect(await dialog.getByText("4711").count()).toBe(0);
  expect(await confirm.getAttribute("aria-disabled")).toBe("true");
  await confirm.press("Enter");
  await dialog.getByText("There is nothing left to erase.").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await turn.getByText("Forgotten since").waitFor();
});

test("an answer that the dialog found changed is marked, also if nothing is forgotten then", async ({
  page,
  node,
}) => {
  await say(page, "Door code? -> 1");
  await say(page, "Door code?");
  await page.getByRole("button", { name: "Forget", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Forget this?" });
  await dialog.getByText("One version will be erased.").waitFor();
  await node.teach("door code?", "two");
  await dialog.getByRole("button", { name: "Forget and erase" }).click();
  await dialog.getByText("two", { exact: true }).waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Changed since").waitFor();
  await page.getByRole("link", { name: "See the answer of today" }).click();
  await page.locator(".entry").getByText("two").waitFor();
});

test("who confirms an answer to a question that was answered meanwhile is led to that answer", async ({
  page,
  node,
}) => {
  const turn = await unsure(page, node);
  const yes = turn.getByRole("button", { name: /^Yes, this one/ }).first();
  await yes.waitFor();
  const theirs = await node.teach(NEAR, "theirs");
  await yes.click();
  await turn.getByText("This was changed meanwhile.").waitFor();
  await turn.getByRole("link", { name: "See the answer of today" }).click();
  await page.locator(".entry").getByText("theirs").waitFor();
  expect(page.url()).toBe(`${node.url}/#/knowledge?block=${theirs}`);
});

test("a text that was refused can be copied, whatever is written by then", async ({ page, node }) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const copied = async (turn: number) => {
    await page.locator(".turn").nth(turn).getByRole("button", { name: "Copy text" }).click();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  await say(page, "\u200b -> a -> b");
  expect(await copied(0)).toBe("\u200b -> a -> b");
  await page.fill("#composer", "");
  await node.stop();
  await say(page, "Is anybody there?");
  await page.fill("#composer", "");
  expect(await copied(1)).toBe("Is anybody there?");
});

test("lists and their texts stand where their language begins, and code does not", async ({ page, node }) => {
  await node.teach("How?", "שלום `rm -rf`\n\n- אחת\n- two\n\n```\nmake\n```\n\n1. one");
  await say(page, "How?");
  const answer = page.locator(".turn .answer");
  const edges = (of: string) =>
    answer.locator(of).evaluate((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      const [inner, outer] = [range.getBoundingClientRect(), element.getBoundingClientRect()];
      return inner.left - outer.left < outer.right - inner.right ? "left" : "right";
    });
  expect(await edges(":scope > p")).toBe("right");
  expect(await edges("ul > li:nth-child(1) > p")).toBe("right");
  expect(await edges("ul > li:nth-child(2) > p"), "beside its bullet").toBe("right");
  expect(await edges("ol > li > p")).toBe("left");
  expect(await edges("pre")).toBe("left");
  const padding = await answer.locator("ul").evaluate((list) => getComputedStyle(list).paddingRight);
  expect(Number.parseFloat(padding), "room for the bullets").toBeGreaterThan(10);
});

test("a suggestion that was forgotten or changed meanwhile is not taught, and says so", async ({
  page,
  node,
}) => {
  const turn = await unsure(page, node);
  const offered = (words: string) => turn.getByRole("listitem").filter({ hasText: words });
  await offered("rotate the API keys").waitFor();
  const taught: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/teach")) taught.push(request.postData() ?? "");
  });
  await node.call("forget", { stimulus: "How do I rotate the API keys of the billing gateway?" });
  await node.teach("When is the billing gateway maintained?", "Never");
  await offered("rotate the API keys")
    .getByRole("button", { name: /^Yes, this one/ })
    .click();
  await offered("rotate the API keys").getByText("Forgotten since").waitFor();
  expect(await turn.getByText("See the vault").count(), "an erased text is gone").toBe(0);
  await offered("maintained")
    .getByRole("button", { name: /^Yes, this one/ })
    .click();
  await offered("maintained").getByText("Changed since").waitFor();
  await offered("maintained").getByRole("link", { name: "See the answer of today" }).waitFor();
  expect(taught).toEqual([]);
});

test("an answer that was changed since is marked, and leads to the newer one", async ({ page, node }) => {
  await say(page, "Door code? -> 1");
  await say(page, "Door code?");
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Answer", { exact: true }).fill("two");
  await page.getByRole("button", { name: "Teach", exact: true }).click();
  await page.getByText(/^Block \d now answers in place of block 1\.$/).waitFor();
  await page.getByRole("link", { name: "Chat" }).click();
  await page.getByText("Changed since").waitFor();
  expect(await page.getByRole("button", { name: "Forget", exact: true }).count()).toBe(0);
  await page.getByRole("link", { name: "See the answer of today" }).click();
  await page.locator(".entry").getByText("two").waitFor();
  expect((await node.call("associations")).body.total).toBe(1);
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

test("a link asks on arrival, once for each visit", async ({ page, node }) => {
  await node.teach("When is lunch?", "At noon");
  await say(page, "When is lunch?");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy link" }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(`${node.url}/#/?ask=When%20is%20lunch%3F`);

  await page.goto("about:blank");
  await page.goto(link);
  await page.locator(".turn").getByText("At noon").waitFor();
  await page.getByRole("link", { name: "Genome", exact: true }).click();
  await page.getByRole("heading", { name: "Genome", exact: true }).waitFor();
  await page.goBack();
  await page.locator(".turn").getByText("At noon").waitFor();
  expect(await page.locator(".turn").count()).toBe(1);
  await page.reload();
  await page.locator(".turn").getByText("At noon").waitFor();
});

test("a link that asks waits for the token", async ({ browser }) => {
  const token = "correct-horse-battery-staple-correct";
  const node = await Node.start({ variables: { KOLIBRI_API_TOKEN: token } });
  const page = await visit(browser, `${node.url}/#/?ask=When%3F`);
  await page.getByRole("heading", { name: "This node requires a token" }).waitFor();
  expect(await page.locator(".turn").count()).toBe(0);
  await page.getByLabel("API token").first().fill(token);
  await page.getByRole("button", { name: "Use this token" }).first().click();
  await page.locator(".turn").getByText("I don't know this yet.").waitFor();
  expect(await page.locator(".turn").count()).toBe(1);
  await page.context().close();
  await node.end();
});

test("lists have bullets, and tasks have boxes", async ({ page, node }) => {
  await node.teach("How?", "- one\n  - two\n- [ ] to do\n- [x] done");
  await say(page, "How?");
  const styles = page
    .locator(".turn .answer li")
    .evaluateAll((items) => items.map((item) => getComputedStyle(item).listStyleType));
  await page.locator(".turn .answer li").first().waitFor();
  expect(await styles).toEqual(["disc", "circle", "none", "none"]);
  await page.getByRole("img", { name: "to do:" }).waitFor();
  await page.getByRole("img", { name: "done:" }).waitFor();
});

const MARKUP =
  "First **stop** it:\n\n```sh\nsystemctl stop payments\n```\n\n1. wait\n2. read https://wiki.example/x";

test("an answer shows its code, lists and links, and its code can be copied", async ({ page, node }) => {
  await node.teach("How?", MARKUP);
  await say(page, "How?");
  const answer = page.locator(".turn .answer");
  await answer.locator("pre", { hasText: "systemctl stop payments" }).waitFor();
  expect(await answer.locator("strong").textContent()).toBe("stop");
  expect(await answer.locator("ol > li").count()).toBe(2);
  const link = answer.getByRole("link", { name: "https://wiki.example/x" });
  expect(await link.getAttribute("rel")).toBe("noopener noreferrer");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await answer.getByRole("button", { name: "Copy" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("systemctl stop payments");
  await page.getByRole("button", { name: "Copy answer" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(MARKUP);
});

test("a long line of code scrolls on a phone, and is not broken", async ({ page, node }) => {
  await node.teach("How?", `\`\`\`\nmake ${"--output ".repeat(20)}\n\`\`\``);
  await page.setViewportSize({ width: 390, height: 800 });
  await say(page, "How?");
  const code = page.locator(".turn .answer pre");
  const { line, height, hidden } = await code.evaluate((pre) => ({
    line: Number.parseFloat(getComputedStyle(pre).lineHeight),
    height: pre.querySelector("code")?.getBoundingClientRect().height ?? 0,
    hidden: pre.scrollWidth - pre.clientWidth,
  }));
  expect(height).toBeLessThan(1.5 * line);
  expect(hidden).toBeGreaterThan(0);
});
