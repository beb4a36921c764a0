// The columns or fields of a file that one can choose from.
import type { Problem } from "../api/problem";
import type { ImportPreview } from "../api/types";

/** Those that the node found. A file whose columns are not clear comes without a list: then they are in its words, quoted. */
export function columnsOf(shown: ImportPreview | null, problem: Problem | null): string[] {
  if (shown && shown.columns.length > 0) return shown.columns;
  const words = [problem?.detail ?? "", ...(shown?.first_faults ?? []).map(({ problem }) => problem)];
  const quoted = words.flatMap((said) => Array.from(said.matchAll(/`([^`]+)`/g), ([, name]) => name ?? ""));
  return [...new Set(quoted)];
}
