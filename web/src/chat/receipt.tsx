// What is told about an answer: the question it was taught for, how likely it is right, its block, the day.
import type { Answer } from "../api/types";
import { words } from "../i18n";
import type { Fate } from "../knowledge/fate";
import { addresses } from "../route";
import { BlockLink } from "../ui/block_link";
import { DaysAgo } from "../ui/time";

/** A lower probability is told without its number: of several that are so small, none is likelier than another. */
const TELLING = 0.05;

/** The question that the answer was taught for. */
export function AnswerTo({ stimulus }: { stimulus: string }) {
  return (
    <p class="answer-to">
      {words().chat.answerTo} <q dir="auto">{stimulus}</q>
    </p>
  );
}

/** What decided that this answer was given, and how likely it is right. */
export function Matched({ answer }: { answer: Answer }) {
  const text = words().chat;
  if (answer.how === "exact") return <span class="badge good">{text.exact}</span>;
  return (
    <span class="badge">{(answer.how === "meaning" ? text.byMeaning : text.byWords)(answer.score)}</span>
  );
}

/** `score`: the probability that an answer is right that may be meant, 0 to 1. */
export function Likelihood({ score }: { score: number }) {
  const text = words().chat;
  return <span class="badge">{score < TELLING ? text.unlikely : text.likely(score)}</span>;
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

/** Says that this is not answered any more, and where the newer answer is. */
export function Gone({ fate: { newer } }: { fate: Fate }) {
  const text = words().chat;
  if (newer === null) return <span class="badge">{text.isForgotten}</span>;
  return (
    <>
      <span class="badge">{text.isReplaced}</span>
      <a href={addresses.taught(newer)}>{text.seeNewer}</a>
    </>
  );
}
