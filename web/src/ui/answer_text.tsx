// An answer as people read it: its links, code, lists and bold text are built as nodes, and a long one is shown by its
// beginning until somebody wants all of it.
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { words } from "../i18n";
import { beginning, type Room } from "./beginning";
import { Code } from "./code";
import { directionOf, isAddress } from "./direction";
import { type Block, type Inline, parse } from "./markup";

const ANSWER: Room = { lines: 24, length: 1600 };

/** The long answers that somebody wanted all of: they are whole when one returns to them. */
const unfolded = new Set<string>();

interface Props {
  text: string;
  /** How much of it is shown at first. */
  room?: Room;
}

export function AnswerText({ text, room = ANSWER }: Props) {
  const [whole, setWhole] = useState(() => unfolded.has(text));
  const short = useMemo(() => beginning(text, room), [text, room]);
  const shown = whole || short === null ? text : short;
  const blocks = useMemo(() => parse(shown), [shown]);
  const toggle = () => {
    if (whole) unfolded.delete(text);
    else unfolded.add(text);
    setWhole(!whole);
  };
  return (
    <>
      <div class="answer">
        <Blocks blocks={blocks} />
      </div>
      {short !== null && (
        <p>
          <button type="button" class="quiet small" aria-expanded={whole} onClick={toggle}>
            {whole ? words().common.showLess : words().common.showAll}
          </button>
        </p>
      )}
    </>
  );
}

function Blocks({ blocks }: { blocks: Block[] }) {
  return <>{blocks.map(blockOf)}</>;
}

// The index is a good key: the blocks of a text do not move.
function blockOf(block: Block, key: number): ComponentChildren {
  switch (block.kind) {
    case "paragraph":
      return (
        <p key={key} dir="auto">
          {block.children.map(inlineOf)}
        </p>
      );
    case "code":
      return <Code key={key} text={block.text} />;
    case "list": {
      const items = block.items.map((item, at) => (
        <li key={at}>
          <Blocks blocks={item} />
        </li>
      ));
      const dir = directionOf([block]);
      return block.start === null ? (
        <ul key={key} dir={dir}>
          {items}
        </ul>
      ) : (
        <ol key={key} dir={dir} start={block.start}>
          {items}
        </ol>
      );
    }
  }
}

function inlineOf(inline: Inline, key: number): ComponentChildren {
  switch (inline.kind) {
    case "text":
      return inline.text;
    case "code":
      return (
        <code key={key} dir="ltr">
          {inline.text}
        </code>
      );
    case "strong":
      return <strong key={key}>{inline.children.map(inlineOf)}</strong>;
    case "link":
      return (
        <a
          key={key}
          href={inline.href}
          title={inline.href}
          dir={isAddress(inline) ? "ltr" : undefined}
          target="_blank"
          rel="noopener noreferrer"
        >
          {inline.text}
        </a>
      );
    case "break":
      return <br key={key} />;
    case "task": {
      const said = inline.done ? words().common.taskDone : words().common.taskOpen;
      return <span key={key} class={inline.done ? "task done" : "task"} role="img" aria-label={said} />;
    }
  }
}
