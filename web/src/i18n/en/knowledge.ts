import { format } from "../format";

interface Counts {
  new: number;
  replaced: number;
  unchanged: number;
  too_long: number;
  failed: number;
}

/** The half of a pair that a problem is about. */
export type Part = "question" | "answer" | null | undefined;

function half(part: Part): string {
  return part === "question" ? "The question" : "The answer";
}

const number = (value: number) => format().number(value);
const answers = (count: number) => format().count(count, { one: "answer", other: "answers" });
const times = (count: number) => format().count(count, { one: "time", other: "times" });
const rows = (count: number) => format().count(count, { one: "row", other: "rows" });

/** What is none is not named. */
function listed(parts: [count: number, said: string][]): string {
  const some = parts.filter(([count]) => count > 0).map(([, said]) => said);
  return some.length > 0 ? some.join(", ") : "nothing";
}

export const knowledge = {
  title: "Knowledge",
  tasks: "Teach and import",
  teachNew: "Teach an answer",
  importLink: "Import a file",
  search: "Search questions and answers",
  searchHint: "Words, in any form",
  since: "Taught",
  anyTime: "At any time",
  week: "In the past week",
  month: "In the past month",
  order: "First",
  newest: "The newest",
  askedMost: "The most asked",
  neverAsked: "Never asked",
  listTitle: "What is taught",
  searching: "Searching…",
  all: (count: number) => `${answers(count)} taught`,
  found: (count: number) => (count === 1 ? "1 answer matches" : `${answers(count)} match`),
  notCaughtUp: "The node has just started and is still reading what it knows. More may follow.",
  unreadable: (count: number) =>
    `${answers(count)} cannot be shown, because their blocks are damaged. Verify the genome.`,
  emptyTitle: "Nothing is taught yet",
  emptyAdvice: "Teach the first answer, or bring in the FAQ that you have.",
  teachFirst: "Teach an answer",
  importFirst: "Import a file",
  nothingFound: "Nothing has all these words. Try fewer, or only the beginning of one.",
  showAll: "Show everything",
  more: "Show more",
  taught: "taught",
  versionsCount: (count: number) => format().count(count, { one: "version", other: "versions" }),
  never: "never asked",
  asked: (count: number) => `asked ${count === 1 ? "once" : times(count)}`,
  lastAsked: (count: number): string => (count === 1 ? ", on" : ", last on"),
  entryTitle: "Answer",
  edit: "Edit",
  taughtFact: "Taught",
  blockFact: "Recorded in",
  isOlder: "This was changed after",
  answersNow: "What is answered now is in",
  unreadableAnswer: "This text cannot be read: its block is damaged.",
  damaged: "This cannot be shown, because its block is damaged. Verify the genome.",
  forgottenBy: "Forgotten. The text was erased on request, recorded in",
  goneAdvice: "It is not answered any more, and cannot be restored.",
  editTitle: "Edit the answer",
  restoreTitle: (block: string) => `Restore the answer of block ${block}`,
  newTitle: "Teach an answer",
  nothingToEdit: "There is nothing to edit: this was forgotten, or its block is damaged.",
  otherWording: "Teach it to another wording instead",
  questionFirst: "Write the question first.",
  questionTooLong: (bytes: number, limit: number) =>
    `The question is too long: ${number(bytes)} of ${number(limit)} bytes.`,
  unchanged: "This is taught already, word for word.",
  chooseNear: "Choose first: update one of these, take its answer, or teach it separately.",
  isNew: "This question is new.",
  isNewWording: "This wording is new. The answer to the former one stays as it is.",
  taughtMeanwhile: "Somebody has taught this question anew since you opened it. Look at the difference.",
  forgottenMeanwhile:
    "This was forgotten since you opened it, and its text erased. Teaching it now records this text anew.",
  forgottenFirst: "This was forgotten meanwhile. Teach it anew only if that is what you want: press again.",
  lookFirst: "This replaces something that you had not seen. Look at the difference, then press again.",
  replaces: "Replaces",
  from: "of",
  difference: "What changes in the answer",
  questionDifference: "What changes in the question",
  removedPart: "removed:",
  addedPart: "added:",
  partEnd: ".",
  sameLines: (count: number) =>
    `… ${format().count(count, { one: "line that stays", other: "lines that stay" })} …\n`,
  nearTitle: "Something like this is taught already.",
  nearAdvice: "Two answers to one question may come to contradict each other.",
  updateThat: "Update that one",
  sameAsThat: "Same as this one",
  sameAs: "This will be another wording, with the answer of",
  separate: "They are different questions: teach it separately",
  nearToo: "Taught to questions like this one",
  nearTooAdvice: "If they mean the same, correct them too, so that no answer contradicts another.",
  sameAnswer: "Give it the same answer",
  sameTitle: (count: number) =>
    `${format().count(count, { one: "other question has", other: "other questions have" })} the same answer.`,
  sameToo: (count: number) =>
    `Also correct ${count === 1 ? "the other question" : `the ${number(count)} other questions`} with the same answer`,
  sameMore: (total: number) => `There are ${number(total)}. The newest are corrected; then correct the rest.`,
  sameWhich: "Show which",
  changedOthers: (count: number) =>
    count === 1
      ? "One other question was changed meanwhile and stays as it is."
      : `${number(count)} other questions were changed meanwhile and stay as they are.`,
  taughtAs: (block: string) => `Taught, and durably recorded as block ${block}.`,
  replacedBy: (before: string, block: string) => `Block ${block} now answers in place of block ${before}.`,
  taughtAlso: (count: number) =>
    `So it does for ${format().count(count, { one: "other question", other: "other questions" })}.`,
  versionsTitle: "Versions",
  backToAnswer: "Back to the answer",
  olderVersions: "Older versions",
  answers: "answers now",
  replacedIn: "replaced by",
  restore: "Restore",
  restoreOne: (block: number) => `Restore block ${number(block)}`,
  sameText: "The answer is the same.",
  questionChangedIn: (block: number) => `What block ${number(block)} changed in the question`,
  changedIn: (block: number) => `What block ${number(block)} changed in the answer`,
  unanswered: "Questions without an answer",
  unansweredCount: (count: number) => `Questions without an answer, last 30 days: ${number(count)}`,
  unansweredExplain: "Days are in UTC. What was asked is not recorded, only how often.",
  day: "Day",
  noAnswer: "No answer",
  questionsAsked: "Asked",
  share: "Share without an answer",
  exportTitle: "Export everything:",
  exportLines: "JSON Lines",
  exportExcel: "CSV for Excel",
  importTitle: "Import a file",
  chooseFile: "Choose a file…",
  orDrop: "or drop it here",
  fileKinds:
    "Questions and answers as CSV, TSV, JSON, JSON Lines, YAML or Markdown, up to 16 MiB. Nothing is taught until you have seen what it would do.",
  readingFile: "The node is reading the file…",
  format: "Format",
  asFound: "Found by the node",
  encoding: "Encoding",
  encodingFound: (found: string | undefined) => (found ? `Found by the node: ${found}` : "Found by the node"),
  formats: {
    csv: "CSV",
    tsv: "TSV",
    json: "JSON",
    jsonl: "JSON Lines",
    yaml: "YAML",
    markdown: "Markdown",
  },
  questionColumn: "Questions are in",
  answerColumn: "Answers are in",
  noColumn: "Choose a column",
  chooseColumns: "It is not clear where the questions and the answers are. Choose both above.",
  firstRows: "The first rows of the file",
  foundAs: (encoding: string, delimiter: string | null) =>
    delimiter === null ? encoding : `${encoding}, columns separated by ${delimiterName(delimiter)}`,
  wouldDo: (counts: Counts) =>
    listed([
      [counts.new, `${number(counts.new)} new`],
      [counts.replaced, `${number(counts.replaced)} ${counts.replaced === 1 ? "replaces" : "replace"}`],
      [counts.unchanged, `${number(counts.unchanged)} unchanged`],
      [counts.too_long, `${number(counts.too_long)} too long`],
      [counts.failed, `${number(counts.failed)} with a problem`],
    ]),
  did: (counts: Counts) =>
    listed([
      [counts.new, `${number(counts.new)} new`],
      [counts.replaced, `${number(counts.replaced)} replaced`],
      [counts.unchanged, `${number(counts.unchanged)} unchanged`],
      [counts.too_long, `${number(counts.too_long)} too long`],
      [counts.failed, `${number(counts.failed)} not taught`],
    ]),
  repeated: (count: number) =>
    `${count === 1 ? "One question comes" : `${number(count)} questions come`} again later in the file: the last answer counts.`,
  nothingToImport: "There is nothing new in this file.",
  importChanged:
    "Nothing was taught yet: somebody taught or forgot some of this since you looked. Look at what teaching it does now, then press again.",
  importButton: (count: number) => `Teach ${answers(count)}`,
  sample: "The first of them",
  rowNumber: "Row",
  effect: "Effect",
  effects: { new: "New", replaced: "Replaces", unchanged: "Unchanged" },
  problems: "Rows left out",
  problem: "Why",
  rowProblems: {
    empty: (part: Part) => `${half(part)} is empty.`,
    too_long: (part: Part) => `${half(part)} is too long. Shorten or split it.`,
    too_few_fields: (part: Part) => `The row ends before the ${part ?? "answer"}.`,
    too_many_fields: () =>
      "The row has more fields than the first one. A text that contains the separator belongs in quotes.",
    unclosed_quote: () => "The quote that begins here is never closed. Nothing from here on was read.",
    text_after_quote: () =>
      "There is text behind a closing quote. A quote inside of a quoted text is written twice.",
    too_long_row: () => "The row has no end and was passed over. Is a quote or a line end missing?",
    not_text: () => "This is not in the encoding of the file. Save the file as UTF-8.",
    not_json: () => "This is not JSON.",
    not_a_pair: () => "This is neither an object nor a list with a question and an answer.",
    no_field: (part: Part) => `There is no field for the ${part ?? "answer"}. Choose one above.`,
    field_twice: () => "A field is there twice.",
    no_text: (part: Part) => `${half(part)} is not a text.`,
    too_deep: () => "Lists or objects are nested too deep.",
    no_answer: () => "There is no text under this question.",
    no_question: () => "There is an answer without a question before it.",
    no_part_of_a_pair: () => "This text belongs to no question and was passed over.",
    read_failed: () => "The rest of the file could not be read.",
    refused: () => "The node does not take this.",
  },
  importing: "Teaching the file",
  importedSoFar: (done: number, total: number) => `${number(done)} of ${rows(total)}`,
  ends: {
    ended: "The file is taught.",
    cancelled: "Cancelled. What was taught stays.",
    failed: "It broke off. What was taught stays; the same file can be imported again.",
  },
  notReached: (count: number) => `Not reached: ${rows(count)}.`,
  settling: "The node is asked what it has taught…",
  untold: (count: number) =>
    count === 1
      ? "One row was taught while it was being stopped; the result below does not list it."
      : `${rows(count)} were taught while it was being stopped; the result below does not list them.`,
  notKnown: (count: number) =>
    `Whether ${count === 1 ? "the other row was" : `the other ${rows(count)} were`} taught is not known. Import the same file again: nothing is taught twice.`,
  seeKnowledge: "See what is taught",
  resultCsv: "Download the result as CSV",
  resultJson: "as JSON",
  result: {
    columns: ["row", "question", "result", "block", "problem"],
    results: {
      new: "new",
      replaced: "replaced",
      unchanged: "unchanged",
      taught: "taught",
      notTaught: "not taught",
      unknown: "unknown",
    },
    othersUnknown: "the other rows may be taught",
    untold: (count: number) => `${rows(count)} that ${count === 1 ? "was" : "were"} not told one by one`,
    left: (count: number) => `${rows(count)} that ${count === 1 ? "was" : "were"} not reached`,
  },
  another: "Import another file",
  replacesBlock: "Replaces",
  replacedByBlock: "Replaced by",
  inKnowledge: "See it in Knowledge",
  versionsErased: (count: number) =>
    count === 1 ? "One version will be erased." : `All ${number(count)} versions of it will be erased.`,
};

function delimiterName(delimiter: string): string {
  return { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" }[delimiter] ?? delimiter;
}
