// A command to the node, and its line in the user-action log. Both have the same random trace id.
import { call, newTrace, type Reply } from "../api/client";
import { record } from "./log";
import { type Action, bucketOf, statusClass } from "./vocabulary";

type Outcome = NonNullable<Action["outcome"]>;

/** The actions that send a command. */
const COMMANDS = {
  "chat.ask": { path: "ask", event: "ASK" },
  "chat.teach": { path: "teach", event: "TEACH" },
  "chat.confirm": { path: "teach", event: "TEACH" },
  "chat.forget": { path: "forget", event: "FORGET" },
  "knowledge.teach": { path: "teach", event: "TEACH" },
  "knowledge.restore": { path: "teach", event: "TEACH" },
} as const;

/** Sends a command; `outcome` gives the outcome of a success. */
export async function command<T>(
  action: keyof typeof COMMANDS,
  body: unknown,
  outcome: (value: T) => Outcome,
): Promise<{ reply: Reply<T>; trace: string }> {
  const { path, event } = COMMANDS[action];
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
