// Brings a file in: choose it, see what it would do, teach it.
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import type { FileFormat, ImportFault, ImportPreview } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { addresses } from "../route";
import { Panel } from "../ui/panel";
import { PressButton, usePress } from "../ui/press";
import { ProblemNote } from "../ui/problem";
import { Progress } from "../ui/progress";
import { Table } from "../ui/table";
import { save } from "./download";
import {
  cancel,
  changed,
  choose,
  columns,
  file,
  isUnclear,
  options,
  preview,
  previewing,
  problem,
  type Run,
  readAs,
  run,
  start,
} from "./importing";
import { type Filter, placeAddress } from "./place";
import { asCsv, asJson } from "./result";

const FORMATS: FileFormat[] = ["csv", "tsv", "json", "jsonl", "yaml", "markdown"];
/** Those of https://encoding.spec.whatwg.org, which the node takes: what is likely first. */
const ENCODINGS = [
  ..."UTF-8 UTF-16LE UTF-16BE windows-1251 windows-1252 KOI8-R IBM866 ISO-8859-5 x-mac-cyrillic".split(" "),
  ..."KOI8-U windows-1250 windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258".split(
    " ",
  ),
  ..."ISO-8859-2 ISO-8859-3 ISO-8859-4 ISO-8859-6 ISO-8859-7 ISO-8859-8 ISO-8859-10 ISO-8859-13".split(" "),
  ..."ISO-8859-14 ISO-8859-15 ISO-8859-16 macintosh windows-874 Shift_JIS EUC-JP EUC-KR GBK gb18030 Big5".split(
    " ",
  ),
];
const NAMES = ".csv,.tsv,.tab,.txt,.json,.jsonl,.ndjson,.yaml,.yml,.md,.markdown";

export function ImportPanel({ filter }: { filter: Filter }) {
  const text = words().knowledge;
  const shown = preview.value;
  const going = run.value;
  return (
    <Panel
      title={text.importTitle}
      class="alone import"
      focused
      aside={<a href={placeAddress(filter)}>{words().common.close}</a>}
    >
      {going?.state !== "running" && <Choose />}
      {file.value && (
        <p>
          <strong>{file.value.name}</strong> <span class="muted">{format().bytes(file.value.size)}</span>
        </p>
      )}
      {problem.value && <ProblemNote problem={problem.value} urgent />}
      {!going && file.value && (shown || problem.value) && <HowRead shown={shown} />}
      {previewing.value && !shown && (
        <p class="loading" role="status">
          {text.readingFile}
        </p>
      )}
      {shown && !going && (isUnclear(shown) ? <Unclear shown={shown} /> : <WouldDo shown={shown} />)}
      {going && <RunView run={going} />}
    </Panel>
  );
}

/** A place to drop a file, and a button that asks for one. */
function Choose() {
  const text = words().knowledge;
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [dropped] = event.dataTransfer?.files ?? [];
    if (dropped) choose(dropped);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an addition; the field does the same by keyboard.
    <div
      class={over ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <p class="bar">
        <label>
          {text.chooseFile}
          <input
            class="hidden"
            type="file"
            accept={NAMES}
            onChange={({ currentTarget }) => {
              const [chosen] = currentTarget.files ?? [];
              if (chosen) choose(chosen);
              // The same file can be chosen again after it was changed.
              currentTarget.value = "";
            }}
          />
        </label>
        <span class="muted">{text.orDrop}</span>
      </p>
      <p class="small muted">{text.fileKinds}</p>
    </div>
  );
}

/** What the node found, and what can be told otherwise. */
function HowRead({ shown }: { shown: ImportPreview | null }) {
  const text = words().knowledge;
  const how = options.value;
  return (
    <div class="start how-read">
      <Select
        title={text.format}
        value={how.format ?? shown?.format ?? ""}
        set={(value) => {
          const chosen = FORMATS.find((one) => one === value) ?? null;
          readAs({ ...how, format: chosen, question: null, answer: null });
        }}
      >
        {!shown && how.format === null && <option value="">{text.asFound}</option>}
        {FORMATS.map((one) => (
          <option key={one} value={one}>
            {text.formats[one]}
          </option>
        ))}
      </Select>
      <Select
        title={text.encoding}
        value={how.encoding ?? ""}
        set={(value) => readAs({ ...how, encoding: value || null, question: null, answer: null })}
      >
        <option value="">{text.encodingFound(how.encoding === null ? shown?.encoding : undefined)}</option>
        {ENCODINGS.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </Select>
      {columns.value.length > 0 && (
        <>
          <Column
            title={text.questionColumn}
            value={how.question ?? shown?.question ?? null}
            columns={columns.value}
            set={(question) => readAs({ ...how, question, answer: how.answer ?? shown?.answer ?? null })}
          />
          <Column
            title={text.answerColumn}
            value={how.answer ?? shown?.answer ?? null}
            columns={columns.value}
            set={(answer) => readAs({ ...how, answer, question: how.question ?? shown?.question ?? null })}
          />
        </>
      )}
      {shown && <p class="small muted">{text.foundAs(shown.encoding, shown.delimiter ?? null)}</p>}
    </div>
  );
}

interface ColumnProps {
  title: string;
  value: string | null;
  columns: string[];
  set: (column: string) => void;
}

function Column({ title, value, columns, set }: ColumnProps) {
  return (
    <Select title={title} value={value ?? ""} set={set}>
      {value === null && <option value="">{words().knowledge.noColumn}</option>}
      {columns.map((column) => (
        <option key={column} value={column}>
          {column}
        </option>
      ))}
    </Select>
  );
}

interface SelectProps {
  title: string;
  value: string;
  set: (value: string) => void;
  children: ComponentChildren;
}

function Select({ title, value, set, children }: SelectProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{title}</label>
      <select id={id} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {children}
      </select>
    </div>
  );
}

