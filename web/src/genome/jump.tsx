// Goes to a block by its number.
import { useId, useState } from "preact/hooks";
import { words } from "../i18n";
import { addresses } from "../route";

export function Jump() {
  const text = words().genome;
  const id = useId();
  const [number, setNumber] = useState("");
  const go = (event: Event) => {
    event.preventDefault();
    if (/^\d{1,15}$/.test(number)) location.hash = addresses.block(Number(number));
  };
  return (
    <form class="jump" onSubmit={go}>
      <label for={id}>{text.jump}</label>
      <input
        id={id}
        inputMode="numeric"
        pattern="\d*"
        autocomplete="off"
        value={number}
        onInput={(event) => setNumber(event.currentTarget.value.trim())}
      />
      <button type="submit">{text.open}</button>
    </form>
  );
}
