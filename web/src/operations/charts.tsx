// The last hour.
import { useMemo } from "preact/hooks";
import type { History, Quantiles } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { history } from "../node";
import { Chart } from "../ui/chart";
import { Panel } from "../ui/panel";
import type { Series } from "../ui/plot";
import { Reading } from "../ui/reading";
import { COMMANDS, type Command, FAILURES, failures, timesOf } from "./figures";

export function Charts() {
  const text = words().operations;
  return (
    <Panel title={text.lastHour}>
      <Reading source={history}>
        {(past) => {
          if (!past.available) return <p class="note">{text.telemetryOff}</p>;
          if (past.points.length === 0) return <p class="muted">{text.noHistory}</p>;
          return <Drawn past={past} />;
        }}
      </Reading>
    </Panel>
  );
}

function Drawn({ past }: { past: History }) {
  const text = words().operations;
  const times = useMemo(() => timesOf(past.points), [past]);
  const charts = useMemo(() => seriesOf(past, text.median50, text.worst99), [past, text]);
  const number = format().precise;
  return (
    <div class="charts">
      <Chart
        title={text.throughputChart}
        times={times}
        step={past.step_seconds}
        series={charts.throughput}
        write={number}
      />
      <Chart
        title={text.failuresChart}
        times={times}
        step={past.step_seconds}
        series={charts.failures}
        write={number}
      />
      <Chart
        title={text.latencyChart}
        times={times}
        step={past.step_seconds}
        series={charts.latency}
        write={format().duration}
      />
      <Chart
        title={text.genomeChart}
        times={times}
        step={past.step_seconds}
        series={name(charts.blocks, text.genomeLength)}
        write={number}
      />
      <Chart
        title={text.queueChart}
        times={times}
        step={past.step_seconds}
        series={name(charts.queue, text.queueDepth)}
        write={number}
      />
    </div>
  );
}

function name(values: (number | null)[], title: string): Series[] {
  return [{ name: title, values }];
}

function seriesOf({ points, step_seconds }: History, median: string, worst: string) {
  const rate = (count: number) => count / step_seconds;
  const failing = FAILURES.filter((type) => failures(points)[type] > 0);
  const quantile = (command: Command, which: keyof Quantiles) =>
    points.map(({ latency }) => latency[command]?.[which] ?? null);
  return {
    throughput: COMMANDS.map((type) => ({
      name: type,
      values: points.map(({ events }) => rate(events[type])),
    })),
    failures: (failing.length > 0 ? failing : COMMANDS).map((type) => ({
      name: type,
      values: points.map(({ failed }) => rate(failed[type])),
    })),
    latency: (["ASK", "TEACH"] as const).flatMap((command) => [
      { name: `${command} ${worst}`, values: quantile(command, "p99_seconds") },
      { name: `${command} ${median}`, values: quantile(command, "p50_seconds") },
    ]),
    blocks: points.map(({ blocks }) => blocks ?? null),
    queue: points.map(({ queue_depth }) => queue_depth),
  };
}
