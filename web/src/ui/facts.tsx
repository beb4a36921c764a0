// Names and their values.
import type { ComponentChildren } from "preact";

export type Fact = [name: string, value: ComponentChildren];

interface Props {
  facts: Fact[];
  /** An additional class. */
  kind?: "preview";
  /** What a screen reader calls it. */
  label?: string | undefined;
}

export function Facts({ facts, kind, label }: Props) {
  return (
    <dl class={kind ? `facts ${kind}` : "facts"} aria-label={label}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          {/* A long text scrolls, and what scrolls must be reachable by keyboard. */}
          <dd tabIndex={kind === "preview" ? 0 : undefined} dir={kind === "preview" ? "auto" : undefined}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
