import { beforeEach, expect, test, vi } from "vitest";
import { choose } from "../actions/consent";
import { fates } from "../knowledge/fate";
import { ask, clear, confirm, forget, lookAtAnswers, type Question, teach, turns } from "./conversation";

/** The requests so far, each with a way to answer it. */
let asked: {
  path: string;
  body: unknown;
  answer: (value: unknown) => void;
  refuse: (kind: string) => void;
  fail: () => void;
}[] = [];

/** The block that answers in place of each, and its text; null if it was forgotten. */
let now: { index: number; response: string } | null;

function standing(block: number) {
  const source = now && { index: now.index, hash: "" };
  const versions = now ? [{ source, response: now.response }] : [{ source: { index: block, hash: "" } }];
  return { versions, current: now?.index ?? null, total: 1 };
}

beforeEach(() => {
  clear();
  fates.value = new Map();
  asked = [];
  now = { index: 1, response: "At noon" };
  vi.stubGlobal(
    "fetch",
    (path: string, { body }: { body?: string } = {}) =>
      new Promise<Response>((resolve, reject) => {
        // What answers in place of a block now.
        const versions = /associations\/(\d+)\/versions/.exec(path);
        if (versions) return resolve(Response.json(standing(Number(versions[1]))));
        // The page also reads the length of the genome again.
        const current = now && { source: { index: now.index, hash: "" } };
        if (path.endsWith("teach:preview"))
          return resolve(Response.json({ effect: "replaced", current, near: [] }));
        if (!/(teach|ask|forget)$/.test(path)) return;
        asked.push({
          path,
          body: JSON.parse(body ?? "null"),
          answer: (value) => resolve(Response.json(value)),
          refuse: (kind) => {
            const headers = { "content-type": "application/problem+json" };
            resolve(Response.json({ type: `urn:kolibri:problem:${kind}` }, { status: 409, headers }));
          },
          fail: () => reject(new TypeError("network")),
        });
      }),
  );
});

const states = () => turns.value.map(({ kind, outcome }) => `${kind} ${outcome.state}`);
const paths = () => asked.map(({ path }) => path.split("/").at(-1));
/** Lets promises run. */
const settled = () => new Promise((later) => setTimeout(later));

test("what is said before the node has answered is shown at once, and sent in its turn", async () => {
  const lesson = teach({ stimulus: "When?", response: "Now" }, async () => ({
    replaces: null,
    unchanged: false,
  }));
  const question = ask("When?");
  const erasure = forget("When?", 1);
  await settled();
  expect(states()).toEqual(["teach waiting", "ask waiting"]);
  expect(paths()).toEqual(["teach"]);
  asked[0]?.answer({});
  expect(await lesson).toBe(true);
  await settled();
  expect(paths()).toEqual(["teach", "ask"]);
  asked[1]?.answer({ match: "exact" });
  expect(await question).toBe(true);
  await settled();
  expect(paths()).toEqual(["teach", "ask", "forget"]);
  asked[2]?.answer({ erased: [1] });
  expect(await erasure).toBe(null);
  expect(states()).toEqual(["teach done", "ask done", "forget done"]);
});

test("what fails holds up nothing behind it", async () => {
  const [first, second] = [ask("One?"), ask("Two?")];
  await settled();
  asked[0]?.fail();
  expect(await first).toBe(false);
  await settled();
  asked[1]?.answer({ match: "none" });
  expect(await second).toBe(true);
  expect(states()).toEqual(["ask failed", "ask done"]);
});

test("what was cleared away does not come back with its answer", async () => {
  const question = ask("When?");
  await settled();
  clear();
  asked[0]?.answer({ match: "none" });
  expect(await question).toBe(true);
  expect(turns.value).toEqual([]);
});

const MISS = {
  match: "none",
  score: 0.4,
  suggestions: [
    { stimulus: "Lunch?", score: 0.4, answer: "At noon", source: { index: 1, hash: "" }, taught: "" },
  ],
};

const NOON = { answer: "At noon", block: 1 };
const ONE = { answer: "At one", block: 2 };

/** A question without an answer, whose suggestion can be confirmed. */
async function missed(): Promise<Question> {
  const question = ask("When is lunch?");
  await settled();
  asked[0]?.answer(MISS);
  await question;
  return last();
}

const last = () => turns.value.at(-1) as Question;

test("a confirmed suggestion is taught to the question as it was asked, once", async () => {
  const question = await missed();
  const first = confirm(question, NOON);
  expect(await confirm(question, ONE)).toBe(false);
  await settled();
  expect(paths()).toEqual(["ask", "teach"]);
  expect(asked[1]?.body).toEqual({
    stimulus: "When is lunch?",
    response: "At noon",
    replaces: null,
    answer_of: 1,
  });
  expect(last().confirmation?.outcome.state).toBe("waiting");
  asked[1]?.answer({ block: { index: 7, hash: "" } });
  expect(await first).toBe(true);
  expect(await confirm(question, ONE)).toBe(false);
  await settled();
  expect(paths()).toEqual(["ask", "teach"]);
  expect(last().confirmation).toEqual({
    answer: "At noon",
    outcome: { state: "done", value: { block: { index: 7, hash: "" } } },
  });
});

