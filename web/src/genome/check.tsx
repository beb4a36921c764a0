// Verifying the genome: start, progress, cancel, result. A broken block is shown first.
import type { Verdict, Verification } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
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

/** A run that came to no verdict is told as it ended, with the last verdict below it. */
function Checked({ state, result }: { state: Verification; result: Result }) {
  const text = words().genome;
  const verdict = state.verdict ?? null;
  const ended = verdict && (verdict.sound ? "sound" : "broken");
  const open = result === "cancelled" || result === "failed";
  return (
    <>
      <p role="status">
        {open ? (
          <Told result={result} at={state.ended} />
        ) : (
          <Told result={ended ?? result} at={verdict?.ended ?? state.ended} />
        )}
      </p>
      {state.problem && <q lang="en">{state.problem}</q>}
      {result === "cancelled" && <p>{text.checked(state.done, state.total)}</p>}
      {open && verdict && ended && (
        <p>
          {text.before} <Told result={ended} at={verdict.ended} />
        </p>
      )}
      {!verdict && <p class="muted">{text.neverChecked}</p>}
      {verdict?.sound && <Proof verdict={verdict} />}
    </>
  );
}

function Told({ result, at }: { result: Result; at: string | null | undefined }) {
  const text = words().genome;
  return (
    <>
      <span class={BADGES[result]}>{text.results[result]}</span>{" "}
      {at && (
        <>
          {text.checkedAt} <Time at={at} />
        </>
      )}
    </>
  );
}

function Proof({ verdict }: { verdict: Verdict }) {
  const text = words().genome;
  if (!verdict.head) return null;
  return (
    <Facts
      facts={[
        [text.proven, text.blocks(verdict.sound_blocks)],
        [text.headThen, <Hex key="head" value={verdict.head.hash} />],
        [text.erasedContents, format().number(verdict.erased ?? 0)],
      ]}
    />
  );
}
