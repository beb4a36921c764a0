// What is taught beside a lesson that somebody writes, and what they choose to do about it: a correction must not leave two
// answers that contradict each other.
import { useRef, useState } from "preact/hooks";
import type { Preview, Suggestion } from "../api/types";
import { isWhole, type Lesson } from "../chat/lesson";
import { words } from "../i18n";
import type { Sight } from "../ui/press";
import { Effects } from "./effects";
import { NearChoice, NearToo, type Other } from "./near";
import { type Checking, usePreview } from "./preview";

export interface Neighbours {
  checking: Checking;
  /** What is known about this question, whatever its answer was when the node was asked. */
  known: Preview | null;
  /** What is known about this question with this answer. */
  exact: Preview | null;
  /** Taught to questions like this one. */
  near: Suggestion[];
  /** The question is new, something like it is taught with another answer, and its writer has not chosen yet. */
  undecided: boolean;
  /** Asks the node now what this replaces. It passes if its writer had seen that when they pressed. */
  gate: () => Promise<Gate>;
  /** What has to be seen before the press: the answer that would be replaced. */
  sight: Sight | null;
  separate: boolean;
  setSeparate: (separate: boolean) => void;
  /** The other questions that get the same answer. */
  also: Other[];
  setAlso: (also: Other[]) => void;
  /** Called when the lesson gets the answer of another question. */
  take: (near: Suggestion) => void;
}

/** An answer that a lesson took over: while its text is that, it is taught only if its block still answers. */
export interface Taken {
  stimulus: string;
  answer: string;
  block: number;
}

/** The block that a lesson replaces (null for none), and whether that teaches just this already. */
export interface Passed {
  replaces: number | null;
  unchanged: boolean;
  /** The block whose answer it takes, which must not be taught back if it was forgotten meanwhile. */
  answer_of?: number;
}

/** Why a lesson is not taught yet: its writer has not seen what that does, or has to choose. `block` answers now. */
export interface Refused {
  why: "near_is_taught" | "another_is_taught" | "forgotten_meanwhile";
  block: number | null;
}

export type Gate = Passed | Refused;

/** What the writer of a lesson saw before the first preview: a question, and the block that answers it. */
export interface Opened {
  stimulus: string;
  block: number;
}

/** What is to be done about it. */
export function advice({ why }: Refused): string {
  const text = words().knowledge;
  if (why === "near_is_taught") return text.chooseNear;
  return why === "another_is_taught" ? text.lookFirst : text.forgottenFirst;
}

/**
 * Looks for what is near to a lesson while it is being written, and lets nothing be taught whose effect its writer has not seen.
 * A choice is made for one question, and no other.
 */
