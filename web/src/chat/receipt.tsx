// What is told about an answer: the question it was taught for, how likely it is right, its block, the day.
import { words } from "../i18n";
import { BlockLink } from "../ui/block_link";
import { DaysAgo } from "../ui/time";

/** The question that the answer was taught for. */
export function AnswerTo({ stimulus }: { stimulus: string }) {
  return (
    <p class="answer-to">
      {words().chat.answerTo} <q>{stimulus}</q>
    </p>
  );
}

/** `score`: the probability that the answer is right, 0 to 1. `found`: it is the answer, and not one of several that may be meant. */
export function Likelihood({ score, found = false }: { score: number; found?: boolean }) {
  const text = words().chat;
  return <span class="badge">{found ? text.inOtherWords(score) : text.likely(score)}</span>;
}

/** `at`: RFC 3339. */
export function TaughtIn({ block, at }: { block: number; at: string | null | undefined }) {
  return (
    <span>
      {words().chat.taughtOn} {at && <DaysAgo at={at} />}
      {at && ", "}
      <BlockLink index={block} />
    </span>
  );
}
