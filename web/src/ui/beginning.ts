// The beginning of a text that is too long to be shown at once.

/** How much is shown. */
export interface Room {
  lines: number;
  /** In code points. */
  length: number;
}

/** Enough to recognise an answer among others. */
export const GLANCE: Room = { lines: 4, length: 280 };

/** How far before the end a space is looked for, so that no word is cut. In code points. */
const WORD = 30;

/** The beginning of a text; null if the text is short enough to be shown as it is. */
export function beginning(text: string, room: Room): string | null {
  const lines = text.split("\n").slice(0, room.lines).join("\n");
  const points = Array.from(lines);
  if (points.length > room.length) {
    const cut = points.slice(0, room.length);
    const space = cut.findLastIndex((point) => /\s/.test(point));
    return `${cut.slice(0, space >= room.length - WORD ? space : room.length).join("")}…`;
  }
  return lines.length < text.length ? `${lines}\n…` : null;
}
