// The form for the API token. It clears its field at once, so that the token cannot be read from the screen.
import { useId, useState } from "preact/hooks";
import { record } from "../actions/log";
import { adoptToken } from "../api/token";
import { words } from "../i18n";
import { operations } from "../node";
import { PressButton, usePress, WhyNot } from "../ui/press";

export function TokenForm() {
  const text = words().common.unlock;
  const id = useId();
  const [value, setValue] = useState("");
  const [keep, setKeep] = useState(false);
  // Not busy while the node checks the token: the user may enter another one meanwhile.
  const submit = () => {
    adoptToken(value.trim(), keep);
    setValue("");
    record({ action: "settings.token" });
    void operations.refresh();
  };
  const press = usePress(submit, value.trim() === "" ? text.tokenFirst : null);
  return (
    <form class="token" onSubmit={press.take}>
      <label for={id}>{text.token}</label>
      <input
        id={id}
        type="password"
        autocomplete="off"
        spellcheck={false}
        value={value}
        onInput={(event) => setValue(event.currentTarget.value)}
      />
      <PressButton press={press} submits>
        {text.use}
      </PressButton>
      <WhyNot press={press} />
      <label class="check">
        <input type="checkbox" checked={keep} onChange={(event) => setKeep(event.currentTarget.checked)} />
        {text.keep}
      </label>
    </form>
  );
}
