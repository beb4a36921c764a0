// What the chat shows when the node knows no answer for certain: those that may be right, and the offer to teach one.
import { signal } from "@preact/signals";
import type { Suggestion } from "../api/types";
import { words } from "../i18n";
import type { Question } from "./conversation";
import { Suggestions } from "./suggestions";
import { TeachForm } from "./teach";

/** The questions, by their turns, that were taught in place: the form does not come back with Back. */
const taughtHere = signal<ReadonlySet<number>>(new Set());

export function Unknown({ question, suggestions }: { question: Question; suggestions: Suggestion[] }) {
  const text = words().chat;
  const taught = taughtHere.value.has(question.id);
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
          done={() => {
            taughtHere.value = new Set([...taughtHere.peek(), question.id]);
          }}
        />
      )}
    </>
  );
}
