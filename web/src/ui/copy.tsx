// A short form of a long hex value, and a button that copies the whole value.
import { useEffect, useState } from "preact/hooks";
import { words } from "../i18n";

export function Hex({ value, short = true }: { value: string; short?: boolean }) {
  const text = short && value.length > 16 ? `${value.slice(0, 8)}…${value.slice(-4)}` : value;
  return (
    <span class="hex">
      <code title={value}>{text}</code>
      <Copy value={value} />
    </span>
  );
}

/** `what`: what the button copies, if that is not plain from where it stands. */
export function Copy({ value, what }: { value: string; what?: string }) {
  const [outcome, setOutcome] = useState<"copied" | "notCopied" | null>(null);
  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(() => setOutcome(null), 2000);
    return () => clearTimeout(timer);
  }, [outcome]);
  // Browsers allow the clipboard only for secure origins: loopback and https.
  if (!navigator.clipboard) return null;
  const text = words().common;
  const write = () =>
    navigator.clipboard.writeText(value).then(
      () => setOutcome("copied"),
      () => setOutcome("notCopied"),
    );
  return (
    <button type="button" class="quiet small" onClick={write}>
      {outcome ? text[outcome] : (what ?? text.copy)}
    </button>
  );
}
