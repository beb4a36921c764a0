// The conversation of this tab, in memory only.
import { signal } from "@preact/signals";
import { command } from "../actions/command";
import type { Reply } from "../api/client";
import { type Problem, problemOfPage } from "../api/problem";
import type { Answer, Forgotten, Taught } from "../api/types";
import { erase, fates } from "../knowledge/fate";
import type { Other } from "../knowledge/near";
import type { Gate, Passed } from "../knowledge/neighbours";
import { genome } from "../node";
import type { Lesson } from "./lesson";
import { answeringNow, look, standing } from "./look";

/** The result of a command. */
export type Outcome<T> =
  | { state: "waiting" }
  | { state: "failed"; problem: Problem }
  | { state: "done"; value: T };

interface Common {
  id: number;
  /** Milliseconds since the Unix epoch. */
  at: number;
}

/** What is suggested: an answer, and the block that taught it. */
export interface Suggested {
  answer: string;
  block: number;
}

/** A suggested answer that the user confirmed, and how teaching it went. */
interface Confirmation {
  answer: string;
  outcome: Outcome<Taught>;
}

export type Question = Common & {
  kind: "ask";
  stimulus: string;
  outcome: Outcome<Answer>;
  confirmation?: Confirmation;
};

export type Turn =
  | Question
  | (Common & { kind: "teach"; lesson: Lesson; outcome: Outcome<Taught> })
  | (Common & { kind: "forget"; stimulus: string; outcome: Outcome<Forgotten> });

export const turns = signal<Turn[]>([]);

/** Looks whether the answers of the conversation, and those that it suggests, are still given. */
export function lookAtAnswers(signal?: AbortSignal): Promise<void> {
  return look(turns.peek().flatMap(blocksIn), signal);
}

function blocksIn(turn: Turn): number[] {
  if (turn.kind !== "ask" || turn.outcome.state !== "done") return [];
  const { source, suggestions } = turn.outcome.value;
  const { confirmation } = turn;
  if (confirmation?.outcome.state === "done") return [confirmation.outcome.value.block.index];
  return source ? [source.index] : suggestions.map((suggestion) => suggestion.source.index);
}

let last = 0;

function begin(): Common {
  last += 1;
  return { id: last, at: Date.now() };
}

function append(turn: Turn): void {
  turns.value = [...turns.peek(), turn];
}

/** Stores the result of a turn. A turn that was cleared meanwhile does not come back. */
function settle(turn: Turn): void {
  turns.value = turns.peek().map((other) => (other.id === turn.id ? turn : other));
}

let before: Promise<unknown> = Promise.resolve();

/** A message is sent only after the previous one is settled, because it may depend on it. */
function inTurn<T>(send: () => Promise<T>): Promise<T> {
  const mine = before.then(send);
  before = mine;
  return mine;
}

/** Asks; true if the node responded, with or without an answer. */
export async function ask(stimulus: string): Promise<boolean> {
  const turn = { ...begin(), kind: "ask", stimulus } as const;
  append({ ...turn, outcome: { state: "waiting" } });
  const { reply } = await inTurn(() => command<Answer>("chat.ask", { stimulus }, outcomeOf));
  settle({ ...turn, outcome: reply.ok ? { state: "done", value: reply.value } : failed(reply.problem) });
  return reply.ok;
}

function outcomeOf(answer: Answer): "answered" | "similar" | "unknown" {
  return answer.match === "exact" ? "answered" : answer.match === "similar" ? "similar" : "unknown";
}