export function useNeighbours(
  lesson: Lesson,
  opened: Opened | null = null,
  /** Where the answer that was taken over is kept, if it has to outlive the form. */
  kept: { current: Taken | null } | null = null,
): Neighbours {
  const own = useRef<Taken | null>(null);
  const taken = kept ?? own;
  const checking = usePreview(lesson);
  const [chosen, setChosen] = useState<{ stimulus: string; separate: boolean; also: Other[] } | null>(null);
  const { separate, also } =
    chosen?.stimulus === lesson.stimulus ? chosen : { separate: false, also: [] as Other[] };
  const { checked } = checking;
  const known = checked?.lesson.stimulus === lesson.stimulus ? checked.preview : null;
  /** The blocks whose answers the writer was shown: what is replaced, and what is near. */
  const shown = useRef(new Set<number>(opened ? [opened.block] : []));
  if (known?.current) shown.current.add(known.current.source.index);
  for (const { source } of known?.near ?? []) shown.current.add(source.index);
  // What is shown later came after the press.
  const before = new Set(shown.current);
  const isUndecided = (preview: Preview) =>
    !separate && contradicts(preview) && sameAs(preview, lesson) === undefined;
  const take = ({ stimulus, answer, source }: Suggestion) => {
    taken.current = { stimulus, answer, block: source.index };
  };
  const alike = known && sameAs(known, lesson);
  if (alike) take(alike);
  // The chat leaves out the white space around an answer.
  const from = taken.current?.answer.trim() === lesson.response.trim() ? taken.current : null;
  const exact = known !== null && checked?.lesson.response === lesson.response ? known : null;
  return {
    checking,
    known,
    exact,
    near: known?.near ?? [],
    undecided: known !== null && isUndecided(known),
    gate: async () => {
      const first = opened?.stimulus === lesson.stimulus ? opened.block : null;
      const seen = known ? (known.current?.source.index ?? null) : first;
      const now = (await checking.check())?.preview;
      // Without an answer the node itself compares.
      if (!now) return { replaces: seen, unchanged: false };
      const block = now.current?.source.index ?? null;
      if (block === null && seen !== null) return { why: "forgotten_meanwhile", block };
      if (isUndecided(now)) return { why: "near_is_taught", block };
      const unchanged = now.effect === "unchanged";
      const isSeen = block === null || before.has(block) || unchanged;
      if (!isSeen) return { why: "another_is_taught", block };
      // It may have been forgotten meanwhile; then it is not near any more.
      const isOwn = from && [lesson.stimulus, now.current?.stimulus].includes(from.stimulus);
      const source = sameAs(now, lesson)?.source.index ?? (isOwn ? undefined : from?.block);
      return { replaces: block, unchanged, ...(source !== undefined && { answer_of: source }) };
    },
    sight: sightOf(known, exact, lesson, opened),
    take,
    separate,
    setSeparate: (separate) => setChosen({ stimulus: lesson.stimulus, separate, also }),
    also,
    setAlso: (also) => setChosen({ stimulus: lesson.stimulus, separate, also }),
  };
}

/** An answer that would be replaced, or that one which was edited was forgotten. */
function sightOf(
  known: Preview | null,
  exact: Preview | null,
  { stimulus }: Lesson,
  opened: Opened | null,
): Sight | null {
  if (!known || exact?.effect === "unchanged") return null;
  const text = words().knowledge;
  const index = known.current?.source.index;
  if (index === undefined)
    return opened?.stimulus === stimulus ? { what: "forgotten", unseen: text.forgottenFirst } : null;
  return index === opened?.block ? null : { what: index, unseen: text.lookFirst };
}

function contradicts({ effect, near }: Preview): boolean {
  return effect === "new" && near.length > 0;
}

/** The question that has this answer already: then the lesson is another wording of it. */
function sameAs({ near }: Preview, { response }: Lesson): Suggestion | undefined {
  return near.find(({ answer }) => answer === response);
}

interface Props {
  neighbours: Neighbours;
  lesson: Lesson;
  /** Teaches the answer to that question in place of the new one. */
  update: (near: Suggestion) => void;
  /** Gives the new question that answer. */
  same: (near: Suggestion) => void;
}

/** What teaching a lesson does that is written in the chat, what is near, and the choice; nothing while it is not whole. */
export function Consequences(props: Props) {
  const { neighbours, lesson } = props;
  const { known, exact } = neighbours;
  if (!isWhole(lesson)) return null;
  return (
    <>
      {known?.current && (
        <Effects
          effect={exact?.effect ?? null}
          current={known.current}
          lesson={lesson}
          opened={null}
          fixed={null}
        />
      )}
      <NeighboursView {...props} />
    </>
  );
}

/** What is near, and the choice. */
export function NeighboursView({ neighbours, lesson, update, same }: Props) {
  const { known, near, separate, setSeparate, also, setAlso, take } = neighbours;
  const takeOver = (near: Suggestion) => {
    take(near);
    same(near);
  };
  if (!known || near.length === 0) return null;
  if (known.effect !== "new") return <NearToo near={near} also={also} setAlso={setAlso} />;
  const other = sameAs(known, lesson);
  if (other)
    return (
      <p class="note" role="status">
        {words().knowledge.sameAs} <q dir="auto">{other.stimulus}</q>
      </p>
    );
  return (
    <NearChoice near={near} update={update} same={takeOver} separate={separate} setSeparate={setSeparate} />
  );
}
