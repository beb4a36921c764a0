// How far something is.
import { format } from "../i18n/format";

export function Progress({ label, done, total }: { label: string; done: number; total: number }) {
  const ratio = total > 0 ? Math.min(done / total, 1) : 0;
  return (
    <div class="progress">
      <progress aria-label={label} value={ratio} max={1} />
      <span>{format().percent(ratio)}</span>
    </div>
  );
}