/** Teaches what `gate` lets pass when its turn has come; true when it is durable. */
export async function teach(lesson: Lesson, gate: () => Promise<Gate>): Promise<boolean> {
  const turn = { ...begin(), kind: "teach", lesson } as const;
  append({ ...turn, outcome: { state: "waiting" } });
  const reply = await inTurn(async () => {
    const passed = await gate();
    if ("why" in passed) {
      const problem = { ...problemOfPage(passed.why), block: passed.block };
      return { ok: false, problem } as const;
    }
    return sendLesson("chat.teach", lesson, passed);
  });
  settle({ ...turn, outcome: reply.ok ? { state: "done", value: reply.value } : failed(reply.problem) });
  if (reply.ok) changed();
  else if (reply.problem.block !== undefined) void lookAtAnswers();
  return reply.ok;
}

/** If another block answers by now than the one that is to be replaced, the problem names it. */
async function sendLesson(
  action: "chat.teach" | "chat.confirm",
  lesson: Lesson,
  { replaces, answer_of }: Pick<Passed, "replaces" | "answer_of">,
): Promise<Reply<Taught>> {
  const { reply } = await command<Taught>(action, { ...lesson, replaces, answer_of }, () => "taught");
  if (reply.ok || reply.problem.kind !== "changed_meanwhile") return reply;
  return { ok: false, problem: { ...reply.problem, block: await answeringNow(lesson) } };
}

/** Teaches an answer to its question, and then to others in the place of theirs; true when all of it is durable. */
export async function teachAll(lesson: Lesson, gate: () => Promise<Gate>, also: Other[]): Promise<boolean> {
  if (!(await teach(lesson, gate))) return false;
  const others = also.map(({ stimulus, block }) =>
    teach({ ...lesson, stimulus }, async () => ({ replaces: block, unchanged: false })),
  );
  return (await Promise.all(others)).every((taken) => taken);
}

function changed(): void {
  void genome.refresh();
  void lookAtAnswers();
}

/**
 * Forgets and erases what `block` taught, if that is what answers; what went wrong is returned, for the dialog that asked.
 */
export async function forget(stimulus: string, block: number): Promise<Problem | null> {
  const body = { stimulus, block };
  const { reply } = await inTurn(() => command<Forgotten>("chat.forget", body, () => "forgotten"));
  if (!reply.ok) return reply.problem;
  erase(reply.value.erased);
  append({ ...begin(), kind: "forget", stimulus, outcome: { state: "done", value: reply.value } });
  return null;
}

/**
 * Teaches a suggested answer to the question as it was asked; true when it is durable. Only one can be confirmed. An answer
 * that was forgotten or changed since it was suggested is not taught: then `fates` knows that.
 */
export async function confirm({ id }: Question, { answer, block }: Suggested): Promise<boolean> {
  const turn = turns.peek().find((other) => other.id === id);
  if (turn?.kind !== "ask" || isTaken(turn)) return false;
  const become = (outcome: Outcome<Taught>) => settle({ ...turn, confirmation: { answer, outcome } });
  become({ state: "waiting" });
  const reply = await inTurn(async () => {
    const now = await standing(block);
    if (!now.ok) return now;
    if (now.value?.response !== answer) {
      await look([block]);
      return { ok: false, problem: problemOfPage("changed_meanwhile") } as const;
    }
    // Somebody else may have answered the question meanwhile, or forgotten the answer since it was looked at.
    const lesson = { stimulus: turn.stimulus, response: answer };
    const sent = await sendLesson("chat.confirm", lesson, { replaces: null, answer_of: block });
    // If nothing answers the question, it was the answer that changed.
    if (!sent.ok && sent.problem.block === null) await look([block]);
    return sent;
  });
  if (reply.ok) become({ state: "done", value: reply.value });
  else if (fates.peek().has(block)) settle(turn);
  else become(failed(reply.problem));
  if (reply.ok) changed();
  return reply.ok;
}

/** Whether a suggestion was confirmed; one that could not be taught may be confirmed again. */
function isTaken({ confirmation }: Question): boolean {
  return confirmation !== undefined && confirmation.outcome.state !== "failed";
}

export function clear(): void {
  turns.value = [];
}

function failed(problem: Problem): { state: "failed"; problem: Problem } {
  return { state: "failed", problem };
}
