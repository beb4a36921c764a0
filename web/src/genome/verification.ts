// The verification of the whole genome: its last result, and its progress while it runs.
import { effect, signal } from "@preact/signals";
import { record } from "../actions/log";
import { call } from "../api/client";
import type { Problem } from "../api/problem";
import { follow } from "../api/stream";
import type { Verification } from "../api/types";
import { live } from "../live";

const PATH = "genome/verification";

export const verification = live<Verification>((signal) => call(PATH, { signal }), 5000);
/** Why the last request to start or stop failed. */
export const refusal = signal<Problem | null>(null);

export async function verify(): Promise<void> {
  record({ action: "genome.verify" });
  await wish("POST");
}

export async function cancel(): Promise<void> {
  record({ action: "genome.cancel" });
  await wish("DELETE");
}

async function wish(method: "POST" | "DELETE"): Promise<void> {
  const reply = await call<Verification>(PATH, { method });
  refusal.value = reply.ok ? null : reply.problem;
  await verification.refresh();
}

/** Follows the progress while a verification runs and the page is visible. If the stream is cut off, the next read resumes it. */
export function followVerification(): () => void {
  let following: AbortController | null = null;
  const stop = effect(() => {
    if (verification.value.value?.state !== "running" || following) return;
    const mine = new AbortController();
    following = mine;
    void follow<Verification>(`${PATH}/progress`, verification.set, mine.signal).then(() => {
      following = null;
      if (!mine.signal.aborted) void verification.refresh();
    });
  });
  return () => {
    stop();
    following?.abort();
  };
}
