// Code that stands by itself, and a button that copies it.
import { Copy } from "./copy";

export function Code({ text }: { text: string }) {
  return (
    <div class="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre tabIndex={0} dir="ltr">
        <code>{text}</code>
      </pre>
      <Copy value={text} />
    </div>
  );
}
