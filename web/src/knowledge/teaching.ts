// Teaches what was edited, and the other questions that are to get the same answer. Each names the block that it replaces, so that
// nothing is overwritten that was not seen.
import { command } from "../actions/command";
import type { Reply } from "../api/client";
import type { Problem } from "../api/problem";
import type { Taught } from "../api/types";
import type { Lesson } from "../chat/lesson";
import { words } from "../i18n";
import { format } from "../i18n/format";
import type { Other } from "./near";
import type { Passed } from "./neighbours";
import type { Said } from "./said";

export interface Plan {
  action: "knowledge.teach" | "knowledge.restore";
  lesson: Lesson;
  gate: Passed;
  also: Other[];
}

/** What was done, in words, and the block that answers now; or why it broke off. */
export async function teachAll({
  action,
  lesson,
  gate,
  also,
}: Plan): Promise<(Said & { block: number }) | { problem: Problem }> {
  const { replaces: before, unchanged } = gate;
  const teach = async (
    stimulus: string,
    replaces: number | null,
    answer_of?: number,
  ): Promise<Reply<Taught>> => {
    const body = { stimulus, response: lesson.response, replaces, answer_of };
    return (await command<Taught>(action, body, () => "taught")).reply;
  };
  let block = before ?? 0;
  if (!unchanged) {
    const reply = await teach(lesson.stimulus, before, gate.answer_of);
    if (!reply.ok) return { problem: reply.problem };
    block = reply.value.block.index;
  }
  const others = await teachOthers(also, teach);
  if ("problem" in others) return others;
  const replaced = unchanged ? null : { before, block };
  return { block, text: () => inWords(replaced, others.taught, also.length - others.taught) };
}

/** What was taught: an answer in place of another, and how many others got it too, or did not. */
function inWords(done: { before: number | null; block: number } | null, also: number, not: number): string {
  const text = words().knowledge;
  const { number } = format();
  const told: string[] = [];
  if (done?.before === null) told.push(text.taughtAs(number(done.block)));
  else if (done) told.push(text.replacedBy(number(done.before), number(done.block)));
  if (also > 0) told.push(text.taughtAlso(also));
  if (not > 0) told.push(text.changedOthers(not));
  return told.length > 0 ? told.join(" ") : text.unchanged;
}

/** Those that were changed meanwhile stay as they are. */
async function teachOthers(
  also: Other[],
  teach: (stimulus: string, replaces: number) => Promise<Reply<Taught>>,
): Promise<{ taught: number } | { problem: Problem }> {
  let taught = 0;
  for (const { stimulus, block } of also) {
    const reply = await teach(stimulus, block);
    if (reply.ok) taught += 1;
    else if (reply.problem.kind !== "changed_meanwhile") return { problem: reply.problem };
  }
  return { taught };
}
