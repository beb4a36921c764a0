// Teaches the answer to a question that the node could not answer, in place.
import { useId, useState } from "preact/hooks";
import { MAX_RESPONSE } from "../api/limits";
import { words } from "../i18n";
import { teach } from "./conversation";
import { bytesOf } from "./lesson";

export function TeachForm({ stimulus }: { stimulus: string }) {
  const text = words().chat;
  const id = useId();
  const [response, setResponse] = useState("");
  const [state, setState] = useState<"open" | "sending" | "taught">("open");
  if (state === "taught") return null;

  const length = bytesOf(response.trim());
  const tooLong = length > MAX_RESPONSE;
  const ready = length > 0 && !tooLong && state === "open";
  const submit = async () => {
    if (!ready) return;
    setState("sending");
    setState((await teach({ stimulus, response: response.trim() })) ? "taught" : "open");
    document.getElementById("composer")?.focus();
  };

  return (
    <form
      class="teach"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <label for={id}>{text.teachThis}</label>
      <div class="bar">
        <textarea
          id={id}
          rows={2}
          value={response}
          placeholder={text.yourAnswer}
          autocomplete="off"
          onInput={(event) => setResponse(event.currentTarget.value)}
        />
        <button type="submit" aria-disabled={!ready}>
          {text.teach}
        </button>
      </div>
      {tooLong && <p class="small bad-text">{text.tooLong(length, MAX_RESPONSE)}</p>}
    </form>
  );
}
