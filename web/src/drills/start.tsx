// Starts a drill.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { record } from "../actions/log";
import { call } from "../api/client";
import type { Problem } from "../api/problem";
import type { Soak } from "../api/types";
import { words } from "../i18n";
import { PressButton, usePress } from "../ui/press";
import { ProblemNote } from "../ui/problem";
import { start, type Wish, wishOf } from "./progress";

/** The API's defaults. The same seed gives the same events. */
const DEFAULTS: Wish = { minutes: 10, events_per_minute: 1000, seed: 1, pace: "fast", concurrency: 16 };

/** `repeat`: the drill whose parameters it takes. */
export function StartForm({ repeat }: { repeat: string | null }) {
  const text = words().drills;
  const form = useRef<HTMLFormElement>(null);
  const [wish, setWish] = useState(DEFAULTS);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    if (repeat === null) return;
    record({ action: "drill.repeat" });
    const gone = new AbortController();
    void call<Soak>(`soaks/${encodeURIComponent(repeat)}`, { signal: gone.signal }).then((reply) => {
      if (gone.signal.aborted) return;
      setProblem(reply.ok ? null : reply.problem);
      if (!reply.ok) return;
      setWish(wishOf(reply.value));
      form.current?.querySelector("input")?.focus();
    });
    return () => gone.abort();
  }, [repeat]);
  // The browser reports invalid numbers itself.
  const press = usePress(() => start(wish));
  return (
    <form class="start" ref={form} onSubmit={press.take}>
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
      <NumberField
        title={text.concurrency}
        value={wish.concurrency}
        min={1}
        set={(concurrency) => setWish({ ...wish, concurrency })}
      />
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
        {repeat !== null && wish.mix && ` ${text.sameMix}`}
      </p>
      {problem && <ProblemNote problem={problem} />}
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
