//! Reads the files in which people keep questions and answers, and writes CSV that spreadsheet programs open safely.
//!
//! Bytes in, pairs out: [`Reader::open`] finds the encoding, the format, the delimiter and the columns, each of which
//! [`Options`] can say instead. A row that is wrong is reported as a [`Fault`] with its place and does not lose the others;
//! nothing is left out in silence. This crate knows no files, no node and no network: whoever calls it decides what is done
//! with the pairs.
//!
//! CSV, TSV and JSON Lines are a stream: of a file of any length there is never more than [`MAX_RECORD`] in memory, besides
//! the first [`SAMPLE`] bytes. JSON, YAML and Markdown are read whole, up to [`MAX_WHOLE`].

mod annotated;
mod cells;
mod chat;
mod columns;
mod delimited;
mod encoding;
mod error;
mod fields;
mod format;
mod formula;
mod header;
mod json;
mod label;
mod lines;
mod markdown;
mod names;
mod reader;
mod shape;
mod table;
mod tree;
mod write;
mod yaml;

pub use columns::Column;
pub use encoding::encoding_named;
pub use encoding_rs::Encoding;
pub use error::{Fault, Part, Place, Problem, Unreadable};
pub use format::Format;
pub use reader::{Found, Limits, Options, Pair, Reader};
pub use write::{CsvWriter, Separator};

/// How much of a file is looked at to find its encoding, format, delimiter and columns, in bytes.
pub const SAMPLE: usize = 1 << 20;
/// The longest row of CSV or TSV, and the longest line of JSON Lines, in bytes of UTF-8.
pub const MAX_RECORD: usize = 4 << 20;
/// The longest JSON, YAML or Markdown file, in bytes of UTF-8. Such a file is read whole.
pub const MAX_WHOLE: usize = 64 << 20;
/// How deep lists and objects may be nested.
pub(crate) const MAX_DEPTH: usize = 64;
