// Knowledge: find, read, correct, compare, restore, forget, import and export what is taught.
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { AXE, violations } from "./axe";
import { visit } from "./browser";
import { decide, expect, hold, renew, teachMany, test, visitWithClock } from "./fixture";
import { Node } from "./node";

const QUESTION = "How do I restart the payment service?";

const search = (page: Page) => page.getByLabel("Search questions and answers");
const rows = (page: Page) => page.locator(".row");
const questions = (page: Page) => page.locator(".row .what > a").allTextContents();
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent);

async function open(page: Page, node: Node, address: string): Promise<void> {
  // An address that differs only after the # would not reload the page.
  await page.goto("about:blank");
  await page.goto(`${node.url}/${address}`);
}

/** Some of everything; the last one taught is the newest. */
async function teachSome(node: Node): Promise<void> {
  await node.teach(QUESTION, "systemctl restart payments");
  await node.teach("Who is on call?", "See the calendar.\nThe pager is in the channel's topic.");
  await node.teach("Where are backups?", "s3://backups");
  await node.teach(QUESTION, "sudo systemctl restart payments");
}

test("a node that knows nothing says how to teach it", async ({ page, node }) => {
  await page.getByRole("link", { name: "Knowledge" }).click();
  await page.getByText("Nothing is taught yet").waitFor();
  await page.getByRole("link", { name: "Teach an answer" }).last().click();
  await page.getByLabel("Question", { exact: true }).fill("When is lunch?");
  await page.getByLabel("Answer", { exact: true }).fill("At noon");
  await page.getByText("This question is new.").waitFor();
  await button(page, "Teach").click();
  await page.getByText("Taught, and durably recorded as block 1.").waitFor();
  await page.getByText("1 answer taught").waitFor();
  expect(page.url()).toBe(`${node.url}/#/knowledge?block=1`);
});

test("it is found while one types, in questions and in answers, and Back undoes the search", async ({
  page,
  node,
}) => {
  await teachSome(node);
  await open(page, node, "#/knowledge");
  await page.getByText("3 answers taught").waitFor();
  expect(await questions(page)).toEqual([QUESTION, "Where are backups?", "Who is on call?"]);
  await page.getByRole("link", { name: "2 versions" }).waitFor();

  await page.keyboard.press("/");
  await page.keyboard.type("pager");
  await page.getByText("1 answer matches").waitFor();
  expect(await questions(page)).toEqual(["Who is on call?"]);
  // The line of the answer that has the word.
  await page.getByText("The pager is in the channel's topic.").waitFor();
  expect(page.url()).toBe(`${node.url}/#/knowledge?q=pager`);

  await search(page).fill("restarting paym");
  await page.getByText("1 answer matches").waitFor();
  await rows(page).filter({ hasText: QUESTION }).waitFor();
  await search(page).fill("zebra");
  await page.getByText("Nothing has all these words.").waitFor();
  // However much was typed, Back goes to where the typing began.
  await page.goBack();
  await page.getByText("3 answers taught").waitFor();
  expect(await search(page).inputValue()).toBe("");
});

test("a search that was overtaken is broken off, and the former rows stay until the new ones come", async ({
  page,
  node,
}) => {
  await teachSome(node);
  await open(page, node, "#/knowledge");
  await rows(page).nth(2).waitFor();
  const release = await hold(page, /q=ba(&|$)/);
  const broken = page.waitForEvent("requestfailed", (request) => /q=ba(&|$)/.test(request.url()));
  // At once: of single letters, the first may be searched for by itself, or not.
  const asked = page.waitForRequest(/q=ba(&|$)/);
  await search(page).fill("ba");
  await asked;
  expect(await questions(page)).toHaveLength(3);
  await page.getByText("Searching…").waitFor();
  await search(page).fill("calendar");
  await broken;
  await page.getByText("1 answer matches").waitFor();
  expect(await questions(page)).toEqual(["Who is on call?"]);
  release();
});

