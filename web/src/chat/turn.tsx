// One turn of the conversation: what was said, and the result.
import type { ComponentChildren } from "preact";
import type { Forgotten } from "../api/types";
import { words } from "../i18n";
import { BlockLink } from "../ui/block_link";
import { Copy } from "../ui/copy";
import { ProblemNote } from "../ui/problem";
import { Time } from "../ui/time";
import { AnswerView } from "./answer";
import { linkTo } from "./arrival";
import type { Outcome, Turn } from "./conversation";
import { textOf } from "./lesson";

export function TurnView({ turn }: { turn: Turn }) {
  const text = words().chat;
  return (
    <article class="turn">
      <div class="said">
        <p class="who">
          {text.you} <Time at={turn.at} short />
        </p>
        <Said turn={turn} />
      </div>
      <div class="reply">
        <p class="who">{text.node}</p>
        <Reply turn={turn} />
      </div>
    </article>
  );
}

function Said({ turn }: { turn: Turn }) {
  const text = words().chat;
  if (turn.kind === "ask") {
    return (
      <>
        <p class="text" dir="auto">
          {turn.stimulus}
        </p>
        <Copy value={linkTo(turn.stimulus)} what={text.copyLink} />
      </>
    );
  }
  if (turn.kind === "forget") {
    return (
      <p class="text">
        {text.forget}: <bdi>{turn.stimulus}</bdi>
      </p>
    );
  }
  return (
    <p class="text">
      <bdi>{turn.lesson.stimulus}</bdi> <span class="arrow">→</span> <bdi>{turn.lesson.response}</bdi>
    </p>
  );
}

function Reply({ turn }: { turn: Turn }) {
  const text = words().chat;
  const written = turn.kind === "teach" ? textOf(turn.lesson) : turn.stimulus;
  switch (turn.kind) {
    case "ask":
      return (
        <Settled outcome={turn.outcome} written={written}>
          {(answer) => <AnswerView question={turn} answer={answer} />}
        </Settled>
      );
    case "teach":
      return (
        <Settled outcome={turn.outcome} written={written}>
          {({ block }) => (
            <p>
              {text.taught} <BlockLink index={block.index} />.
            </p>
          )}
        </Settled>
      );
    case "forget":
      return (
        <Settled outcome={turn.outcome} written={written}>
          {(forgotten) => <ForgottenView forgotten={forgotten} />}
        </Settled>
      );
  }
}

interface SettledProps<T> {
  outcome: Outcome<T>;
  /** What can be written again if it was refused. */
  written: string;
  children: (value: T) => ComponentChildren;
}

function Settled<T>({ outcome, written, children }: SettledProps<T>) {
  if (outcome.state === "waiting") return <p class="muted">{words().chat.waiting}</p>;
  if (outcome.state === "failed") {
    return (
      <>
        <ProblemNote problem={outcome.problem} urgent />
        <p class="small muted">
          {words().chat.kept} <Copy value={written} what={words().chat.copyText} />
        </p>
      </>
    );
  }
  return <>{children(outcome.value)}</>;
}

function ForgottenView({ forgotten }: { forgotten: Forgotten }) {
  const text = words().chat;
  return (
    <p>
      {text.forgotten} {text.erased(forgotten.erased.length)}; {text.recordedAs}{" "}
      <BlockLink index={forgotten.block.index} />.{forgotten.texts === "erasing" && ` ${text.erasing}`}
    </p>
  );
}
