// Verifying the genome: start, progress, cancel, result. A broken block is shown first.
import type { Verification } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { addresses } from "../route";
import { Hex } from "../ui/copy";
import { Facts } from "../ui/facts";
import { Panel } from "../ui/panel";
import { PressButton, usePress } from "../ui/press";
import { ProblemNote } from "../ui/problem";
import { Progress } from "../ui/progress";
import { Reading } from "../ui/reading";
import { Time } from "../ui/time";
import { cancel, refusal, verification, verify } from "./verification";

export function Check() {
  const text = words().genome;
  return (
    <Panel title={text.check}>
      <Reading source={verification}>{(state) => <CheckState state={state} />}</Reading>
      {refusal.value && <ProblemNote problem={refusal.value} urgent />}
    </Panel>
  );
}

function CheckState({ state }: { state: Verification }) {
  const text = words().genome;
  const press = usePress(state.state === "running" ? cancel : verify);
  if (state.state === "running") {
    return (
      <>
        <Progress label={text.checking} done={state.done} total={state.total} />
        <p class="small">{text.checked(state.done, state.total)}</p>
        <PressButton press={press}>{text.cancelCheck}</PressButton>
      </>
    );
  }
  const badge = {
    sound: "badge good",
    broken: "badge bad",
    failed: "badge bad",
    cancelled: "badge",
    none: "badge",
  };
  return (
    <>
      <p role="status">
        <span class={badge[state.state]}>{text.results[state.state]}</span>{" "}
        {state.ended && (
          <>
            {text.checkedAt} <Time at={state.ended} />
          </>
        )}
      </p>
      {state.state === "none" && <p class="muted">{text.neverChecked}</p>}
      {state.problem && <q lang="en">{state.problem}</q>}
      {state.state === "sound" && <Proof state={state} />}
      {state.state === "cancelled" && <p>{text.checked(state.done, state.total)}</p>}
      <PressButton press={press}>{text.verify}</PressButton>
    </>
  );
}

function Proof({ state }: { state: Verification }) {
  const text = words().genome;
  if (!state.head) return null;
  return (
    <Facts
      facts={[
        [text.proven, text.blocks(state.head.index + 1)],
        [text.headThen, <Hex key="head" value={state.head.hash} />],
        [text.erasedContents, format().number(state.erased ?? 0)],
      ]}
    />
  );
}

/** Pins a broken block above everything else. */
export function BrokenNote() {
  const text = words().genome;
  const state = verification.value.value;
  if (state?.state !== "broken" || !state.broken) return null;
  const { block, fault } = state.broken;
  return (
    <div class="note bad pinned" role="alert">
      <p>
        <strong>{text.brokenTitle}</strong>{" "}
        <a href={addresses.block(block)}>{text.block(format().number(block))}</a>: <q lang="en">{fault}</q>
      </p>
      <p>{text.brokenAdvice}</p>
    </div>
  );
}
