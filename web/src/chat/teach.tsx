// The form for teaching an answer right where the node had none.
import { useId, useRef, useState } from "preact/hooks";
import { MAX_RESPONSE } from "../api/limits";
import { words } from "../i18n";
import { sendOnEnter } from "../ui/enter";
import { useGrowth } from "../ui/growth";
import { PressButton, usePress, WhyNot } from "../ui/press";
import { teach } from "./conversation";
import { bytesOf } from "./lesson";

interface Props {
  stimulus: string;
  label: string;
  /** Called when the answer is durable; the form is not needed any more. */
  done: () => void;
}

export function TeachForm({ stimulus, label, done }: Props) {
  const text = words().chat;
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [response, setResponse] = useState("");

  const length = bytesOf(response.trim());
  const tooLong = length > MAX_RESPONSE ? text.tooLong(length, MAX_RESPONSE) : null;
  const submit = async () => {
    if (!(await teach({ stimulus, response: response.trim() }))) return;
    // The form disappears, and the focus with it. If the user has moved elsewhere, the focus stays there.
    if (form.current?.contains(document.activeElement)) document.getElementById("composer")?.focus();
    done();
  };
  const press = usePress(submit, length === 0 ? text.answerFirst : tooLong);

  useGrowth(field, response);

  return (
    <form class="teach" ref={form} onSubmit={press.take}>
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
          onInput={(event) => setResponse(event.currentTarget.value)}
          onKeyDown={sendOnEnter(press)}
        />
        <PressButton press={press} submits>
          {text.teach}
        </PressButton>
      </div>
      <WhyNot press={press} id={`${id}hint`}>
        {tooLong ?? text.teachHint}
      </WhyNot>
    </form>
  );
}
