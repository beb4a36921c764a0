// The conversation of this tab, in memory only.
import { computed, signal } from "@preact/signals";
import { command } from "../actions/command";
import type { Problem } from "../api/problem";
import type { Answer, Forgotten, Taught } from "../api/types";
import { genome } from "../node";
import type { Lesson } from "./lesson";

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

/** The blocks that were erased in this conversation: what they taught is not answered any more. */
export const erased = computed(
  () =>
    new Set(
      turns.value.flatMap((turn) =>
        turn.kind === "forget" && turn.outcome.state === "done" ? turn.outcome.value.erased : [],
      ),
    ),
);

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

/** Teaches; true when it is durable. */
export async function teach(lesson: Lesson): Promise<boolean> {
  const turn = { ...begin(), kind: "teach", lesson } as const;
  append({ ...turn, outcome: { state: "waiting" } });
  const { reply } = await inTurn(() => command<Taught>("chat.teach", lesson, () => "taught"));
  settle({ ...turn, outcome: reply.ok ? { state: "done", value: reply.value } : failed(reply.problem) });
  if (reply.ok) void genome.refresh();
  return reply.ok;
}

/** Teaches an answer to its question and to others that mean the same; true when all of it is durable. */
export async function teachAll(lesson: Lesson, also: string[]): Promise<boolean> {
  const all = [lesson.stimulus, ...also].map((stimulus) => teach({ ...lesson, stimulus }));
  return (await Promise.all(all)).every((taken) => taken);
}

/** Forgets and erases; what went wrong is returned, for the dialog that asked. */
export async function forget(stimulus: string): Promise<Problem | null> {
  const { reply } = await inTurn(() => command<Forgotten>("chat.forget", { stimulus }, () => "forgotten"));
  if (!reply.ok) return reply.problem;
  append({ ...begin(), kind: "forget", stimulus, outcome: { state: "done", value: reply.value } });
  return null;
}

/** Teaches a suggested answer to the question as it was asked; true when it is durable. Only one can be confirmed. */
export async function confirm({ id }: Question, answer: string): Promise<boolean> {
  const turn = turns.peek().find((other) => other.id === id);
  if (turn?.kind !== "ask" || isTaken(turn)) return false;
  const become = (outcome: Outcome<Taught>) => settle({ ...turn, confirmation: { answer, outcome } });
  become({ state: "waiting" });
  const lesson: Lesson = { stimulus: turn.stimulus, response: answer };
  const { reply } = await inTurn(() => command<Taught>("chat.confirm", lesson, () => "taught"));
  become(reply.ok ? { state: "done", value: reply.value } : failed(reply.problem));
  if (reply.ok) void genome.refresh();
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
