//! CSV and TSV: records by RFC 4180, with any delimiter, and the delimiter that a file seems to have.
//!
//! The csv crate would take the rest of a file for one field when a quote is never closed, and join what stands behind a closing
//! quote to the text. Here both are faults of a row.

use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;

use crate::error::{Fault, Place, Problem};
use crate::table::asks;
use crate::{MAX_RECORD, columns, header};

/// How the records of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    /// Whether a text may stand in quotes.
    pub(crate) quotes: bool,
}

/// One record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// The line that it begins on.
    pub(crate) line: u64,
    /// UTF-8, unless it is damaged.
    pub(crate) fields: Vec<Vec<u8>>,
}

/// Where a field ended.
enum End {
    Field,
    Record,
    Wrong(Problem),
}

/// Reads record after record.
pub(crate) struct Records<R> {
    input: BufReader<R>,
    dialect: Dialect,
    /// The line of the next byte.
    line: u64,
    /// The bytes of this record.
    length: usize,
    over: bool,
}

impl<R: Read> Records<R> {
    /// Reads `input`, whose first line has the number `line`.
    pub(crate) fn new(input: R, dialect: Dialect, line: u64) -> Self {
        Self { input: BufReader::new(input), dialect, line, length: 0, over: false }
    }

    fn byte(&mut self) -> Result<Option<u8>, Problem> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.input.consume(1);
            self.length += 1;
        }
        if self.length > MAX_RECORD { Err(Problem::TooLongRecord) } else { Ok(byte) }
    }

    fn peek(&mut self) -> Result<Option<u8>, Problem> {
        let waiting = self.input.fill_buf().map_err(|error| Problem::Io(error.to_string()))?;
        Ok(waiting.first().copied())
    }

    /// Takes the second half of a CR LF and counts the line.
    fn end_line(&mut self, byte: u8) -> Result<(), Problem> {
        self.line += 1;
        if byte == b'\r' && self.peek()? == Some(b'\n') {
            self.input.consume(1);
        }
        Ok(())
    }

    fn record(&mut self) -> Result<Vec<Vec<u8>>, Problem> {
        self.length = 0;
        let mut fields = Vec::new();
        loop {
            let mut field = Vec::new();
            let end = self.field(&mut field)?;
            fields.push(field);
            match end {
                End::Field => {}
                End::Record => return Ok(fields),
                End::Wrong(problem) => return Err(problem),
            }
        }
    }

    /// The next byte that no quotes are around, or how the field ends.
    fn unquoted(&mut self) -> Result<ControlFlow<End, u8>, Problem> {
        Ok(match self.byte()? {
            None => {
                self.over = true;
                ControlFlow::Break(End::Record)
            }
            Some(byte) if byte == self.dialect.delimiter => ControlFlow::Break(End::Field),
            Some(byte @ (b'\n' | b'\r')) => {
                self.end_line(byte)?;
                ControlFlow::Break(End::Record)
            }
            Some(byte) => ControlFlow::Continue(byte),
        })
    }

    fn field(&mut self, field: &mut Vec<u8>) -> Result<End, Problem> {
        loop {
            match self.unquoted()? {
                ControlFlow::Break(end) => return Ok(end),
                // A quote may stand behind blanks: `question, "answer"`.
                ControlFlow::Continue(b'"')
                    if self.dialect.quotes && field.iter().all(|byte| *byte == b' ') =>
                {
                    field.clear();
                    return self.quoted(field);
                }
                ControlFlow::Continue(byte) => field.push(byte),
            }
        }
    }

    fn quoted(&mut self, field: &mut Vec<u8>) -> Result<End, Problem> {
        loop {
            match self.byte()? {
                None => {
                    self.over = true;
                    return Ok(End::Wrong(Problem::UnclosedQuote));
                }
                Some(b'"') if self.peek()? == Some(b'"') => {
                    self.byte()?;
                    field.push(b'"');
                }
                Some(b'"') => return self.behind_quote(),
                Some(byte) => {
                    // CR LF is one line end.
                    let half = byte == b'\r' && self.peek()? == Some(b'\n');
                    self.line += u64::from(matches!(byte, b'\n' | b'\r') && !half);
                    field.push(byte);
                }
            }
        }
    }

    fn behind_quote(&mut self) -> Result<End, Problem> {
        loop {
            match self.unquoted()? {
                ControlFlow::Break(end) => return Ok(end),
                ControlFlow::Continue(b' ') => {}
                ControlFlow::Continue(_) => {
                    return self.skip_line().map(|()| End::Wrong(Problem::TextAfterQuote));
                }
            }
        }
    }

    /// Passes over the rest of the line, of whatever length.
    fn skip_line(&mut self) -> Result<(), Problem> {
        loop {
            match self.peek()? {
                None => {
                    self.over = true;
                    return Ok(());
                }
                Some(byte) => {
                    self.input.consume(1);
                    if matches!(byte, b'\n' | b'\r') {
                        return self.end_line(byte);
                    }
                }
            }
        }
    }
}