test("filters are in the address: the most asked, the never asked, the past week", async ({ page, node }) => {
  await teachSome(node);
  for (let times = 0; times < 3; times += 1) await node.call("ask", { stimulus: "Who is on call?" });
  await node.call("ask", { stimulus: QUESTION });
  await node.call("ask", { stimulus: "What colour is the moon?" });
  // They are counted a moment later.
  await expect.poll(async () => (await node.call("questions")).body.days[0].asked).toBe(5);
  await open(page, node, "#/knowledge?order=asked&asked=&since=week&q=");
  await page.getByText(/asked 3 times, last on/).waitFor();
  expect(await questions(page)).toEqual(["Who is on call?", QUESTION, "Where are backups?"]);
  expect(await page.getByLabel("First", { exact: true }).inputValue()).toBe("asked");

  await page.getByLabel("Never asked").check();
  await page.getByText("1 answer matches").waitFor();
  expect(await questions(page)).toEqual(["Where are backups?"]);
  expect(page.url()).toContain("order=asked&asked=never&since=week");
  await page.getByLabel("Taught", { exact: true }).selectOption("month");
  await page.waitForURL(/since=month/);
  await page.goBack();
  await page.goBack();
  await rows(page).nth(2).waitFor();
  expect(await page.getByLabel("Never asked").isChecked()).toBe(false);

  await page.getByText("Questions without an answer, last 30 days: 1").click();
  await page.getByRole("cell", { name: "5", exact: true }).waitFor();
  expect(await page.locator("body").textContent()).not.toContain("moon");
});

test("of very many only some are shown, and more by a button", async ({ page, node }) => {
  await teachMany(node, 1000);
  await open(page, node, "#/knowledge");
  await page.getByText("1,000 answers taught").waitFor();
  expect(await rows(page).count()).toBe(50);
  await button(page, "Show more").click();
  await rows(page).nth(149).waitFor();
  await expect.poll(() => focused(page)).toBe("Question number 949");
  expect(await rows(page).count()).toBe(150);
  expect((await questions(page)).at(-1)).toBe("Question number 850");
});

test("what is taught elsewhere appears, and what one reads stays where it is", async ({ page, node }) => {
  await teachMany(node, 200);
  await visitWithClock(page, `${node.url}/#/knowledge`);
  await decide(page, false);
  const row = rows(page).nth(30);
  await row.waitFor();
  const name = await row.getAttribute("data-name");
  await page.evaluate(() => document.querySelectorAll(".row")[30]?.scrollIntoView({ block: "center" }));
  const place = () =>
    page.evaluate(
      (name) => document.querySelector(`[data-name="${name}"]`)?.getBoundingClientRect().top ?? -1,
      name,
    );
  const before = await place();
  for (const n of [1, 2, 3]) await node.teach(`Brand new ${n}`, "Just now");
  await renew(page, page.locator('[data-name="Brand new 3"]').and(page.locator(".row")).first());
  expect(Math.abs((await place()) - before)).toBeLessThan(2);
});

test("an answer is opened, edited with a difference, and replaces the block that was shown", async ({
  page,
  node,
}) => {
  await teachSome(node);
  await open(page, node, "#/knowledge?q=restart");
  await page.getByRole("link", { name: QUESTION }).click();
  const entry = page.locator(".entry");
  await entry.getByText("sudo systemctl restart payments").waitFor();
  expect(await focused(page)).toBe(QUESTION);
  expect(page.url()).toBe(`${node.url}/#/knowledge?q=restart&block=4`);
  await entry.getByRole("link", { name: "Edit" }).click();

  const answer = page.getByLabel("Answer", { exact: true });
  await answer.waitFor();
  await page.getByText("This is taught already, word for word.").first().waitFor();
  await button(page, "Teach").press("Enter");
  await page.locator(".why-not strong").waitFor();
  await answer.fill("sudo systemctl restart payments.service");
  await page.getByText(/^Replaces block 4 of \d+ \w+ \d{4}$/).waitFor();
  expect(await page.locator(".difference ins").textContent()).toContain(".service");
  expect(await page.locator(".difference del").count()).toBe(0);
  await button(page, "Teach").click();
  await page.getByText("Block 5 now answers in place of block 4.").waitFor();
  await entry.getByText("payments.service").waitFor();
  expect((await node.call("ask", { stimulus: QUESTION })).body.answer).toBe(
    "sudo systemctl restart payments.service",
  );
});

