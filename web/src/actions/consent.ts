// The choice about the user-action log. It is off until the user agrees. A browser that refuses (Global Privacy Control, Do
// Not Track) counts as a refusal, without a question. The page asks again after half a year, and when more would be recorded.
import { computed, signal } from "@preact/signals";
import { now } from "../clock";
import { load, save } from "../storage";
import { VOCABULARY_VERSION } from "./vocabulary";

const KEY = "kolibri.consent";
const VALID_DAYS = 182;
const DAY = 86_400_000;

interface Choice {
  granted: boolean;
  /** The version of the vocabulary it was given for. */
  vocabulary: number;
  /** The day, as `2026-11-24`: the choice itself should reveal as little as possible about the user. */
  day: string;
  /** It was given although the browser refuses. */
  despite: boolean;
}

/** Whether the browser refuses for all sites. */
export function browserRefuses(): boolean {
  const says = navigator as Navigator & { globalPrivacyControl?: boolean };
  return says.globalPrivacyControl === true || says.doNotTrack === "1";
}

const stored = signal<Choice | null>(read());

function read(): Choice | null {
  try {
    const choice = JSON.parse(load(KEY) ?? "null") as Partial<Choice> | null;
    if (typeof choice?.granted !== "boolean" || typeof choice.day !== "string") return null;
    return {
      granted: choice.granted,
      vocabulary: choice.vocabulary ?? 0,
      day: choice.day,
      despite: choice.despite === true,
    };
  } catch {
    return null;
  }
}

/** A withdrawal in one tab applies to all tabs. */
export function followOtherTabs(): void {
  window.addEventListener("storage", (event) => {
    if (event.key === KEY || event.key === null) stored.value = read();
  });
}

/** The choice, while it is valid. */
const valid = computed(() => {
  const choice = stored.value;
  if (!choice) return null;
  const age = now.value - Date.parse(choice.day);
  const holds = age <= VALID_DAYS * DAY && choice.vocabulary >= VOCABULARY_VERSION;
  return holds ? choice : null;
});

/** Whether actions may be recorded. */
export const granted = computed(() => {
  const choice = valid.value;
  if (!choice?.granted) return false;
  return choice.despite || !browserRefuses();
});

/** Whether the user still has to be asked. */
export const undecided = computed(() => valid.value === null && !browserRefuses());

/** Stores the user's choice; it applies at once. */
export function choose(yes: boolean): void {
  const day = new Date().toISOString().slice(0, 10);
  const choice = { granted: yes, vocabulary: VOCABULARY_VERSION, day, despite: yes && browserRefuses() };
  stored.value = choice;
  save(KEY, JSON.stringify(choice));
}
