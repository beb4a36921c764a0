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
  const result = state.state === "running" ? null : state.state;
  const press = usePress(result ? verify : cancel);
  return (
    <>
      {result ? <Checked state={state} result={result} /> : <Checking state={state} />}
      {/* One button, so that the focus stays on it. */}
      <PressButton press={press}>{result ? text.verify : text.cancelCheck}</PressButton>
    </>
  );
}

function Checking({ state }: { state: Verification }) {
  const text = words().genome;
  return (
    <>
      <Progress label={text.checking} done={state.done} total={state.total} />
      <p class="small">{text.checked(state.done, state.total)}</p>
    </>
  );
}

type Result = Exclude<Verification["state"], "running">;

const BADGES: Record<Result, string> = {
  sound: "badge good",
  broken: "badge bad",
  failed: "badge bad",
  cancelled: "badge",
  none: "badge",
};

function Checked({ state, result }: { state: Verification; result: Result }) {
  const text = words().genome;
  return (
    <>
      <p role="status">
        <span class={BADGES[result]}>{text.results[result]}</span>{" "}
        {state.ended && (
          <>
            {text.checkedAt} <Time at={state.ended} />
          </>
        )}
      </p>
      {result === "none" && <p class="muted">{text.neverChecked}</p>}
      {state.problem && <q lang="en">{state.problem}</q>}
      {result === "sound" && <Proof state={state} />}
      {result === "cancelled" && <p>{text.checked(state.done, state.total)}</p>}
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
