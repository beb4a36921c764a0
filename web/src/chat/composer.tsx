// Where questions and lessons are written. The field is free for the next text at once; a text that the node did not
// accept comes back.
import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { MAX_RESPONSE, MAX_STIMULUS } from "../api/limits";
import { words } from "../i18n";
import { sendOnEnter } from "../ui/enter";
import { useGrowth } from "../ui/growth";
import { LessonView } from "../ui/lesson";
import { PressButton, usePress, WhyNot } from "../ui/press";
import { ask, teach } from "./conversation";
import { bytesOf, isWhole, type Lesson, lessonIn } from "./lesson";

/** The text being written. It is kept while another screen is open. */
export const draft = signal("");

async function send(deed: () => Promise<boolean>): Promise<void> {
  const sent = draft.value;
  draft.value = "";
  const taken = await deed();
  // Unless the user has started the next text.
  if (!taken && draft.value === "") draft.value = sent;
}

export function Composer() {
  const text = words().chat;
  const field = useRef<HTMLTextAreaElement>(null);
  const written = draft.value.trim();
  const lesson = lessonIn(draft.value);
  const problem = problemWith(written, lesson);

  const submit = (deed: () => Promise<boolean>) => {
    void send(deed);
    field.current?.focus();
  };
  const press = usePress(
    () => submit(() => (lesson ? teach(lesson) : ask(written))),
    written === "" ? text.writeFirst : problem,
  );
  useGrowth(field, draft.value);
  useLayoutEffect(() => {
    // Where it does not open a keyboard over the page.
    if (matchMedia("(pointer: fine)").matches) field.current?.focus({ preventScroll: true });
  }, []);

  return (
    <form class="composer" onSubmit={press.take}>
      {lesson && isWhole(lesson) && <LessonView lesson={lesson} label={text.willTeach} />}
      <label for="composer" class="hidden">
        {text.field}
      </label>
      <textarea
        id="composer"
        ref={field}
        rows={2}
        value={draft.value}
        placeholder={text.field}
        autocomplete="off"
        aria-describedby="composer-hint"
        aria-keyshortcuts="/"
        onInput={(event) => {
          draft.value = event.currentTarget.value;
        }}
        onKeyDown={sendOnEnter(press)}
      />
      <div class="bar">
        <WhyNot press={press} id="composer-hint">
          {problem ?? text.hint}
        </WhyNot>
        {lesson && (
          <button type="button" class="quiet" onClick={() => submit(() => ask(written))}>
            {text.askAnyway}
          </button>
        )}
        <PressButton press={press} kind="primary" submits>
          {lesson ? text.teach : text.ask}
        </PressButton>
      </div>
    </form>
  );
}

/** Why the text cannot be sent, in words. */
function problemWith(written: string, lesson: Lesson | null): string | null {
  const text = words().chat;
  if (lesson && !isWhole(lesson)) return written === "" ? null : text.needsBoth;
  const stimulus = bytesOf(lesson?.stimulus ?? written);
  if (stimulus > MAX_STIMULUS) return text.tooLong(stimulus, MAX_STIMULUS);
  const response = bytesOf(lesson?.response ?? "");
  return response > MAX_RESPONSE ? text.tooLong(response, MAX_RESPONSE) : null;
}
