import { beforeEach, expect, test, vi } from "vitest";
import { ask, clear, forget, teach, turns } from "./conversation";

/** The requests so far, each with a way to answer it. */
let asked: { path: string; answer: (value: unknown) => void; fail: () => void }[] = [];

beforeEach(() => {
  clear();
  asked = [];
  vi.stubGlobal(
    "fetch",
    (path: string) =>
      new Promise<Response>((resolve, reject) => {
        // The page also reads the length of the genome again.
        if (!/(teach|ask|forget)$/.test(path)) return;
        asked.push({
          path,
          answer: (value) => resolve(Response.json(value)),
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
  const lesson = teach({ stimulus: "When?", response: "Now" });
  const question = ask("When?");
  const erasure = forget("When?");
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
