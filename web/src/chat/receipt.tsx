// What is told about an answer: the question it was taught for, how likely it is right, its block, the day.
import { words } from "../i18n";
import { BlockLink } from "../ui/block_link";
import { Day } from "../ui/time";

/** The question that the answer was taught for. */
export function AnswerTo({ stimulus }: { stimulus: string }) {
  return (
    <p class="answer-to">
      {words().chat.answerTo} <q>{stimulus}</q>
    </p>
  );
}

/** `score`: the probability that the answer is right, 0 to 1. */
export function Likelihood({ score }: { score: number }) {
  return <span class="badge">{words().chat.likely(score)}</span>;
}

/** `at`: RFC 3339. */
export function TaughtIn({ block, at }: { block: number; at: string | null | undefined }) {
  return (
    <span>
      {words().chat.taughtOn} {at && <Day at={at} />}
      {at && ", "}
      <BlockLink index={block} />
    </span>
  );
}
