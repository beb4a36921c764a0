// The table of blocks, a page at a time.
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Block } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { useLive } from "../live";
import { addresses } from "../route";
import { Panel } from "../ui/panel";
import { Reading } from "../ui/reading";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { PAGE, type Page, page } from "./blocks";
import { Jump } from "./jump";
import { verification } from "./verification";

interface Props {
  /** The newest block to show; null starts at the end of the genome. */
  until: number | null;
  /** The block that is open next to the table. */
  opened: number | null;
}

export function BlocksPanel({ until, opened }: Props) {
  const text = words().genome;
  const source = useLive(useMemo(() => page(until), [until]));
  useRowAgain(opened);
  return (
    <Panel title={text.blocksTitle} class="blocks" aside={<Jump />}>
      <Reading source={source}>
        {(shown, waiting) => (
          <>
            <BlocksTable shown={shown} until={until} opened={opened} />
            <Pages until={until} shown={shown} waiting={waiting} />
          </>
        )}
      </Reading>
    </Panel>
  );
}

/** The focus of a block that was closed goes to its row, or to the screen while there is none. */
function useRowAgain(opened: number | null): void {
  const before = useRef(opened);
  useEffect(() => {
    const closed = before.current;
    before.current = opened;
    if (opened !== null || closed === null || document.activeElement !== document.body) return;
    const row = document.querySelector<HTMLElement>(`a[data-block="${closed}"]`);
    (row ?? document.querySelector<HTMLElement>("h1"))?.focus();
  }, [opened]);
}

function BlocksTable({ shown, until, opened }: Props & { shown: Page }) {
  const text = words().genome;
  const broken = verification.value.value?.verdict?.broken?.block ?? null;
  const rows = shown.blocks.toSorted((one, other) => rank(other, broken) - rank(one, broken));
  return (
    <Table
      caption={text.blocksTitle}
      rows={rows}
      rowKey={(block) => block.index}
      rowClass={(block) => (rank(block, broken) > 0 ? "bad" : block.index === opened ? "opened" : undefined)}
      columns={[
        {
          title: text.blockColumn,
          numeric: true,
          heads: true,
          cell: ({ index }) => (
            <a
              data-block={index}
              href={addresses.blockOn(index, until)}
              aria-current={index === opened ? "true" : undefined}
            >
              {format().number(index)}
            </a>
          ),
        },
        { title: text.event, cell: ({ event }) => <span class="event">{event}</span> },
        { title: text.content, cell: (block) => <Summary block={block} broken={block.index === broken} /> },
        { title: text.time, cell: ({ time }) => <Time at={time} short /> },
        { title: text.hash, cell: ({ hash }) => <code>{hash.slice(0, 8)}</code> },
      ]}
    />
  );
}

/** Broken blocks come first. */
function rank(block: Block, broken: number | null): number {
  return block.fault || block.index === broken ? 1 : 0;
}

function Summary({ block, broken }: { block: Block; broken: boolean }) {
  const text = words().genome;
  const { content } = block;
  if (block.fault || broken) return <span class="badge bad">{text.broken}</span>;
  if (block.erased_by != null) return <span class="muted">{text.erasedBy(block.erased_by)}</span>;
  if (!content) return <span class="muted">{text.noContent}</span>;
  if ("stimulus" in content)
    return (
      <span class="clip" dir="auto">
        {content.stimulus}
      </span>
    );
  if ("match" in content) return <span>{text.matches[content.match as keyof typeof text.matches]}</span>;
  if ("erased" in content) return <span>{text.erasedCount(content.erased.length)}</span>;
  return <span class="muted">{text.genesis}</span>;
}

interface PagesProps {
  until: number | null;
  shown: Page;
  waiting: boolean;
}

/** The links are relative to the address, so they work before its page is read. */
function Pages({ until, shown: { blocks, head }, waiting }: PagesProps) {
  const text = words().genome;
  const newest = Math.min(until ?? head, head);
  const oldest = Math.max(0, newest - PAGE + 1);
  const atHead = newest >= head;
  const range = text.range(blocks.at(-1)?.index ?? 0, blocks[0]?.index ?? 0, head + 1);
  return (
    <nav class="pages" aria-label={text.pages}>
      <PageLink to={addresses.genome} title={text.newest} off={atHead} />
      <PageLink to={addresses.until(newest + PAGE)} title={text.newer} off={atHead} />
      <span class="small muted">{waiting ? words().common.loading : range}</span>
      <PageLink to={addresses.until(oldest - 1)} title={text.older} off={oldest === 0} />
      <PageLink to={addresses.until(Math.min(PAGE - 1, head))} title={text.oldest} off={oldest === 0} />
    </nav>
  );
}

function PageLink({ to, title, off }: { to: string; title: string; off: boolean }) {
  return off ? (
    <span class="off" aria-disabled="true">
      {title}
    </span>
  ) : (
    <a href={to}>{title}</a>
  );
}
