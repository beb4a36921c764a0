// Whether the node answers. Every request updates this; the frame shows it, and polling resumes with it.
import { signal } from "@preact/signals";

export type Connection =
  | { state: "unknown" }
  | { state: "up" }
  /** `since`: milliseconds since the Unix epoch. */
  | { state: "down"; since: number }
  /** The node answers, but requires a token, or a different one. */
  | { state: "locked" }
  /** A proxy in front of the node answers, and wants people to sign in. */
  | { state: "signed-out" };

export const connection = signal<Connection>({ state: "unknown" });

/** The node answered; `status` is the HTTP status. */
export function answered(status: number): void {
  const state = status === 401 ? "locked" : "up";
  if (connection.peek().state !== state) connection.value = { state };
}

/** A proxy answered in place of the node. */
export function signedOut(): void {
  if (connection.peek().state !== "signed-out") connection.value = { state: "signed-out" };
}

/** A proxy answered that does not let a request through: nobody has to sign in. */
export function refusedByOther(): void {
  if (isAway()) connection.value = { state: "unknown" };
}

/** The node did not answer. */
export function lost(): void {
  if (connection.peek().state !== "down") connection.value = { state: "down", since: Date.now() };
}

/** Whether nothing comes from the node, so that what is known may be out of date. */
export function isAway(): boolean {
  const { state } = connection.value;
  return state === "down" || state === "signed-out";
}
