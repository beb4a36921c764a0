// The one clock of the page. It stops while the page is hidden.
import { signal } from "@preact/signals";

/** Milliseconds since the Unix epoch, a second apart. */
export const now = signal(Date.now());

/** Runs `tick` at once, then regularly while the page is visible, and when it becomes visible again. */
export function whileVisible(tick: () => void, every: () => number): () => void {
  let timer = 0;
  const next = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = window.setTimeout(run, every());
  };
  const run = () => {
    tick();
    next();
  };
  const changed = () => (document.hidden ? clearTimeout(timer) : run());
  document.addEventListener("visibilitychange", changed);
  run();
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", changed);
  };
}

export function startClock(): () => void {
  return whileVisible(
    () => {
      now.value = Date.now();
    },
    () => 1000,
  );
}