impl<R: Read> Iterator for Records<R> {
    type Item = Result<Record, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.over {
                return None;
            }
            let line = self.line;
            let result = match self.record() {
                // Spreadsheet programs write the empty rows below a table, too.
                Ok(fields) if fields.iter().all(|field| is_blank(field)) => continue,
                Ok(fields) => Ok(Record { line, fields }),
                Err(problem) => {
                    match problem {
                        Problem::Io(_) => self.over = true,
                        Problem::TooLongRecord => self.over |= self.skip_line().is_err(),
                        _ => {}
                    }
                    Err(Fault { place: Place::Line(line), problem })
                }
            };
            return Some(result);
        }
    }
}

fn is_blank(field: &[u8]) -> bool {
    std::str::from_utf8(field).is_ok_and(|text| text.trim().is_empty())
}

/// What may separate fields; of those that fit equally well, the first.
const DELIMITERS: [u8; 4] = [b'\t', b';', b',', b'|'];
/// Records that are looked at.
const LOOKED_AT: usize = 60;

/// The first records of a text, as fields that are surely UTF-8. The last one may be cut off, if the text is.
pub(crate) fn first_rows(text: &[u8], whole: bool, dialect: Dialect) -> Vec<Vec<String>> {
    let mut rows: Vec<_> = Records::new(text, dialect, 1).take(LOOKED_AT + 1).collect();
    if rows.len() > LOOKED_AT || (!whole && rows.len() > 1) {
        rows.pop();
    }
    let text = |field: Vec<u8>| String::from_utf8_lossy(&field).into_owned();
    rows.into_iter().flatten().map(|record| record.fields.into_iter().map(text).collect()).collect()
}

/// The dialect of a text that is CSV or, with `tabs`, TSV. `None` if nothing separates columns in it.
pub(crate) fn dialect(text: &[u8], whole: bool, tabs: bool) -> Option<Dialect> {
    let among = if tabs { &DELIMITERS[..1] } else { &DELIMITERS[..] };
    let mut best = None;
    for delimiter in among {
        let dialect = Dialect { delimiter: *delimiter, quotes: has_quotes(text, whole, *delimiter) };
        let score = score(&first_rows(text, whole, dialect));
        if score > best.map_or(0, |(score, _)| score) {
            best = Some((score, dialect));
        }
    }
    best.map(|(_, dialect)| dialect)
}

/// Whether most rows have a field that asks; `None` if some have more fields than others.
pub(crate) fn columns_ask(text: &[u8], whole: bool, dialect: Dialect) -> Option<bool> {
    let rows = first_rows(text, whole, dialect);
    let is_even = rows.iter().all(|row| Some(row.len()) == rows.first().map(Vec::len));
    let asking = rows.iter().filter(|row| row.iter().any(|cell| asks(cell))).count();
    is_even.then_some(asking * 2 > rows.len())
}

/// How well rows look like questions and answers; 0 if they have one column only.
fn score(rows: &[Vec<String>]) -> usize {
    let rows = rows.get(header::above(rows)..).unwrap_or_default();
    let Some(first) = rows.first().filter(|first| first.len() > 1) else { return 0 };
    let named = usize::from(columns::named(first).is_some()) * 1000;
    let even = rows.iter().filter(|row| row.len() == first.len()).count() * 100 / rows.len();
    let asking = |row: &&Vec<String>| row.iter().any(|cell| asks(cell));
    let asks = rows.iter().filter(asking).count() * 50 / rows.len();
    1 + named + even + asks
}

