//! From the bytes of a file to its pairs.

use std::io::{Chain, Cursor, Read};

use encoding_rs::Encoding;

use crate::columns::{self, Column, Columns, Missing, Wanted};
use crate::delimited::{self, Dialect, Record, Records};
use crate::encoding::{self, Decoded};
use crate::error::{Fault, Part, Place, Problem, Unreadable};
use crate::fields::Fields;
use crate::format::{self, Format};
use crate::lines::Lines;
use crate::shape::Entry;
use crate::{MAX_WHOLE, SAMPLE, formula, header, json, markdown, yaml};

/// So many of a file's first rows are shown.
pub(crate) const SHOWN_ROWS: usize = 3;
/// Of a text in such a row, so many characters.
const SHOWN_TEXT: usize = 120;
/// So many lines are looked at for the fields of their objects.
const LINES: usize = 60;

/// The columns of our own exports, whose cells are guarded against being formulas.
pub(crate) const OWN_HEADER: [&str; 2] = ["stimulus", "response"];
/// The first columns of what QnA Maker exports, in which `\n` is written for a line end.
const QNA_MAKER: [&str; 4] = ["Question", "Answer", "Source", "Metadata"];

/// A question with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Where it is in the file.
    pub place: Place,
    /// The question, as it is there.
    pub question: String,
    /// The answer, as it is there; in Markdown with its markup.
    pub answer: String,
}

/// How long texts may be, in bytes of UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest question.
    pub question: usize,
    /// The longest answer.
    pub answer: usize,
}

/// What is known about a file; what is not is found out.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The format.
    pub format: Option<Format>,
    /// The encoding.
    pub encoding: Option<&'static Encoding>,
    /// The column or field of the question.
    pub question: Option<Column>,
    /// The column or field of the answer.
    pub answer: Option<Column>,
    /// How long texts may be.
    pub limits: Option<Limits>,
}

/// How a file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its format.
    pub format: Format,
    /// The name of its encoding.
    pub encoding: &'static str,
    /// What separates its columns, if it has columns.
    pub delimiter: Option<char>,
    /// What can be chosen from. Its first row, if it has columns: their names, or the first texts. The fields of its objects,
    /// if it has some; one of an object that is a field itself is named by both, as in `content.text`.
    pub columns: Vec<String>,
    /// Its first rows by column, without their names, shortened; three at most.
    pub rows: Vec<Vec<String>>,
    /// Which of them, from 0, are the question and the answer.
    pub picked: Option<(usize, usize)>,
    /// Whether the columns have names: the first row has them, or they are fields.
    pub header: bool,
}

impl Found {
    pub(crate) fn with(self, fields: Fields) -> Self {
        let Fields { names, named, rows, picked, .. } = fields;
        Self { columns: names, header: named, rows, picked, ..self }
    }
}

/// The beginning of a text, for a row that is only shown.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The pairs of a file, in its order.
pub struct Reader<'a> {
    found: Found,
    entries: Box<dyn Iterator<Item = Entry> + 'a>,
    limits: Option<Limits>,
}

type Text<R> = Decoded<Chain<Cursor<Vec<u8>>, R>>;

impl<'a> Reader<'a> {
    /// Begins to read a file. Its name helps to find the format.
    ///
    /// # Errors
    /// See [`Unreadable`]: when no pair at all can be read of it.
    pub fn open(mut input: impl Read + 'a, name: Option<&str>, options: Options) -> Result<Self, Unreadable> {
        let mut sample = Vec::new();
        (&mut input).take(SAMPLE as u64).read_to_end(&mut sample)?;
        let whole = sample.len() < SAMPLE;
        let (encoding, mark) = encoding::detect(&sample, whole, options.encoding);
        if let Some(kind) = format::foreign(&sample) {
            return Err(Unreadable::Foreign(kind));
        }
        sample.drain(..mark);
        let beginning = decoded(&sample, encoding);
        let format = options.format.or_else(|| Format::detect(name, &beginning, whole));
        let is_empty = whole && beginning.trim_ascii().is_empty();
        // JSON Lines without a line are what a node without knowledge exports.
        if is_empty && format != Some(Format::JsonLines) {
            return Err(Unreadable::Empty);
        }
        let format = format.ok_or(Unreadable::NoFormat)?;
        let chosen = options.question.is_some() && options.answer.is_some();
        let wanted = Wanted { question: options.question, answer: options.answer };
        let text = Decoded::new(Cursor::new(sample).chain(input), encoding);
        let file = File { text, encoding: encoding.name(), format, wanted };
        let (mut found, entries) = match format {
            Format::Csv | Format::Tsv => file.table(&beginning, whole)?,
            Format::JsonLines => file.lines(&beginning),
            Format::Json => file.whole(json::pairs)?,
            Format::Yaml => file.whole(yaml::pairs)?,
            Format::Markdown => file.whole(|text, _| Ok((markdown::pairs(text)?, Fields::default())))?,
        };
        if let Some((both, _)) = found.picked.filter(|(question, answer)| question == answer) {
            if chosen {
                return Err(Unreadable::SameColumn(found.columns.get(both).cloned().unwrap_or_default()));
            }
            found.picked = None;
        }
        Ok(Self { found, entries, limits: options.limits })
    }

