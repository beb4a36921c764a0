// The one line of truth in the language of the page. What is told, and what comes first, the node has decided. Its own English words
// are not in this line: they stand where there is room to say whose they are.
import type { Condition, ErrorKind, Fault, OperationsState } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { addresses } from "../route";

export type Tone = "good" | "warn" | "bad" | "neutral";

export const TONES: Record<Condition["level"], Tone> = {
  healthy: "good",
  unknown: "neutral",
  degraded: "warn",
  failing: "bad",
};

/** How a node is. Times are in the zone of the browser, with their day if they are not of today. */
export function sentence(
  { condition, problems }: Pick<OperationsState, "condition" | "problems">,
  now = Date.now(),
): string {
  const { kind, share, number, since, cause, also_broken } = condition;
  const text = words().operations.condition;
  const formats = format();
  const time = since == null ? null : moment(Date.parse(since), now);
  const count = number ?? 0;
  const told = {
    healthy: () => text.healthy,
    commands_fail: () => text.commandsFail(formats.some(share ?? 0), time),
    some_commands_fail: () => text.commandsFail(formats.some(share ?? 0), time),
    not_ready: () => text.notReady(time),
    genome_broken: () => text.genomeBroken(formats.number(count), time),
    critical_alert_fires: () => text.alertFires(cause ?? "", time, count),
    alert_fires: () => text.alertFires(cause ?? "", time, count),
    alerts_unknown: () => text.alertsUnknown,
    disk_fills: () => text.diskFills(formats.bytes(count)),
    traces_lost: () => text.tracesLost(count, time),
    clock_behind: () => text.clockBehind(formats.duration(count)),
    words_alone: () => text.wordsAlone,
    not_counted: () => text.notCounted,
  }[kind]();
  const why = reason(condition, problems);
  const whole = why === null ? told : `${told}. ${why}`;
  return also_broken == null
    ? whole
    : `${whole.replace(/\.$/, "")}. ${text.alsoBroken(formats.number(also_broken))}`;
}

/** Why, where the page can say it by its kind. */
function reason({ kind, cause }: Condition, problems: OperationsState["problems"]): string | null {
  if (kind === "commands_fail" || kind === "some_commands_fail") {
    const { reasons } = words().traces;
    return cause == null ? null : (reasons[cause as ErrorKind]?.what ?? cause);
  }
  const [problem] = problems;
  return kind === "not_ready" && problem ? words().operations.notReadyKinds[problem.kind] : null;
}

/** The alert whose section of the runbook says what to do. */
const SECTIONS: Partial<Record<Condition["kind"], string>> = {
  commands_fail: "KolibriBackendErrorsSpike",
  some_commands_fail: "KolibriBackendErrorsSpike",
  not_ready: "KolibriNotReady",
  genome_broken: "KolibriGenomeBroken",
  disk_fills: "KolibriDiskFilling",
  traces_lost: "KolibriTracesFailing",
  clock_behind: "KolibriClockBehind",
};

/** Where the runbook, as this node shows it, says what to do; `null` where there is nothing to say. */
export function advice({ kind, cause }: Condition): string | null {
  const fires = kind === "critical_alert_fires" || kind === "alert_fires";
  const section = fires ? cause?.split(" ")[0] : SECTIONS[kind];
  return section ? addresses.runbook(section.toLowerCase()) : null;
}

/** The section of the runbook about commands that fail so. */
export function remedy(fault: Fault, error: ErrorKind): string {
  if (error === "queue_full") return "kolibricommandsslow";
  if (error === "unreadable") return "kolibrigenomebroken";
  return fault === "node" ? "kolibribackenderrorsspike" : "kolibricallersfailing";
}

/** Where the link of an alert leads: to the section here, if it leads to the runbook of a node. */
export function runbookLink(url: string): string {
  const section = /\/runbook(?:\/(?:en|ru))?\/?#(.+)$/.exec(url);
  return section?.[1] ? addresses.runbook(section[1]) : url;
}

function moment(time: number, now: number): string {
  const { axis, day } = format();
  return day(time) === day(now) ? axis(time) : `${day(time)}, ${axis(time)}`;
}
