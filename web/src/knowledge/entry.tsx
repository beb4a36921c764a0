// One association, beside the list: its whole answer, and what can be done with it.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { record } from "../actions/log";
import type { Version } from "../api/types";
import { ForgetDialog } from "../chat/forget";
import { words } from "../i18n";
import { useLive } from "../live";
import { AnswerText } from "../ui/answer_text";
import { BlockLink } from "../ui/block_link";
import { Copy } from "../ui/copy";
import { useEscape } from "../ui/escape";
import { Facts } from "../ui/facts";
import { Reading } from "../ui/reading";
import { Time } from "../ui/time";
import { type History, history } from "./history";
import { type Filter, placeAddress } from "./place";
import { said } from "./said";

interface Props {
  filter: Filter;
  block: number;
  /** Called when what is taught may have changed. */
  changed: () => void;
}

export function EntryPanel({ filter, block, changed }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { source } = useMemo(() => history(block), [block]);
  useLive(source);
  useEscape(placeAddress(filter));
  useLayoutEffect(() => heading.current?.focus(), []);
  useEffect(() => record({ action: "knowledge.open" }), []);
  const shown = source.value.value;
  const question = answering(shown)?.stimulus ?? words().knowledge.entryTitle;
  const refresh = async () => {
    changed();
    await source.refresh();
    // What had the focus may be gone with what was forgotten.
    if (document.activeElement === document.body) heading.current?.focus();
  };
  return (
    <section class="panel block entry" aria-labelledby="entry-title">
      <header>
        <h2 id="entry-title" ref={heading} tabIndex={-1} dir="auto">
          {question}
        </h2>
        <div class="aside">
          <a href={placeAddress(filter)}>{words().common.close}</a>
        </div>
      </header>
      {said.value?.block === block && (
        <p class="note good" role="status">
          {said.value.text()}
        </p>
      )}
      <Reading source={source}>
        {(shown) => <Entry filter={filter} block={block} history={shown} changed={refresh} />}
      </Reading>
    </section>
  );
}

/** The version that answers now. */
function answering(shown: History | null): Version | null {
  return shown?.rows.find(({ source }) => source.index === shown.current) ?? null;
}

interface EntryProps {
  filter: Filter;
  block: number;
  history: History;
  changed: () => Promise<void>;
}

function Entry({ filter, block, history: shown, changed }: EntryProps) {
  const [forgetting, setForgetting] = useState(false);
  const current = answering(shown);
  const close = () => {
    setForgetting(false);
    void changed();
  };
  return (
    <>
      {current ? (
        <Current
          filter={filter}
          block={block}
          current={current}
          total={shown.total}
          forget={() => setForgetting(true)}
        />
      ) : (
        <Gone version={shown.rows[0] ?? null} />
      )}
      {forgetting && current && <ForgetDialog block={current.source.index} close={close} />}
    </>
  );
}

interface CurrentProps {
  filter: Filter;
  block: number;
  current: Version;
  total: number;
  forget: () => void;
}

function Current({ filter, block, current, total, forget }: CurrentProps) {
  const text = words().knowledge;
  const { index } = current.source;
  return (
    <>
      {index !== block && (
        <p class="note">
          {text.isOlder} <BlockLink index={block} />. {text.answersNow} <BlockLink index={index} />.
        </p>
      )}
      {current.response == null ? (
        <p class="note bad">{text.unreadableAnswer}</p>
      ) : (
        <AnswerText text={current.response} />
      )}
      <div class="bar">
        <a class="button" href={placeAddress(filter, { kind: "edit", block: index, restore: null })}>
          {text.edit}
        </a>
        <a class="button" href={placeAddress(filter, { kind: "versions", block: index })}>
          {text.versionsCount(total)}
        </a>
        {current.response != null && <Copy value={current.response} />}
        <button type="button" onClick={forget}>
          {words().chat.forget}
        </button>
      </div>
      <Facts
        facts={[
          [text.taughtFact, <Time key="time" at={current.taught} />],
          [text.blockFact, <BlockLink key="block" index={index} />],
        ]}
      />
    </>
  );
}

/** It was forgotten, or its block is damaged. */
function Gone({ version }: { version: Version | null }) {
  const text = words().knowledge;
  if (version?.erased_by == null) return <p class="note">{text.damaged}</p>;
  return (
    <p class="note">
      {text.forgottenBy} <BlockLink index={version.erased_by} />. {text.goneAdvice}
    </p>
  );
}
