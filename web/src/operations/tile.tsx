// One figure. It is green only if it is known to be good.
import type { ComponentChildren } from "preact";
import { connection } from "../api/connection";
import { words } from "../i18n";
import type { Live } from "../live";
import { Time } from "../ui/time";

type Tone = "good" | "bad" | "neutral";

export interface Figure {
  value: ComponentChildren;
  note?: ComponentChildren;
  tone?: Tone;
}

interface TileProps<T> {
  title: string;
  source: Live<T>;
  read: (value: T) => Figure;
  /** It is a line of its own. */
  wide?: boolean;
}

export function Tile<T>({ title, source, read, wide = false }: TileProps<T>) {
  const text = words();
  const value = source.value.value;
  const lost = connection.value.state !== "up" || source.stale.value;
  const missing = source.problem.value ? text.operations.notKnown : "…";
  const figure: Figure = value === null ? { value: missing } : read(value);
  const tone = lost || value === null ? "neutral" : (figure.tone ?? "neutral");
  return (
    <li class={`tile ${tone}${lost ? " stale" : ""}${wide ? " wide" : ""}`}>
      <span class="name">{title}</span>
      <strong class="value">{figure.value}</strong>
      <div class="small muted">
        {lost && value !== null ? (
          <>
            {text.operations.asOf} <Time at={source.at.value ?? 0} short />
          </>
        ) : (
          figure.note
        )}
      </div>
    </li>
  );
}