/** What there is to choose from. */
function Unclear({ shown }: { shown: ImportPreview }) {
  const text = words().knowledge;
  return (
    <>
      <p class="note" role="status">
        {text.chooseColumns}
      </p>
      {shown.rows.length > 0 && (
        <Table
          caption={text.firstRows}
          quietCaption={false}
          rows={shown.rows}
          rowKey={(row) => shown.rows.indexOf(row)}
          columns={shown.columns.map((title, at) => ({
            title,
            cell: (row: string[]) => <bdi>{row[at] ?? ""}</bdi>,
          }))}
        />
      )}
    </>
  );
}

function WouldDo({ shown }: { shown: ImportPreview }) {
  const text = words().knowledge;
  const taught = shown.counts.new + shown.counts.replaced;
  const press = usePress(
    start,
    previewing.value ? text.readingFile : taught === 0 ? text.nothingToImport : null,
    changed.value ? { what: shown, unseen: text.importChanged } : null,
  );
  return (
    <div class={previewing.value ? "reading waiting" : "reading"} aria-busy={previewing.value}>
      {changed.value && (
        <p class="note" role="status">
          {text.importChanged}
        </p>
      )}
      <p role="status" class="counts">
        <strong>{text.wouldDo(shown.counts)}</strong>
        {shown.repeated > 0 && ` ${text.repeated(shown.repeated)}`}
      </p>
      <div class="bar">
        <PressButton press={press} kind="primary">
          {text.importButton(taught)}
        </PressButton>
        {taught === 0 && <span class="muted">{text.nothingToImport}</span>}
      </div>
      {shown.sample.length > 0 && (
        <Table
          caption={text.sample}
          quietCaption={false}
          rows={shown.sample}
          rowKey={({ row }) => row}
          columns={[
            { title: text.rowNumber, numeric: true, cell: ({ row }) => format().number(row) },
            { title: text.effect, cell: ({ effect }) => <span class="badge">{text.effects[effect]}</span> },
            { title: words().chat.question, heads: true, cell: ({ stimulus }) => <bdi>{stimulus}</bdi> },
            { title: words().chat.answer, cell: ({ excerpt }) => <bdi>{excerpt}</bdi> },
          ]}
        />
      )}
      <Problems rows={shown.first_faults} />
    </div>
  );
}

function Problems({ rows }: { rows: ImportFault[] }) {
  const text = words().knowledge;
  if (rows.length === 0) return null;
  return (
    <Table
      caption={text.problems}
      quietCaption={false}
      rows={rows}
      rowKey={({ row, problem }) => `${row} ${problem}`}
      columns={[
        { title: text.rowNumber, numeric: true, heads: true, cell: ({ row }) => format().number(row) },
        { title: text.problem, cell: (fault) => <Told fault={fault} /> },
      ]}
    />
  );
}

/** In the page's language; where that says less than the node does, in its words too. */
function Told({ fault: { kind, part, problem } }: { fault: ImportFault }) {
  const said = words().knowledge.rowProblems[kind](part);
  return (
    <>
      {said} {kind === "refused" && <q lang="en">{problem}</q>}
    </>
  );
}

/** So many problems are shown; all are in the file that can be downloaded. */
const SHOWN = 50;

/** What a run that does not go on any more has done. */
function ended({ rows, total, counts, rest }: Run): string {
  const text = words().knowledge;
  if (rest === null) return text.did(counts);
  if (rest === "asking") return text.settling;
  const known = rest === "unknown" ? null : rest;
  const did = text.did(known?.counts ?? counts);
  const others = known ? text.notReached(known.left) : text.notKnown(Math.max(0, total - rows.length));
  const untold = known && known.untold > 0 ? text.untold(known.untold) : "";
  return [did && `${did}.`, others, untold].filter(Boolean).join(" ");
}

function RunView({ run }: { run: Run }) {
  const { state, rows, total, problem, rest } = run;
  const text = words().knowledge;
  const going = state === "running";
  const press = usePress(cancel);
  const again = usePress(() => choose(null));
  if (going) {
    return (
      <>
        <Progress label={text.importing} done={rows.length} total={total} />
        <p class="small muted">{text.importedSoFar(rows.length, total)}</p>
        <PressButton press={press}>{words().common.cancel}</PressButton>
      </>
    );
  }
  const name = (file.value?.name ?? "import").replace(/\.[^.]*$/, "");
  const faults = rows.filter((row) => "problem" in row);
  return (
    <>
      <p role="status" class={state === "ended" ? "note good" : "note"}>
        <strong>{text.ends[state]}</strong> {ended(run)}
      </p>
      {problem && <ProblemNote problem={problem} urgent />}
      <div class="bar">
        <a class="button" href={addresses.knowledge}>
          {text.seeKnowledge}
        </a>
        <button type="button" onClick={() => save(asCsv(rows, rest), `${name}-result.csv`)}>
          {text.resultCsv}
        </button>
        <button type="button" onClick={() => save(asJson(rows, rest), `${name}-result.json`)}>
          {text.resultJson}
        </button>
        <PressButton press={again}>{text.another}</PressButton>
      </div>
      <Problems rows={faults.slice(0, SHOWN)} />
    </>
  );
}
