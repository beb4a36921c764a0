// What the chat shows when the node knows no answer for certain: those that may be right, and the offer to teach one.
import { useState } from "preact/hooks";
import type { Suggestion } from "../api/types";
import { words } from "../i18n";
import type { Question } from "./conversation";
import { Suggestions } from "./suggestions";
import { TeachForm } from "./teach";

export function Unknown({ question, suggestions }: { question: Question; suggestions: Suggestion[] }) {
  const text = words().chat;
  const [taught, setTaught] = useState(false);
  const offered = suggestions.length > 0 && !taught;
  return (
    <>
      <p class="text">
        {text.unknown} {offered && (suggestions.length === 1 ? text.isItThis : text.isItOneOfThese)}
      </p>
      {offered && <Suggestions question={question} suggestions={suggestions} />}
      {!taught && (
        <TeachForm
          stimulus={question.stimulus}
          label={offered ? text.teachOther : text.teachThis}
          done={() => setTaught(true)}
        />
      )}
    </>
  );
}