    /// How the file is read.
    pub fn found(&self) -> &Found {
        &self.found
    }

    fn check(&self, pair: Pair) -> Entry {
        let Pair { place, question, answer } = &pair;
        let most = |part| {
            self.limits.map_or(usize::MAX, |limits| match part {
                Part::Question => limits.question,
                Part::Answer => limits.answer,
            })
        };
        for (part, text) in [(Part::Question, question), (Part::Answer, answer)] {
            let (bytes, most) = (text.len(), most(part));
            let problem = match () {
                () if text.trim().is_empty() => Problem::Empty(part),
                () if bytes > most => Problem::TooLong { part, bytes, most },
                () => continue,
            };
            return Err(Fault { place: *place, problem });
        }
        Ok(pair)
    }
}

impl Iterator for Reader<'_> {
    type Item = Result<Pair, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.entries.next()?;
        Some(entry.and_then(|pair| self.check(pair)))
    }
}

/// The beginning of a file as UTF-8.
fn decoded(sample: &[u8], encoding: &'static Encoding) -> Vec<u8> {
    let mut text = Vec::new();
    // Reading from memory does not fail.
    let _ = Decoded::new(sample, encoding).read_to_end(&mut text);
    text
}

type Opened<'a> = (Found, Box<dyn Iterator<Item = Entry> + 'a>);

/// A file whose encoding and format are known.
struct File<R> {
    text: Text<R>,
    encoding: &'static str,
    format: Format,
    wanted: Wanted,
}

impl<'a, R: Read + 'a> File<R> {
    fn found(&self) -> Found {
        let (format, encoding) = (self.format, self.encoding);
        let (columns, rows) = (Vec::new(), Vec::new());
        Found { format, encoding, delimiter: None, columns, rows, picked: None, header: false }
    }

    fn lines(self, beginning: &[u8]) -> Opened<'a> {
        let mut first = Lines::new(beginning, self.encoding, self.wanted.clone());
        first.by_ref().take(LINES).for_each(drop);
        (self.found().with(first.into_fields()), Box::new(Lines::new(self.text, self.encoding, self.wanted)))
    }

    fn whole(
        mut self,
        read: impl FnOnce(&str, Wanted) -> Result<(Vec<Entry>, Fields), Missing>,
    ) -> Result<Opened<'a>, Unreadable> {
        let found = self.found();
        let mut bytes = Vec::new();
        self.text.by_ref().take(MAX_WHOLE as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > MAX_WHOLE {
            return Err(Unreadable::TooLong { format: self.format.name() });
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            Unreadable::NotText { line, encoding: self.encoding }
        })?;
        let (entries, fields) = match read(&text, self.wanted) {
            Ok(read) => read,
            Err(missing) => return Err(missing.of(found)),
        };
        if entries.iter().all(|entry| entry.as_ref().is_err_and(|fault| fault.problem.is_note())) {
            return Err(Unreadable::NothingFound(expected(self.format)));
        }
        Ok((found.with(fields), Box::new(entries.into_iter())))
    }

    fn table(mut self, beginning: &[u8], whole: bool) -> Result<Opened<'a>, Unreadable> {
        let mut found = self.found();
        let (skipped, told) = told_delimiter(beginning);
        let beginning = beginning.get(skipped..).unwrap_or_default();
        let told = told.map(|delimiter| Dialect { delimiter, quotes: true });
        let dialect = told.or_else(|| delimited::dialect(beginning, whole, self.format == Format::Tsv));
        let dialect = dialect.ok_or_else(|| no_columns(beginning))?;
        let rows = delimited::first_rows(beginning, whole, dialect);
        let above = header::above(&rows);
        let rows = rows.into_iter().skip(above).collect::<Vec<_>>();
        found.delimiter = Some(char::from(dialect.delimiter));
        let columns = match columns::decide(&rows, &self.wanted) {
            Ok(columns) => columns,
            Err(missing) => return Err(missing.of(found)),
        };
        let found = found.with(columns.fields(&rows));
        std::io::copy(&mut self.text.by_ref().take(skipped as u64), &mut std::io::sink())?;
        let rows = Rows {
            columns,
            width: found.columns.len(),
            encoding: self.encoding,
            guarded: columns.header && found.columns == OWN_HEADER,
            escaped: columns.header && QNA_MAKER.iter().eq(found.columns.iter().take(QNA_MAKER.len())),
        };
        let records = Records::new(self.text, dialect, if skipped > 0 { 2 } else { 1 });
        let entries = records.enumerate().filter_map(move |(at, record)| match record {
            Ok(Record { line, .. }) if at < above => {
                Some(Err(Fault { place: Place::Line(line), problem: Problem::NoPartOfAPair }))
            }
            Ok(_) if at == above && columns.header => None,
            record => Some(record.and_then(|record| rows.pair(record))),
        });
        Ok((found, Box::new(entries)))
    }
}