test("what was written and not taught is there again after Back", async ({ page, node }) => {
  await teachSome(node);
  await open(page, node, "#/knowledge?edit=4");
  const answer = page.getByLabel("Answer", { exact: true });
  await answer.fill("a draft");
  await page.getByRole("link", { name: "Chat" }).click();
  await page.goBack();
  expect(await answer.inputValue()).toBe("a draft");
  await page.getByRole("link", { name: "Cancel" }).click();
  await page.goBack();
  expect(await answer.inputValue()).toBe("sudo systemctl restart payments");
});

/** Writes another answer, and sees which block it would replace. */
async function editMine(page: Page, node: Node): Promise<void> {
  await teachSome(node);
  await open(page, node, "#/knowledge?edit=4");
  await page.getByText("This is taught already, word for word.").first().waitFor();
  const checked = page.waitForResponse("**/teach:preview");
  await page.getByLabel("Answer", { exact: true }).fill("mine");
  await checked;
  await page.getByText(/^Replaces block 4/).waitFor();
}

test("what somebody else taught meanwhile is not replaced unseen", async ({ page, node }) => {
  await editMine(page, node);
  await node.teach(QUESTION, "theirs");
  await button(page, "Teach").click();
  await page.getByText("This replaces something that you had not seen.").waitFor();
  await page.getByText(/^Replaces block 5/).waitFor();
  expect(await page.locator(".difference del").textContent()).toContain("theirs");
  // A second press right behind the first was meant for the state before.
  await button(page, "Teach").press("Enter");
  await page.locator(".why-not strong").waitFor();
  expect((await node.call("ask", { stimulus: QUESTION })).body.answer).toBe("theirs");
  await page.getByRole("button", { name: "Teach", exact: true, disabled: false }).waitFor();
  await button(page, "Teach").click();
  await page.getByText("Block 7 now answers in place of block 5.").waitFor();
});

test("what was forgotten meanwhile is told, and taught anew only by a second press", async ({
  page,
  node,
}) => {
  await editMine(page, node);
  await node.call("forget", { stimulus: QUESTION });
  await button(page, "Teach").click();
  await page.getByText("This was forgotten meanwhile.").waitFor();
  await page.getByText("This was forgotten since you opened it").waitFor();
  expect(await page.getByText("This wording is new.").count()).toBe(0);
  expect((await node.call("genome")).body.length).toBe(6);
  await button(page, "Teach").click();
  await page.getByText("Taught, and durably recorded as block 6.").waitFor();
});

test("what is taught between the check and the press is not replaced either", async ({ page, node }) => {
  await teachSome(node);
  await open(page, node, "#/knowledge?edit=4");
  await page.getByLabel("Answer", { exact: true }).fill("mine");
  await page.getByText(/^Replaces block 4/).waitFor();
  const release = await hold(page, "**/api/v1/teach");
  const sent = page.waitForRequest("**/api/v1/teach");
  await button(page, "Teach").click();
  await sent;
  await node.teach(QUESTION, "theirs");
  release();
  await page.getByText(/^Replaces block 5/).waitFor();
  await page.getByText("This replaces something that you had not seen.").waitFor();
  expect((await node.call("ask", { stimulus: QUESTION })).body.answer).toBe("theirs");
});

test("a text is taught as it is, with the white space around it", async ({ page, node }) => {
  const yaml = "    indented: yaml\n      more: 1\n\n";
  await node.teach(QUESTION, yaml);
  await node.teach(QUESTION, "flat");
  await open(page, node, "#/knowledge?edit=2&restore=1");
  await page.getByText(/^Replaces block 2/).waitFor();
  await button(page, "Teach").click();
  await page.getByText("Block 3 now answers in place of block 2.").waitFor();
  expect((await node.call("ask", { stimulus: QUESTION })).body.answer).toBe(yaml);
  await open(page, node, "#/knowledge?edit=3");
  await page.getByText("This is taught already, word for word.").first().waitFor();
});

test("where one line is edited, the others keep their line ends", async ({ page, node }) => {
  await node.teach(QUESTION, "one\r\ntwo\nthree\r\nfour\n");
  await open(page, node, "#/knowledge?edit=1");
  const answer = page.getByLabel("Answer", { exact: true });
  await answer.waitFor();
  await answer.fill("one\ntwo and a half\nthree\nfour\n");
  await page.getByText(/^Replaces block 1/).waitFor();
  await button(page, "Teach").click();
  await page.getByText("Block 2 now answers in place of block 1.").waitFor();
  const { body } = await node.call("ask", { stimulus: QUESTION });
  expect(body.answer).toBe("one\r\ntwo and a half\nthree\r\nfour\n");
});

