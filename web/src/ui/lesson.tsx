// An association, as it is, will be or was taught.
import type { Lesson } from "../chat/lesson";
import { words } from "../i18n";
import { Facts } from "./facts";

export function LessonView({ lesson, label }: { lesson: Lesson; label?: string }) {
  const text = words().chat;
  return (
    <Facts
      kind="preview"
      label={label}
      facts={[
        [text.question, lesson.stimulus],
        [text.answer, lesson.response],
      ]}
    />
  );
}
