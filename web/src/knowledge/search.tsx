// The words that are searched for, and the filters. Both are in the address.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { words } from "../i18n";
import { goTo } from "../route";
import { useSlash } from "../ui/slash";
import { EVERYTHING, type Filter, type Opened, placeAddress } from "./place";

/** How long no key is pressed before the search begins. Milliseconds. */
const PAUSE = 30;

interface Props {
  filter: Filter;
  opened: Opened | null;
}

export function Search({ filter, opened }: Props) {
  const text = words().knowledge;
  const apply = (change: Partial<Filter>) => goTo(placeAddress({ ...filter, ...change }, opened));
  return (
    <search class="find">
      <Words filter={filter} opened={opened} />
      <div class="field">
        <label for="knowledge-since">{text.since}</label>
        <select
          id="knowledge-since"
          value={filter.since ?? ""}
          onChange={({ currentTarget: { value } }) =>
            apply({ since: value === "week" || value === "month" ? value : null })
          }
        >
          <option value="">{text.anyTime}</option>
          <option value="week">{text.week}</option>
          <option value="month">{text.month}</option>
        </select>
      </div>
      <div class="field">
        <label for="knowledge-order">{text.order}</label>
        <select
          id="knowledge-order"
          value={filter.order}
          onChange={({ currentTarget: { value } }) =>
            apply({ order: value === "asked" ? "asked" : "newest" })
          }
        >
          <option value="newest">{text.newest}</option>
          <option value="asked">{text.askedMost}</option>
        </select>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={filter.asked === "never"}
          onChange={(event) => apply({ asked: event.currentTarget.checked ? "never" : null })}
        />
        {text.neverAsked}
      </label>
    </search>
  );
}

function Words({ filter, opened }: Props) {
  const text = words().knowledge;
  const field = useRef<HTMLInputElement>(null);
  const [written, setWritten] = useState(filter.q);
  /** The words that the address has because they were written here. */
  const sent = useRef(filter.q);
  const timer = useRef(0);
  /** Whether the current entry of the browser's history came by typing: the next letter takes its place. */
  const typing = useRef(false);

  useEffect(() => {
    if (filter.q === sent.current) return;
    // Back, Forward or a link.
    clearTimeout(timer.current);
    sent.current = filter.q;
    typing.current = false;
    setWritten(filter.q);
  }, [filter.q]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const find = useCallback(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  useSlash(find);

  const write = (q: string) => {
    setWritten(q);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      sent.current = q;
      goTo(placeAddress({ ...filter, q }, opened), typing.current);
      typing.current = true;
    }, PAUSE);
  };

  return (
    <div class="field words">
      <label for="knowledge-search">{text.search}</label>
      <input
        id="knowledge-search"
        ref={field}
        type="search"
        autocomplete="off"
        spellcheck={false}
        maxLength={300}
        aria-keyshortcuts="/"
        placeholder={text.searchHint}
        value={written}
        onInput={(event) => write(event.currentTarget.value)}
        onBlur={() => {
          typing.current = false;
        }}
      />
    </div>
  );
}

/** Whether the list shows everything. */
export function isEverything(filter: Filter): boolean {
  return (
    placeAddress({ ...filter, order: EVERYTHING.order, q: filter.q.trim() }) === placeAddress(EVERYTHING)
  );
}
