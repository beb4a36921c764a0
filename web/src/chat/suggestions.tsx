// Answers that may be right. The user confirms one, and the node learns it for the question as it was asked.
import { useRef } from "preact/hooks";
import type { Suggestion } from "../api/types";
import { words } from "../i18n";
import { fates } from "../knowledge/fate";
import { AnswerText } from "../ui/answer_text";
import { GLANCE } from "../ui/beginning";
import { PressButton, usePress, WhyNot } from "../ui/press";
import { ProblemNote } from "../ui/problem";
import { confirm, type Question } from "./conversation";
import { AnswerTo, Gone, Likelihood, TaughtIn } from "./receipt";

export function Suggestions({ question, suggestions }: { question: Question; suggestions: Suggestion[] }) {
  return (
    <ul class="suggestions">
      {suggestions.map((suggestion) => (
        <SuggestionView key={suggestion.source.index} question={question} suggestion={suggestion} />
      ))}
    </ul>
  );
}

function SuggestionView({ question, suggestion }: { question: Question; suggestion: Suggestion }) {
  const text = words().chat;
  const item = useRef<HTMLLIElement>(null);
  const { answer, outcome } = question.confirmation ?? {};
  const block = suggestion.source.index;
  const fate = fates.value.get(block);
  const take = async () => {
    const taken = await confirm(question, { answer: suggestion.answer, block });
    // The button disappears if it is taught or gone, and the focus with it. If the user has moved elsewhere, it stays there.
    if (!taken && !fates.peek().has(block)) return;
    const { activeElement, body } = document;
    if (activeElement === body || item.current?.contains(activeElement)) {
      document.getElementById("composer")?.focus();
    }
  };
  const press = usePress(take, outcome?.state === "waiting" ? text.confirming : null);
  if (fate) {
    return (
      <li class="suggestion" ref={item}>
        <AnswerTo stimulus={suggestion.stimulus} />
        <p class="receipt" role="status">
          <Gone fate={fate} />
        </p>
      </li>
    );
  }
  return (
    <li class="suggestion" ref={item}>
      <AnswerTo stimulus={suggestion.stimulus} />
      <AnswerText text={suggestion.answer} room={GLANCE} />
      <p class="receipt">
        <Likelihood score={suggestion.score} />
        <TaughtIn block={block} at={suggestion.taught} />
        <PressButton press={press}>
          {text.thisOne}
          <span class="hidden">: {suggestion.stimulus}</span>
        </PressButton>
      </p>
      <WhyNot press={press} />
      {outcome?.state === "failed" && answer === suggestion.answer && (
        <ProblemNote problem={outcome.problem} urgent />
      )}
    </li>
  );
}