/// Text in a TSV file often has no quotes around it, and may begin with one. Then some quote is not closed before a delimiter.
fn has_quotes(text: &[u8], whole: bool, delimiter: u8) -> bool {
    if delimiter != b'\t' {
        return true;
    }
    let quoted = Records::new(text, Dialect { delimiter, quotes: true }, 1);
    quoted.filter_map(Result::err).all(|fault| match fault.problem {
        Problem::UnclosedQuote => !whole,
        problem => problem != Problem::TextAfterQuote,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', quotes: true };

    fn records(text: &str) -> Vec<Result<(u64, Vec<String>), String>> {
        let text_of = |field: Vec<u8>| String::from_utf8(field).unwrap();
        Records::new(text.as_bytes(), COMMA, 1)
            .map(|record| {
                let record = record.map_err(|fault| fault.to_string())?;
                Ok((record.line, record.fields.into_iter().map(text_of).collect()))
            })
            .collect()
    }

    fn row(line: u64, fields: &[&str]) -> Result<(u64, Vec<String>), String> {
        Ok((line, fields.iter().map(|field| (*field).to_owned()).collect()))
    }

    #[test]
    fn every_line_end_ends_a_record_and_is_counted_once() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "\"c", "d\",e", "", "f,g"].join(end);
            let quoted = format!("c{end}d");
            assert_eq!(records(&text), [row(1, &["a", "b"]), row(2, &[&quoted, "e"]), row(5, &["f", "g"])]);
        }
    }

    #[test]
    fn quotes_are_read_as_people_write_them() {
        assert_eq!(
            records("\"a \"\"b\"\"\", \"c, d\" ,5\" pipe"),
            [row(1, &["a \"b\"", "c, d", "5\" pipe"])]
        );
        assert_eq!(records("a,\"\"\nb,"), [row(1, &["a", ""]), row(2, &["b", ""])]);
    }

    #[test]
    fn a_row_with_a_wrong_quote_does_not_lose_the_next() {
        let read = records("\"a\" b,c\nd,e\nf,\"g\n\nh,i\n");
        assert!(read[0].as_ref().unwrap_err().starts_with("line 1: there is text behind a closing quote"));
        assert_eq!(read[1], row(2, &["d", "e"]));
        assert!(
            read[2].as_ref().unwrap_err().starts_with("line 3: the quote that begins here is never closed")
        );
        assert_eq!(read.len(), 3);
    }

    #[test]
    fn an_endless_row_is_passed_over() {
        let text = format!("a,b\n{}\nc,d\n", "x".repeat(MAX_RECORD + 5));
        let read = records(&text);
        assert!(read[1].as_ref().unwrap_err().starts_with("line 2: this is longer than 4 MiB"));
        assert_eq!(read[2], row(3, &["c", "d"]));
    }

    fn delimiter(text: &str) -> Option<char> {
        dialect(text.as_bytes(), true, false).map(|dialect| char::from(dialect.delimiter))
    }

    #[test]
    fn the_delimiter_is_what_separates_the_columns() {
        for (text, expected) in [
            ("Вопрос;Ответ\nГде?;Тут, рядом\n", ';'),
            ("question,answer\nWhen; why?,Now\n", ','),
            ("question\tanswer\nWhen, why?\tNow; here\n", '\t'),
            ("q|a\nWhen?|Now, here\n", '|'),
            ("Do you ship?,Yes; worldwide\n", ','),
            ("Where, when?;Here, now\nWhy?;So, so, so\n", ';'),
            ("\"a;b\",c\n\"d;e\",f\n", ','),
        ] {
            assert_eq!(delimiter(text), Some(expected), "{text:?}");
        }
        assert_eq!(delimiter("one\ntwo\n"), None);
    }

    #[test]
    fn tabs_separate_with_and_without_quotes() {
        let quotes = |text: &str| dialect(text.as_bytes(), true, true).unwrap().quotes;
        assert!(quotes("q\ta\nx\t\"two\nlines\"\n"));
        assert!(!quotes("q\ta\n\"So\" she said\ty\n"));
        assert!(!quotes("q\ta\nx\t\"never closed\n"));
    }

    proptest! {
        #[test]
        fn it_reads_what_the_csv_crate_writes(
            rows in prop::collection::vec(prop::collection::vec("[a\",\n\r; я]{0,5}|.*", 2..4), 1..6)
        ) {
            let mut rows = rows;
            rows.retain(|row| row.iter().any(|text| !text.trim().is_empty()));
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            rows.iter().for_each(|row| writer.write_record(row).unwrap());
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let read: Vec<_> = records(&text).into_iter().map(|record| record.unwrap().1).collect();
            prop_assert_eq!(read, rows);
        }

        #[test]
        fn nothing_breaks_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let lines = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64;
            for record in Records::new(bytes.as_slice(), COMMA, 1).flatten() {
                prop_assert!(record.line <= lines + 1);
            }
        }
    }
}
