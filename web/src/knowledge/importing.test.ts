import { beforeEach, expect, test, vi } from "vitest";
import { language } from "../settings/preferences";
import { changed, choose, preview, type Row, type Run, run, start, told } from "./importing";
import { asCsv, asJson } from "./result";

beforeEach(() => language.choose("en"));

const START: Run = {
  state: "running",
  rows: [],
  total: 4,
  counts: { new: 0, replaced: 0, unchanged: 0, too_long: 0, failed: 0 },
  problem: null,
  rest: null,
};
const block = (index: number) => ({ index, hash: "0".repeat(64) });
const ROWS: Row[] = [
  { row: 2, stimulus: "How?", effect: "new", block: block(7) },
  { row: 3, stimulus: '=HYPERLINK("x")', effect: "replaced", block: block(8) },
  { row: 4, kind: "empty", part: "answer", problem: "the answer is empty" },
];

test("rows are counted as they come, and the last line has the node's own counts", () => {
  const half = told(told(START, ROWS.slice(0, 1)), ROWS.slice(1));
  expect(half?.counts).toEqual({ new: 1, replaced: 1, unchanged: 0, too_long: 0, failed: 1 });
  expect(half?.rows).toEqual(ROWS);
  const done = { new: 1, replaced: 1, unchanged: 0, too_long: 1, failed: 0 };
  expect(told(half, [{ done }])).toMatchObject({ counts: done, rows: ROWS });
});

test("the result opens in Excel, and no cell of it is a formula", async () => {
  const bytes = new Uint8Array(await asCsv(ROWS).arrayBuffer());
  expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect(new TextDecoder().decode(bytes).split("\r\n")).toEqual([
    "row,question,result,block,problem",
    "2,How?,new,7,",
    '3,"\'=HYPERLINK(""x"")",replaced,8,',
    "4,,,,The answer is empty.",
    "",
  ]);
});

test.each(["=1", "'=1", "\u2060=1", "\u00ad+1", "\u202e@x", " \u180e-1", "\ufe0f＝1", "\tx", "\nx"])(
  "a formula behind what is not seen is none either: %j",
  async (stimulus) => {
    const row: Row = { row: 2, stimulus, effect: "new", block: block(7) };
    expect(await asCsv([row]).text()).toContain(`'${stimulus}`);
  },
);

test.each(["'tis", "1-2", "a=b", "C++"])("what is no formula stays as it is: %s", async (stimulus) => {
  const row: Row = { row: 2, stimulus, effect: "new", block: block(7) };
  expect(await asCsv([row]).text()).toContain(`\r\n2,${stimulus},`);
});

test("what an import that was broken off did not tell is at the end of its result", async () => {
  const counts = { new: 700, replaced: 1, unchanged: 0, too_long: 0, failed: 1 };
  const rest = { counts, untold: 641, left: 5438 };
  const lines = (await asCsv(ROWS, rest).text()).trimEnd().split("\r\n");
  expect(lines.slice(-2)).toEqual([
    ",,taught,,641 rows that were not told one by one",
    ',,not taught,,"5,438 rows that were not reached"',
  ]);
  expect(JSON.parse(await asJson(ROWS, rest).text()).at(-1)).toEqual({ untold: 641, not_reached: 5438 });
  expect(await asCsv(ROWS, "unknown").text()).toContain(",,unknown,,the other rows may be taught\r\n");
  expect(JSON.parse(await asJson(ROWS, "asking").text()).at(-1)).toEqual({ others: "unknown" });
});

test("as JSON it is what the node told, with the reasons as the page tells them", async () => {
  const told = JSON.parse(await asJson(ROWS).text());
  expect(told.slice(0, 2)).toEqual(ROWS.slice(0, 2));
  expect(told[2]).toEqual({ row: 4, kind: "empty", part: "answer", problem: "The answer is empty." });
});

test("on a Russian page the result is Russian: its columns, what became of the rows, and why", async () => {
  language.choose("ru");
  const refused: Row = { row: 5, kind: "refused", part: null, problem: "why" };
  const lines = (await asCsv([...ROWS, refused], "unknown").text()).split("\r\n");
  expect(lines).toEqual([
    "\ufeffстрока,вопрос,результат,блок,почему",
    "2,How?,новый,7,",
    '3,"\'=HYPERLINK(""x"")",заменён,8,',
    "4,,,,Нет ответа.",
    "5,,,,Узел этого не принимает. why",
    ',,не известно,,"остальные строки, возможно, записаны"',
    "",
  ]);
  expect(JSON.parse(await asJson(ROWS).text())[2].problem).toBe("Нет ответа.");
});

test("a file is taught only if that still does what the preview showed", async () => {
  let replaced = 0;
  const imported = vi.fn();
  vi.stubGlobal("fetch", async (path: string) => {
    const counts = { new: 2 - replaced, replaced, unchanged: 0, too_long: 0, failed: 0 };
    if (path.includes("import:preview"))
      return Response.json({ format: "csv", encoding: "UTF-8", columns: [], rows: [], sample: [], counts });
    if (!path.includes("import?")) return Response.json({});
    imported();
    const headers = { "content-type": "application/x-ndjson" };
    return new Response(`${JSON.stringify({ done: counts })}\n`, { headers });
  });
  choose(new File(["a,b"], "a.csv"));
  await vi.waitFor(() => expect(preview.value?.counts.new).toBe(2));
  replaced = 1;
  await start();
  expect(imported).not.toHaveBeenCalled();
  expect(changed.value).toBe(true);
  expect(preview.value?.counts).toMatchObject({ new: 1, replaced: 1 });
  await start();
  expect(imported).toHaveBeenCalledOnce();
  expect(changed.value).toBe(false);
  expect(run.value).toMatchObject({ state: "ended", counts: { new: 1, replaced: 1 } });
});
