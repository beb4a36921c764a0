//! A file of questions and answers that is to be taught, and the file that everything is exported to.

use kolibri_faq::{Fault, Found, Part, Place, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{BlockAddress, Effect};

/// What is known about a file; what is not is found out.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// The file's name, which helps to find the format.
    pub(crate) name: Option<String>,
    /// The format.
    #[param(inline)]
    pub(crate) format: Option<FileFormat>,
    /// The encoding, such as windows-1251, utf-16le or koi8-r.
    pub(crate) encoding: Option<String>,
    /// Name or number of the column or field with the questions.
    pub(crate) question: Option<String>,
    /// Name or number of the column or field with the answers.
    pub(crate) answer: Option<String>,
}

/// A format that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FileFormat {
    /// Columns with a comma, a semicolon, a tab or a bar between them
    Csv,
    /// Columns with a tab between them
    Tsv,
    /// A list or an object, under a key or not
    Json,
    /// A JSON object on each line
    Jsonl,
    /// The same as JSON, as YAML
    Yaml,
    /// Headings with texts under them, Q: and A:, or definition lists
    Markdown,
}

impl From<FileFormat> for kolibri_faq::Format {
    fn from(format: FileFormat) -> Self {
        match format {
            FileFormat::Csv => Self::Csv,
            FileFormat::Tsv => Self::Tsv,
            FileFormat::Json => Self::Json,
            FileFormat::Jsonl => Self::JsonLines,
            FileFormat::Yaml => Self::Yaml,
            FileFormat::Markdown => Self::Markdown,
        }
    }
}

impl From<kolibri_faq::Format> for FileFormat {
    fn from(format: kolibri_faq::Format) -> Self {
        match format {
            kolibri_faq::Format::Csv => Self::Csv,
            kolibri_faq::Format::Tsv => Self::Tsv,
            kolibri_faq::Format::Json => Self::Json,
            kolibri_faq::Format::JsonLines => Self::Jsonl,
            kolibri_faq::Format::Yaml => Self::Yaml,
            kolibri_faq::Format::Markdown => Self::Markdown,
        }
    }
}

/// What a file holds, and what teaching it would do. Nothing was recorded.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ImportPreview {
    /// The format that was found or given.
    pub(crate) format: FileFormat,
    /// The encoding that was found or given.
    pub(crate) encoding: String,
    /// What separates the columns; null when there are none.
    pub(crate) delimiter: Option<String>,
    /// The names of the columns, or their numbers if the first row does not name them; of a list of objects their fields, one that
    /// is inside of another as `content.text`. Empty when there are none.
    pub(crate) columns: Vec<String>,
    /// The first rows by column, shortened, to choose by.
    #[schema(max_items = 3)]
    pub(crate) rows: Vec<Vec<String>>,
    /// The column of the questions; null while it is not clear. Then choose one with `question`.
    pub(crate) question: Option<String>,
    /// The column of the answers; null while it is not clear. Then choose one with `answer`.
    pub(crate) answer: Option<String>,
    pub(crate) counts: ImportSummary,
    /// Pairs whose question comes again later in the file; the last answer counts.
    pub(crate) repeated: u64,
    /// The first rows that will not be taught, and notes about rows.
    #[schema(max_items = 20)]
    pub(crate) first_faults: Vec<ImportFault>,
    /// The first pairs.
    #[schema(max_items = 20)]
    pub(crate) sample: Vec<ImportSample>,
}

impl ImportPreview {
    /// How a file is read.
    pub(crate) fn of(found: &Found) -> Self {
        let Found { format, encoding, delimiter, columns, rows, picked, header } = found;
        let name = |at: usize| match columns.get(at) {
            Some(name) if *header && !name.trim().is_empty() => name.clone(),
            _ => (at + 1).to_string(),
        };
        let (question, answer) = picked.map(|(question, answer)| (name(question), name(answer))).unzip();
        Self {
            format: (*format).into(),
            encoding: (*encoding).to_owned(),
            delimiter: delimiter.map(String::from),
            columns: (0..columns.len()).map(name).collect(),
            rows: rows.clone(),
            question,
            answer,
            counts: ImportSummary::default(),
            repeated: 0,
            first_faults: Vec::new(),
            sample: Vec::new(),
        }
    }
}

/// How many pairs of a file do what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ImportSummary {
    /// Questions that were not taught before.
    pub(crate) new: u64,
    /// Questions that were taught before, with another answer or spelling.
    pub(crate) replaced: u64,
    /// Pairs that are taught already, word for word; they add no block.
    pub(crate) unchanged: u64,
    /// Rows whose texts are too long.
    pub(crate) too_long: u64,
    /// Other rows that cannot be taught.
    pub(crate) failed: u64,
}

impl ImportSummary {
    /// Counts a row that cannot be taught; a note about one that can is none.
    pub(crate) fn fault(&mut self, fault: &Fault) {
        match fault.problem {
            Problem::TooLong { .. } => self.too_long += 1,
            ref problem if problem.is_note() => {}
            _ => self.failed += 1,
        }
    }

    /// Counts what one row does.
    pub(crate) fn count(&mut self, effect: Effect) {
        match effect {
            Effect::New => self.new += 1,
            Effect::Replaced => self.replaced += 1,
            Effect::Unchanged => self.unchanged += 1,
        }
    }
}

