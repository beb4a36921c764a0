// A trace in words: what happened, why, what to do, where the time went.
import type { Trace } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { addresses } from "../route";
import { Copy, Hex } from "../ui/copy";
import { type Fact, Facts } from "../ui/facts";
import { Panel } from "../ui/panel";
import { Time } from "../ui/time";
import { Phases } from "./phases";

export function TraceView({ trace }: { trace: Trace }) {
  const text = words().traces;
  const failed = trace.outcome === "failed";
  const facts: Fact[] = [
    [text.when, <Time at={trace.time} />],
    [text.event, <span class="event">{trace.event}</span>],
    [text.total, format().duration(trace.duration_us.total / 1e6)],
    [text.recordedBy, <Recorded block={trace.block ?? null} />],
    [text.traceId, <Hex value={trace.trace_id} short={false} />],
  ];
  if (trace.cause) facts.unshift([text.causedBy, <CausedBy cause={trace.cause} />]);
  if (trace.caller) facts.push([text.sentBy, <SentBy caller={trace.caller} />]);
  if (trace.soak) facts.push([text.madeBy, <a href={addresses.soak(trace.soak)}>{text.drill}</a>]);
  return (
    <>
      <Panel title={text.ended(trace.event, failed)}>
        {failed ? <Reason error={trace.error ?? ""} /> : <p>{text.fine}</p>}
        <Facts facts={facts} />
      </Panel>
      <Phases spent={trace.duration_us} />
      {trace.content && <Texts content={trace.content} />}
      <Elsewhere trace={trace} />
    </>
  );
}

export function TraceLink({ id }: { id: string }) {
  return (
    <a href={addresses.trace(id)}>
      <code>{id}</code>
    </a>
  );
}

export function SentBy({ caller }: { caller: NonNullable<Trace["caller"]> }) {
  const text = words().traces;
  const where = text.addresses[caller.address];
  return <>{caller.token ? text.withToken(where, caller.token) : where}</>;
}

export function Reason({ error }: { error: string }) {
  const text = words().traces;
  const known = Object.hasOwn(text.reasons, error) ? text.reasons[error as keyof typeof text.reasons] : null;
  if (!known) {
    return (
      <p class="note bad">
        {text.unknownReason} <code>{error}</code>
      </p>
    );
  }
  return (
    <Facts
      facts={[
        [
          text.reason,
          <>
            {known.what} <code>{error}</code>
          </>,
        ],
        [text.whatToDo, known.todo],
      ]}
    />
  );
}

/** Of what broke the store this command is not to blame. */
function CausedBy({ cause }: { cause: string }) {
  return (
    <>
      {words().traces.brokeTheStore} <TraceLink id={cause} />
    </>
  );
}

function Recorded({ block }: { block: number | null }) {
  const text = words().traces;
  if (block === null) return <span class="muted">{text.notRecorded}</span>;
  return <a href={addresses.block(block)}>{text.block(format().number(block))}</a>;
}

function Texts({ content }: { content: NonNullable<Trace["content"]> }) {
  const text = words().traces;
  const facts: Fact[] = [[words().chat.question, content.stimulus]];
  if (content.response) facts.push([words().chat.answer, content.response]);
  return (
    <Panel title={text.contentTitle}>
      <p class="small muted">{text.contentExplain}</p>
      <Facts facts={facts} />
    </Panel>
  );
}

function Elsewhere({ trace }: { trace: Trace }) {
  const text = words().traces;
  const command = `kolibri trace show ${trace.trace_id}`;
  const family = trace.outcome === "failed" ? "events_failed_total" : "events_total";
  const fault = trace.fault ? `,fault="${trace.fault}"` : "";
  const metric = `kolibri_backend_${family}{event_type="${trace.event}"${fault}}`;
  return (
    <div class="elsewhere">
      <p class="small muted">{text.elsewhere}</p>
      {[command, metric].map((line) => (
        <p key={line} class="line">
          <code>{line}</code> <Copy value={line} />
        </p>
      ))}
    </div>
  );
}
