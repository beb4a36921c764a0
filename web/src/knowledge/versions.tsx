// Every version of an association, with what changed from one to the next.
import { useEffect, useMemo, useState } from "preact/hooks";
import { record } from "../actions/log";
import type { Problem } from "../api/problem";
import type { Version } from "../api/types";
import { words } from "../i18n";
import { useLive } from "../live";
import { BlockLink } from "../ui/block_link";
import { Copy } from "../ui/copy";
import { Panel } from "../ui/panel";
import { PressButton, usePress } from "../ui/press";
import { ProblemNote } from "../ui/problem";
import { Reading } from "../ui/reading";
import { Time, Zone } from "../ui/time";
import { Difference } from "./difference";
import { type History, history } from "./history";
import { type Filter, placeAddress } from "./place";

interface Props {
  filter: Filter;
  block: number;
}

export function VersionsPanel({ filter, block }: Props) {
  const text = words().knowledge;
  const { source, more } = useMemo(() => history(block), [block]);
  useLive(source);
  useEffect(() => record({ action: "knowledge.versions" }), []);
  const back = placeAddress(filter, { kind: "entry", block });
  return (
    <Panel title={text.versionsTitle} class="alone" focused aside={<a href={back}>{text.backToAnswer}</a>}>
      <Reading source={source}>
        {(shown) => (
          <>
            <List filter={filter} shown={shown} />
            {shown.next !== null && <More more={more} title={text.olderVersions} />}
          </>
        )}
      </Reading>
    </Panel>
  );
}

function List({ filter, shown }: { filter: Filter; shown: History }) {
  const question = shown.rows.find(({ stimulus }) => stimulus != null)?.stimulus;
  return (
    <>
      {question != null && <p class="text asked">{question}</p>}
      <Zone />
      <ol class="versions">
        {shown.rows.map((version, index) => (
          <li key={version.source.index}>
            <VersionView
              filter={filter}
              version={version}
              older={shown.rows[index + 1] ?? null}
              current={shown.current}
            />
          </li>
        ))}
      </ol>
    </>
  );
}

interface VersionProps {
  filter: Filter;
  version: Version;
  /** The one that it replaced; null if it is the first, or on the next page. */
  older: Version | null;
  /** The block that answers now. */
  current: number | null;
}

function VersionView({ filter, version, older, current }: VersionProps) {
  const text = words().knowledge;
  const { index } = version.source;
  const restorable = current !== null && current !== index && version.response != null;
  return (
    <>
      <p class="version-head">
        <BlockLink index={index} />
        <Time at={version.taught} short />
        {index === current && <span class="badge good">{text.answers}</span>}
        {version.replaced_by != null && (
          <span class="small muted">
            {text.replacedIn} <BlockLink index={version.replaced_by} />
          </span>
        )}
        {restorable && (
          <a
            class="button small"
            href={placeAddress(filter, { kind: "edit", block: current, restore: index })}
            aria-label={text.restoreOne(index)}
          >
            {text.restore}
          </a>
        )}
        {version.response != null && <Copy value={version.response} />}
      </p>
      <Change version={version} older={older} />
    </>
  );
}

function Change({ version, older }: { version: Version; older: Version | null }) {
  const text = words().knowledge;
  if (version.erased_by != null) {
    return (
      <p class="muted">
        {text.forgottenBy} <BlockLink index={version.erased_by} />.
      </p>
    );
  }
  if (version.response == null || version.stimulus == null)
    return <p class="muted">{text.unreadableAnswer}</p>;
  if (older?.response == null || older.stimulus == null) return <p class="text plain">{version.response}</p>;
  const { index } = version.source;
  return (
    <>
      {older.stimulus !== version.stimulus && (
        <Difference old={older.stimulus} now={version.stimulus} label={text.questionChangedIn(index)} />
      )}
      {older.response === version.response ? (
        <p class="muted">{text.sameText}</p>
      ) : (
        <Difference old={older.response} now={version.response} label={text.changedIn(index)} />
      )}
    </>
  );
}

interface MoreProps {
  more: () => Promise<Problem | null>;
  title: string;
  /** Called when what follows is shown. */
  came?: () => void;
}

/** Loads what follows. */
export function More({ more, title, came }: MoreProps) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const press = usePress(async () => {
    const failed = await more();
    setProblem(failed);
    // What came is rendered by then.
    if (!failed && came) setTimeout(came);
  });
  return (
    <>
      {problem && <ProblemNote problem={problem} urgent />}
      <PressButton press={press}>{title}</PressButton>
    </>
  );
}
