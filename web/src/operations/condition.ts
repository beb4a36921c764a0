// The one line of truth in the language of the page. What is told, and what comes first, the node has decided.
import type { Condition } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";

export type Tone = "good" | "warn" | "bad" | "neutral";

export const TONES: Record<Condition["level"], Tone> = {
  healthy: "good",
  unknown: "neutral",
  degraded: "warn",
  failing: "bad",
};

/** Times are in the zone of the browser, with their day if they are not of today. */
export function sentence({ kind, share, number, since, cause }: Condition, now = Date.now()): string {
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
    disk_fills: () => text.diskFills(formats.bytes(count)),
    traces_lost: () => text.tracesLost(count, time),
    words_alone: () => text.wordsAlone,
    not_counted: () => text.notCounted,
  }[kind]();
  // What to do about these is in their words already; other causes are names, or the node's own words.
  const whole = cause == null || kind === "traces_lost" || kind === "not_counted";
  return whole ? told : `${told}: ${cause}`;
}

function moment(time: number, now: number): string {
  const { axis, day } = format();
  return day(time) === day(now) ? axis(time) : `${day(time)}, ${axis(time)}`;
}
