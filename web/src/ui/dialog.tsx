// A question that must be answered first. The focus stays inside until then, and returns to where it came from.
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  title: string;
  /** Asked for by Escape. The dialog stays until it is no longer drawn. */
  close: (event: Event) => void;
  children: ComponentChildren;
}

export function Dialog({ title, close, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before anything is painted, so that no key comes between: neither to what asked, nor to nowhere.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // The browser gives the focus back while the element is still there.
    return () => element?.close();
  }, []);
  // A browser closes it at a second Escape whatever it is told.
  const insist = (event: Event & { currentTarget: HTMLDialogElement }) => {
    if (event.currentTarget.isConnected) event.currentTarget.showModal();
  };
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={close} onClose={insist}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
