// Knowledge: what the node was taught. One finds it, reads it, corrects it, brings it in and takes it out.
import { useEffect, useLayoutEffect } from "preact/hooks";
import { words } from "../i18n";
import { useLive } from "../live";
import { Screen } from "../ui/screen";
import { catalogue } from "./catalogue";
import { EditPanel, NewPanel } from "./edit";
import { EntryPanel } from "./entry";
import { Export } from "./export";
import { ImportPanel } from "./import";
import { List } from "./list";
import { type Filter, type Opened, placeAddress } from "./place";
import { said } from "./said";
import { Search } from "./search";
import { Unanswered } from "./unanswered";
import { VersionsPanel } from "./versions";

interface Props {
  filter: Filter;
  opened: Opened | null;
}

export function KnowledgeScreen({ filter, opened }: Props) {
  const text = words().knowledge;
  // What was said belongs to what was opened then.
  const block = opened && "block" in opened ? opened.block : null;
  useEffect(() => {
    if (said.peek()?.block !== block || opened?.kind !== "entry") said.value = null;
  }, [block, opened?.kind]);
  const aside = (
    <nav class="links" aria-label={text.tasks}>
      <a class="button" href={placeAddress(filter, { kind: "new" })}>
        {text.teachNew}
      </a>
      <a class="button" href={placeAddress(filter, { kind: "import" })}>
        {text.importLink}
      </a>
    </nav>
  );
  return (
    <Screen title={text.title} aside={aside}>
      <Current filter={filter} opened={opened} />
    </Screen>
  );
}

/** The block that was open last. */
let left: number | null = null;

function Current({ filter, opened }: Props) {
  useEffect(() => {
    if (opened && "block" in opened) left = opened.block;
  }, [opened]);
  useEffect(
    () => () => {
      left = null;
    },
    [],
  );
  switch (opened?.kind) {
    case "edit":
      return (
        <EditPanel
          key={`${opened.block} ${opened.restore}`}
          filter={filter}
          block={opened.block}
          restore={opened.restore}
        />
      );
    case "versions":
      return <VersionsPanel key={opened.block} filter={filter} block={opened.block} />;
    case "new":
      return <NewPanel filter={filter} />;
    case "import":
      return <ImportPanel filter={filter} />;
    default:
      return <Browse filter={filter} opened={opened} />;
  }
}

function Browse({
  filter,
  opened,
}: {
  filter: Filter;
  opened: Extract<Opened, { kind: "entry" | "versions" }> | null;
}) {
  const list = catalogue(filter);
  useLive(list.source);
  const block = opened?.block ?? null;
  // Whoever closes an answer goes on from its row.
  useLayoutEffect(() => {
    if (block !== null || left === null) return;
    const address = placeAddress(filter, { kind: "entry", block: left });
    left = null;
    if (document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`.row .what > a[href="${CSS.escape(address)}"]`)?.focus();
  }, [block]);
  return (
    <>
      <Search filter={filter} opened={opened} />
      <div class={block === null ? undefined : "beside"}>
        {block !== null && (
          <EntryPanel key={block} filter={filter} block={block} changed={() => void list.source.refresh()} />
        )}
        <div class="found">
          <List filter={filter} list={list} opened={block} />
          <Unanswered />
          <Export />
        </div>
      </div>
    </>
  );
}