test("a confirmation that failed says why, and can be given again", async () => {
  const question = await missed();
  const first = confirm(question, NOON);
  await settled();
  asked[1]?.fail();
  expect(await first).toBe(false);
  expect(last().confirmation?.outcome).toMatchObject({ state: "failed", problem: { kind: "unreachable" } });
  const second = confirm(question, NOON);
  await settled();
  asked[2]?.answer({ block: { index: 7, hash: "" } });
  expect(await second).toBe(true);
});

test("what was forgotten or changed since it was suggested is not taught, and marked", async () => {
  for (const [then, newer] of [
    [null, null],
    [{ index: 5, response: "At two" }, 5],
  ] as const) {
    clear();
    asked = [];
    now = { index: 1, response: "At noon" };
    const question = await missed();
    now = then;
    expect(await confirm(question, NOON)).toBe(false);
    expect(paths()).toEqual(["ask"]);
    expect(fates.value.get(1)).toEqual({ newer });
    expect(last().confirmation).toBeUndefined();
  }
});

test("what was forgotten after it was looked at is refused by the node, and marked", async () => {
  const question = await missed();
  const confirmed = confirm(question, NOON);
  await settled();
  now = null;
  asked[1]?.refuse("changed_meanwhile");
  expect(await confirmed).toBe(false);
  expect(fates.value.get(1)).toEqual({ newer: null });
  expect(last().confirmation).toBeUndefined();
});

test("a question that was answered meanwhile is not taught, and what answers it now is named", async () => {
  const question = await missed();
  const first = confirm(question, NOON);
  await settled();
  now = { index: 6, response: "At six" };
  asked[1]?.refuse("changed_meanwhile");
  expect(await first).toBe(false);
  expect(last().confirmation?.outcome).toMatchObject({ problem: { kind: "changed_meanwhile", block: 6 } });
  const lesson = teach({ stimulus: "When?", response: "Now" }, async () => ({
    why: "another_is_taught",
    block: 6,
  }));
  expect(await lesson).toBe(false);
  expect(turns.value.at(-1)?.outcome).toMatchObject({ problem: { kind: "another_is_taught", block: 6 } });
});

test("an answer that a refused change was about is marked", async () => {
  const question = ask("When is lunch?");
  await settled();
  asked[0]?.answer({ match: "exact", answer: "At noon", source: { index: 1, hash: "" }, suggestions: [] });
  await question;
  const lesson = teach({ stimulus: "When is lunch?", response: "At one" }, async () => ({
    replaces: 1,
    unchanged: false,
  }));
  await settled();
  now = { index: 6, response: "At six" };
  asked[1]?.refuse("changed_meanwhile");
  expect(await lesson).toBe(false);
  await settled();
  expect(fates.value.get(1)).toEqual({ newer: 6 });
});

test("who forgets says which block answers, and what it erased is marked", async () => {
  const erasure = forget("When?", 4);
  await settled();
  expect(asked[0]?.body).toEqual({ stimulus: "When?", block: 4 });
  asked[0]?.answer({ block: { index: 9, hash: "" }, erased: [2, 4] });
  await erasure;
  expect([...fates.value]).toEqual([
    [2, { newer: null }],
    [4, { newer: null }],
  ]);
});

test("an answer that was changed elsewhere is marked when one comes back", async () => {
  const question = ask("When is lunch?");
  await settled();
  asked[0]?.answer({ match: "exact", answer: "At noon", source: { index: 1, hash: "" }, suggestions: [] });
  await question;
  await lookAtAnswers();
  expect(fates.value.size).toBe(0);
  now = { index: 7, response: "At one" };
  await lookAtAnswers();
  expect(fates.value.get(1)).toEqual({ newer: 7 });
});

test("a confirmation is logged by its own name, without what was said", async () => {
  const line = vi.spyOn(console, "info").mockImplementation(() => {});
  choose(true);
  const question = await missed();
  line.mockClear();
  const taught = confirm(question, NOON);
  await settled();
  asked[1]?.answer({ block: { index: 7, hash: "" } });
  await taught;
  const [said] = line.mock.calls[0] ?? [];
  expect(JSON.parse(String(said).slice("[kolibri][user-action] ".length))).toMatchObject({
    action: "chat.confirm",
    event: "TEACH",
    outcome: "taught",
  });
  expect(said).not.toMatch(/lunch|noon/i);
});
