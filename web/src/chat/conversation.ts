// The conversation of this tab, in memory only.
import { signal } from "@preact/signals";
import { command } from "../actions/command";
import { record } from "../actions/log";
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

export type Turn =
  | (Common & { kind: "ask"; stimulus: string; outcome: Outcome<Answer> })
  | (Common & { kind: "teach"; lesson: Lesson; outcome: Outcome<Taught> })
  | (Common & { kind: "forget"; stimulus: string; outcome: Outcome<Forgotten> });

export const turns = signal<Turn[]>([]);

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
  const { reply } = await inTurn(() => command<Answer>("ASK", { stimulus }, outcomeOf));
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
  const { reply } = await inTurn(() => command<Taught>("TEACH", lesson, () => "taught"));
  settle({ ...turn, outcome: reply.ok ? { state: "done", value: reply.value } : failed(reply.problem) });
  if (reply.ok) void genome.refresh();
  return reply.ok;
}

/** Forgets and erases; what went wrong is returned, for the dialog that asked. */
export async function forget(stimulus: string): Promise<Problem | null> {
  const { reply } = await inTurn(() => command<Forgotten>("FORGET", { stimulus }, () => "forgotten"));
  if (!reply.ok) return reply.problem;
  append({ ...begin(), kind: "forget", stimulus, outcome: { state: "done", value: reply.value } });
  return null;
}

/** Asks one of the stimuli that the node suggested. */
export function take(suggestion: string): Promise<boolean> {
  record({ action: "chat.suggestion" });
  return ask(suggestion);
}

export function clear(): void {
  turns.value = [];
}

function failed(problem: Problem): { state: "failed"; problem: Problem } {
  return { state: "failed", problem };
}
