// The list of what is taught.
import { useRef } from "preact/hooks";
import type { Listed } from "../api/types";
import { words } from "../i18n";
import { addresses } from "../route";
import { withoutMarks } from "../ui/markup";
import { Reading } from "../ui/reading";
import { Day } from "../ui/time";
import { type Listing, nameOf } from "./catalogue";
import type { Pages } from "./pages";
import { EVERYTHING, type Filter, placeAddress } from "./place";
import { isEverything } from "./search";
import { useSteady } from "./steady";
import { More } from "./versions";

interface Props {
  filter: Filter;
  list: Pages<Listing>;
  /** The block that is open. */
  opened: number | null;
}

export function List({ filter, list, opened }: Props) {
  const text = words().knowledge;
  return (
    <section class="panel list" aria-label={text.listTitle}>
      <Reading source={list.source}>
        {(shown, waiting) => (
          <>
            <Count filter={filter} shown={shown} waiting={waiting} />
            {shown.total === 0 && !waiting && <Nothing filter={filter} />}
            {shown.rows.length > 0 && <Rows filter={filter} shown={shown} opened={opened} />}
            {shown.next !== null && !waiting && (
              <More more={list.more} title={text.more} came={() => goToRow(shown.rows.length)} />
            )}
          </>
        )}
      </Reading>
    </section>
  );
}

function Count({ filter, shown, waiting }: { filter: Filter; shown: Listing; waiting: boolean }) {
  const text = words().knowledge;
  const all = isEverything(filter);
  return (
    <>
      <p class="small muted" role="status">
        {waiting ? text.searching : all ? text.all(shown.total) : text.found(shown.total)}
      </p>
      {!shown.caughtUp && <p class="note small">{text.notCaughtUp}</p>}
      {shown.unreadable > 0 && <p class="note bad">{text.unreadable(shown.unreadable)}</p>}
    </>
  );
}

function Nothing({ filter }: { filter: Filter }) {
  const text = words().knowledge;
  if (isEverything(filter)) {
    return (
      <div class="nothing">
        <h2>{text.emptyTitle}</h2>
        <p>{text.emptyAdvice}</p>
        <p class="links">
          <a href={placeAddress(EVERYTHING, { kind: "new" })}>{text.teachFirst}</a>
          <a href={addresses.import}>{text.importFirst}</a>
        </p>
      </div>
    );
  }
  return (
    <div class="nothing">
      <p>{text.nothingFound}</p>
      <p class="links">
        <a href={addresses.knowledge}>{text.showAll}</a>
      </p>
    </div>
  );
}

function Rows({ filter, shown, opened }: { filter: Filter; shown: Listing; opened: number | null }) {
  const { rows, of } = shown;
  const list = useRef<HTMLUListElement>(null);
  useSteady(list, rows, of);
  return (
    <ul class="rows" ref={list}>
      {rows.map((row) => (
        <Row key={nameOf(row)} filter={filter} row={row} open={row.source.index === opened} />
      ))}
    </ul>
  );
}

/** The button is gone, or lies far below: the first row that came takes the focus. */
function goToRow(place: number): void {
  const row = document.querySelectorAll<HTMLElement>(".row .what > a")[place];
  row?.focus({ preventScroll: true });
}

function Row({ filter, row, open }: { filter: Filter; row: Listed; open: boolean }) {
  const text = words().knowledge;
  return (
    <li class={open ? "row opened" : "row"} data-name={nameOf(row)}>
      {/* The question stands where its language begins; a part with a direction of its own does not count. */}
      <div class="what" dir="auto">
        <a
          href={placeAddress(filter, { kind: "entry", block: row.source.index })}
          aria-current={open ? "true" : undefined}
        >
          {row.stimulus}
        </a>
        <p class="muted excerpt" dir="auto">
          {withoutMarks(row.excerpt)}
        </p>
      </div>
      <p class="small muted about">
        <span>
          {text.taught} <Day at={row.taught} />
        </span>
        {row.versions > 1 && (
          <span>
            <a href={placeAddress(filter, { kind: "versions", block: row.source.index })}>
              {text.versionsCount(row.versions)}
            </a>
          </span>
        )}
        <span>
          {row.asked === 0 ? text.never : text.asked(row.asked)}
          {row.last_asked && (
            <>
              {text.lastAsked(row.asked)} <Day at={row.last_asked} />
            </>
          )}
        </span>
      </p>
    </li>
  );
}
