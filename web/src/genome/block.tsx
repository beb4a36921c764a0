// One block, in full.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { record } from "../actions/log";
import { call } from "../api/client";
import type { Block } from "../api/types";
import { ForgetDialog } from "../chat/forget";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { live, useLive } from "../live";
import { addresses } from "../route";
import { BlockLink } from "../ui/block_link";
import { Hex } from "../ui/copy";
import { useEscape } from "../ui/escape";
import { type Fact, Facts } from "../ui/facts";
import { Reading } from "../ui/reading";
import { Time } from "../ui/time";
import { ContentView } from "./content";

interface Props {
  index: number;
  /** The page of the table to go back to. */
  until: number | null;
}

export function BlockPanel({ index, until }: Props) {
  const text = words().genome;
  const heading = useRef<HTMLHeadingElement>(null);
  const source = useLive(
    useMemo(() => live<Block>((signal) => call(`genome/blocks/${index}`, { signal }), 10_000), [index]),
  );
  const list = until === null ? addresses.genome : addresses.until(until);
  useEscape(list);
  useLayoutEffect(() => heading.current?.focus(), []);
  useEffect(() => record({ action: "genome.open_block" }), []);
  return (
    <section class="panel block" aria-labelledby="block-title">
      <header>
        <h2 id="block-title" ref={heading} tabIndex={-1}>
          {text.blockTitle(format().number(index))}
        </h2>
        <div class="aside">
          <a href={list}>{words().common.close}</a>
        </div>
      </header>
      <Reading source={source}>{(block) => <BlockView block={block} changed={source.refresh} />}</Reading>
      <nav class="pages" aria-label={text.neighbours}>
        {index > 0 && <a href={addresses.blockOn(index - 1, until)}>{text.previousBlock}</a>}
        <a href={addresses.blockOn(index + 1, until)}>{text.nextBlock}</a>
      </nav>
    </section>
  );
}

function BlockView({ block, changed }: { block: Block; changed: () => void }) {
  const text = words().genome;
  const [forgetting, setForgetting] = useState(false);
  const taught = block.content != null && "stimulus" in block.content;
  const answers = taught && block.replaced_by == null;
  const facts: Fact[] = [
    ...successors(block),
    [text.event, <span class="event">{block.event}</span>],
    [text.time, <Time at={block.time} />],
    [text.nanoseconds, <code>{block.time_ns}</code>],
    [text.hash, <Hex value={block.hash} short={false} />],
    [text.previous, <Hex value={block.previous} short={false} />],
    [text.digest, <Hex value={block.digest} short={false} />],
  ];
  return (
    <>
      {block.fault && (
        <div class="note bad" role="alert">
          <p>
            <strong>{text.brokenTitle}</strong> <q lang="en">{block.fault}</q>
          </p>
          <p>{text.brokenAdvice}</p>
        </div>
      )}
      <ContentView block={block} />
      {taught && (
        <div class="bar">
          <a class="button" href={addresses.taught(block.index)}>
            {words().knowledge.inKnowledge}
          </a>
          {answers && (
            <button type="button" onClick={() => setForgetting(true)}>
              {words().chat.forget}
            </button>
          )}
        </div>
      )}
      <Facts facts={facts} />
      {forgetting && (
        <ForgetDialog
          block={block.index}
          close={() => {
            setForgetting(false);
            changed();
          }}
        />
      )}
    </>
  );
}

/** The blocks before and after it that taught the same question. */
function successors({ replaces, replaced_by }: Block): Fact[] {
  const text = words().knowledge;
  const facts: Fact[] = [];
  if (replaced_by != null) facts.push([text.replacedByBlock, <BlockLink key="by" index={replaced_by} />]);
  if (replaces != null) facts.push([text.replacesBlock, <BlockLink key="of" index={replaces} />]);
  return facts;
}
