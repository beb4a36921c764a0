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
