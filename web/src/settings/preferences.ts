// Language and theme: what the user chose, or else what the browser prefers.
import { computed, effect, signal } from "@preact/signals";
import { load, save } from "../storage";

export const LANGUAGES = ["en", "ru"] as const;
export type Language = (typeof LANGUAGES)[number];
export const THEMES = ["light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** A stored choice; `null` leaves it to the browser. */
function choice<T extends string>(key: string, values: readonly T[]) {
  const stored = load(key);
  const chosen = signal<T | null>(values.find((value) => value === stored) ?? null);
  const choose = (value: T | null) => {
    chosen.value = value;
    save(key, value ?? "");
  };
  return { chosen, choose };
}

export const language = choice("kolibri.language", LANGUAGES);
export const theme = choice("kolibri.theme", THEMES);
/** Whether the key `/` goes to the question. */
export const slash = choice("kolibri.slash", ["off"] as const);

/** The current language. */
export const spoken = computed<Language>(() => language.chosen.value ?? browserLanguage());

function browserLanguage(): Language {
  return navigator.languages.find((tag) => /^(ru|en)\b/.test(tag))?.startsWith("ru") ? "ru" : "en";
}

/** Applies language and theme to the document. */
export function dressDocument(): () => void {
  return effect(() => {
    document.documentElement.lang = spoken.value;
    // Without a chosen theme, the styles follow the browser.
    if (theme.chosen.value) document.documentElement.dataset.theme = theme.chosen.value;
    else delete document.documentElement.dataset.theme;
  });
}
