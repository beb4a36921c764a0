//! Moving knowledge in and out of a node: `import` and `export`.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::genome::progress_bar;
use super::quotes::Quotes;
use super::{Connection, Exit, Output, end_if_nobody_reads, print_json, print_line, say};
use crate::wire::{AssociationLine, LineResult, TeachRequest};

/// Associations sent in one request: enough to fill the node's group commit, few enough to show progress.
const CHUNK: usize = 1000;
/// Faulty lines that are shown one by one.
const SHOWN: u64 = 20;

#[derive(Args)]
pub(super) struct Import {
    /// The file, or - for standard input
    file: PathBuf,
    /// Format of the file [default: from the file's name]
    #[arg(long)]
    format: Option<Format>,
    #[command(flatten)]
    node: Connection,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub(super) struct Export {
    /// File to write [default: standard output]
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// Format to write [default: from the file's name, or else jsonl]
    #[arg(long)]
    format: Option<Format>,
    #[command(flatten)]
    node: Connection,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Comma-separated, with a header line
    Csv,
    /// One JSON object per line
    Jsonl,
}

impl Format {
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            _ => None,
        }
    }
}

/// One association in a file; other fields are passed over, so that an export can be imported.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Association {
    stimulus: String,
    response: String,
}

impl From<Association> for TeachRequest {
    fn from(Association { stimulus, response }: Association) -> Self {
        Self { stimulus, response }
    }
}

impl From<AssociationLine> for Association {
    fn from(AssociationLine { stimulus, response, .. }: AssociationLine) -> Self {
        Self { stimulus, response }
    }
}

/// What to teach, with the line it begins on; or what is wrong there.
type Entry = Result<(u64, TeachRequest), (u64, String)>;

impl Import {
    pub(super) fn run(self) -> Result<(), Exit> {
        let format = self.format.or_else(|| Format::of(&self.file)).ok_or_else(|| {
            format!(
                "the name {} does not show the format; add --format csv or --format jsonl",
                self.file.display()
            )
        })?;
        let bar = progress_bar("bytes");
        let input: Box<dyn Read> = if self.file.as_os_str() == "-" {
            Box::new(std::io::stdin())
        } else {
            let at = |error: std::io::Error| format!("{}: {error}", self.file.display());
            let file = File::open(&self.file).map_err(at)?;
            let metadata = file.metadata().map_err(at)?;
            if metadata.is_dir() {
                return Err(Exit::Failed(at(std::io::ErrorKind::IsADirectory.into())));
            }
            bar.set_length(metadata.len());
            Box::new(file)
        };
        let input = bar.wrap_read(input);
        let client = Client::new(&self.node)?;
        let mut report = Report::default();
        let result = match format {
            Format::Csv => csv_entries(input).and_then(|entries| import(entries, &client, &mut report)),
            Format::Jsonl => import(jsonl_entries(BufReader::new(input)), &client, &mut report),
        };
        bar.finish_and_clear();
        report.print(&self.output)?;
        result?;
        if report.failed > 0 { Err(Exit::No) } else { Ok(()) }
    }
}

/// What became of an import.
#[derive(Default, Serialize)]
struct Report {
    taught: u64,
    failed: u64,
}

impl Report {
    fn fail(&mut self, line: u64, problem: &str) {
        self.failed += 1;
        if self.failed <= SHOWN {
            say(&format!("line {line}: {problem}"));
        } else if self.failed == SHOWN + 1 {
            say("more lines failed; they are counted but not shown");
        }
    }

    fn print(&self, output: &Output) -> Result<(), Exit> {
        if output.json {
            return print_json(self);
        }
        print_line(&format!("taught {}, failed {}", self.taught, self.failed))
    }
}

fn import(entries: impl Iterator<Item = Entry>, client: &Client, report: &mut Report) -> Result<(), Exit> {
    let mut chunk = Vec::with_capacity(CHUNK);
    for entry in entries {
        match entry {
            Ok(entry) => chunk.push(entry),
            Err((line, problem)) => report.fail(line, &problem),
        }
        if chunk.len() == CHUNK {
            send(client, &chunk, report)?;
            chunk.clear();
        }
    }
    send(client, &chunk, report)
}

