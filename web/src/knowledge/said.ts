// What was just done, told where the page goes next.
import { signal } from "@preact/signals";

export interface Said {
  /** The block that is open when it is told; null: the list. */
  block: number | null;
  text: string;
}

export const said = signal<Said | null>(null);
