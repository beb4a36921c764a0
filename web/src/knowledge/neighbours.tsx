// What is taught beside a lesson that somebody writes, and what they choose to do about it: a correction must not leave two
// answers that contradict each other.
import { useRef, useState } from "preact/hooks";
import type { Preview, Suggestion } from "../api/types";
import { isWhole, type Lesson } from "../chat/lesson";
import { words } from "../i18n";
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
  /** The same, as the node says it at the moment of the press. */
  isUndecided: (preview: Preview) => boolean;
  /** Asks the node now whether this can be taught, and what it replaces. */
  gate: () => Promise<Gate>;
  separate: boolean;
  setSeparate: (separate: boolean) => void;
  /** The other questions that get the same answer. */
  also: Other[];
  setAlso: (also: Other[]) => void;
}

/**
 * The block that a lesson replaces (null for none), and the one whose answer it takes; or why it is not taught yet: its writer has
 * not seen that, or has to choose.
 */
export type Gate =
  | { replaces: number | null; answer_of?: number }
  | { why: "near_is_taught" | "another_is_taught" };

/** Looks for what is near to a lesson while it is being written. A choice is made for one question, and no other. */
export function useNeighbours(lesson: Lesson): Neighbours {
  const checking = usePreview(lesson);
  const [chosen, setChosen] = useState<{ stimulus: string; separate: boolean; also: Other[] } | null>(null);
  const { separate, also } =
    chosen?.stimulus === lesson.stimulus ? chosen : { separate: false, also: [] as Other[] };
  const { checked } = checking;
  const known = checked?.lesson.stimulus === lesson.stimulus ? checked.preview : null;
  /** The blocks whose answers the writer was shown: what is replaced, and what is near. */
  const shown = useRef(new Set<number>());
  if (known?.current) shown.current.add(known.current.source.index);
  for (const { source } of known?.near ?? []) shown.current.add(source.index);
  const isUndecided = (preview: Preview) =>
    !separate && contradicts(preview) && sameAs(preview, lesson) === undefined;
  return {
    checking,
    known,
    exact: known !== null && checked?.lesson.response === lesson.response ? known : null,
    near: known?.near ?? [],
    undecided: known !== null && isUndecided(known),
    isUndecided,
    gate: async () => {
      const seen = known?.current?.source.index ?? null;
      // What the answer shows now came after the press.
      const before = new Set(shown.current);
      const now = (await checking.check())?.preview;
      // Without an answer the node itself compares.
      if (!now) return { replaces: seen };
      if (isUndecided(now)) return { why: "near_is_taught" };
      const replaces = now.current?.source.index ?? null;
      const isSeen = replaces === null ? seen === null : before.has(replaces);
      if (!isSeen && now.effect !== "unchanged") return { why: "another_is_taught" };
      const same = sameAs(now, lesson);
      return same === undefined ? { replaces } : { replaces, answer_of: same.source.index };
    },
    separate,
    setSeparate: (separate) => setChosen({ stimulus: lesson.stimulus, separate, also }),
    also,
    setAlso: (also) => setChosen({ stimulus: lesson.stimulus, separate, also }),
  };
}

function contradicts({ effect, near }: Preview): boolean {
  return effect === "new" && near.length > 0;
}

/** The question that has this answer already: then the lesson is another wording of it, and takes the answer of its block. */
export function sameAs({ near }: Preview, { response }: Lesson): Suggestion | undefined {
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
  const { known, near, separate, setSeparate, also, setAlso } = neighbours;
  if (!known || near.length === 0) return null;
  if (known.effect !== "new") return <NearToo near={near} also={also} setAlso={setAlso} />;
  const other = sameAs(known, lesson);
  if (other)
    return (
      <p class="note" role="status">
        {words().knowledge.sameAs} <q>{other.stimulus}</q>
      </p>
    );
  return <NearChoice near={near} update={update} same={same} separate={separate} setSeparate={setSeparate} />;
}
