// Where questions and lessons are written. The field is free for the next text at once; a text that the node did not
// accept comes back. A lesson warns of what is taught to questions like it.
import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { MAX_RESPONSE, MAX_STIMULUS } from "../api/limits";
import type { Suggestion } from "../api/types";
import { words } from "../i18n";
import { withLineEnds } from "../knowledge/line_ends";
import { Consequences, type Taken, useNeighbours } from "../knowledge/neighbours";
import { addresses, goTo } from "../route";
import { sendOnEnter } from "../ui/enter";
import { useGrowth } from "../ui/growth";
import { LessonView } from "../ui/lesson";
import { PressButton, usePress, WhyNot } from "../ui/press";
import { ask, teachAll } from "./conversation";
import { bytesOf, isWhole, type Lesson, lessonIn, textOf } from "./lesson";

/** The text being written. It is kept while another screen is open. */
export const draft = signal("");

/** The answer in it that was taken over from another question. */
const taken: { current: Taken | null } = { current: null };

/** Sends what is written; true if it comes back, since it was not taken and nothing else is written by now. */
async function send(sent: string, deed: () => Promise<boolean>): Promise<boolean> {
  // Unless something else is written by now.
  if (draft.value === sent) draft.value = "";
  return !(await deed()) && draft.value === "";
}

const NO_LESSON: Lesson = { stimulus: "", response: "" };

export function Composer() {
  const text = words().chat;
  const field = useRef<HTMLTextAreaElement>(null);
  const written = draft.value.trim();
  const lesson = lessonIn(draft.value);
  const problem = problemWith(written, lesson);

  if (written === "") taken.current = null;
  const neighbours = useNeighbours(lesson ?? NO_LESSON, null, taken);
  const { also, undecided } = neighbours;

  const sendIt = async (deed: () => Promise<boolean>) => {
    const sent = draft.value;
    const from = taken.current;
    field.current?.focus();
    if (!(await send(sent, deed))) return;
    draft.value = sent;
    taken.current = from;
    // Selected: whoever is about to write the next text does not write into this one. The turn keeps it. Who writes in another
    // field by now goes on there.
    if (!field.current || document.activeElement !== field.current) return;
    field.current.value = sent;
    field.current.select();
  };
  const askIt = () => void sendIt(() => ask(written));
  const teachIt = (lesson: Lesson) => void sendIt(() => teachAll(lesson, neighbours.gate, also));
  const choose = undecided ? words().knowledge.chooseNear : null;
  const press = usePress(
    () => (lesson ? teachIt(lesson) : askIt()),
    written === "" ? text.writeFirst : (problem ?? choose),
    neighbours.sight,
  );
  const write = (lesson: Lesson) => {
    draft.value = textOf(lesson);
    field.current?.focus();
  };
  const update = ({ stimulus, source }: Suggestion) => {
    const updated = { stimulus, response: lesson?.response ?? "" };
    // A question that has an arrow itself cannot be written here.
    if (lessonIn(stimulus)) goTo(addresses.edit(source.index));
    else write(updated);
  };
  useGrowth(field, draft.value);
  useLayoutEffect(() => {
    // Where it does not open a keyboard over the page.
    if (matchMedia("(pointer: fine)").matches) field.current?.focus({ preventScroll: true });
  }, []);

  return (
    <form class="composer" onSubmit={press.take}>
      {lesson && isWhole(lesson) && (
        <section class="will-teach">
          <LessonView lesson={lesson} label={text.willTeach} />
          <Consequences
            neighbours={neighbours}
            lesson={lesson}
            update={update}
            same={({ answer }) => write({ ...lesson, response: answer })}
          />
        </section>
      )}
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
        dir="auto"
        aria-describedby="composer-hint"
        aria-keyshortcuts="/"
        onInput={(event) => {
          draft.value = withLineEnds(draft.value, event.currentTarget.value);
        }}
        onKeyDown={sendOnEnter(press)}
      />
      <div class="bar">
        <WhyNot press={press} id="composer-hint">
          {problem ?? text.hint}
        </WhyNot>
        {lesson && (
          <button type="button" class="quiet" onClick={askIt}>
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
