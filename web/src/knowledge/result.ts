// What became of each row of an import, as a file to keep.
import type { Row, Run } from "./importing";

type Rest = Run["rest"];

/** An object for each row, as the node told it; the last one tells of the others, if it was broken off. */
export function asJson(rows: Row[], rest: Rest = null): Blob {
  const all = rest ? [...rows, others(rest)] : rows;
  return new Blob([JSON.stringify(all, null, 2), "\n"], { type: "application/json" });
}

function others(rest: NonNullable<Rest>): object {
  return typeof rest === "string" ? { others: "unknown" } : { untold: rest.untold, not_reached: rest.left };
}

const COLUMNS = ["row", "question", "result", "block", "problem"];

/** CSV that Excel opens: with a byte order mark, and no cell is a formula. */
export function asCsv(rows: Row[], rest: Rest = null): Blob {
  const lines = rows.map((row) =>
    "effect" in row
      ? [String(row.row), row.stimulus, row.effect, String(row.block.index), ""]
      : [String(row.row), "", "", "", row.problem],
  );
  const text = [COLUMNS, ...lines, ...ofOthers(rest)]
    .map((line) => `${line.map(cell).join(",")}\r\n`)
    .join("");
  return new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" });
}

function ofOthers(rest: Rest): string[][] {
  if (rest === null) return [];
  if (typeof rest === "string") return [["", "", "unknown", "", "the other rows may be taught"]];
  const lines = [
    ["", "", "taught", "", `${rest.untold} rows that were not told one by one`],
    ["", "", "not taught", "", `${rest.left} rows that were not reached`],
  ];
  return rest.untold > 0 ? lines : lines.slice(1);
}

/**
 * Spreadsheets compute what begins so, also behind what is not seen, as in the node's own exports.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const FORMULA =
  /^(?:'*[\t\r\n]|[\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb\u{13430}-\u{13442}\u{1d159}']*[=+\-@＝＋－＠])/u;

function cell(text: string): string {
  const plain = FORMULA.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
