// The texts of the page. English is the source; Russian must have the same entries, or the build fails.
import { computed } from "@preact/signals";
import { type Language, spoken } from "../settings/preferences";
import { en } from "./en";
import { ru } from "./ru";

export type Words = typeof en;

const DICTIONARIES: Record<Language, Words> = { en, ru };
const current = computed(() => DICTIONARIES[spoken.value]);

/** The texts in the current language. */
export function words(): Words {
  return current.value;
}
