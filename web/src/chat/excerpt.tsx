// A long text by its beginning, with a button that shows all of it.
import { useState } from "preact/hooks";
import { words } from "../i18n";

const LINES = 4;
/** In code points. */
const LENGTH = 280;
/** How far before the end a space is looked for, so that no word is cut. In code points. */
const WORD = 30;

/** The beginning of a text; null if the text is short enough to be shown as it is. */
export function beginning(text: string): string | null {
  const lines = text.split("\n").slice(0, LINES).join("\n");
  const points = Array.from(lines);
  if (points.length > LENGTH) {
    const cut = points.slice(0, LENGTH);
    const space = cut.findLastIndex((point) => /\s/.test(point));
    return `${cut.slice(0, space >= LENGTH - WORD ? space : LENGTH).join("")}…`;
  }
  return lines.length < text.length ? `${lines}\n…` : null;
}

export function Excerpt({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const short = beginning(text);
  if (short === null) return <p class="text">{text}</p>;
  return (
    <>
      <p class="text">{whole ? text : short}</p>
      <p>
        <button type="button" class="quiet small" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? words().chat.showLess : words().chat.showAll}
        </button>
      </p>
    </>
  );
}
