// Where questions and lessons are written. The text stays until the node has taken it.
import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { MAX_RESPONSE, MAX_STIMULUS } from "../api/limits";
import { words } from "../i18n";
import { LessonView } from "../ui/lesson";
import { ask, teach } from "./conversation";
import { bytesOf, isWhole, type Lesson, lessonIn } from "./lesson";

/** What is being written; it survives a look at another screen. */
export const draft = signal("");
const sending = signal(false);

async function send(deed: () => Promise<boolean>): Promise<void> {
  if (sending.value) return;
  const sent = draft.value;
  sending.value = true;
  const taken = await deed();
  sending.value = false;
  if (taken && draft.value === sent) draft.value = "";
}

export function Composer() {
  const text = words().chat;
  const field = useRef<HTMLTextAreaElement>(null);
  const written = draft.value.trim();
  const lesson = lessonIn(draft.value);
  const problem = problemWith(written, lesson);
  const ready = written !== "" && problem === null && !sending.value;

  const submit = (deed: () => Promise<boolean>) => {
    void send(deed);
    field.current?.focus();
  };
  const primary = () => {
    if (ready) submit(() => (lesson ? teach(lesson) : ask(written)));
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    primary();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        primary();
      }}
    >
      {lesson && isWhole(lesson) && <LessonView lesson={lesson} label={text.willTeach} />}
      <label for="composer" class="hidden">
        {text.field}
      </label>
      <textarea
        id="composer"
        ref={field}
        rows={Math.min(6, draft.value.split("\n").length + 1)}
        value={draft.value}
        placeholder={text.field}
        autocomplete="off"
        aria-describedby="composer-hint"
        onInput={(event) => {
          draft.value = event.currentTarget.value;
        }}
        onKeyDown={keys}
      />
      <div class="bar">
        <p id="composer-hint" class="small muted" aria-live="polite">
          {problem ?? text.hint}
        </p>
        {lesson && (
          <button
            type="button"
            class="quiet"
            disabled={sending.value}
            onClick={() => submit(() => ask(written))}
          >
            {text.askAnyway}
          </button>
        )}
        <button type="submit" class="primary" aria-disabled={!ready}>
          {lesson ? text.teach : text.ask}
        </button>
      </div>
    </form>
  );
}

/** What keeps the text from being sent, in words. */
function problemWith(written: string, lesson: Lesson | null): string | null {
  const text = words().chat;
  if (lesson && !isWhole(lesson)) return written === "" ? null : text.needsBoth;
  const stimulus = bytesOf(lesson?.stimulus ?? written);
  if (stimulus > MAX_STIMULUS) return text.tooLong(stimulus, MAX_STIMULUS);
  const response = bytesOf(lesson?.response ?? "");
  return response > MAX_RESPONSE ? text.tooLong(response, MAX_RESPONSE) : null;
}
