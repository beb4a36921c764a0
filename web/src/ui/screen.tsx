// The frame of a screen. Its heading gets the focus when the screen opens, so that a screen reader starts there, unless a
// part of the screen has taken it: the block or the answer that the address names.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { isReturn } from "../frame/places";
import { words } from "../i18n";

/** On the first screen of a visit, the focus stays where the browser puts it. */
let opened = false;

/** Whether something in the new screen has the focus. */
function isTaken(): boolean {
  return document.getElementById("content")?.querySelector(":focus") != null;
}

interface Props {
  title: string;
  /** What is shown at the end of the heading. */
  aside?: ComponentChildren;
  /** A heading that only screen readers need. */
  quiet?: boolean;
  children: ComponentChildren;
}

export function Screen({ title, aside, quiet = false, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { product } = words().common;
  useEffect(() => {
    document.title = `${title} · ${product}`;
  }, [title, product]);
  // Before the paint, so that an early key press does not go to an element that is gone.
  useLayoutEffect(() => {
    if (opened && !isTaken()) heading.current?.focus({ preventScroll: isReturn() });
    opened = true;
  }, []);
  return (
    <>
      <header class={quiet ? "screen-head hidden" : "screen-head"}>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {aside && <div class="aside">{aside}</div>}
      </header>
      {children}
    </>
  );
}
