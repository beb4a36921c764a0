// The user-action log: one line in the browser's console for each action, only after consent. Earlier actions are
// not queued.
import { granted } from "./consent";
import { type Action, isWithinVocabulary } from "./vocabulary";

const PREFIX = "[kolibri][user-action]";
/** The version of the line. */
const VERSION = 1;

let written = 0;

/** Writes one action, if the user agreed and every value is in the vocabulary. */
export function record(action: Action): void {
  if (!granted.peek() || !isWithinVocabulary(action)) return;
  written += 1;
  const t = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const line = JSON.stringify({ v: VERSION, n: written, t, ...action });
  // biome-ignore lint/suspicious/noConsole: this is the log that the user agreed to, and the only one.
  console.info(`${PREFIX} ${line}`);
}
