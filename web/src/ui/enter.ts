// Enter sends what is written, Shift+Enter starts a new line: the same wherever one converses with the node.
import type { Press } from "./press";

export function sendOnEnter(press: Press): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    // A key that is held down is one press, not many.
    if (event.repeat) event.preventDefault();
    else press.take(event);
  };
}
