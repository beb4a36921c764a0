// The key `/` goes to the field that a screen is about, unless something is being written.
import { useLayoutEffect } from "preact/hooks";
import { slash } from "../settings/preferences";

/** A key without Ctrl or Alt can come from dictation, so it can be turned off (WCAG 2.1.4). */
export function useSlash(go: () => void): void {
  // Before the paint: a key that is pressed as soon as the screen shows is not lost.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (slash.chosen.value === "off" || document.querySelector("dialog[open]")) return;
      const at = event.target;
      if (at instanceof Element && at.closest("input, textarea, select, [contenteditable]")) return;
      event.preventDefault();
      go();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [go]);
}
