// Everything that the user-action log can contain: closed sets only. A line with any other value is dropped, so no text,
// length, block or person can get into the log, whatever a caller passes.

/** Raised when the vocabulary grows: consent to a smaller one is then asked for again. */
export const VOCABULARY_VERSION = 3;

export const ACTIONS = [
  "screen.open",
  "chat.ask",
  "chat.teach",
  "chat.forget",
  "chat.confirm",
  "knowledge.open",
  "knowledge.edit",
  "knowledge.versions",
  "knowledge.teach",
  "knowledge.restore",
  "knowledge.preview_import",
  "knowledge.import",
  "knowledge.cancel",
  "knowledge.export",
  "genome.open_block",
  "genome.verify",
  "genome.cancel",
  "trace.open",
  "drill.start",
  "drill.stop",
  "drill.open",
  "drill.repeat",
  "operations.range",
  "settings.language",
  "settings.theme",
  "settings.token",
  "consent.grant",
] as const;

/** Event types, with the names that the metrics use. */
export const EVENTS = ["TEACH", "ASK", "FORGET"] as const;
export const SCREENS = [
  "chat",
  "knowledge",
  "genome",
  "operations",
  "traces",
  "runbook",
  "settings",
  "nowhere",
] as const;
/** The class of the HTTP status; `none` when there was no answer. */
export const STATUSES = ["2xx", "4xx", "5xx", "none"] as const;
export const OUTCOMES = ["answered", "similar", "unknown", "taught", "forgotten", "done", "failed"] as const;
/** The bounds of `http_server_request_duration_seconds` in seconds, as in its label `le`. */
export const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const;

export type Le = (typeof BOUNDS)[number] | "+Inf";

/** One line, without the fields that the log adds. */
export interface Action {
  action: (typeof ACTIONS)[number];
  /** The screen that was opened. */
  screen?: (typeof SCREENS)[number];
  event?: (typeof EVENTS)[number];
  /** The random trace id of the command, 32 hex digits. */
  req?: string;
  status?: (typeof STATUSES)[number];
  /** The bucket of the waiting time, in seconds. */
  le?: Le;
  outcome?: (typeof OUTCOMES)[number];
}

type Check = (value: unknown) => boolean;
const within =
  (set: readonly unknown[]): Check =>
  (value) =>
    set.includes(value);

const CHECKS: Record<keyof Action, Check> = {
  action: within(ACTIONS),
  screen: within(SCREENS),
  event: within(EVENTS),
  req: (value) => typeof value === "string" && /^[0-9a-f]{32}$/.test(value),
  status: within(STATUSES),
  le: within([...BOUNDS, "+Inf"]),
  outcome: within(OUTCOMES),
};

/** Whether every field and every value is in the vocabulary. */
export function isWithinVocabulary(action: Action): boolean {
  return "action" in action && Object.entries(action).every(([field, value]) => isKnown(field, value));
}

function isKnown(field: string, value: unknown): boolean {
  return Object.hasOwn(CHECKS, field) && CHECKS[field as keyof Action](value);
}

/** The bucket that a time in milliseconds falls into. */
export function bucketOf(milliseconds: number): Le {
  return BOUNDS.find((bound) => milliseconds / 1000 <= bound) ?? "+Inf";
}

export function statusClass(status: number | null): (typeof STATUSES)[number] {
  if (status === null) return "none";
  return status < 400 ? "2xx" : status < 500 ? "4xx" : "5xx";
}
