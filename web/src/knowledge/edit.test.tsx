import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { language } from "../settings/preferences";
import { EditPanel, NewPanel } from "./edit";
import { EVERYTHING } from "./place";

const root = document.createElement("div");
const QUESTION = "Door code?";

/** What the node has taught, and what it was sent. */
let taught: { answer: string; block: number } | null;
let near: { stimulus: string; answer: string; block: number } | null;
let sent: Record<string, unknown>[];

beforeEach(() => {
  language.choose("en");
  document.body.append(root);
  taught = { answer: "1234", block: 4 };
  near = null;
  sent = [];
  vi.stubGlobal("fetch", async (path: string, request: RequestInit) => {
    if (path.includes("/versions")) return Response.json(versions());
    const body = JSON.parse(String(request.body));
    if (path.endsWith("teach:preview")) return Response.json(preview(body));
    if (path.endsWith("/teach")) sent.push(body);
    return Response.json(
      { type: "urn:kolibri:problem:changed_meanwhile", detail: "" },
      { status: 409, headers: { "content-type": "application/problem+json" } },
    );
  });
});

afterEach(async () => {
  await leave();
  root.remove();
});

const at = (index: number) => ({ source: { index, hash: "" }, taught: "2026-01-02T03:04:05Z" });

function versions() {
  const version = taught
    ? { ...at(taught.block), stimulus: QUESTION, response: taught.answer }
    : { ...at(4), stimulus: null, response: null, erased_by: 9 };
  return { versions: [version], total: 1, next: null, current: taught?.block ?? null };
}

function preview({ stimulus, response }: { stimulus: string; response: string }) {
  const isIt = stimulus === QUESTION && taught !== null;
  const current = isIt && taught ? { ...at(taught.block), stimulus, response: taught.answer } : null;
  const effect = !current ? "new" : current.response === response ? "unchanged" : "replaced";
  const all = near ? [{ ...at(near.block), ...near }] : [];
  return { effect, current, near: all, same: [], same_total: 0 };
}

async function edit() {
  location.hash = "#/knowledge?edit=4";
  await act(() => render(<EditPanel filter={EVERYTHING} block={4} restore={null} />, root));
}

async function leave() {
  await act(() => render(null, root));
}

async function write(field: HTMLTextAreaElement, text: string) {
  await act(() => {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function fields(): HTMLTextAreaElement[] {
  return [...root.querySelectorAll("textarea")];
}

async function answerField(): Promise<HTMLTextAreaElement> {
  return vi.waitFor(() => {
    const field = fields().at(-1);
    if (!field) throw new Error("no field");
    return field;
  });
}

const press = () =>
  act(() => void root.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true })));
const says = (text: string) => vi.waitFor(() => expect(root.textContent).toContain(text), { timeout: 2000 });

async function forget() {
  await act(() => void [...root.querySelectorAll("a")].find((a) => a.textContent === "Cancel")?.click());
}

test("a draft that comes back does not replace unseen what was taught meanwhile", async () => {
  await edit();
  await write(await answerField(), "mine");
  await leave();
  taught = { answer: "theirs", block: 6 };
  await edit();
  expect((await answerField()).value).toBe("mine");
  await press();
  await says("This replaces something that you had not seen.");
  await says("Somebody has taught this question anew");
  expect(sent).toEqual([]);
  await forget();
});

test("a draft outlives the answer that it is about: it is shown, and taught anew only by a second press", async () => {
  await edit();
  await write(await answerField(), "mine");
  await leave();
  taught = null;
  await edit();
  expect((await answerField()).value).toBe("mine");
  await press();
  await says("This was forgotten meanwhile.");
  await says("Teaching it now records this text anew.");
  expect(sent).toEqual([]);
  await vi.waitFor(
    async () => {
      await press();
      expect(sent).toMatchObject([{ stimulus: QUESTION, response: "mine", replaces: null }]);
    },
    { timeout: 5000, interval: 700 },
  );
  await forget();
});

test("a form in which nothing was written does not go on showing what was erased", async () => {
  await edit();
  expect((await answerField()).value).toBe("1234");
  taught = null;
  await says("There is nothing to edit");
  expect(root.textContent).not.toContain("1234");
  expect(fields()).toEqual([]);
});

test("an answer kept for another wording, or taken over, names its block, also in a draft that comes back", async () => {
  location.hash = "#/knowledge/new";
  near = { stimulus: QUESTION, answer: "1234", block: 4 };
  const open = () => act(() => render(<NewPanel filter={EVERYTHING} />, root));
  await open();
  const [question, answer] = fields();
  await write(question as HTMLTextAreaElement, "The code of the door?");
  await write(answer as HTMLTextAreaElement, "?");
  await says("Same as this one");
  const same = [...root.querySelectorAll("button")].find((one) => one.textContent === "Same as this one");
  await act(() => void same?.click());
  expect(fields()[1]?.value).toBe("1234");
  await leave();
  near = null;
  await open();
  expect(fields()[1]?.value).toBe("1234");
  await press();
  await vi.waitFor(() => expect(sent).toMatchObject([{ response: "1234", answer_of: 4 }]));
  await says("This was changed meanwhile.");
  await forget();

  await leave();
  sent = [];
  await edit();
  await answerField();
  const other = [...root.querySelectorAll("button")].find((one) => one.classList.contains("quiet"));
  await act(() => void other?.click());
  await write(fields()[0] as HTMLTextAreaElement, "Which code?");
  taught = null;
  await press();
  await vi.waitFor(() => expect(sent).toMatchObject([{ stimulus: "Which code?", answer_of: 4 }]));
  await forget();
});
