// Whether the node answers. Every request tells this; the frame shows it, and what polls comes back by it.
import { signal } from "@preact/signals";

export type Connection =
  | { state: "unknown" }
  | { state: "up" }
  /** `since`: milliseconds since the Unix epoch. */
  | { state: "down"; since: number }
  /** The node answers, but wants a token, or another one. */
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
