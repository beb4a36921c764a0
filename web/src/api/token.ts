// The API token, if the node requires one: in memory, and in session storage if the user wants to keep it across reloads.
// Never in local storage: there it would outlive the session and be visible in every tab.
import { signal } from "@preact/signals";

const KEY = "kolibri.token";

export const token = signal<string | null>(stored());
/** Whether the node has refused the token in use. */
export const refused = signal(false);

function stored(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Uses a token from now on; `keep` also keeps it for reloads of this tab. */
export function adoptToken(value: string, keep: boolean): void {
  token.value = value;
  refused.value = false;
  try {
    if (keep) sessionStorage.setItem(KEY, value);
    else sessionStorage.removeItem(KEY);
  } catch {
    // Without session storage it is kept in memory only.
  }
}

/** Forgets the token. */
export function dropToken(): void {
  token.value = null;
  refused.value = false;
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // It was never there.
  }
}

/** Whether the token survives a reload. */
export function isKept(): boolean {
  return stored() !== null;
}
