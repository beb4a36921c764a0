// What became of each row of an import, as a file to keep, in the language of the page.
import type { ImportFault } from "../api/types";
import { words } from "../i18n";
import type { Row, Run } from "./importing";

type Rest = Run["rest"];

/**
 * An object for each row, with the names of the API, since programs read it; the last one tells of the others, if it was broken
 * off.
 */
export function asJson(rows: Row[], rest: Rest = null): Blob {
  const told = rows.map((row) => ("problem" in row ? { ...row, problem: reason(row) } : row));
  const all = rest ? [...told, others(rest)] : told;
  return new Blob([JSON.stringify(all, null, 2), "\n"], { type: "application/json" });
}

function others(rest: NonNullable<Rest>): object {
  return typeof rest === "string" ? { others: "unknown" } : { untold: rest.untold, not_reached: rest.left };
}

/** CSV that Excel opens: with a byte order mark, and no cell is a formula. */
export function asCsv(rows: Row[], rest: Rest = null): Blob {
  const { columns, results } = words().knowledge.result;
  const lines = rows.map((row) =>
    "effect" in row
      ? [String(row.row), row.stimulus, results[row.effect], String(row.block.index), ""]
      : [String(row.row), "", "", "", reason(row)],
  );
  const text = [columns, ...lines, ...ofOthers(rest)]
    .map((line) => `${line.map(cell).join(",")}\r\n`)
    .join("");
  return new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" });
}

/** Why a row was not taught; where the page's words say less than the node's, in both. */
function reason({ kind, part, problem }: ImportFault): string {
  const said = words().knowledge.rowProblems[kind](part);
  return kind === "refused" ? `${said} ${problem}` : said;
}

function ofOthers(rest: Rest): string[][] {
  if (rest === null) return [];
  const { results, othersUnknown, untold, left } = words().knowledge.result;
  if (typeof rest === "string") return [["", "", results.unknown, "", othersUnknown]];
  const lines = [
    ["", "", results.taught, "", untold(rest.untold)],
    ["", "", results.notTaught, "", left(rest.left)],
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
