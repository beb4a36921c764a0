// Whether the node answers. Every request updates this; the frame shows it, and polling resumes with it.
import { signal } from "@preact/signals";

export type Connection =
  | { state: "unknown" }
  | { state: "up" }
  /** `since`: milliseconds since the Unix epoch. */
  | { state: "down"; since: number }
  /** The node answers, but requires a token, or a different one. */
  | { state: "locked" };

export const connection = signal<Connection>({ state: "unknown" });

/** The node answered; `status` is the HTTP status. */
export function answered(status: number): void {
  const state = status === 401 ? "locked" : "up";
  if (connection.peek().state !== state) connection.value = { state };
}

/** The node did not answer. */
export function lost(): void {
  if (connection.peek().state !== "down") connection.value = { state: "down", since: Date.now() };
}
