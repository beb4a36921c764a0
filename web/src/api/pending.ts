// Types of endpoints that the OpenAPI document does not describe yet.

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