/// What is wrong with a row.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ImportFault {
    /// The line of the file, or the item of its list, from 1.
    pub(crate) row: u64,
    pub(crate) kind: RowProblem,
    /// The half that it is about, if it is about one.
    pub(crate) part: Option<RowPart>,
    /// The same in words.
    pub(crate) problem: String,
}

/// What is wrong with a row, for programs and for pages in other languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RowProblem {
    /// One half has no text.
    Empty,
    /// One half is longer than the node takes.
    TooLong,
    /// The row ends before its question or answer.
    TooFewFields,
    /// The row has more fields than the first one.
    TooManyFields,
    /// A quote is never closed.
    UnclosedQuote,
    /// There is text behind a closing quote.
    TextAfterQuote,
    /// The row has no end.
    TooLongRow,
    /// The bytes are no text in the file's encoding.
    NotText,
    /// The line is not JSON.
    NotJson,
    /// It is neither an object nor a list with both halves.
    NotAPair,
    /// An object has no field for one half.
    NoField,
    /// An object has a field twice.
    FieldTwice,
    /// One half is an object, or a list of more than texts.
    NoText,
    /// Lists or objects are nested too deep.
    TooDeep,
    /// Nothing stands under a question.
    NoAnswer,
    /// No question stands before an answer.
    NoQuestion,
    /// A note, no loss: this text belongs to no question.
    NoPartOfAPair,
    /// The file could not be read on.
    ReadFailed,
    /// The node does not take this pair.
    Refused,
}

/// One half of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RowPart {
    Question,
    Answer,
}

impl From<Part> for RowPart {
    fn from(part: Part) -> Self {
        match part {
            Part::Question => Self::Question,
            Part::Answer => Self::Answer,
        }
    }
}

impl From<&Fault> for ImportFault {
    fn from(Fault { place, problem }: &Fault) -> Self {
        let (kind, part) = kind_of(problem);
        Self { row: row(*place), kind, part: part.map(RowPart::from), problem: problem.to_string() }
    }
}

impl ImportFault {
    /// Of a pair that the node does not take.
    pub(crate) fn refused(place: Place, problem: String) -> Self {
        Self { row: row(place), kind: RowProblem::Refused, part: None, problem }
    }
}

fn kind_of(problem: &Problem) -> (RowProblem, Option<Part>) {
    match problem {
        Problem::Empty(part) => (RowProblem::Empty, Some(*part)),
        Problem::TooLong { part, .. } => (RowProblem::TooLong, Some(*part)),
        Problem::TooFewFields { part, .. } => (RowProblem::TooFewFields, Some(*part)),
        Problem::TooManyFields { .. } => (RowProblem::TooManyFields, None),
        Problem::UnclosedQuote => (RowProblem::UnclosedQuote, None),
        Problem::TextAfterQuote => (RowProblem::TextAfterQuote, None),
        Problem::TooLongRecord => (RowProblem::TooLongRow, None),
        Problem::NotText(_) => (RowProblem::NotText, None),
        Problem::NotJson(_) => (RowProblem::NotJson, None),
        Problem::NotAPair(_) => (RowProblem::NotAPair, None),
        Problem::NoField { part, .. } => (RowProblem::NoField, Some(*part)),
        Problem::FieldTwice(_) => (RowProblem::FieldTwice, None),
        Problem::NoText { part, .. } => (RowProblem::NoText, Some(*part)),
        Problem::TooDeep => (RowProblem::TooDeep, None),
        Problem::NoAnswer(_) => (RowProblem::NoAnswer, None),
        Problem::NoQuestion => (RowProblem::NoQuestion, None),
        Problem::NoPartOfAPair => (RowProblem::NoPartOfAPair, None),
        Problem::Io(_) => (RowProblem::ReadFailed, None),
    }
}

/// A pair, and what teaching it would do.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ImportSample {
    /// The line of the file, or the item of its list, from 1.
    pub(crate) row: u64,
    pub(crate) stimulus: String,
    /// The first line of the answer.
    pub(crate) excerpt: String,
    pub(crate) effect: Effect,
}

/// What became of one row; the last line of the stream is the summary.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ImportLine {
    /// Taught, durably, or unchanged.
    Taught { row: u64, stimulus: String, effect: Effect, block: BlockAddress },
    /// Not taught.
    Failed(ImportFault),
    /// The last line. If it is missing, the file was not taught to its end.
    Done { done: ImportSummary },
}

/// The number of a place in a file.
pub(crate) const fn row(place: Place) -> u64 {
    match place {
        Place::Line(number) | Place::Item(number) => number,
    }
}

/// How everything is exported.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// The format.
    #[serde(default)]
    #[param(inline)]
    pub(crate) format: ExportFormat,
    /// For CSV: begin with a byte order mark, by which Excel knows that the file is UTF-8.
    #[serde(default)]
    pub(crate) bom: bool,
    /// For CSV: what stands between the columns.
    #[serde(default)]
    #[param(inline)]
    pub(crate) separator: ExportSeparator,
}

/// A format of exports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExportFormat {
    /// One JSON object per line, with source and time
    #[default]
    Jsonl,
    /// For spreadsheet programs: two columns, with a header line
    Csv,
}

/// What stands between columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExportSeparator {
    #[default]
    Comma,
    Semicolon,
    Tab,
}

impl From<ExportSeparator> for kolibri_faq::Separator {
    fn from(separator: ExportSeparator) -> Self {
        match separator {
            ExportSeparator::Comma => Self::Comma,
            ExportSeparator::Semicolon => Self::Semicolon,
            ExportSeparator::Tab => Self::Tab,
        }
    }
}
