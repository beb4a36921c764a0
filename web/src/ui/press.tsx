// A press of a button, or a submitted form. No press is lost: it acts, or the button shows that it is already
// acting, or the page says why it cannot act yet.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

export interface Press {
  /** Handles a click or a submit. */
  take: (event: Event) => void;
  /** The action is running; another press would start the same again. */
  busy: boolean;
  /** Why the action is not possible now; null if it is. */
  why: string | null;
  /** How often it was pressed while not possible. */
  refused: number;
}

/** A press within this time after something appeared was meant for the state before. Milliseconds. */
const UNSEEN = 500;

/** What one has to see before the action is possible. */
export interface Sight {
  /** It counts as seen a moment after it appeared; null if there is nothing to see. */
  what: unknown;
  /** Why the action is not possible until then. */
  unseen: string;
}

/**
 * `act` is the action; it is busy until the returned promise settles. `because` says why it is not possible yet, and `sight` what
 * has to be seen first.
 */
export function usePress(
  act: () => Promise<void> | void,
  because: string | null = null,
  sight: Sight | null = null,
): Press {
  const busy = useSignal(false);
  const refused = useSignal(0);
  const what = sight?.what ?? null;
  const seen = useSignal<unknown>(null);
  const why = because ?? (what === null || seen.value === what ? null : (sight?.unseen ?? null));
  // Each early press restarts the time, so that repeated pressing does not end in the action.
  useEffect(() => {
    if (what === null) return;
    const timer = setTimeout(() => {
      seen.value = what;
    }, UNSEEN);
    return () => clearTimeout(timer);
  }, [what, refused.value, seen]);
  useEffect(() => {
    if (why === null) refused.value = 0;
  }, [why, refused]);
  const take = async (event: Event) => {
    event.preventDefault();
    if (busy.value) return;
    if (why !== null) {
      refused.value += 1;
      return;
    }
    busy.value = true;
    try {
      await act();
    } finally {
      busy.value = false;
    }
  };
  return { take: (event) => void take(event), busy: busy.value, why, refused: refused.value };
}

interface ButtonProps {
  press: Press;
  kind?: "primary" | "danger";
  /** Submits the form around it, whose `onSubmit` handles the press. */
  submits?: boolean;
  children: ComponentChildren;
}

/** It keeps the focus after every press, so it is never `disabled`. */
export function PressButton({ press, kind, submits = false, children }: ButtonProps) {
  return (
    <button
      type={submits ? "submit" : "button"}
      class={kind}
      aria-disabled={press.busy || press.why !== null}
      aria-busy={press.busy}
      aria-description={press.why ?? undefined}
      onClick={submits ? undefined : press.take}
      onKeyDown={once}
    >
      {children}
    </button>
  );
}

/** A key that is held down is one press, not many. */
function once(event: KeyboardEvent): void {
  if (event.repeat) event.preventDefault();
}

interface WhyNotProps {
  press: Press;
  id?: string;
  /** What is shown unless it was pressed too early. */
  children?: ComponentChildren;
}

/** Says why a press could not act, also to screen readers, after each press. */
export function WhyNot({ press, id, children }: WhyNotProps) {
  return (
    <p id={id} class="why-not small" role="status">
      {press.refused > 0 ? <strong key={press.refused}>{press.why}</strong> : children}
    </p>
  );
}
