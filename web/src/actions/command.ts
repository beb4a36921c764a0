// A command to the node, and its line in the user-action log. Both have the same random trace id.
import { call, newTrace, type Reply } from "../api/client";
import { record } from "./log";
import { type Action, bucketOf, type EVENTS, statusClass } from "./vocabulary";

type Event = (typeof EVENTS)[number];
type Outcome = NonNullable<Action["outcome"]>;

const COMMANDS = {
  ASK: { path: "ask", action: "chat.ask" },
  TEACH: { path: "teach", action: "chat.teach" },
  FORGET: { path: "forget", action: "chat.forget" },
} as const;

/** Sends a command; `outcome` gives the outcome of a success. */
export async function command<T>(
  event: Event,
  body: unknown,
  outcome: (value: T) => Outcome,
): Promise<{ reply: Reply<T>; trace: string }> {
  const { path, action } = COMMANDS[event];
  const trace = newTrace();
  const started = performance.now();
  const reply = await call<T>(path, { method: "POST", body, trace });
  record({
    action,
    event,
    req: trace,
    status: statusClass(reply.ok ? reply.status : reply.problem.status),
    le: bucketOf(performance.now() - started),
    outcome: reply.ok ? outcome(reply.value) : "failed",
  });
  return { reply, trace };
}
