// Teaching a file: what it holds, what teaching it would do, and how it goes. It goes on while another screen is shown.
import { signal } from "@preact/signals";
import { record } from "../actions/log";
import { call } from "../api/client";
import { lines } from "../api/lines";
import { type Problem, UNREACHABLE } from "../api/problem";
import type { FileFormat, ImportCounts, ImportLine, ImportPreview } from "../api/types";
import { genome } from "../node";
import { type Settled, settle } from "./settling";

/** What the node takes, in bytes. */
export const MAX_FILE = 16 * 1024 * 1024;
/** How long the node may take to read a file and compare it. Milliseconds. */
const PATIENCE = 120_000;

/** How the file is read; null: as the node finds it. */
export interface Options {
  format: FileFormat | null;
  encoding: string | null;
  question: string | null;
  answer: string | null;
}

export type Row = Extract<ImportLine, { row: number }>;

export interface Run {
  state: "running" | "ended" | "cancelled" | "failed";
  /** What became of each row so far. */
  rows: Row[];
  /** All rows. */
  total: number;
  counts: ImportCounts;
  problem: Problem | null;
  /** If it was broken off: what became of the rows that were not told. */
  rest: "asking" | "unknown" | Settled | null;
}

const AS_FOUND: Options = { format: null, encoding: null, question: null, answer: null };

export const file = signal<File | null>(null);
export const options = signal<Options>(AS_FOUND);
export const preview = signal<ImportPreview | null>(null);
/** What can be chosen as question and answer: as the node last told, since a wrong choice has no preview. */
export const columns = signal<string[]>([]);
/** The preview that is shown is another than the one whose teaching was wanted: others taught or forgot meanwhile. */
export const changed = signal(false);
export const previewing = signal(false);
export const problem = signal<Problem | null>(null);
export const run = signal<Run | null>(null);

let asked = new AbortController();
let running = new AbortController();

/** Takes another file; null takes none. */
export function choose(next: File | null): void {
  if (run.peek()?.state === "running") return;
  file.value = next;
  run.value = null;
  preview.value = null;
  columns.value = [];
  readAs(AS_FOUND);
}

/** Reads the file in another way, and asks what that would do. */
export function readAs(next: Options): void {
  const { format, encoding } = options.peek();
  if (next.format !== format || next.encoding !== encoding) columns.value = [];
  options.value = next;
  changed.value = false;
  asked.abort();
  problem.value = null;
  previewing.value = false;
  const chosen = file.peek();
  if (!chosen) return;
  if (chosen.size > MAX_FILE) {
    problem.value = { kind: "file_too_large", detail: "", status: null, trace: null };
    return;
  }
  void ask(chosen, next);
}

async function ask(chosen: File, how: Options): Promise<void> {
  const mine = new AbortController();
  asked = mine;
  previewing.value = true;
  record({ action: "knowledge.preview_import" });
  const reply = await wouldDo(chosen, how, mine.signal);
  if (mine.signal.aborted) return;
  previewing.value = false;
  if (reply.ok) {
    preview.value = reply.value;
    columns.value = reply.value.columns;
  } else {
    problem.value = reply.problem;
    preview.value = null;
  }
}

function wouldDo(chosen: File, how: Options, signal: AbortSignal) {
  const request = { method: "POST", file: chosen, signal, patience: PATIENCE } as const;
  return call<ImportPreview>(`import:preview?${query(chosen, how)}`, request);
}

function query({ name }: File, { format, encoding, question, answer }: Options): URLSearchParams {
  const given = Object.entries({ name, format, encoding, question, answer });
  return new URLSearchParams(given.filter((one): one is [string, string] => one[1] !== null));
}

/** Whether one has to say first where the questions and the answers are. */
export function isUnclear({ columns, question, answer, sample }: ImportPreview): boolean {
  return columns.length > 0 && (question == null || answer == null) && sample.length === 0;
}

