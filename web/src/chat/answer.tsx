// An answer with its source: how it was found, how similar, and from which block. Or the offer to teach one.
import { useState } from "preact/hooks";
import type { Answer, BlockAddress } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { BlockLink } from "../ui/block_link";
import { take } from "./conversation";
import { ForgetDialog } from "./forget";
import { TeachForm } from "./teach";

export function AnswerView({ answer, asked }: { answer: Answer; asked: string }) {
  if (answer.source && typeof answer.answer === "string") {
    return <Known answer={answer} response={answer.answer} source={answer.source} />;
  }
  return <Unknown answer={answer} asked={asked} />;
}

function Known({ answer, response, source }: { answer: Answer; response: string; source: BlockAddress }) {
  const text = words().chat;
  const [forgetting, setForgetting] = useState(false);
  const exact = answer.match === "exact";
  return (
    <>
      <p class="text">{response}</p>
      <p class="receipt">
        <span class={exact ? "badge good" : "badge"}>{exact ? text.exact : text.similar}</span>
        <span>
          {text.score} {format().percent(answer.score)}
        </span>
        <span>
          {text.taughtBy} <BlockLink index={source.index} />
        </span>
        <button type="button" class="quiet small" onClick={() => setForgetting(true)}>
          {text.forget}
        </button>
      </p>
      {forgetting && <ForgetDialog block={source.index} close={() => setForgetting(false)} />}
    </>
  );
}

function Unknown({ answer, asked }: { answer: Answer; asked: string }) {
  const text = words().chat;
  return (
    <>
      <p class="text">{text.unknown}</p>
      {answer.suggestions.length > 0 && (
        <>
          <p class="small muted">
            {text.unknownNear} {format().percent(answer.score)}. {text.didYouMean}
          </p>
          <ul class="suggestions">
            {answer.suggestions.map(({ stimulus, score }) => (
              <li key={stimulus}>
                <button type="button" onClick={() => void take(stimulus)}>
                  {stimulus}
                </button>
                <span class="small muted">{format().percent(score)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <TeachForm stimulus={asked} />
    </>
  );
}
