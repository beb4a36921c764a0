// Goes to a block by its number.
import { useId, useState } from "preact/hooks";
import { words } from "../i18n";
import { addresses } from "../route";
import { PressButton, usePress, WhyNot } from "../ui/press";

export function Jump() {
  const text = words().genome;
  const id = useId();
  const [number, setNumber] = useState("");
  const go = () => {
    const address = addresses.block(Number(number));
    // What is open already may be out of sight.
    if (location.hash === address) document.getElementById("block-title")?.focus();
    location.hash = address;
  };
  const press = usePress(go, /^\d{1,15}$/.test(number) ? null : text.jumpFirst);
  return (
    <form class="jump" onSubmit={press.take}>
      <label for={id}>{text.jump}</label>
      <input
        id={id}
        inputMode="numeric"
        autocomplete="off"
        value={number}
        onInput={(event) => setNumber(event.currentTarget.value.trim())}
      />
      <PressButton press={press} submits>
        {text.open}
      </PressButton>
      <WhyNot press={press} />
    </form>
  );
}
