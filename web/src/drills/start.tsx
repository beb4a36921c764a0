// Starts a drill.
import { useId, useState } from "preact/hooks";
import { words } from "../i18n";
import { PressButton, usePress } from "../ui/press";
import { start, type Wish } from "./progress";

/** The API's defaults. The same seed gives the same events. */
const DEFAULTS: Wish = { minutes: 10, events_per_minute: 1000, seed: 1, pace: "fast" };

export function StartForm() {
  const text = words().drills;
  const [wish, setWish] = useState(DEFAULTS);
  // The browser reports invalid numbers itself.
  const press = usePress(() => start(wish));
  return (
    <form class="start" onSubmit={press.take}>
      <NumberField
        title={text.minutes}
        value={wish.minutes}
        min={1}
        set={(minutes) => setWish({ ...wish, minutes })}
      />
      <NumberField
        title={text.perMinute}
        value={wish.events_per_minute}
        min={1}
        set={(events_per_minute) => setWish({ ...wish, events_per_minute })}
      />
      <NumberField title={text.seed} value={wish.seed} min={0} set={(seed) => setWish({ ...wish, seed })} />
      <fieldset>
        <legend>{text.pace}</legend>
        {(["fast", "real"] as const).map((pace) => (
          <label key={pace} class="check">
            <input
              type="radio"
              name="pace"
              checked={wish.pace === pace}
              onChange={() => setWish({ ...wish, pace })}
            />
            {text.paces[pace]}
          </label>
        ))}
      </fieldset>
      <PressButton press={press} kind="primary" submits>
        {text.start}
      </PressButton>
      <p class="small muted">
        {text.willMake(wish.minutes * wish.events_per_minute, wish.minutes, wish.pace)}
      </p>
    </form>
  );
}

interface FieldProps {
  title: string;
  value: number;
  min: number;
  set: (value: number) => void;
}

function NumberField({ title, value, min, set }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{title}</label>
      <input
        id={id}
        type="number"
        required
        min={min}
        step={1}
        value={value}
        onInput={(event) => {
          const number = event.currentTarget.valueAsNumber;
          if (Number.isFinite(number)) set(number);
        }}
      />
    </div>
  );
}
