// Starts a drill.
import { useId, useState } from "preact/hooks";
import { words } from "../i18n";
import { start, type Wish } from "./progress";

/** What the API takes when nothing is said; the sets of events are the same for the same seed. */
const DEFAULTS: Wish = { minutes: 10, events_per_minute: 1000, seed: 1, pace: "fast" };

export function StartForm() {
  const text = words().drills;
  const [wish, setWish] = useState(DEFAULTS);
  const [sending, setSending] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (sending) return;
    setSending(true);
    await start(wish);
    setSending(false);
  };
  return (
    <form class="start" onSubmit={(event) => void submit(event)}>
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
      <button type="submit" class="primary" aria-disabled={sending}>
        {text.start}
      </button>
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