fn send(client: &Client, chunk: &[(u64, TeachRequest)], report: &mut Report) -> Result<(), Exit> {
    if chunk.is_empty() {
        return Ok(());
    }
    let mut body = Vec::new();
    for (_, association) in chunk {
        serde_json::to_writer(&mut body, association).map_err(|error| error.to_string())?;
        body.push(b'\n');
    }
    let request = client.post("/api/v1/teach:batch").header(CONTENT_TYPE, "application/x-ndjson").body(body);
    let response = client.accepted(client.send(request)?)?;
    let mut whole = false;
    for line in BufReader::new(response).lines() {
        let line = line.map_err(|error| format!("the node's response was cut off: {error}"))?;
        let answer = serde_json::from_str(&line)
            .map_err(|error| format!("cannot read the node's response: {error}"))?;
        match answer {
            LineResult::Taught { .. } => report.taught += 1,
            LineResult::Failed { line, problem } => {
                report.fail(source_line(chunk, line), &problem.to_string());
            }
            LineResult::Summary { .. } => whole = true,
        }
    }
    if whole {
        Ok(())
    } else {
        Err(Exit::Failed("the node stopped before it had read everything; import the file again".into()))
    }
}

/// The line of the file that the node's line `line` of a chunk came from.
fn source_line(chunk: &[(u64, TeachRequest)], line: u64) -> u64 {
    let at = usize::try_from(line).ok().and_then(|line| line.checked_sub(1));
    at.and_then(|at| chunk.get(at)).map_or(0, |(line, _)| *line)
}

fn csv_entries(input: impl Read) -> Result<impl Iterator<Item = Entry>, Exit> {
    let (input, unclosed) = Quotes::new(input);
    let mut reader = csv::Reader::from_reader(input);
    let header = reader.headers().map_err(|error| csv_problem(&error))?.clone();
    if !["stimulus", "response"].iter().all(|column| header.iter().any(|name| name == *column)) {
        let header = header.iter().collect::<Vec<_>>().join(",");
        return Err(Exit::Failed(format!(
            "the first line of the CSV file is `{header}`; it must name the columns stimulus and response, with a comma \
             between them"
        )));
    }
    let mut over = false;
    Ok(reader.into_records().map_while(move |record| {
        if std::mem::replace(&mut over, record.as_ref().is_err_and(csv::Error::is_io_error)) {
            return None;
        }
        let line = |position: Option<&csv::Position>| position.map_or(0, csv::Position::line);
        if let Some(line) = unclosed.line() {
            over = true;
            let problem = "the quote that begins here is never closed; nothing from here on was read";
            return Some(Err((line, problem.to_owned())));
        }
        Some(match record {
            Ok(record) => {
                let line = line(record.position());
                let association = record.deserialize::<Association>(Some(&header));
                association
                    .map(|association| (line, association.into()))
                    .map_err(|error| (line, csv_problem(&error)))
            }
            Err(error) => Err((line(error.position()), csv_problem(&error))),
        })
    }))
}

/// What is wrong, without the line, which is printed with it.
fn csv_problem(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("this line has {len} fields, but the first line has {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "this is not UTF-8; save the file as UTF-8".to_owned(),
        csv::ErrorKind::Io(error) => error.to_string(),
        _ => error.to_string(),
    }
}

fn jsonl_entries(mut input: impl BufRead) -> impl Iterator<Item = Entry> {
    let mut number = 0;
    let mut over = false;
    std::iter::from_fn(move || {
        let mut line = Vec::new();
        loop {
            line.clear();
            number += 1;
            match input.read_until(b'\n', &mut line) {
                _ if over => return None,
                Ok(0) => return None,
                Ok(_) if line.trim_ascii().is_empty() => {}
                Ok(_) => break,
                Err(error) => {
                    over = true;
                    return Some(Err((number, error.to_string())));
                }
            }
        }
        let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line);
        let parsed = serde_json::from_slice::<Association>(text);
        Some(parsed.map(|parsed| (number, parsed.into())).map_err(|error| (number, error.to_string())))
    })
}

