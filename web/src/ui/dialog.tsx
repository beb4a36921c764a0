// A question that must be answered first. The focus stays inside until then, and returns to where it came from.
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  title: string;
  /** Called on Escape. The dialog stays open until it is no longer rendered. */
  close: (event: Event) => void;
  children: ComponentChildren;
}

export function Dialog({ title, close, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before the paint, so that no key press in between goes to the opening button or is lost.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // The browser returns the focus only while the element still exists.
    return () => element?.close();
  }, []);
  // A second Escape always closes it in the browser, so it is opened again.
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
