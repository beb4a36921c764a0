// An association, as it will be taught or forgotten.
import { words } from "../i18n";
import type { Lesson } from "./lesson";

export function LessonView({ lesson, label }: { lesson: Lesson; label?: string }) {
  const text = words().chat;
  return (
    <dl class="facts preview" aria-label={label}>
      <div>
        <dt>{text.question}</dt>
        <dd>{lesson.stimulus}</dd>
      </div>
      <div>
        <dt>{text.answer}</dt>
        <dd>{lesson.response}</dd>
      </div>
    </dl>
  );
}