impl Export {
    pub(super) fn run(self) -> Result<(), Exit> {
        let format = self.format.or_else(|| Format::of(self.output.as_ref()?)).unwrap_or(Format::Jsonl);
        let client = Client::new(&self.node)?;
        let response = client.accepted(client.send(client.get("/api/v1/associations"))?)?;
        let written = match &self.output {
            Some(path) => {
                let file = File::create(path).map_err(|error| format!("{}: {error}", path.display()))?;
                export(response, file, format)
            }
            None => export(response, std::io::stdout().lock(), format),
        }?;
        say(&format!("exported {written} associations"));
        Ok(())
    }
}

fn export(input: impl Read, output: impl Write, format: Format) -> Result<u64, Exit> {
    let broken_off = |error| {
        Exit::Failed(format!(
            "the export is incomplete: the node's response was cut off ({error}); see the node's log"
        ))
    };
    let mut output = Writer::new(output, format);
    let mut written = 0;
    for line in BufReader::new(input).lines() {
        output.write(&line.map_err(broken_off)?).map_err(unwritten)?;
        written += 1;
    }
    output.finish().map_err(unwritten)?;
    Ok(written)
}

fn unwritten(error: std::io::Error) -> Exit {
    end_if_nobody_reads(&error);
    Exit::Failed(format!("the export is incomplete: {error}"))
}

/// Writes the node's lines as they are, or as CSV.
enum Writer<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Jsonl(BufWriter<W>),
}

impl<W: Write> Writer<W> {
    fn new(output: W, format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv(Box::new(csv::Writer::from_writer(output))),
            Format::Jsonl => Self::Jsonl(BufWriter::new(output)),
        }
    }

    fn write(&mut self, line: &str) -> std::io::Result<()> {
        match self {
            Self::Csv(csv) => {
                let association = Association::from(serde_json::from_str::<AssociationLine>(line)?);
                csv.serialize(association).map_err(|error| match error.into_kind() {
                    csv::ErrorKind::Io(error) => error,
                    other => std::io::Error::other(format!("{other:?}")),
                })
            }
            Self::Jsonl(output) => writeln!(output, "{line}"),
        }
    }

    fn finish(&mut self) -> std::io::Result<()> {
        match self {
            Self::Csv(csv) => csv.flush(),
            Self::Jsonl(output) => output.flush(),
        }
    }
}

/// For the fuzzers: what is read from a file is the same when it is written as such a file and read again.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz_csv(data: &[u8]) {
    let Ok(entries) = csv_entries(data) else { return };
    let taught: Vec<Association> = entries.filter_map(Result::ok).map(|(_, entry)| entry.into()).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    taught.iter().for_each(|association| assert!(writer.serialize(association).is_ok()));
    let Ok(written) = writer.into_inner() else { panic!("a Vec takes every byte") };
    if !taught.is_empty() {
        let Ok(again) = csv_entries(&*written) else { panic!("the header is there") };
        assert!(
            again
                .map(|entry| entry.map(|(_, entry)| Association::from(entry)))
                .eq(taught.into_iter().map(Ok))
        );
    }
}

/// The same for JSON Lines, and for the node's answers to a batch.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz_jsonl(data: &[u8]) {
    let taught: Vec<Association> =
        jsonl_entries(data).filter_map(Result::ok).map(|(_, entry)| entry.into()).collect();
    let lines: Vec<String> =
        taught.iter().filter_map(|association| serde_json::to_string(association).ok()).collect();
    let written = lines.join("\n");
    let again = jsonl_entries(written.as_bytes());
    assert!(
        again.map(|entry| entry.map(|(_, entry)| Association::from(entry))).eq(taught.into_iter().map(Ok))
    );
    if let Ok(answer) = serde_json::from_slice::<LineResult>(data) {
        let written = serde_json::to_string(&answer).unwrap_or_default();
        let again = serde_json::from_str::<LineResult>(&written)
            .map(|answer| serde_json::to_string(&answer).unwrap_or_default());
        assert_eq!(again.ok(), Some(written));
    }
}

#[cfg(any(test, fuzzing))]
impl From<TeachRequest> for Association {
    fn from(TeachRequest { stimulus, response }: TeachRequest) -> Self {
        Self { stimulus, response }
    }
}
