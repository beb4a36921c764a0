// Pins a broken block above everything else.
import type { Verdict } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { addresses } from "../route";
import { Time } from "../ui/time";

export function BrokenNote({ verdict }: { verdict: Verdict | null | undefined }) {
  const text = words().genome;
  if (!verdict?.broken) return null;
  const { block, fault } = verdict.broken;
  return (
    <div class="note bad pinned" role="alert">
      <p>
        <strong>{text.brokenTitle}</strong>{" "}
        <a href={addresses.block(block)}>{text.block(format().number(block))}</a>: <q lang="en">{fault}</q>{" "}
        <span class="small muted">
          {text.checkedAt} <Time at={verdict.ended} />
        </span>
      </p>
      <p>{text.brokenAdvice}</p>
    </div>
  );
}
