// Keeps what one reads in its place when rows come or go above it.
import { useLayoutEffect, useRef } from "preact/hooks";

interface Anchor {
  list: Element;
  name: string;
  top: number;
}

/**
 * `list` has rows with `data-name`. `rows`: what is shown; when it changes, the page scrolls by what that moved. `of`: what the
 * list is about; when that changes, it begins anew.
 */
export function useSteady(list: { current: HTMLElement | null }, rows: unknown, of: string): void {
  const shown = useRef(rows);
  const about = useRef(of);
  const anchor = useRef<Anchor | null>(null);
  // While this renders, the document still shows the former rows.
  if (shown.current !== rows && about.current === of && list.current) anchor.current = anchorOf(list.current);
  useLayoutEffect(() => {
    shown.current = rows;
    about.current = of;
    const { current: before } = anchor;
    anchor.current = null;
    if (!before || before.list !== list.current) return;
    const row = rowsOf(before.list).find((row) => row.dataset.name === before.name);
    if (row) window.scrollBy(0, row.getBoundingClientRect().top - before.top);
  }, [rows]);
}

/** The row that one reads: under the pointer or the focus, else the first that is to be seen on a page that was scrolled. */
function anchorOf(list: HTMLElement): Anchor | null {
  const all = rowsOf(list);
  const header = document.querySelector(".frame")?.getBoundingClientRect().bottom ?? 0;
  const scrolled = list.getBoundingClientRect().top < header;
  const row =
    all.find((row) => row.matches(":focus-within")) ??
    all.find((row) => row.matches(":hover")) ??
    (scrolled ? all.find((row) => row.getBoundingClientRect().bottom > header) : undefined);
  return row ? { list, name: row.dataset.name ?? "", top: row.getBoundingClientRect().top } : null;
}

function rowsOf(list: Element): HTMLElement[] {
  return Array.from(list.children).filter((row): row is HTMLElement => row instanceof HTMLElement);
}