/** Whether two previews tell the same of what is new and what is replaced, as far as they tell it. */
function tellTheSame(one: ImportPreview, other: ImportPreview): boolean {
  const tells = ({ counts, sample }: ImportPreview) =>
    JSON.stringify([counts.new, counts.replaced, counts.unchanged, sample.map(({ effect }) => effect)]);
  return tells(one) === tells(other);
}

/** Looks again what teaching the file does; true if that is what is shown. Otherwise it is shown now. */
async function isAsShown(chosen: File, how: Options, shown: ImportPreview): Promise<boolean> {
  problem.value = null;
  asked.abort();
  const mine = new AbortController();
  asked = mine;
  const reply = await wouldDo(chosen, how, mine.signal);
  // Something else was chosen meanwhile.
  if (mine.signal.aborted || preview.peek() !== shown) return false;
  if (!reply.ok) problem.value = reply.problem;
  else if (tellTheSame(reply.value, shown)) return true;
  else {
    preview.value = reply.value;
    changed.value = true;
  }
  return false;
}

/** Teaches the file, if that does by now what was shown. */
export async function start(): Promise<void> {
  const [chosen, known] = [file.peek(), preview.peek()];
  if (!chosen || !known || run.peek()?.state === "running") return;
  // How it was read for the preview: nothing may be found otherwise now.
  const { format, encoding, question = null, answer = null } = known;
  const how = { format, encoding, question, answer };
  if (!(await isAsShown(chosen, how, known))) return;
  changed.value = false;
  running = new AbortController();
  const { signal } = running;
  const total = sum(known.counts);
  run.value = { state: "running", rows: [], total, counts: NONE, problem: null, rest: null };
  let complete = false;
  const failure = await lines<ImportLine>(
    `import?${query(chosen, how)}`,
    { method: "POST", file: chosen, signal },
    (some) => {
      complete ||= some.some((line) => "done" in line);
      run.value = told(run.peek(), some);
    },
  );
  const state = complete ? "ended" : signal.aborted ? "cancelled" : "failed";
  const reason = state === "failed" ? (failure ?? UNREACHABLE) : null;
  const last = run.peek();
  const rest = complete ? null : "asking";
  if (last) run.value = { ...last, state, problem: reason, rest };
  if (rest) void askForRest(chosen, how, known.counts);
  record({ action: "knowledge.import", event: "TEACH", outcome: state === "failed" ? "failed" : "done" });
  void genome.refresh();
}

/** What became of the rows that the node had begun with when the import was broken off. */
async function askForRest(chosen: File, how: Options, before: ImportCounts): Promise<void> {
  const broken = run.peek();
  if (!broken) return;
  const { signal } = new AbortController();
  const ask = async () => {
    const reply = await wouldDo(chosen, how, signal);
    return reply.ok ? reply.value.counts : null;
  };
  const rest = (await settle(ask, before, broken.counts)) ?? "unknown";
  // Another file may have been taken meanwhile.
  if (run.peek() === broken) run.value = { ...broken, rest };
  void genome.refresh();
}

/** Breaks it off; what was taught stays. */
export function cancel(): void {
  running.abort();
  record({ action: "knowledge.cancel" });
}

const NONE: ImportCounts = { new: 0, replaced: 0, unchanged: 0, too_long: 0, failed: 0 };

export function sum({ new: added, replaced, unchanged, too_long, failed }: ImportCounts): number {
  return added + replaced + unchanged + too_long + failed;
}

/** The run with some more lines. Only the last one tells which rows are too long. */
export function told(run: Run | null, some: ImportLine[]): Run | null {
  if (!run) return null;
  const rows = [...run.rows];
  let counts = { ...run.counts };
  for (const line of some) {
    if ("done" in line) {
      counts = line.done;
      continue;
    }
    rows.push(line);
    counts["effect" in line ? line.effect : "failed"] += 1;
  }
  return { ...run, rows, counts };
}
