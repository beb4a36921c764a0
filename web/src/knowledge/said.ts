// What was just done, told where the page goes next.
import { signal } from "@preact/signals";

export interface Said {
  /** The block that is open when it is told; null: the list. */
  block: number | null;
  /** In the language of the page by then. */
  text: () => string;
}

export const said = signal<Said | null>(null);
