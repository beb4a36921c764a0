// What teaching would do, in words, with the difference to what is taught.
import type { Effect, Preview } from "../api/types";
import type { Lesson } from "../chat/lesson";
import { words } from "../i18n";
import { BlockLink } from "../ui/block_link";
import { Day } from "../ui/time";
import { Difference } from "./difference";

interface Props {
  /** Null while the node has not said it. */
  effect: Effect | null;
  /** What is taught to this question now. */
  current: Preview["current"];
  lesson: Lesson;
  /** The block whose text the form began with. */
  opened: number | null;
  /** The question that the form began with. */
  fixed: string | null;
}

export function Effects({ effect, current, lesson, opened, fixed }: Props) {
  const text = words().knowledge;
  if (!current) {
    const isGone = opened !== null && lesson.stimulus === fixed;
    const told = isGone ? text.forgottenMeanwhile : fixed === null ? text.isNew : text.isNewWording;
    return (
      <p class={isGone ? "note" : undefined} role="status">
        {told}
      </p>
    );
  }
  if (effect === "unchanged")
    return (
      <p class="muted" role="status">
        {text.unchanged}
      </p>
    );
  const elsewhere = opened !== null && current.source.index !== opened && current.stimulus === fixed;
  return (
    <>
      {elsewhere && <p class="note">{text.taughtMeanwhile}</p>}
      <p role="status">
        {text.replaces} <BlockLink index={current.source.index} /> {text.from} <Day at={current.taught} />
      </p>
      {current.stimulus !== lesson.stimulus && (
        <Difference old={current.stimulus} now={lesson.stimulus} label={text.questionDifference} />
      )}
      <Difference old={current.response} now={lesson.response} label={text.difference} />
    </>
  );
}
