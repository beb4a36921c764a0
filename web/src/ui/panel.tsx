// A part of a screen with its own heading.
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  title: string;
  /** What is shown at the end of the heading: buttons, links. */
  aside?: ComponentChildren;
  class?: string;
  /** It takes the focus when it opens, so that a screen reader starts there. */
  focused?: boolean;
  children: ComponentChildren;
}

export function Panel({ title, aside, class: name, focused = false, children }: Props) {
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    if (focused) heading.current?.focus();
  }, []);
  return (
    <section class={name ? `panel ${name}` : "panel"} aria-labelledby={id}>
      <header>
        <h2 id={id} ref={heading} tabIndex={focused ? -1 : undefined}>
          {title}
        </h2>
        {aside && <div class="aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}
