// The form that takes the API token. It clears its field at once: the token is nowhere to be read off.
import { useId, useState } from "preact/hooks";
import { record } from "../actions/log";
import { adoptToken } from "../api/token";
import { words } from "../i18n";
import { operations } from "../node";

export function TokenForm() {
  const text = words().common.unlock;
  const id = useId();
  const [value, setValue] = useState("");
  const [keep, setKeep] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    if (value.trim() === "") return;
    adoptToken(value.trim(), keep);
    setValue("");
    record({ action: "settings.token" });
    void operations.refresh();
  };
  return (
    <form class="token" onSubmit={submit}>
      <label for={id}>{text.token}</label>
      <input
        id={id}
        type="password"
        autocomplete="off"
        spellcheck={false}
        value={value}
        onInput={(event) => setValue(event.currentTarget.value)}
      />
      <button type="submit">{text.use}</button>
      <label class="check">
        <input type="checkbox" checked={keep} onChange={(event) => setKeep(event.currentTarget.checked)} />
        {text.keep}
      </label>
    </form>
  );
}
