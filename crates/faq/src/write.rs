//! Writes pairs as CSV that spreadsheet programs open, and that [`crate::Reader`] reads back exactly.

use std::io::{self, Write};

use crate::formula;
use crate::reader::OWN_HEADER;

/// What stands between the columns. Excel takes the one of its country: a comma, or a semicolon where numbers have a decimal comma.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Separator {
    /// `,`
    #[default]
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
}

impl Separator {
    const fn character(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Semicolon => ';',
            Self::Tab => '\t',
        }
    }
}

/// Writes pairs as CSV: RFC 4180, in UTF-8, with CR LF at the end of each record. No cell is a formula (see the module `formula`).
pub struct CsvWriter<W> {
    output: W,
    separator: Separator,
}

impl<W: Write> CsvWriter<W> {
    /// Begins a file: its byte order mark, if it is wanted so that Excel knows UTF-8, and the header.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(output: W, separator: Separator, mark: bool) -> io::Result<Self> {
        let mut writer = Self::new(output, separator);
        if mark {
            writer.output.write_all("\u{feff}".as_bytes())?;
        }
        let [question, answer] = OWN_HEADER;
        writer.write(question, answer)?;
        Ok(writer)
    }

    /// Goes on with a file that was begun elsewhere.
    pub const fn new(output: W, separator: Separator) -> Self {
        Self { output, separator }
    }

    /// Writes one pair.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, question: &str, answer: &str) -> io::Result<()> {
        self.cell(question)?;
        write!(self.output, "{}", self.separator.character())?;
        self.cell(answer)?;
        self.output.write_all(b"\r\n")
    }

    /// Hands on everything that waits to be written.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }

    fn cell(&mut self, text: &str) -> io::Result<()> {
        let cell = formula::guard(text);
        // Blanks at an end, too: some programs take them away outside of quotes.
        let plain = |c: char| !matches!(c, '"' | ',' | ';' | '\t' | '|' | '\r' | '\n' | '\u{feff}');
        if cell.chars().all(plain) && cell.trim() == cell && !cell.is_empty() {
            self.output.write_all(cell.as_bytes())
        } else {
            write!(self.output, "\"{}\"", cell.replace('"', "\"\""))
        }
    }
}
