// What a press does, on a button or by sending a form. No press is lost: it acts, or the button shows that it is acting
// already, or the page says why it cannot act yet.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

export interface Press {
  /** Takes a click, or the sending of a form. */
  take: (event: Event) => void;
  /** What was pressed is being done; a further press would ask for the same. */
  busy: boolean;
  /** Why it cannot be done now; null when it can. */
  why: string | null;
  /** How often it was pressed although it cannot be done. */
  refused: number;
}

/** `act` does it, and is busy for as long as the promise that it returns. `why` says why it cannot be done yet. */
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
  /** Sends the form that it stands in, whose `onSubmit` takes the press. */
  submits?: boolean;
  children: ComponentChildren;
}

/** It keeps the focus whatever becomes of the press, so it is never `disabled`. */
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
  /** What stands there while nothing was pressed too early. */
  children?: ComponentChildren;
}

/** Says why a press could not act, aloud as well; each press anew. */
export function WhyNot({ press, id, children }: WhyNotProps) {
  return (
    <p id={id} class="why-not small" role="status">
      {press.refused > 0 ? <strong key={press.refused}>{press.why}</strong> : children}
    </p>
  );
}
