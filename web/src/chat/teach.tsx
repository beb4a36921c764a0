// The form for teaching an answer right where the node had none. It warns of what is taught to questions like this one.
import { useId, useRef, useState } from "preact/hooks";
import { MAX_RESPONSE } from "../api/limits";
import { words } from "../i18n";
import { advice, Consequences, type Refused, useNeighbours } from "../knowledge/neighbours";
import { sendOnEnter } from "../ui/enter";
import { useGrowth } from "../ui/growth";
import { PressButton, usePress, WhyNot } from "../ui/press";
import { useWritten } from "../ui/written";
import { teachAll } from "./conversation";
import { bytesOf, type Lesson } from "./lesson";

interface Props {
  stimulus: string;
  label: string;
  /** Called when the answer is durable; the form is not needed any more. */
  done: () => void;
}

export function TeachForm({ stimulus: asked, label, done }: Props) {
  const text = words().chat;
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  /** The question that gets the answer: the one that was asked, or one like it that is updated. */
  const [stimulus, setStimulus] = useState(asked);
  const { text: response, ...answer } = useWritten("");
  /** It was pressed before one could see what it replaces. */
  const [early, setEarly] = useState<Refused | null>(null);
  const lesson: Lesson = { stimulus, response };
  const neighbours = useNeighbours(lesson);
  const { also, undecided } = neighbours;

  const length = bytesOf(lesson.response);
  const tooLong = length > MAX_RESPONSE ? text.tooLong(length, MAX_RESPONSE) : null;
  const submit = async () => {
    // What is in the way is shown by now.
    const gate = await neighbours.gate();
    setEarly("why" in gate ? gate : null);
    if ("why" in gate) return;
    if (!(await teachAll(lesson, async () => gate, also))) return;
    // The form disappears, and the focus with it. If the user has moved elsewhere, the focus stays there.
    if (form.current?.contains(document.activeElement)) document.getElementById("composer")?.focus();
    done();
  };
  const choose = undecided ? words().knowledge.chooseNear : null;
  const why = response.trim() === "" ? text.answerFirst : (tooLong ?? choose);
  const press = usePress(submit, why, early ? { what: early, unseen: advice(early) } : neighbours.sight);

  useGrowth(field, response);

  return (
    <form class="teach" ref={form} onSubmit={press.take}>
      {stimulus !== asked && (
        <p>
          {text.updates} <q dir="auto">{stimulus}</q>{" "}
          <button type="button" class="quiet small" onClick={() => setStimulus(asked)}>
            {text.updateNot}
          </button>
        </p>
      )}
      <label for={id}>{label}</label>
      <div class="bar">
        <textarea
          id={id}
          ref={field}
          rows={2}
          value={response}
          placeholder={text.yourAnswer}
          autocomplete="off"
          aria-describedby={`${id}hint`}
          dir="auto"
          readOnly={press.busy}
          onInput={(event) => answer.write(event.currentTarget.value)}
          onKeyDown={sendOnEnter(press)}
        />
        <PressButton press={press} submits>
          {text.teach}
        </PressButton>
      </div>
      <WhyNot press={press} id={`${id}hint`}>
        {tooLong ?? (early ? advice(early) : text.teachHint)}
      </WhyNot>
      <Consequences
        neighbours={neighbours}
        lesson={lesson}
        update={(near) => {
          setStimulus(near.stimulus);
          field.current?.focus();
        }}
        same={(near) => {
          answer.put(near.answer);
          field.current?.focus();
        }}
      />
    </form>
  );
}
