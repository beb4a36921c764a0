// Answers that may be right. The user confirms one, and the node learns it for the question as it was asked.
import { useRef } from "preact/hooks";
import type { Suggestion } from "../api/types";
import { words } from "../i18n";
import { AnswerText } from "../ui/answer_text";
import { GLANCE } from "../ui/beginning";
import { PressButton, usePress, WhyNot } from "../ui/press";
import { ProblemNote } from "../ui/problem";
import { confirm, type Question } from "./conversation";
import { AnswerTo, Likelihood, TaughtIn } from "./receipt";

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
  const take = async () => {
    if (!(await confirm(question, suggestion.answer))) return;
    // The suggestions disappear, and the focus with them. If the user has moved elsewhere, the focus stays there.
    const { activeElement, body } = document;
    if (activeElement === body || item.current?.contains(activeElement)) {
      document.getElementById("composer")?.focus();
    }
  };
  const press = usePress(take, outcome?.state === "waiting" ? text.confirming : null);
  return (
    <li class="suggestion" ref={item}>
      <AnswerTo stimulus={suggestion.stimulus} />
      <AnswerText text={suggestion.answer} room={GLANCE} />
      <p class="receipt">
        <Likelihood score={suggestion.score} />
        <TaughtIn block={suggestion.source.index} at={suggestion.taught} />
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