test("who leaves while it is being taught stays where they went, and what is being taught does not change", async ({
  page,
  node,
}) => {
  await editMine(page, node);
  const release = await hold(page, "**/api/v1/teach");
  const sent = page.waitForRequest("**/api/v1/teach");
  await button(page, "Teach").click();
  await sent;
  await page.getByLabel("Answer", { exact: true }).press("End");
  await page.keyboard.type(" and more");
  expect(await page.getByLabel("Answer", { exact: true }).inputValue()).toBe("mine");
  await page.getByRole("link", { name: "Genome", exact: true }).click();
  await page.getByRole("heading", { name: "Genome", exact: true }).waitFor();
  const answered = page.waitForResponse("**/api/v1/teach");
  release();
  await answered;
  // The page reads the length of the genome anew after it.
  await page.waitForResponse("**/api/v1/genome");
  expect(page.url()).toBe(`${node.url}/#/genome`);
  await page.goBack();
  await page.getByLabel("Answer", { exact: true }).waitFor();
  expect(await page.getByLabel("Answer", { exact: true }).inputValue(), "it was taught").toBe("mine");
  await page.getByText("This is taught already, word for word.").first().waitFor();
});

test("other questions with the same answer are corrected with it", async ({ page, node }) => {
  await node.teach("Where is the canteen?", "Second floor");
  await node.teach("Where can I eat?", "Second floor");
  await node.teach("Wo ist die Kantine?", "Second floor");
  await open(page, node, "#/knowledge?edit=1");
  await page.getByLabel("Answer", { exact: true }).fill("Third floor");
  await page.getByLabel("Also correct the 2 other questions with the same answer").check();
  await page.getByText("Show which").click();
  await page.getByText("Wo ist die Kantine?").waitFor();
  await button(page, "Teach").click();
  await page
    .getByText("Block 4 now answers in place of block 1. So it does for 2 other questions.")
    .waitFor();
  const { body } = await node.call("associations");
  const answers = body.associations.map(({ excerpt }: { excerpt: string }) => excerpt);
  expect(answers).toEqual(["Third floor", "Third floor", "Third floor"]);
});

test("a block that teaches nothing says what it is", async ({ page, node }) => {
  await node.teach(QUESTION, "a");
  await node.call("ask", { stimulus: QUESTION });
  await node.call("forget", { stimulus: QUESTION });
  for (const [block, said] of [
    [0, "This block is the beginning of the genome."],
    [2, "This block records that a question was asked."],
    [3, "This block records that something was forgotten."],
    [9, "There is no such block."],
  ] as const) {
    for (const place of ["block", "versions", "edit"]) {
      await open(page, node, `#/knowledge?${place}=${block}`);
      await page.getByText(said).waitFor();
    }
  }
});

test("the focus stays with what one did: Close, Back, and an import", async ({ page, node }) => {
  await teachSome(node);
  await open(page, node, "#/knowledge");
  await page.getByRole("link", { name: "Where are backups?" }).press("Enter");
  await page.locator(".entry").getByText("s3://backups").waitFor();
  await page.getByRole("link", { name: "Close" }).press("Enter");
  await expect.poll(() => focused(page)).toBe("Where are backups?");
  await page.getByRole("link", { name: "Where are backups?" }).press("Enter");
  await page.locator(".entry").getByText("s3://backups").waitFor();
  await page.goBack();
  await expect.poll(() => focused(page)).toBe("Where are backups?");
  await page.getByRole("link", { name: "2 versions" }).press("Enter");
  await page.locator(".versions > li").first().waitFor();
  await page.goBack();
  await expect.poll(() => focused(page)).toBe(QUESTION);

  await open(page, node, "#/knowledge/import");
  await give(page, "faq.csv", "Question,Answer\nNew?,Yes\n");
  await button(page, "Teach 1 answer").press("Enter");
  await page.getByText("The file is taught.").waitFor();
  await expect.poll(() => focused(page)).toBe("Import a file");
});

