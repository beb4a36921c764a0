// Where one was on each address of this tab's history: Back and Forward return there. The browser cannot do it, because the
// screen that it returns to is built anew, and part of that is read from the node.

/** How long a screen may take to become high enough again. Milliseconds. */
const LATE = 3000;

/** How far each visit was scrolled, in CSS pixels. */
const places = new Map<string, number>();
let current = "";
let returned = false;
/** Gives up returning to a place. */
let stop: (() => void) | null = null;

/** Names this visit of the address; the browser keeps the name in its history. */
export function visit(): string {
  const known: unknown = history.state?.visit;
  if (typeof known === "string") return known;
  const name = crypto.randomUUID?.() ?? String(Math.random());
  history.replaceState({ ...history.state, visit: name }, "");
  return name;
}

/** Whether the current address was come to by Back or Forward. */
export function isReturn(): boolean {
  return returned;
}

/** To be called on every change of the address. */
export function arrive(): void {
  const name = visit();
  if (name === current) return;
  // The former screen is still there. One that had not yet got back to its place keeps it.
  if (!stop) places.set(current, window.scrollY);
  current = name;
  stop?.();
  const place = places.get(name);
  returned = place !== undefined;
  if (place !== undefined) returnTo(place);
}

/** Scrolls there as soon as the page is that high, unless the user does something first. */
function returnTo(place: number): void {
  const sized = new ResizeObserver(() => {
    const { scrollHeight, clientHeight } = document.documentElement;
    if (scrollHeight - clientHeight < place) return;
    end();
    window.scrollTo(0, place);
  });
  // The new screen is there by then.
  const frame = requestAnimationFrame(() => sized.observe(document.body));
  const timer = setTimeout(end, LATE);
  const acts = ["wheel", "touchstart", "pointerdown", "keydown"] as const;
  function end() {
    stop = null;
    sized.disconnect();
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    for (const act of acts) window.removeEventListener(act, end);
  }
  stop = end;
  for (const act of acts) window.addEventListener(act, end, { passive: true });
}

export function followPlaces(): void {
  history.scrollRestoration = "manual";
  const before: unknown = history.state?.scrolled;
  if (typeof before === "number") places.set(visit(), before);
  arrive();
  window.addEventListener("popstate", arrive);
  // A reload forgets everything but what the browser keeps.
  window.addEventListener("pagehide", () => {
    history.replaceState({ ...history.state, scrolled: window.scrollY }, "");
  });
}