/// What tables are made into pairs by.
struct Rows {
    columns: Columns,
    width: usize,
    encoding: &'static str,
    /// The cells are those of our own export.
    guarded: bool,
    /// Line ends are written as `\n`.
    escaped: bool,
}

impl Rows {
    fn pair(&self, Record { line, mut fields }: Record) -> Entry {
        let place = Place::Line(line);
        let fault = |problem| Fault { place, problem };
        let found = fields.len();
        if fields.iter().skip(self.width).any(|field| !field.is_empty()) {
            return Err(fault(Problem::TooManyFields { found, expected: self.width }));
        }
        let mut take = |part, at: usize| {
            let field = fields.get_mut(at).map(std::mem::take);
            let field = field.ok_or_else(|| fault(Problem::TooFewFields { found, part, column: at + 1 }))?;
            let text = String::from_utf8(field).map_err(|_| fault(Problem::NotText(self.encoding)))?;
            Ok(match () {
                () if self.guarded => formula::unguard(&text).to_owned(),
                () if self.escaped && !text.contains(":\\") => text.replace("\\n", "\n"),
                () => text,
            })
        };
        let question = take(Part::Question, self.columns.question)?;
        let answer = take(Part::Answer, self.columns.answer)?;
        Ok(Pair { place, question, answer })
    }
}

/// What is said where nothing was found.
fn expected(format: Format) -> &'static str {
    match format {
        Format::Markdown => {
            "a heading for each question with the answer under it, `Q:` and `A:`, lines of `question -> answer`, or a definition \
             list"
        }
        _ => {
            "a list of objects with a question and an answer each, or an object of questions with their answers"
        }
    }
}

/// Excel's `sep=;` on the first line: how long that line is, and the delimiter.
fn told_delimiter(text: &[u8]) -> (usize, Option<u8>) {
    let told = text.get(..4).filter(|word| word.eq_ignore_ascii_case(b"sep=")).and_then(|_| text.get(4));
    let end = text.get(5..).and_then(|rest| match rest {
        [b'\r', b'\n', ..] => Some(7),
        [b'\r' | b'\n', ..] => Some(6),
        _ => None,
    });
    match (told, end) {
        (Some(told), Some(end)) => (end, Some(*told)),
        _ => (0, None),
    }
}

/// Why a text has no columns: its first row is wrong, or nothing separates any.
fn no_columns(text: &[u8]) -> Unreadable {
    match Records::new(text, Dialect { delimiter: b',', quotes: true }, 1).next() {
        Some(Err(Fault { place, problem })) => {
            Unreadable::Syntax { place, format: "CSV", problem: problem.to_string() }
        }
        _ => {
            let line = text.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
            Unreadable::OneColumn { line: String::from_utf8_lossy(line).chars().take(80).collect() }
        }
    }
}
