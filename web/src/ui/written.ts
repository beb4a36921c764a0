// A text in a field, to the letter: what is put there from elsewhere keeps its line ends while it is edited.
import { useRef, useState } from "preact/hooks";
import { withLineEnds } from "../knowledge/line_ends";

export interface Written {
  text: string;
  /** Takes what the field says by now. */
  write: (value: string) => void;
  /** Puts another text in its place. */
  put: (text: string) => void;
}

export function useWritten(first: string): Written {
  const [text, setText] = useState(first);
  /** What was put into the field last. */
  const original = useRef(first);
  return {
    text,
    write: (value) => setText(withLineEnds(original.current, value)),
    put: (next) => {
      original.current = next;
      setText(next);
    },
  };
}
