// Questions that have the answer which is to be corrected: copies, made when somebody confirmed it for another wording. Corrected
// with it, none stays behind.
import type { Preview } from "../api/types";
import { words } from "../i18n";
import { BlockLink } from "../ui/block_link";
import { chosen, type Other } from "./near";

interface Props {
  same: Preview["same"];
  /** How many there are, which may be more than are named. */
  total: number;
  also: Other[];
  setAlso: (also: Other[]) => void;
}

export function SameToo({ same, total, also, setAlso }: Props) {
  const text = words().knowledge;
  const all = same.every(({ source }) => also.some(({ block }) => block === source.index));
  return (
    <section class="note near" aria-label={text.sameTitle(total)}>
      <label class="check">
        <input
          type="checkbox"
          checked={all}
          onChange={(event) => setAlso(chosen(also, same, event.currentTarget.checked))}
        />
        {text.sameToo(same.length)}
      </label>
      {total > same.length && <p class="small">{text.sameMore(total)}</p>}
      <details>
        <summary>{text.sameWhich}</summary>
        <ul>
          {same.map(({ stimulus, source }) => (
            <li key={source.index}>
              <q dir="auto">{stimulus}</q> <BlockLink index={source.index} />
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
