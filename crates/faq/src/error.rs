//! What can be wrong with a file, and with one row of it.

use std::fmt;

use crate::columns::shown;
use crate::reader::Found;
use crate::{MAX_DEPTH, MAX_RECORD, MAX_WHOLE};

/// Where something is in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// On a line, counted from 1.
    Line(u64),
    /// In an item of a list, counted from 1.
    Item(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Item(item) => write!(f, "item {item}"),
        }
    }
}

/// One half of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// What is asked.
    Question,
    /// What is answered.
    Answer,
}

impl Part {
    pub(crate) const BOTH: [Self; 2] = [Self::Question, Self::Answer];

    /// Its name, as the options and the messages have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Answer => "answer",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why nothing can be read of a file.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The bytes could not be had.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// There is nothing in it.
    #[error("the file is empty; it should hold questions and answers")]
    Empty,
    /// It is no text.
    #[error("this is {0}; save it as CSV, JSON Lines or Markdown")]
    Foreign(&'static str),
    /// It is in none of the formats.
    #[error(
        "this looks like none of CSV, TSV, JSON, JSON Lines, YAML and Markdown; say which it is with the format option"
    )]
    NoFormat,
    /// A format that is read whole, and too long for that.
    #[error(
        "the file is longer than {} MiB, which is too long for {format}; JSON Lines and CSV may have any length",
        MAX_WHOLE >> 20
    )]
    TooLong {
        /// The format.
        format: &'static str,
    },
    /// Some bytes are no text in the encoding.
    #[error("line {line} is not {encoding}; save the file as UTF-8, or say which encoding it has")]
    NotText {
        /// The first such line.
        line: u64,
        /// The encoding that was found or said.
        encoding: &'static str,
    },
    /// It breaks the rules of its format.
    #[error("{place}: this is not {format}: {problem}")]
    Syntax {
        /// Where.
        place: Place,
        /// The format.
        format: &'static str,
        /// What was found or expected there.
        problem: String,
    },
    /// There is one column only.
    #[error(
        "the first line is `{line}`, in which nothing separates a question from an answer; expected two columns with a comma, \
         a semicolon or a tab between them"
    )]
    OneColumn {
        /// The first line, shortened.
        line: String,
    },
    /// The file has no column for the question, or none for the answer.
    #[error("no column for the {part}{wanted}; the columns are {columns}; name one of them, or give its number", columns = shown(&.found.columns), wanted = .wanted.as_ref().map(|name| format!(" is called `{name}`")).unwrap_or_default())]
    NoColumn {
        /// Which is missing.
        part: Part,
        /// The name or number that was asked for.
        wanted: Option<String>,
        /// How far the file was read, with its columns and first rows.
        found: Box<Found>,
    },
    /// One column cannot be both.
    #[error("the column `{0}` cannot be both the question and the answer")]
    SameColumn(String),
    /// There are no pairs in it.
    #[error("no questions and answers were found; expected {0}")]
    NothingFound(&'static str),
}

/// A row that is not read, or something that is worth knowing about one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it begins.
    pub place: Place,
    /// What is wrong there.
    pub problem: Problem,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

/// What is wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// One half has no text.
    #[error("the {0} is empty")]
    Empty(Part),
    /// One half is longer than [`crate::Limits`] allow.
    #[error("the {part} is {bytes} bytes long, but at most {most} are allowed; shorten or split it")]
    TooLong {
        /// Which half.
        part: Part,
        /// Its length.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// The row ends before its question or answer.
    #[error("this line has {}, but the {part} is in column {column}", counted(*.found))]
    TooFewFields {
        /// How many fields there are.
        found: usize,
        /// Which half is missing.
        part: Part,
        /// Its column, counted from 1.
        column: usize,
    },
    /// The row has more fields than the first one.
    #[error(
        "this line has {}, but the first line has {expected}; put a text that contains the delimiter in quotes",
        counted(*.found)
    )]
    TooManyFields {
        /// How many fields there are.
        found: usize,
        /// How many the first row has.
        expected: usize,
    },
    /// A quote that is open at the end of the file.
    #[error("the quote that begins here is never closed; nothing from here on was read")]
    UnclosedQuote,
    /// Text behind a closing quote.
    #[error("there is text behind a closing quote; write a quote inside of a quoted text twice")]
    TextAfterQuote,
    /// A row or line without an end.
    #[error("this is longer than {} MiB and was passed over; is a quote or a line end missing?", MAX_RECORD >> 20)]
    TooLongRecord,
    /// Bytes that are no text.
    #[error("this is not {0}; save the file as UTF-8, or say which encoding it has")]
    NotText(&'static str),
    /// Not JSON.
    #[error("this is not JSON: {0}")]
    NotJson(String),
    /// A value that cannot be a pair.
    #[error("expected an object with a question and an answer, or a list of both, but found {0}")]
    NotAPair(&'static str),
    /// An object without one of both.
    #[error("there is no {part} among the fields {fields}; name its field with the {part} option")]
    NoField {
        /// Which is missing.
        part: Part,
        /// What there is.
        fields: String,
    },
    /// An object that has a field twice.
    #[error("the field `{0}` is there twice")]
    FieldTwice(String),
    /// A question or an answer that is an object.
    #[error("the {part} is {found}, but should be a text or a list of texts")]
    NoText {
        /// Which half.
        part: Part,
        /// What it is.
        found: &'static str,
    },
    /// Too many lists in lists.
    #[error("lists or objects are nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// A heading that asks and nothing under it.
    #[error("there is no text under the question `{0}`")]
    NoAnswer(String),
    /// An answer without a question before it.
    #[error("there is an answer without a question before it")]
    NoQuestion,
    /// Text that belongs to no question.
    #[error("this text belongs to no question and was passed over")]
    NoPartOfAPair,
    /// The file could not be read on.
    #[error("the rest could not be read: {0}")]
    Io(String),
}

/// `1 field`, `2 fields`.
fn counted(fields: usize) -> String {
    format!("{fields} field{}", if fields == 1 { "" } else { "s" })
}

impl Problem {
    /// Whether it is only worth knowing, such as an introduction that is no answer: no question was lost by it.
    pub const fn is_note(&self) -> bool {
        matches!(self, Self::NoPartOfAPair)
    }
}
