//! Notices a quote of a CSV file that is never closed (RFC 4180, section 2): the csv crate takes the rest of the file for one
//! field then, and says nothing.

use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

/// Where the field stands that the reader is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before its first character.
    Begin,
    Bare,
    Quoted,
    /// Behind a quote in a quoted field: the end of it, or one half of a doubled quote.
    Quote,
}

/// A reader that follows the quotes of what passes through it.
pub(super) struct Quotes<R> {
    input: R,
    at: At,
    line: u64,
    /// The line of the quote that is open.
    opened: u64,
    unclosed: Unclosed,
}

/// The line of the quote that was open at the end of the file; `None` before the end, and if none was.
#[derive(Clone, Default)]
pub(super) struct Unclosed(Rc<Cell<Option<u64>>>);

impl Unclosed {
    pub(super) fn line(&self) -> Option<u64> {
        self.0.get()
    }
}

impl<R> Quotes<R> {
    pub(super) fn new(input: R) -> (Self, Unclosed) {
        let unclosed = Unclosed::default();
        (Self { input, at: At::Begin, line: 1, opened: 0, unclosed: unclosed.clone() }, unclosed)
    }

    fn pass(&mut self, byte: u8) {
        self.at = match (self.at, byte) {
            (At::Begin, b'"') => {
                self.opened = self.line;
                At::Quoted
            }
            (At::Quoted, b'"') => At::Quote,
            (At::Quote, b'"') | (At::Quoted, _) => At::Quoted,
            (_, b',' | b'\n' | b'\r') => At::Begin,
            _ => At::Bare,
        };
        self.line += u64::from(byte == b'\n');
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(buffer)?;
        buffer.iter().take(read).for_each(|byte| self.pass(*byte));
        if read == 0 && !buffer.is_empty() && self.at == At::Quoted {
            self.unclosed.0.set(Some(self.opened));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unclosed(text: &str) -> Option<u64> {
        let (mut reader, unclosed) = Quotes::new(text.as_bytes());
        reader.read_to_end(&mut Vec::new()).unwrap();
        unclosed.line()
    }

    #[test]
    fn an_open_quote_is_found_with_its_line() {
        for (text, line) in [
            ("a,b\nc,\"d", Some(2)),
            ("a,b\nc,\"d\n\n\ne,f\n", Some(2)),
            ("\"", Some(1)),
            ("a,\"b\"\"", Some(1)),
            ("a,\"b\nc\"\nd,\"e", Some(3)),
        ] {
            assert_eq!(unclosed(text), line, "{text:?}");
        }
        for whole in ["", "a,b", "a,\"b\"", "a,\"b\"\"c\"\n", "a,b\"c\n", "5\" pipe,x\n", "\"a\nb\",c\r\n"] {
            assert_eq!(unclosed(whole), None, "{whole:?}");
        }
    }
}
