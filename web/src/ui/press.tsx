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

/** `act` is the action; it is busy until the returned promise settles. `why` says why it is not possible yet. */
export function usePress(act: () => Promise<void> | void, why: string | null = null): Press {
  const busy = useSignal(false);
  const refused = useSignal(0);
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
