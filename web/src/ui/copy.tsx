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

export function Copy({ value }: { value: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  // Browsers allow the clipboard only for secure origins: loopback and https.
  if (!navigator.clipboard) return null;
  const { copy, copied: done } = words().common;
  const write = () =>
    navigator.clipboard.writeText(value).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <button type="button" class="quiet small" onClick={write}>
      {copied ? done : copy}
    </button>
  );
}
