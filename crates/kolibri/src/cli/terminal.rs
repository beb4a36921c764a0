//! What is written for people. A text that somebody taught must not move the cursor, change the title or hide what follows, so
//! control characters are shown and not sent (CWE-150).

use std::borrow::Cow;
use std::error::Error as _;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::Exit;

/// A line or more as they are safe to print: every control character but line ends and tabs, every character that changes
/// the direction of the text (<https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>), and the separators of lines
/// and paragraphs, as `\u{1b}`.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let text =
        if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
    if !text.contains(commands_a_terminal) {
        return text;
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match commands_a_terminal(character) {
            true => safe.extend(character.escape_unicode()),
            false => safe.push(character),
        }
    }
    Cow::Owned(safe)
}

fn commands_a_terminal(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Prints a line for people.
pub(super) fn print_line(line: &str) -> Result<(), Exit> {
    write(&printable(line))
}

/// Prints a value as JSON, on one line.
pub(super) fn print_json(value: &impl serde::Serialize) -> Result<(), Exit> {
    let line = serde_json::to_string(value).map_err(|error| error.to_string())?;
    write(&escaped_json(&line))
}

/// JSON in which what commands a terminal is escaped. It stands in strings only, where the escape means the same (RFC 8259,
/// section 7).
fn escaped_json(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    for character in line.chars() {
        if commands_a_terminal(character) {
            // All of these are in the basic plane. A String takes whatever is written to it.
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// A terminal that is sent whole lines, as they are safe to show.
pub(super) struct Shown<W: Write> {
    terminal: W,
    /// What has come of the next line.
    line: Vec<u8>,
    show: fn(&str) -> Cow<'_, str>,
}

impl<W: Write> Shown<W> {
    /// For text.
    pub(super) fn text(terminal: W) -> Self {
        Self { terminal, line: Vec::new(), show: printable }
    }

    /// For a JSON value on each line.
    pub(super) fn json(terminal: W) -> Self {
        Self { terminal, line: Vec::new(), show: |line| Cow::Owned(escaped_json(line)) }
    }

    fn send(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let content = line.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let shown = (self.show)(&String::from_utf8_lossy(content.unwrap_or(&line))).into_owned();
        self.terminal.write_all(shown.as_bytes())?;
        if content.is_some() { self.terminal.write_all(b"\n") } else { Ok(()) }
    }
}

impl<W: Write> Write for Shown<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.send()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()?;
        self.terminal.flush()
    }
}

fn write(line: &str) -> Result<(), Exit> {
    writeln!(std::io::stdout(), "{line}").map_err(|error| {
        end_if_nobody_reads(&error);
        Exit::Failed(format!("cannot write to standard output: {error}"))
    })
}

/// Says something on standard error, whose reader may be gone.
pub(super) fn say(message: &str) {
    let _ = writeln!(std::io::stderr(), "kolibri: {}", printable(message));
}

/// Tells what is wrong with the command line, or prints the help that was asked for.
pub(crate) fn end_with(error: &clap::Error) -> ! {
    // What it quotes, for example a word that is no command.
    let quoted = error.context().map(|(_, value)| value.to_string());
    let quoted = quoted.chain(error.source().map(ToString::to_string));
    if !quoted.into_iter().any(|text| text.contains(commands_a_terminal)) {
        error.exit()
    }
    let _ = write!(std::io::stderr(), "{}", printable(&error.render().to_string()));
    std::process::exit(error.exit_code())
}

/// A reader that went away (`| head`) ends the program quietly, as it does with other tools.
pub(super) fn end_if_nobody_reads(error: &std::io::Error) {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
}

/// For the fuzzers: what is printed commands nothing, is printed the same again, and JSON means what it meant.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let shown = printable(&text);
    assert!(!shown.contains(commands_a_terminal), "{shown:?}");
    assert_eq!(printable(&shown), shown);
    let json = escaped_json(&serde_json::Value::from(&*text).to_string());
    assert!(!json.contains(commands_a_terminal), "{json:?}");
    assert_eq!(serde_json::from_str::<String>(&json).ok().as_deref(), Some(&*text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_a_terminal_is_shown_and_everything_else_stays() {
        for (text, shown) in [
            ("plain, мир, 日本, 👩‍💻, e\u{301}", "plain, мир, 日本, 👩‍💻, e\u{301}"),
            ("two\nlines\tand a tab", "two\nlines\tand a tab"),
            ("dos\r\nlines", "dos\nlines"),
            ("\u{1b}[2J\u{7}\u{8}", "\\u{1b}[2J\\u{7}\\u{8}"),
            ("over\rwritten", "over\\u{d}written"),
            ("\u{9b}31m\u{7f}\u{0}", "\\u{9b}31m\\u{7f}\\u{0}"),
            ("a\u{202e}b\u{2066}c", "a\\u{202e}b\\u{2066}c"),
            ("a\u{2028}b\u{2029}c", "a\\u{2028}b\\u{2029}c"),
        ] {
            assert_eq!(printable(text), shown, "{text:?}");
        }
    }

    #[test]
    fn what_is_sent_to_a_terminal_in_pieces_is_shown_line_by_line() {
        let text = "a,\u{1b}[2J\u{7}\r\n\u{9b}31m,мир\nend\u{202e}";
        for size in 1..text.len() {
            let mut shown = Shown::text(Vec::new());
            text.as_bytes().chunks(size).for_each(|piece| shown.write_all(piece).unwrap());
            shown.flush().unwrap();
            let sent = String::from_utf8(shown.terminal).unwrap();
            assert_eq!(sent, "a,\\u{1b}[2J\\u{7}\n\\u{9b}31m,мир\nend\\u{202e}", "{size}");
        }
        let mut shown = Shown::json(Vec::new());
        writeln!(shown, "{}", serde_json::json!("\u{9b}\u{202e}")).unwrap();
        assert_eq!(shown.terminal, b"\"\\u009b\\u202e\"\n");
    }

    #[test]
    fn json_means_the_same_and_commands_nothing() {
        let value = serde_json::json!({ "a": "\u{1b}[2J\u{9b}31m\u{202e}", "b": "мир\n" });
        let line = escaped_json(&value.to_string());
        assert!(!line.contains(commands_a_terminal), "{line:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), value);
    }
}