test("near to a question that is taught, one updates that one or teaches separately", async ({
  page,
  node,
}) => {
  await node.teach(QUESTION, "systemctl restart payments");
  await open(page, node, "#/knowledge/new");
  const [question, answer] = [
    page.getByLabel("Question", { exact: true }),
    page.getByLabel("Answer", { exact: true }),
  ];
  await question.fill("How do I restart the payments service");
  await answer.fill("kubectl rollout restart payments");
  await page.getByText("Something like this is taught already.").waitFor();
  await button(page, "Teach").press("Enter");
  await page
    .getByText("Choose first: update one of these, take its answer, or teach it separately.")
    .waitFor();
  await page.getByRole("button", { name: /^Update that one/ }).click();
  await page.getByText(/^Replaces block 1/).waitFor();
  await button(page, "Teach").click();
  await page.getByText("Block 2 now answers in place of block 1.").waitFor();
  expect((await node.call("associations")).body.total).toBe(1);

  await open(page, node, "#/knowledge/new");
  await question.fill("How do I restart the payments service");
  await answer.fill("something else");
  await page.getByLabel("They are different questions: teach it separately").check();
  await button(page, "Teach").click();
  await page.getByText("Taught, and durably recorded as block 3.").waitFor();

  // Correcting the one offers to correct the other.
  await open(page, node, "#/knowledge?edit=2");
  await answer.fill("one answer for both");
  await page.getByRole("checkbox", { name: /^Give it the same answer/ }).check();
  await button(page, "Teach").click();
  await page.getByText("Block 4 now answers in place of block 2. So it does for 1 other question.").waitFor();
  const { body } = await node.call("associations");
  expect(body.associations.map(({ excerpt }: { excerpt: string }) => excerpt)).toEqual([
    "one answer for both",
    "one answer for both",
  ]);
});

test("versions are listed with what changed, and an old one is taught again", async ({ page, node }) => {
  await teachSome(node);
  await open(page, node, "#/knowledge?block=1");
  // A block that was replaced leads to what answers now.
  await page.getByText("This was changed after").waitFor();
  await page.getByRole("link", { name: "2 versions" }).first().click();
  const versions = page.locator(".versions > li");
  await versions.nth(1).waitFor();
  await versions.first().getByText("answers now").waitFor();
  expect(await versions.first().locator("ins").textContent()).toContain("sudo");
  await versions.last().getByText("replaced by").waitFor();
  await page.getByRole("link", { name: "Restore block 1" }).click();
  expect(await page.getByLabel("Answer", { exact: true }).inputValue()).toBe("systemctl restart payments");
  await page.getByText(/^Replaces block 4/).waitFor();
  await button(page, "Teach").click();
  await page.getByText("Block 5 now answers in place of block 4.").waitFor();
  await page.getByRole("link", { name: "3 versions" }).first().waitFor();
});

test("the genome tells what a block replaced and what replaced it, and forgets only what answers", async ({
  page,
  node,
}) => {
  await teachSome(node);
  await open(page, node, "#/genome/1");
  const block = page.locator(".block");
  await block.getByText("Replaced by").waitFor();
  expect(await block.getByRole("button", { name: "Forget" }).count()).toBe(0);
  await block.getByRole("link", { name: "block 4" }).click();
  await block.getByText("Replaces", { exact: true }).waitFor();
  await block.getByRole("button", { name: "Forget" }).waitFor();
});

test("forgetting names how many versions go; what is forgotten offers nothing more", async ({
  page,
  node,
}) => {
  await teachSome(node);
  await open(page, node, "#/knowledge?block=4");
  await button(page, "Forget").click();
  await page.getByText("All 2 versions of it will be erased.").waitFor();
  const erase = page.getByRole("button", { name: "Forget and erase", disabled: false });
  await erase.click();
  const entry = page.locator(".entry");
  await entry.getByText(/Forgotten\. The text was erased on request/).waitFor();
  await page.getByText("2 answers taught").waitFor();
  expect(await entry.getByRole("button").count()).toBe(0);
  expect(await focused(page)).toBe("Answer");
  await open(page, node, "#/knowledge?edit=4");
  await page.getByText("There is nothing to edit").waitFor();
});

