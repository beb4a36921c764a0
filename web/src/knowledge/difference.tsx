// The difference between two texts: what is removed is crossed out, what is added underlined, and both are named for those who
// hear it. Long parts that stay are left out.
import { useMemo } from "preact/hooks";
import { words } from "../i18n";
import { difference, type Piece } from "./diff";

/** How many lines around a change are shown. */
const AROUND = 2;

export function Difference({ old, now, label }: { old: string; now: string; label: string }) {
  const pieces = useMemo(() => difference(old, now), [old, now]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="difference" aria-label={label} tabIndex={0} dir="auto">
      {pieces.map((piece, index) => (
        <PieceView key={index} piece={piece} first={index === 0} last={index === pieces.length - 1} />
      ))}
    </section>
  );
}

function PieceView({ piece: { kind, text }, first, last }: { piece: Piece; first: boolean; last: boolean }) {
  const said = words().knowledge;
  if (kind === "removed") {
    return (
      <del>
        <span class="hidden">{said.removedPart} </span>
        {text}
        <span class="hidden"> {said.partEnd} </span>
      </del>
    );
  }
  if (kind === "added") {
    return (
      <ins>
        <span class="hidden">{said.addedPart} </span>
        {text}
        <span class="hidden"> {said.partEnd} </span>
      </ins>
    );
  }
  const { head, left, tail } = shortened(text, first, last);
  return (
    <>
      {head}
      {left > 0 && <span class="left-out">{said.sameLines(left)}</span>}
      {tail}
    </>
  );
}

/** The beginning and the end of a part that stays; `left` lines between them are left out. */
function shortened(
  text: string,
  first: boolean,
  last: boolean,
): { head: string; left: number; tail: string } {
  const lines = text.split("\n");
  const before = first ? 0 : AROUND + 1;
  const after = last ? 0 : AROUND + 1;
  const left = lines.length - before - after;
  if (left <= AROUND) return { head: text, left: 0, tail: "" };
  const head = lines.slice(0, before).join("\n");
  const tail = after === 0 ? "" : lines.slice(-after).join("\n");
  return { head: before === 0 ? "" : `${head}\n`, left, tail };
}
