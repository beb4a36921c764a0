// A field that is as high as its text, however that came to its lines. Its style sets the limits.
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

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

function stretch(element: HTMLTextAreaElement): void {
  element.style.height = "auto";
  const border = element.offsetHeight - element.clientHeight;
  element.style.height = `${element.scrollHeight + border}px`;
}
