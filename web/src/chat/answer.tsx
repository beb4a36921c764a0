// An answer with its source: how it was found, from which block, and when that was taught. Or what may be meant.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Answer, BlockAddress } from "../api/types";
import { words } from "../i18n";
import { fates } from "../knowledge/fate";
import { addresses } from "../route";
import { AnswerText } from "../ui/answer_text";
import { BlockLink } from "../ui/block_link";
import { Copy } from "../ui/copy";
import type { Question } from "./conversation";
import { ForgetDialog } from "./forget";
import { AnswerTo, Gone, Matched, TaughtIn } from "./receipt";
import { Unknown } from "./unknown";

export function AnswerView({ question, answer }: { question: Question; answer: Answer }) {
  const { confirmation } = question;
  if (confirmation?.outcome.state === "done") {
    return <Learnt response={confirmation.answer} block={confirmation.outcome.value.block.index} />;
  }
  return (
    <>
      {answer.genome_broken && <MayBeWrong />}
      {answer.source && typeof answer.answer === "string" ? (
        <Known answer={answer} response={answer.answer} source={answer.source} />
      ) : (
        <Unknown question={question} suggestions={answer.suggestions} />
      )}
    </>
  );
}

/** Answers go on while the genome is known to be broken, but nobody should take them for proven. */
function MayBeWrong() {
  const text = words().chat;
  return (
    <p class="note bad">
      {text.genomeBroken} <a href={addresses.genome}>{text.seeGenome}</a>
    </p>
  );
}

function Known({ answer, response, source }: { answer: Answer; response: string; source: BlockAddress }) {
  return (
    <Given response={response} block={source.index} to={answer.how === "exact" ? null : answer.stimulus}>
      <Matched answer={answer} />
      <TaughtIn block={source.index} at={answer.taught} />
    </Given>
  );
}

/** The answer that was confirmed: from now on, it is the one to this question. */
function Learnt({ response, block }: { response: string; block: number }) {
  const text = words().chat;
  return (
    <Given response={response} block={block}>
      <span class="badge good">{text.learnt}</span>
      <span>
        {text.fromNowOn} {text.recordedAs} <BlockLink index={block} />.
      </span>
    </Given>
  );
}

interface GivenProps {
  response: string;
  /** The block that can be forgotten. */
  block: number;
  /** The taught question, unless it is the one that was asked. */
  to?: string | null | undefined;
  /** Where the answer comes from. */
  children: ComponentChildren;
}

function Given({ response, block, to, children }: GivenProps) {
  const [forgetting, setForgetting] = useState(false);
  const fate = fates.value.get(block) ?? null;
  const isGone = fate !== null;
  // The button that had the focus is gone with what was forgotten.
  useEffect(() => {
    if (isGone && !forgetting && document.activeElement === document.body)
      document.getElementById("composer")?.focus();
  }, [isGone, forgetting]);
  return (
    <>
      {/* What was erased is not shown on. */}
      {fate?.newer !== null && (
        <>
          {to && <AnswerTo stimulus={to} />}
          <AnswerText text={response} />
        </>
      )}
      <p class="receipt">
        {children}
        {fate ? (
          <Gone fate={fate} />
        ) : (
          <>
            <Copy value={response} what={words().chat.copyAnswer} />
            <a href={addresses.edit(block)}>{words().chat.edit}</a>
            <button type="button" class="quiet small" onClick={() => setForgetting(true)}>
              {words().chat.forget}
            </button>
          </>
        )}
      </p>
      {forgetting && <ForgetDialog block={block} close={() => setForgetting(false)} />}
    </>
  );
}
