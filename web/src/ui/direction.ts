// Where a list of an answer begins: on the right if its first letter is of a script that runs from right to left. The browser's own
// `dir="auto"` does not look into the items, since each has a direction of its own.
import type { Block, Inline } from "./markup";

const LETTER = /\p{L}/u;
const FROM_RIGHT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}\p{Script=Hanifi_Rohingya}]/u;

/** The direction of the first letter, as `dir="auto"` finds it; code and addresses have none. */
export function directionOf(blocks: Block[]): "ltr" | "rtl" | undefined {
  const letter = letterIn(blocks);
  return letter === undefined ? undefined : FROM_RIGHT.test(letter) ? "rtl" : "ltr";
}

function letterIn(blocks: Block[]): string | undefined {
  for (const block of blocks) {
    const found = block.kind === "list" ? letterIn(block.items.flat()) : letterOf(block);
    if (found !== undefined) return found;
  }
  return undefined;
}

function letterOf(block: Exclude<Block, { kind: "list" }>): string | undefined {
  return block.kind === "code" ? undefined : LETTER.exec(block.children.map(said).join(""))?.[0];
}

function said(inline: Inline): string {
  switch (inline.kind) {
    case "text":
      return inline.text;
    case "strong":
      return inline.children.map(said).join("");
    case "link":
      return isAddress(inline) ? "" : inline.text;
    default:
      return "";
  }
}

/** Whether a link shows its address, which runs from left to right everywhere. */
export function isAddress({ href, text }: { href: string; text: string }): boolean {
  return href === text;
}
