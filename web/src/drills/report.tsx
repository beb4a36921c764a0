// The report of a drill: its parameters, its result, and how it compares.
import type { Soak } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { addresses } from "../route";
import { Hex } from "../ui/copy";
import { type Fact, Facts } from "../ui/facts";
import { Panel } from "../ui/panel";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { State } from "./list";

/** With fewer comparable drills, nothing is said of what is usual. */
const ENOUGH = 5;

export function Report({ soak }: { soak: Soak }) {
  const text = words().drills;
  return (
    <>
      <Panel title={text.result}>
        <Facts facts={[...outcome(soak), ...memory(soak)]} />
        <Comparison soak={soak} />
        <Failures soak={soak} />
      </Panel>
      <Latencies soak={soak} />
      <Panel title={text.whatItWas} aside={<a href={addresses.repeat(soak.id)}>{text.repeat}</a>}>
        <Facts facts={settings(soak)} />
      </Panel>
    </>
  );
}

function outcome(soak: Soak): Fact[] {
  const text = words().drills;
  const formats = format();
  const facts: Fact[] = [
    [text.state, <State soak={soak} />],
    [text.started, <Time at={soak.started} />],
    [text.duration, formats.duration(soak.duration_seconds)],
    [text.events, formats.number(soak.events)],
    [text.perSecond, formats.precise(soak.events_per_second)],
    [text.verified, soak.verified == null ? "—" : soak.verified ? text.sound : text.broken],
  ];
  if (soak.reason) facts.splice(1, 0, [text.reason, <q lang="en">{soak.reason}</q>]);
  if (soak.verification_seconds != null)
    facts.push([text.verification, formats.duration(soak.verification_seconds)]);
  if (soak.head) facts.push([text.headHash, <Hex value={soak.head.hash} />]);
  return facts;
}

function memory({ memory, bytes_per_block }: Soak): Fact[] {
  const text = words().drills;
  const { bytes } = format();
  const facts: Fact[] = [];
  if (memory) {
    facts.push([
      text.memory,
      text.memoryPath(bytes(memory.start_bytes), bytes(memory.peak_bytes), bytes(memory.end_bytes)),
    ]);
  }
  if (bytes_per_block) facts.push([text.bytesPerBlock, bytes(bytes_per_block)]);
  return facts;
}

function settings(soak: Soak): Fact[] {
  const text = words().drills;
  const { number } = format();
  const mix = Object.entries(soak.mix).map(([name, share]) => `${name} ${number(share)}`);
  return [
    [text.minutes, number(soak.minutes)],
    [text.perMinute, number(soak.events_per_minute)],
    [text.seed, <code>{soak.seed}</code>],
    [text.pace, text.paces[soak.pace]],
    [text.concurrency, number(soak.concurrency)],
    [text.mix, <code>{mix.join(", ")}</code>],
    [text.version, <code>{soak.version}</code>],
    [text.machine, text.machineWords(soak.machine.host, soak.machine.cores, soak.machine.standalone)],
    [text.id, <Hex value={soak.id} short={false} />],
  ];
}

function Comparison({ soak: { comparison } }: { soak: Soak }) {
  const text = words().drills;
  if (!comparison) return <p class="muted">{text.incomparable}</p>;
  const { percent, duration } = format();
  const difference = percent(Math.abs(comparison.difference_ratio));
  if (comparison.comparable < ENOUGH) {
    const [slower, median] = [comparison.slower, duration(comparison.median_seconds)];
    return <p class="note">{text.tooFew(difference, slower, comparison.comparable, median)}</p>;
  }
  const judged = comparison.beyond_spread ? (comparison.slower ? text.slower : text.faster) : text.usual;
  return (
    <p class={comparison.beyond_spread && comparison.slower ? "note bad" : "note"}>
      {judged(difference)}{" "}
      {text.usually(
        comparison.comparable,
        duration(comparison.median_seconds),
        duration(comparison.spread_seconds),
      )}
    </p>
  );
}

function Failures({ soak }: { soak: Soak }) {
  const text = words().drills;
  const kinds = Object.entries(soak.errors).filter(([, count]) => count > 0);
  if (kinds.length === 0) return <p class="muted">{text.noErrors}</p>;
  return (
    <Table
      caption={text.errors}
      rows={kinds}
      rowKey={([kind]) => kind}
      columns={[
        { title: text.errors, cell: ([kind]) => <code>{kind}</code>, heads: true },
        { title: text.count, cell: ([, count]) => format().number(count), numeric: true },
      ]}
    />
  );
}

function Latencies({ soak }: { soak: Soak }) {
  const text = words().drills;
  const { duration, number } = format();
  const rows = Object.entries(soak.latency);
  if (rows.length === 0) return null;
  return (
    <Panel title={text.latency}>
      <Table
        caption={text.latency}
        rows={rows}
        rowKey={([command]) => command}
        columns={[
          { title: text.command, cell: ([command]) => <span class="event">{command}</span>, heads: true },
          { title: text.count, cell: ([, of]) => number(of.count), numeric: true },
          { title: "p50", cell: ([, of]) => duration(of.p50_seconds), numeric: true },
          { title: "p90", cell: ([, of]) => duration(of.p90_seconds), numeric: true },
          { title: "p99", cell: ([, of]) => duration(of.p99_seconds), numeric: true },
          { title: text.longest, cell: ([, of]) => duration(of.max_seconds), numeric: true },
        ]}
      />
    </Panel>
  );
}
