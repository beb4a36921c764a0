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
import type { Said } from "./said";

export interface Plan {
  action: "knowledge.teach" | "knowledge.restore";
  lesson: Lesson;
  /** The block that answers the question until then; null if none does. */
  before: number | null;
  /** The block whose answer it takes; null if the answer is its own. */
  answerOf: number | null;
  /** That block teaches just this already. */
  unchanged: boolean;
  also: Other[];
}

/** What was done, in words, and the block that answers now; or why it broke off. */
export async function teachAll({ action, lesson, before, answerOf, unchanged, also }: Plan) {
  const text = words().knowledge;
  const { number } = format();
  const teach = async (
    stimulus: string,
    replaces: number | null,
    of: number | null = null,
  ): Promise<Reply<Taught>> => {
    const body = { stimulus, response: lesson.response, replaces, ...(of !== null && { answer_of: of }) };
    return (await command<Taught>(action, body, () => "taught")).reply;
  };
  const done: Said & { block: number } = { block: before ?? 0, text: "" };
  const told: string[] = [];
  if (!unchanged) {
    const reply = await teach(lesson.stimulus, before, answerOf);
    if (!reply.ok) return { problem: reply.problem };
    done.block = reply.value.block.index;
    const block = number(done.block);
    told.push(before === null ? text.taughtAs(block) : text.replacedBy(number(before), block));
  }
  const others = await teachOthers(also, teach);
  if ("problem" in others) return others;
  if (others.taught > 0) told.push(text.taughtAlso(others.taught));
  if (others.taught < also.length) told.push(text.changedOthers(also.length - others.taught));
  return { ...done, text: told.join(" ") };
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
