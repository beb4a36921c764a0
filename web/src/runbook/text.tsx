// The runbook's Markdown as elements: nodes are built, and no text becomes HTML.
import type { ComponentChildren } from "preact";
import { nodeAddress } from "../api/client";
import { addresses } from "../route";
import { Code } from "../ui/code";
import { type Block, type Inline, parse } from "./markdown";

/** `name`: what a table is called for those who do not see it. */
export function Markdown({ text, name }: { text: string; name: string }) {
  return <>{parse(text).map((block) => part(block, name))}</>;
}

export function Line({ of }: { of: Inline[] }) {
  return <>{of.map(written)}</>;
}

function part(block: Block, name: string): ComponentChildren {
  switch (block.kind) {
    case "paragraph":
      return <p>{block.children.map(written)}</p>;
    case "code":
      return <Code text={block.text} />;
    case "list": {
      const items = block.items.map((item) => <li>{item.map(written)}</li>);
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case "table":
      return <TableOf head={block.head} rows={block.rows} name={name} />;
  }
}

function TableOf({ head, rows, name }: { head: Inline[][]; rows: Inline[][][]; name: string }) {
  const titled = head.some((cell) => cell.length > 0);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form, and a section would be one more landmark.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div class="scroll" role="group" aria-label={name} tabIndex={0}>
      <table>
        {titled && (
          <thead>
            <tr>
              {head.map((cell) => (
                <th scope="col">{cell.map(written)}</th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map(([first = [], ...rest]) => (
            <tr>
              <th scope="row">{first.map(written)}</th>
              {rest.map((cell) => (
                <td>{cell.map(written)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function written(inline: Inline): ComponentChildren {
  switch (inline.kind) {
    case "text":
      return inline.text;
    case "code":
      return <code>{inline.text}</code>;
    case "strong":
      return <strong>{inline.children.map(written)}</strong>;
    case "emphasis":
      return <em>{inline.children.map(written)}</em>;
    case "link":
      return <Link to={inline.to}>{inline.children.map(written)}</Link>;
  }
}

/** A link to a section stays in the page; of others only web addresses become links. */
function Link({ to, children }: { to: string; children: ComponentChildren }) {
  if (to.startsWith("#")) return <a href={section(to.slice(1))}>{children}</a>;
  const other = /^operations(?:\.(ru))?\.md$/.exec(to);
  // The node shows each language as a page of its own too.
  if (other) return <a href={nodeAddress(`runbook/${other[1] ?? "en"}`)}>{children}</a>;
  if (!/^https?:\/\//.test(to)) return <>{children}</>;
  return (
    <a href={to} rel="noreferrer noopener" target="_blank">
      {children}
    </a>
  );
}

function section(anchor: string): string {
  try {
    return addresses.runbook(decodeURIComponent(anchor));
  } catch {
    return addresses.runbook(anchor);
  }
}