const FAQ = [
  "Nr;Антвоорд;Frage",
  `1;systemctl restart payments;${QUESTION}`,
  "2;Always the calendar;Who is on call?",
  "3;drain it first;How do I reboot a host?",
  "4;;Nothing?",
  `5;${"x".repeat(70_000)};Too long?`,
].join("\r\n");

/** Chooses a file as a user does. */
async function give(page: Page, name: string, content: string | Uint8Array): Promise<void> {
  await page
    .locator("input[type=file]")
    .setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(content) });
}

test("a file is previewed with picked columns, taught, and its result downloaded", async ({ page, node }) => {
  await node.teach(QUESTION, "systemctl restart payments");
  await node.teach("Who is on call?", "See the calendar");
  await open(page, node, "#/knowledge");
  await page.getByRole("link", { name: "Import a file" }).click();
  await give(page, "faq.csv", FAQ);
  await page.getByLabel("Questions are in").selectOption("Frage");
  await page.getByLabel("Answers are in").selectOption("Антвоорд");
  await page.getByText("1 new, 1 replaces, 1 unchanged, 1 too long, 1 with a problem").waitFor();
  await page.getByRole("group", { name: "The first of them" }).getByText("drain it first").waitFor();
  await page
    .getByRole("group", { name: "Rows left out" })
    .getByText(/answer is empty/)
    .waitFor();
  expect((await node.call("associations")).body.total).toBe(2);

  await button(page, "Teach 2 answers").click();
  await page.getByText("The file is taught.").waitFor();
  await page.getByText("1 new, 1 replaced, 1 unchanged, 1 too long, 1 not taught").waitFor();
  expect((await node.call("ask", { stimulus: "Who is on call?" })).body.answer).toBe("Always the calendar");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    button(page, "Download the result as CSV").click(),
  ]);
  expect(download.suggestedFilename()).toBe("faq-result.csv");
  const lines = readFileSync(await download.path(), "utf8").split("\r\n");
  expect(lines[0]).toBe("\ufeffrow,question,result,block,problem");
  expect(lines).toContainEqual(expect.stringMatching(/^4,How do I reboot a host\?,new,\d+,$/));
  await page.getByRole("link", { name: "See what is taught" }).click();
  await page.getByText("3 answers taught").waitFor();
});

test("of objects with unusual fields one chooses from the first rows, in words of the page", async ({
  page,
  node,
}) => {
  await open(page, node, "#/knowledge/import");
  const items = [
    { nr: 1, headline: "How do I reboot a host?", page: { html: "Drain it first" } },
    { nr: 2, headline: "Who is on call?", page: { html: "See the calendar" } },
  ];
  await give(page, "faq.json", JSON.stringify(items));
  await page.getByText("It is not clear where the questions and the answers are.").waitFor();
  await page.getByRole("group", { name: "The first rows of the file" }).getByText("Drain it first").waitFor();
  expect(await page.getByRole("button", { name: /^Teach/ }).count()).toBe(0);
  await page.getByLabel("Questions are in").selectOption("headline");
  await page.getByLabel("Answers are in").selectOption("headline");
  await page.getByText("cannot be read").waitFor();
  await page.getByLabel("Answers are in").selectOption("page.html");
  await page.getByText("2 new", { exact: true }).waitFor();
  await button(page, "Teach 2 answers").click();
  await page.getByText("The file is taught.").waitFor();
  expect((await node.call("ask", { stimulus: "Who is on call?" })).body.answer).toBe("See the calendar");
});

test("a file is dropped; one that cannot be read says why, and another format can be chosen", async ({
  page,
  node,
}) => {
  await open(page, node, "#/knowledge/import");
  const data = await page.evaluateHandle(() => {
    const dropped = new DataTransfer();
    dropped.items.add(new File(['[{"question":"A?","answer":"a"}]'], "faq.json"));
    return dropped;
  });
  await page.locator(".drop").dispatchEvent("drop", { dataTransfer: data });
  await page.getByText("1 new", { exact: true }).waitFor();
  await give(page, "broken.json", "# A?\n\nb\n");
  await page.getByText("The file cannot be read.").waitFor();
  await page.getByLabel("Format").selectOption("markdown");
  await page.getByText("1 new", { exact: true }).waitFor();
});

