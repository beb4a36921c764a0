// A field that is as high as its text, however that came to its lines. Its style sets the limits.
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Rows. */
const LEAST = 2;

export function useGrowth(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  // A narrower field has more lines.
  useLayoutEffect(() => {
    const element = field.current;
    if (!element || typeof ResizeObserver === "undefined") return;
    let width = element.offsetWidth;
    const observer = new ResizeObserver(() => {
      if (element.offsetWidth === width) return;
      width = element.offsetWidth;
      stretch(element);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [field]);
  useLayoutEffect(() => {
    if (field.current) stretch(field.current);
  }, [field, text]);
}

/** In rows, because the page has no inline styles. */
function stretch(element: HTMLTextAreaElement): void {
  element.rows = LEAST;
  const { paddingTop, paddingBottom, lineHeight } = getComputedStyle(element);
  const text = element.scrollHeight - Number.parseFloat(paddingTop) - Number.parseFloat(paddingBottom);
  const rows = Math.round(text / Number.parseFloat(lineHeight));
  if (rows > LEAST) element.rows = rows;
}
