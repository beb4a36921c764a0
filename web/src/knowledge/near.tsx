// Questions near to one that is to be taught, so that a correction does not leave two answers that contradict each other.
import type { Suggestion } from "../api/types";
import { words } from "../i18n";
import { AnswerText } from "../ui/answer_text";
import { GLANCE } from "../ui/beginning";
import { BlockLink } from "../ui/block_link";
import { Day } from "../ui/time";

interface Props {
  near: Suggestion[];
  /** Teaches the answer to that question in place of the new one. */
  update: (near: Suggestion) => void;
  /** Gives the new question the answer of that one. */
  same: (near: Suggestion) => void;
  separate: boolean;
  setSeparate: (separate: boolean) => void;
}

/** For a new question: update one that is taught, take its answer, or teach it separately. */
export function NearChoice({ near, update, same, separate, setSeparate }: Props) {
  const text = words().knowledge;
  return (
    <section class="note near" aria-label={text.nearTitle}>
      <p>
        <strong>{text.nearTitle}</strong> {text.nearAdvice}
      </p>
      <ul>
        {near.map((one) => (
          <li key={one.source.index}>
            <NearOne near={one} />
            <div class="bar">
              <button
                type="button"
                aria-label={`${text.updateThat}: ${one.stimulus}`}
                onClick={() => update(one)}
              >
                {text.updateThat}
              </button>
              <button
                type="button"
                aria-label={`${text.sameAsThat}: ${one.stimulus}`}
                onClick={() => same(one)}
              >
                {text.sameAsThat}
              </button>
            </div>
          </li>
        ))}
      </ul>
      <label class="check">
        <input
          type="checkbox"
          checked={separate}
          onChange={(event) => setSeparate(event.currentTarget.checked)}
        />
        {text.separate}
      </label>
    </section>
  );
}

/** Another question that gets the same answer, and the block that answers it until then. */
export interface Other {
  stimulus: string;
  block: number;
}

interface AlsoProps {
  near: Suggestion[];
  also: Other[];
  setAlso: (also: Other[]) => void;
}

/** For a question that is taught already: which of those near to it get the same answer. */
export function NearToo({ near, also, setAlso }: AlsoProps) {
  const text = words().knowledge;
  return (
    <fieldset class="note near">
      <legend>{text.nearToo}</legend>
      <p class="small">{text.nearTooAdvice}</p>
      <ul>
        {near.map((one) => (
          <li key={one.source.index}>
            <NearOne near={one} />
            <label class="check">
              <input
                type="checkbox"
                aria-label={`${text.sameAnswer}: ${one.stimulus}`}
                checked={also.some(({ block }) => block === one.source.index)}
                onChange={(event) => setAlso(chosen(also, [one], event.currentTarget.checked))}
              />
              {text.sameAnswer}
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

/** The questions that are chosen, with or without these. */
export function chosen(
  also: Other[],
  these: { stimulus: string; source: { index: number } }[],
  wanted: boolean,
): Other[] {
  const rest = also.filter(({ block }) => !these.some(({ source }) => source.index === block));
  return wanted
    ? [...rest, ...these.map(({ stimulus, source }) => ({ stimulus, block: source.index }))]
    : rest;
}

function NearOne({ near }: { near: Suggestion }) {
  const text = words().knowledge;
  return (
    <div>
      <p>
        <q dir="auto">{near.stimulus}</q>{" "}
        <span class="small muted">
          {text.taught} <Day at={near.taught} />, <BlockLink index={near.source.index} />
        </span>
      </p>
      <AnswerText text={near.answer} room={GLANCE} />
    </div>
  );
}
