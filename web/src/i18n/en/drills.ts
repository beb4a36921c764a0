import { format } from "../format";

const number = (value: number) => format().number(value);
const minutes = (count: number) => format().count(count, { one: "minute", other: "minutes" });
const events = (count: number) => format().count(count, { one: "event", other: "events" });

export const drills = {
  title: "Soak drills",
  one: "Soak drill",
  explain:
    "A drill sends made-up commands to this node, in a genome of its own, and measures how it keeps up.",
  never: "No drill was run yet.",
  noneCompleted: "No drill was completed yet. Start one below: here you will see how long they take.",
  states: {
    running: "Running",
    completed: "Completed",
    failed: "Failed",
    stopped: "Stopped",
    interrupted: "Interrupted",
    refused: "Refused",
  },
  openRunning: "Its report",
  verifying: "Verifying its genome",
  done: (done: number, total: number) => `${number(done)} of ${events(total)}`,
  rate: (rate: number) => `${format().precise(rate)}/s`,
  left: (time: string) => `${time} left`,
  stop: "Stop it",
  start: "Start a drill",
  minutes: "Simulated minutes",
  perMinute: "Events per minute",
  seed: "Seed",
  pace: "Pace",
  paces: { fast: "As fast as it goes", real: "In real time" },
  willMake: (count: number, length: number, pace: "fast" | "real") =>
    pace === "fast"
      ? `${events(count)}, as fast as the node takes them.`
      : `${events(count)} in ${minutes(length)}.`,
  list: "Drills so far",
  started: "Started",
  state: "State",
  duration: "Duration",
  events: "Events",
  perSecond: "Events/s",
  errors: "Errors",
  against: "Against usual",
  count: "Count",
  result: "Result",
  verified: "Its genome",
  sound: "Verified, sound",
  broken: "Broken",
  headHash: "Hash of its last block",
  memory: "Memory",
  memoryPath: (start: string, peak: string, end: string) =>
    `${start} at the start, ${peak} at most, ${end} at the end`,
  bytesPerBlock: "Disk for each block",
  whatItWas: "What it was",
  concurrency: "Callers at once",
  mix: "Mix of events, %",
  version: "Version",
  machine: "Machine",
  machineWords: (host: string, cores: number, standalone: boolean) =>
    `${host}, ${format().count(cores, { one: "core", other: "cores" })}, ${standalone ? "in a process of its own" : "beside the node's users"}`,
  reason: "Reason",
  verification: "Verified in",
  id: "Id",
  incomparable: "There are no other drills like it to compare it with.",
  slower: (difference: string) =>
    `Slower than usual by ${difference}, more than drills differ among themselves.`,
  faster: (difference: string) =>
    `Faster than usual by ${difference}, more than drills differ among themselves.`,
  usual: (difference: string) => `As usual: it differs by ${difference}, no more than drills do.`,
  usually: (count: number, median: string, spread: string) =>
    `${format().count(count, { one: "drill", other: "drills" })} like it took ${median}, give or take ${spread}.`,
  noErrors: "No errors.",
  latency: "Latency",
  command: "Command",
  longest: "Longest",
  heatmap: "How long drills took",
  heatmapExplain:
    "Drills by start and duration. Above the line of 2 minutes, KolibriSoakDurationHigh may fire.",
  upTo: "Up to",
  longer: "Longer",
};
