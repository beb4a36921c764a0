//! `kolibri export`: everything that can be asked, as JSON Lines or as CSV for spreadsheet programs.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use kolibri_faq::CsvWriter;

use super::client::Client;
use super::terminal::Shown;
use super::{Connection, Exit, end_if_nobody_reads, say};
use crate::wire::AssociationLine;

#[derive(Args)]
pub(super) struct Export {
    /// File to write [default: standard output]
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// Format to write [default: from the file's name, or else jsonl]
    #[arg(long)]
    format: Option<Format>,
    /// For CSV: begin with a byte order mark, by which Excel knows that the file is UTF-8
    #[arg(long)]
    bom: bool,
    /// For CSV: what stands between the columns; Excel expects the one of its country
    #[arg(long, default_value = "comma")]
    separator: Separator,
    #[command(flatten)]
    node: Connection,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For spreadsheet programs: two columns, with a header line
    Csv,
    /// One JSON object per line, with source and time
    Jsonl,
}

impl Format {
    fn of(path: &Path) -> Option<Self> {
        match kolibri_faq::Format::of_name(path.to_str()?)? {
            kolibri_faq::Format::Csv | kolibri_faq::Format::Tsv => Some(Self::Csv),
            kolibri_faq::Format::JsonLines => Some(Self::Jsonl),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Separator {
    Comma,
    Semicolon,
    Tab,
}

impl From<Separator> for kolibri_faq::Separator {
    fn from(separator: Separator) -> Self {
        match separator {
            Separator::Comma => Self::Comma,
            Separator::Semicolon => Self::Semicolon,
            Separator::Tab => Self::Tab,
        }
    }
}

impl Export {
    pub(super) fn run(self) -> Result<(), Exit> {
        let format = self.format.or_else(|| Format::of(self.output.as_ref()?)).unwrap_or(Format::Jsonl);
        if format == Format::Jsonl && (self.bom || self.separator != Separator::Comma) {
            return Err(Exit::Failed("--bom and --separator are for CSV; add --format csv".to_owned()));
        }
        let client = Client::new(&self.node)?;
        let response = client.accepted(client.send(client.get("/api/v1/associations:export"))?)?;
        let written = match &self.output {
            Some(path) => {
                let file = create(path).map_err(|error| format!("{}: {error}", path.display()))?;
                self.export(response, file, format)
            }
            // What is taught must not command the terminal; a pipe or a file takes every byte.
            None if io::stdout().is_terminal() => {
                let stdout = io::stdout().lock();
                let shown = if format == Format::Csv { Shown::text(stdout) } else { Shown::json(stdout) };
                self.export(response, shown, format)
            }
            None => self.export(response, io::stdout().lock(), format),
        }?;
        say(&format!("exported {written} associations"));
        Ok(())
    }

    fn export(&self, input: impl Read, output: impl Write, format: Format) -> Result<u64, Exit> {
        let broken_off = |error| {
            Exit::Failed(format!(
                "the export is incomplete: the node's response was cut off ({error}); see the node's log"
            ))
        };
        let output = BufWriter::new(output);
        let mut output = match format {
            Format::Csv => Writer::Csv(
                CsvWriter::begin(output, self.separator.into(), self.bom)
                    .map_err(|error| unwritten(&error))?,
            ),
            Format::Jsonl => Writer::Jsonl(output),
        };
        let mut written = 0;
        for line in BufReader::new(input).lines() {
            output.write(&line.map_err(broken_off)?).map_err(|error| unwritten(&error))?;
            written += 1;
        }
        output.finish().map_err(|error| unwritten(&error))?;
        Ok(written)
    }
}

/// A new file is its owner's alone: it holds what was taught.
fn create(path: &Path) -> io::Result<File> {
    File::options().write(true).create(true).truncate(true).mode(0o600).open(path)
}

fn unwritten(error: &io::Error) -> Exit {
    end_if_nobody_reads(error);
    Exit::Failed(format!("the export is incomplete: {error}"))
}

/// Writes the node's lines as they are, or as CSV.
enum Writer<W: Write> {
    Csv(CsvWriter<W>),
    Jsonl(W),
}

impl<W: Write> Writer<W> {
    fn write(&mut self, line: &str) -> io::Result<()> {
        match self {
            Self::Csv(csv) => {
                let AssociationLine { stimulus, response, .. } = serde_json::from_str(line)?;
                csv.write(&stimulus, &response)
            }
            Self::Jsonl(output) => writeln!(output, "{line}"),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        match self {
            Self::Csv(csv) => csv.flush(),
            Self::Jsonl(output) => output.flush(),
        }
    }
}
