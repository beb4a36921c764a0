//! JSON Lines: one value on each line.

use std::io::{BufRead, BufReader, Read};

use crate::MAX_RECORD;
use crate::columns::Wanted;
use crate::error::{Fault, Place, Problem};
use crate::fields::Fields;
use crate::json;
use crate::shape::{Entry, Shape};
use crate::tree::Tree;

/// Reads line after line.
pub(crate) struct Lines<R> {
    input: BufReader<R>,
    encoding: &'static str,
    shape: Shape,
    line: u64,
    ready: std::vec::IntoIter<Entry>,
    over: bool,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(input: R, encoding: &'static str, wanted: Wanted) -> Self {
        let ready = Vec::new().into_iter();
        Self {
            input: BufReader::new(input),
            encoding,
            shape: Shape::new(wanted),
            line: 0,
            ready,
            over: false,
        }
    }

    /// The fields of the objects that were read so far.
    pub(crate) fn into_fields(self) -> Fields {
        self.shape.into_fields()
    }

    /// The next line without its end; `None` at the end.
    fn line(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let io = |error: std::io::Error| Problem::Io(error.to_string());
        let mut line = Vec::new();
        self.line += 1;
        let mut limited = (&mut self.input).take(MAX_RECORD as u64 + 1);
        if limited.read_until(b'\n', &mut line).map_err(io)? == 0 {
            return Ok(None);
        }
        if line.len() > MAX_RECORD {
            self.skip_line().map_err(io)?;
            return Err(Problem::TooLongRecord);
        }
        Ok(Some(line))
    }

    fn skip_line(&mut self) -> std::io::Result<()> {
        loop {
            let waiting = self.input.fill_buf()?;
            let end = waiting.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(waiting.len(), |end| end + 1);
            self.input.consume(length);
            if end.is_some() || length == 0 {
                return Ok(());
            }
        }
    }

    fn read(&mut self, line: &[u8]) -> Result<Vec<Entry>, Problem> {
        let text = std::str::from_utf8(line).map_err(|_| Problem::NotText(self.encoding))?;
        let tree: Tree =
            serde_json::from_str(text).map_err(|error| Problem::NotJson(json::problem(&error)))?;
        Ok(self.shape.line(Tree { line: Some(self.line), value: tree.value }))
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        loop {
            if let Some(entry) = self.ready.next() {
                return Some(entry);
            }
            if self.over {
                return None;
            }
            let read = match self.line() {
                Ok(None) => return None,
                Ok(Some(line)) if line.trim_ascii().is_empty() => continue,
                Ok(Some(line)) => self.read(&line),
                Err(problem) => {
                    self.over = matches!(problem, Problem::Io(_));
                    Err(problem)
                }
            };
            match read {
                Ok(entries) => {
                    // What is inside of a line is on it.
                    let place = Place::Line(self.line);
                    let here = |entry: Entry| match entry {
                        Ok(pair) => Ok(crate::Pair { place, ..pair }),
                        Err(fault) => Err(Fault { place, ..fault }),
                    };
                    self.ready = entries.into_iter().map(here).collect::<Vec<_>>().into_iter();
                }
                Err(problem) => return Some(Err(Fault { place: Place::Line(self.line), problem })),
            }
        }
    }
}
