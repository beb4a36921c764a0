// Types of endpoints that the OpenAPI document does not describe yet.

export interface OperationsState {
  state: "ready" | "not_ready";
  problems: string[];
  version: string;
  started: string;
  now: string;
  uptime_seconds: number;
  genome: { blocks: number; head: { index: number; hash: string } };
  telemetry: boolean;
  tracing: boolean;
  index: { caught_up: boolean; reached: number };
}

export interface Quantiles {
  p50_seconds: number;
  p99_seconds: number;
}

export interface HistoryPoint {
  time: string;
  events: Record<string, number>;
  failed: Record<string, number>;
  latency: Record<string, Quantiles | null>;
  blocks: number | null;
  queue_depth: number;
  queue_refused: number;
}

export interface History {
  available: boolean;
  step_seconds: number;
  points: HistoryPoint[];
}

export interface Alert {
  name: string;
  state: "firing" | "pending";
  since: string;
  severity?: string | null;
  team?: string | null;
  summary?: string | null;
  description?: string | null;
  runbook_url?: string | null;
  dashboard_url?: string | null;
  trace_url?: string | null;
}

export type Alerts =
  | { configured: false; variable: string }
  | { configured: true; reachable: boolean; problem: string | null; alerts: Alert[] };

export interface Trace {
  trace_id: string;
  time: string;
  event: string;
  outcome: "ok" | "failed";
  error?: string | null;
  duration_us: { total: number; recall: number; queue: number; commit: number };
  block?: number | null;
  content?: { stimulus: string; response?: string | null } | null;
}

export interface Verification {
  id?: string;
  state: "running" | "sound" | "broken" | "cancelled" | "failed" | "none";
  done: number;
  total: number;
  started: string | null;
  ended: string | null;
  head: { index: number; hash: string } | null;
  erased: number | null;
  broken: { block: number; fault: string } | null;
  problem: string | null;
}

export interface SoakLatency {
  count: number;
  p50_seconds: number;
  p90_seconds: number;
  p99_seconds: number;
  max_seconds: number;
}

export interface Soak {
  id: string;
  state: "running" | "completed" | "failed" | "stopped" | "interrupted" | "refused";
  started: string;
  seed: number;
  minutes: number;
  events_per_minute: number;
  pace: "fast" | "real";
  mix: Record<string, number>;
  concurrency: number;
  events: number;
  duration_seconds: number;
  events_per_second: number;
  head: { index: number; hash: string } | null;
  errors: Record<string, number>;
  latency: Record<string, SoakLatency>;
  memory: { start_bytes: number; settled_bytes: number; peak_bytes: number; end_bytes: number } | null;
  bytes_per_block: number | null;
  verified: boolean | null;
  version: string;
  machine: string;
  comparison: {
    comparable: number;
    median_seconds: number;
    spread_seconds: number;
    difference_ratio: number;
    slower: boolean;
    beyond_spread: boolean;
  } | null;
}

export interface Soaks {
  running: string | null;
  soaks: Soak[];
}

export interface SoakProgress {
  id: string;
  state: Soak["state"];
  phase: "running" | "verifying";
  done: number;
  total: number;
  events_per_second: number;
  eta_seconds: number | null;
  errors: Record<string, number> | number;
}
