// The state of the node in seven figures and a line.
import { isAway } from "../api/connection";
import type { History, OperationsState, Soak } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { lately, operations, soaks } from "../node";
import { addresses } from "../route";
import { Time } from "../ui/time";
import { type Command, failedShare, lastLatency, recent, spikes, throughput } from "./figures";
import { recall } from "./recall";
import { type Figure, Tile } from "./tile";

/** The share of failed commands above which the figure is not shown as good. */
const SHARE_OF_NOTE = 0.05;

export function Tiles() {
  const text = words().operations;
  return (
    <>
      <ul class="tiles" aria-label={text.inShort}>
        {isAway() ? <Gone /> : <Tile title={text.state} source={operations} read={state} />}
        <Tile title={text.errors} source={lately} read={errors} />
        <Tile title={text.throughput} source={lately} read={rate} />
        <Tile title={text.genomeLength} source={operations} read={length} />
        <Tile title={text.askLatency} source={lately} read={(past) => latency(past, "ASK")} />
        <Tile title={text.teachLatency} source={lately} read={(past) => latency(past, "TEACH")} />
        <Tile title={text.lastDrill} source={soaks} read={({ soaks: [last] }) => drill(last)} />
      </ul>
      <ul class="tiles">
        <Tile
          title={text.answersFound}
          source={operations}
          read={({ recall: state }) => recall(state)}
          wide
        />
      </ul>
    </>
  );
}

/** The state of a node that does not answer. */
function Gone() {
  const text = words();
  return (
    <li class="tile bad stale">
      <span class="name">{text.operations.state}</span>
      <strong class="value">{text.common.noConnection}</strong>
    </li>
  );
}

function state(node: OperationsState): Figure {
  const text = words();
  const ready = node.state === "ready";
  const broken = node.verdict?.sound === false;
  return {
    value: ready ? (broken ? text.common.genomeBroken : text.common.ready) : text.common.notReady,
    tone: ready && !broken ? "good" : "bad",
    note: text.operations.running(node.version, format().duration(node.uptime_seconds)),
  };
}

function length({ genome, verdict }: OperationsState): Figure {
  const text = words().operations;
  if (!genome) return { value: text.notKnown, tone: "bad" };
  return {
    value: format().number(genome.blocks),
    tone: verdict?.sound === false ? "bad" : "neutral",
    note: (
      <>
        {text.inBlocks} · {verdict ? (verdict.sound ? text.foundSound : text.foundBroken) : text.notVerified}{" "}
        {verdict && <Time at={verdict.ended} short />}
      </>
    ),
  };
}

/** Without telemetry there is no history. */
function off(): Figure {
  const text = words().operations;
  return { value: text.notKnown, note: text.telemetryIsOff };
}

function errors(past: History): Figure {
  const text = words().operations;
  if (!past.available) return off();
  const lately = recent(past, 300);
  const share = failedShare(lately);
  if (share === null) return { value: "—", note: text.noCommands };
  // Callers' mistakes alone are no fault of the node, but not all is well either.
  const tone = spikes(lately) ? "bad" : share > SHARE_OF_NOTE ? "neutral" : "good";
  return { value: format().percent(share), tone, note: text.lastFive };
}

function rate(past: History): Figure {
  const text = words().operations;
  if (!past.available) return off();
  return { value: text.perSecond(throughput(recent(past, 60))), note: text.lastMinute };
}

function latency(past: History, command: Command): Figure {
  const text = words().operations;
  if (!past.available) return off();
  const known = lastLatency(recent(past, 300), command);
  if (!known) return { value: "—", note: text.noneLately(command) };
  return {
    value: format().duration(known.p99_seconds),
    note: text.median(format().duration(known.p50_seconds)),
  };
}

function drill(last: Soak | undefined): Figure {
  const text = words();
  if (!last) return { value: "—", note: text.drills.never };
  const bad = last.state === "failed" || last.verified === false;
  return {
    value: <a href={addresses.soak(last.id)}>{text.drills.states[last.state]}</a>,
    tone: bad ? "bad" : "neutral",
    note: (
      <>
        {format().duration(last.duration_seconds)} · <Time at={last.started} short />
      </>
    ),
  };
}
