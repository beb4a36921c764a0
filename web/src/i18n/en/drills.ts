import { format } from "../format";

const number = (value: number) => format().number(value);
const minutes = (count: number) => format().count(count, { one: "minute", other: "minutes" });
const events = (count: number) => format().count(count, { one: "event", other: "events" });

export const drills = {
  title: "Soak drills",
  one: "Soak drill",
  explain:
    "A drill sends synthetic commands to this node, in a separate genome, and measures how the node keeps up.",
  never: "No drill has run yet.",
  noneCompleted: "No drill has been completed yet. Start one below; their durations will be shown here.",
  states: {
    running: "Running",
    completed: "Completed",
    failed: "Failed",
    stopped: "Stopped",
    interrupted: "Interrupted",
    refused: "Refused",
  },
  openRunning: "Report",
  verifying: "Verifying its genome",
  done: (done: number, total: number) => `${number(done)} of ${events(total)}`,
  rate: (rate: number) => `${format().precise(rate)}/s`,
  left: (time: string) => `${time} left`,
  stop: "Stop",
  start: "Start a drill",
  repeat: "Repeat this drill",
  sameMix: "The mix of events is that of the drill to be repeated.",
  minutes: "Simulated minutes",
  perMinute: "Events per minute",
  seed: "Seed",
  pace: "Pace",
  paces: { fast: "As fast as possible", real: "In real time" },
  willMake: (count: number, length: number, pace: "fast" | "real") =>
    pace === "fast"
      ? `${events(count)}, as fast as the node accepts them.`
      : `${events(count)} in ${minutes(length)}.`,
  list: "Drills so far",
  started: "Started",
  state: "State",
  duration: "Duration",
  events: "Events",
  perSecond: "Events/s",
  errors: "Errors",
  against: "Compared",
  count: "Count",
  result: "Result",
  verified: "Genome",
  sound: "Verified, sound",
  broken: "Broken",
  headHash: "Hash of the last block",
  memory: "Memory",
  memoryPath: (start: string, peak: string, end: string) =>
    `${start} at the start, ${peak} at the peak, ${end} at the end`,
  bytesPerBlock: "Disk space per block",
  whatItWas: "Parameters",
  concurrency: "Concurrent callers",
  mix: "Mix of events, %",
  version: "Version",
  machine: "Machine",
  machineWords: (host: string, cores: number, standalone: boolean) =>
    `${host}, ${format().count(cores, { one: "core", other: "cores" })}, ${standalone ? "standalone" : "in a serving node"}`,
  reason: "Reason",
  verification: "Verified in",
  id: "Id",
  incomparable: "There are no similar drills to compare it with.",
  tooFew: (difference: string, slower: boolean, count: number, median: string) =>
    `${difference} ${slower ? "slower" : "faster"} than ${count === 1 ? "the only similar drill" : `the median of ${count} similar drills`} (${median}). It takes five to say what is usual.`,
  slower: (difference: string) => `Slower than usual by ${difference}: more than the usual spread.`,
  faster: (difference: string) => `Faster than usual by ${difference}: more than the usual spread.`,
  usual: (difference: string) => `As usual: the difference of ${difference} is within the usual spread.`,
  usually: (count: number, median: string, spread: string) =>
    `${format().count(count, { one: "similar drill", other: "similar drills" })} took ${median} ± ${spread}.`,
  noErrors: "No errors.",
  latency: "Latency",
  command: "Command",
  longest: "Longest",
  heatmap: "How long drills took",
  heatmapExplain:
    "Drills by start time and duration. Above the 2-minute line, KolibriSoakDurationHigh may fire.",
  upTo: "Up to",
  longer: "Longer",
};