test("the encoding of a file can be chosen", async ({ page, node }) => {
  await open(page, node, "#/knowledge/import");
  // «Где?» and «Тут» in KOI8-R.
  const file = [...Buffer.from("question,answer\n"), 0xe7, 0xc4, 0xc5, 0x3f, 0x2c, 0xf4, 0xd5, 0xd4, 0x0a];
  await give(page, "faq.csv", Uint8Array.from(file));
  await page.getByLabel("Encoding").selectOption("windows-1251");
  await page.getByRole("rowheader", { name: "зДЕ?" }).waitFor();
  await page.getByLabel("Encoding").selectOption("KOI8-R");
  await page.getByRole("rowheader", { name: "Где?" }).waitFor();
  await button(page, "Teach 1 answer").click();
  await page.getByText("The file is taught.").waitFor();
  expect((await node.call("associations")).body.associations[0]).toMatchObject({ excerpt: "Тут" });
});

test("an import is cancelled, and says what was taught", async ({ page, node }) => {
  await open(page, node, "#/knowledge/import");
  const many = Array.from({ length: 20_000 }, (_, index) => `Question ${index}?,Answer ${index}`);
  await give(page, "many.csv", ["question,answer", ...many].join("\n"));
  await page.getByText("20,000 new").waitFor();
  await button(page, "Teach 20,000 answers").click();
  await page.getByText(/[1-9][\d,]* of 20,000 rows/).waitFor();
  await button(page, "Cancel").click();
  await page.getByText("Cancelled. What was taught stays.").waitFor();
  const told = (await page.getByText(/Not reached: [\d,]+ rows\./).textContent()) ?? "";
  const figure = (words: RegExp) => Number(words.exec(told)?.[1]?.replaceAll(",", ""));
  const { total } = (await node.call("associations")).body;
  expect(total).toBeLessThan(20_000);
  expect([figure(/([\d,]+) new/), figure(/Not reached: ([\d,]+)/)]).toEqual([total, 20_000 - total]);
});

test("everything is exported, with and without a token", async ({ browser, page, node }) => {
  await teachSome(node);
  await open(page, node, "#/knowledge");
  const [excel] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "CSV for Excel" }).click(),
  ]);
  const csv = readFileSync(await excel.path(), "utf8");
  expect(csv.startsWith("\ufeff")).toBe(true);
  expect(csv).toContain(QUESTION);

  const locked = await Node.start({ variables: { KOLIBRI_API_TOKEN: "correct-horse-battery-staple" } });
  await locked.call(
    "teach",
    { stimulus: "A?", response: "a" },
    { authorization: "Bearer correct-horse-battery-staple" },
  );
  const other = await visit(browser, `${locked.url}/#/knowledge`);
  await other.getByLabel("API token").fill("correct-horse-battery-staple");
  await other.keyboard.press("Enter");
  await rows(other).first().waitFor();
  const [lines] = await Promise.all([other.waitForEvent("download"), button(other, "JSON Lines").click()]);
  expect(JSON.parse(readFileSync(await lines.path(), "utf8"))).toMatchObject({
    stimulus: "A?",
    response: "a",
  });
  await other.context().close();
  await locked.end();
});

test("an answer that was changed meanwhile is not forgotten in place of the new one", async ({
  page,
  node,
}) => {
  await teachSome(node);
  await open(page, node, "#/genome/2");
  await button(page, "Forget").waitFor();
  await node.teach("Who is on call?", "Nobody");
  await button(page, "Forget").click();
  await page.getByText("This was changed meanwhile.").waitFor();
  await page.locator("dialog").getByText("Nobody").waitFor();
  await page.locator("dialog").getByRole("button", { name: "Cancel" }).click();
  expect((await node.call("ask", { stimulus: "Who is on call?" })).body.answer).toBe("Nobody");
});

