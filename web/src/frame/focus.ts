// The focus is never lost. When the element that had it goes away, the nearest heading that stays takes it, so that the keyboard
// and a screen reader go on from there and not from the top of the page.

/** How long the part that went away may take to give the focus to something better. Milliseconds. */
const PATIENCE = 80;

/** Where the focus goes if the focused element goes away, the nearest first. */
let landings: Element[] = [];
let focused: Element | null = null;

/** The headings of the parts around an element. */
function headingsAround(element: Element): Element[] {
  const found: Element[] = [];
  for (let part = element.closest("section"); part; part = part.parentElement?.closest("section") ?? null) {
    const heading = document.getElementById(part.getAttribute("aria-labelledby") ?? "");
    if (heading && heading !== element) found.push(heading);
  }
  return found;
}

function land(): void {
  if (document.activeElement !== document.body || document.querySelector("dialog[open]")) return;
  const heading = landings.find((one) => one.isConnected) ?? document.querySelector("#content h1");
  if (!(heading instanceof HTMLElement)) return;
  if (!heading.hasAttribute("tabindex")) heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** Follows the focus in `page`. */
export function followFocus(page: Element): void {
  document.addEventListener("focusin", ({ target }) => {
    if (!(target instanceof Element)) return;
    focused = target;
    landings = headingsAround(target);
  });
  new MutationObserver(() => {
    if (!focused || focused.isConnected) return;
    focused = null;
    if (document.activeElement === document.body) setTimeout(land, PATIENCE);
  }).observe(page, { childList: true, subtree: true });
}
