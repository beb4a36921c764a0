// Escape closes what is open beside a list, unless it means something to a field or a dialog.
import { useEffect } from "preact/hooks";
import { goTo } from "../route";

/** `address`: where one is then. */
export function useEscape(address: string): void {
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("input, textarea, select, dialog") || document.querySelector("dialog[open]"))
        return;
      goTo(address);
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, [address]);
}
