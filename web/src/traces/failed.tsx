// What failed in some time, by kind, and the command behind each kind. An alert's link opens it.
import { useMemo } from "preact/hooks";
import { call } from "../api/client";
import type { FailureGroup, Failures } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { live, useLive } from "../live";
import { addresses, failuresPath, type Span } from "../route";
import { type Fact, Facts } from "../ui/facts";
import { Panel } from "../ui/panel";
import { Reading } from "../ui/reading";
import { Screen } from "../ui/screen";
import { Time, Zone } from "../ui/time";
import { Reason, TraceLink } from "./trace";

/** Milliseconds. */
const RENEW = 10_000;

export function FailedScreen({ since, until }: Span) {
  const path = failuresPath({ since, until });
  const source = useLive(useMemo(() => live<Failures>((signal) => call(path, { signal }), RENEW), [path]));
  return (
    <div class="narrow">
      <Screen
        title={words().traces.failed.title}
        aside={
          <>
            <Zone />
            <a href={addresses.operations}>{words().common.operations}</a>
          </>
        }
      >
        <Reading source={source}>{(found) => <Found found={found} />}</Reading>
      </Screen>
    </div>
  );
}

function Found({ found }: { found: Failures }) {
  const text = words().traces.failed;
  return (
    <>
      <div>
        <p>
          <strong>
            {found.failures > 0 ? text.failures(found.failures, found.missing_before == null) : text.none}
          </strong>
        </p>
        <When since={found.since ?? null} until={found.until ?? null} />
      </div>
      {found.missing_before != null && (
        <p class="note">
          {text.missing(found.remembered)} <Time at={found.missing_before} short />. {text.older}
        </p>
      )}
      {found.groups.map((group) => (
        <Group key={`${group.error} ${group.event}`} group={group} />
      ))}
    </>
  );
}

function When({ since, until }: Span) {
  const text = words().traces.failed;
  if (since === null && until === null) return null;
  return (
    <p class="small muted">
      {since !== null && (
        <>
          {text.since} <Time at={since} short />{" "}
        </>
      )}
      {until !== null && (
        <>
          {text.until} <Time at={until} short />{" "}
        </>
      )}
      · <a href={addresses.failed}>{text.everything}</a>
    </p>
  );
}

function Group({ group }: { group: FailureGroup }) {
  const text = words().traces;
  const { fault, error, event, count, noticed, example } = group;
  // One that only noticed stands for its cause when that is no longer remembered.
  const broke = noticed > 0 && example.cause == null;
  const facts: Fact[] = [
    [text.failed.count, noticed > 0 ? text.failed.withNoticed(count, noticed) : format().number(count)],
    [text.failed.first, <Time at={group.first} short />],
    [text.failed.last, <Time at={group.last} short />],
    [broke ? text.failed.broke : text.failed.example, <TraceLink id={example.trace_id} />],
  ];
  if (example.cause != null) facts.push([text.causedBy, <TraceLink id={example.cause} />]);
  return (
    <Panel
      title={`${event}: ${error}`}
      aside={<span class={fault === "node" ? "badge bad" : "badge"}>{text.failed.faults[fault]}</span>}
    >
      <Facts facts={facts} />
      <Reason error={error} />
    </Panel>
  );
}