test.for(["en-GB", "ru"])(
  "what is only to be seen on the way is accessible too: %s",
  async (locale, { browser, node }) => {
    await teachSome(node);
    await node.teach("How do I restart the payments service", "kubectl rollout restart payments");
    await node.call("ask", { stimulus: "What colour is the moon?" });
    const page = await visit(browser, `${node.url}/#/knowledge`, { locale, bypassCSP: true });
    await page.evaluate(AXE);
    const found: string[] = [];
    const look = async (state: string) => {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        found.push(...(await violations(page)).map((violation) => `${state}, ${colorScheme}: ${violation}`));
      }
    };
    const go = (address: string) =>
      page.evaluate((hash) => {
        location.hash = hash;
      }, address);
    await page.locator(".unanswered summary").click();
    await page.locator(".unanswered tbody tr").waitFor();
    await look("days");
    await go("#/knowledge?block=4");
    await page.locator(".entry .bar button").last().click();
    await page.locator("dialog .preview").waitFor();
    await look("forget");
    await page.keyboard.press("Escape");
    await go("#/knowledge?edit=4&restore=1");
    await page.locator(".difference").waitFor();
    await page.locator(".near").waitFor();
    await look("restore");
    await go("#/knowledge/new");
    await page.locator(".edit textarea").nth(0).fill("How do we restart the payment service?");
    await page.locator(".edit textarea").nth(1).fill("somehow");
    await page.locator(".near").waitFor();
    await page.locator("button.primary").press("Enter");
    await page.locator(".why-not strong").waitFor();
    await look("near");
    await go("#/");
    await page.fill("#composer", "How do we restart the payment service? -> somehow");
    await page.locator(".will-teach .near").waitFor();
    await look("near in the chat");
    await page.fill("#composer", "How do I restart the payment service? -> somehow else");
    await page.locator(".will-teach .difference").waitFor();
    await look("replaced in the chat");
    await go("#/knowledge/import");
    await give(page, "faq.csv", FAQ.replace("Frage", "Question").replace("Антвоорд", "Answer"));
    await page.locator(".counts").waitFor();
    await look("preview");
    await page.locator("button.primary").click();
    await page.locator(".note.good").waitFor();
    await look("imported");
    expect(found).toEqual([]);
    await page.context().close();
  },
);

test("by keyboard alone: search, open, edit, teach, restore", async ({ page, node }) => {
  await teachSome(node);
  await open(page, node, "#/knowledge");
  await decide(page, false);
  await rows(page).first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("restart");
  await page.getByText("1 answer matches").waitFor();
  await tabTo(page, QUESTION);
  await page.keyboard.press("Enter");
  await page.locator(".entry .bar").waitFor();
  await tabTo(page, "Edit");
  await page.keyboard.press("Enter");
  await page.getByLabel("Answer", { exact: true }).waitFor();
  expect(await focused(page)).toBe("Edit the answer");
  await tabTo(page, "Answer");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("systemctl start payments");
  await page.getByText(/^Replaces block 4/).waitFor();
  await tabTo(page, "Teach");
  await page.keyboard.press("Enter");
  await page.getByText("Block 5 now answers in place of block 4.").waitFor();
  await expect.poll(() => focused(page)).toBe(QUESTION);
  await tabTo(page, "3 versions");
  await page.keyboard.press("Enter");
  await page.locator(".versions > li").nth(2).waitFor();
  await tabTo(page, "Restore");
  await page.keyboard.press("Enter");
  await page.getByLabel("Answer", { exact: true }).waitFor();
  await tabTo(page, "Teach");
  await page.keyboard.press("Enter");
  await page.getByText("Block 6 now answers in place of block 5.").waitFor();
});

/** Presses Tab until the element with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    const at = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      const labels =
        element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels : null;
      return (labels?.[0] ?? element)?.textContent?.trim();
    });
    if (at === name) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the focus never came to ${name}`);
}

test("a row stands where the language of its question begins, without marks; Escape closes what it opens", async ({
  page,
  node,
}) => {
  await node.teach("שלום?", "**Stop** `it`");
  await open(page, node, "#/knowledge");
  const question = page.locator(".row .what > a");
  await page.getByText("Stop it", { exact: true }).waitFor();
  const right = (of: string) => page.locator(of).evaluate((element) => element.getBoundingClientRect().right);
  expect(await right(".row .what > a")).toBeCloseTo(await right(".row .what"), 0);
  await question.click();
  await page.locator(".entry").getByText("Stop it").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".entry").waitFor({ state: "detached" });
  expect(await focused(page)).toBe("שלום?");
});
