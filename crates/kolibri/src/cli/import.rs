//! `kolibri import`: teaches the questions and answers of a file, or shows what that would change.
//!
//! The file is read twice: first to find what is wrong and which questions come again, then to teach. What is not a file is
//! copied into one first.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::ProgressBar;
use kolibri_faq::{Column, Encoding, Found, Pair, Place, Reader, encoding_named};
use reqwest::header::CONTENT_TYPE;
use serde::Serialize;

use super::client::Client;
use super::genome::progress_bar;
use super::{Connection, Exit, Output, print_json, print_line, say};
use crate::survey::{LIMITS, Remark, Survey};
use crate::wire::{FileFormat, ImportSummary, LessonRequest, LineResult};

/// Associations sent in one request: enough to fill the node's group commit, few enough to show progress.
const CHUNK: usize = 1000;
/// Rows that are told one by one.
const SHOWN: u64 = 20;

#[derive(Args)]
pub(super) struct Import {
    /// The file, or - for standard input
    file: PathBuf,
    /// Format of the file [default: found by its name and content]
    #[arg(long)]
    format: Option<FileFormat>,
    /// Name or number of the column or field with the questions [default: found by names such as Question, Вопрос, title]
    #[arg(long, value_name = "COLUMN")]
    question: Option<Column>,
    /// Name or number of the column or field with the answers [default: found by names such as Answer, Ответ, text]
    #[arg(long, value_name = "COLUMN")]
    answer: Option<Column>,
    /// Encoding of the file, such as windows-1251, utf-16le or koi8-r [default: found by its content]
    #[arg(long, value_parser = encoding)]
    encoding: Option<&'static Encoding>,
    /// Show what would be new, replaced and unchanged, and teach nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    node: Connection,
    #[command(flatten)]
    output: Output,
}

fn encoding(name: &str) -> Result<&'static Encoding, String> {
    encoding_named(name)
        .ok_or_else(|| "no such encoding; write it like windows-1251, utf-16le, koi8-r or cp866".to_owned())
}

impl Import {
    pub(super) fn run(self) -> Result<(), Exit> {
        let mut file = self.open()?;
        let client = Client::new(&self.node)?;
        // Before a long file is read in vain.
        client.send(client.get("/livez"))?;
        let mut report = Report::default();
        let bar = progress_bar("bytes");
        bar.set_length(file.metadata().map_or(0, |metadata| metadata.len()));
        let reader = self.reader(bar.wrap_read(&file))?;
        say(&format!("{}: {}", self.name(), shown(reader.found())));
        let survey = Survey::of(reader, |remark| bar.suspend(|| report.remark(remark)));
        bar.finish_and_clear();
        file.rewind().map_err(|error| self.at(&error))?;
        let bar = progress_bar("questions");
        bar.set_length(survey.counting());
        let mut node = Sending { client: &client, dry_run: self.dry_run, report: &mut report, bar: &bar };
        let sent = node.all(survey.pairs(self.reader(&file)?));
        bar.finish_and_clear();
        report.print(&self.output, self.dry_run)?;
        sent?;
        if report.counts.failed + report.counts.too_long > 0 { Err(Exit::No) } else { Ok(()) }
    }

    fn name(&self) -> std::borrow::Cow<'_, str> {
        if self.file.as_os_str() == "-" { "standard input".into() } else { self.file.to_string_lossy() }
    }

    fn at(&self, error: &dyn std::fmt::Display) -> String {
        format!("{}: {error}", self.name())
    }

    /// The file, or a copy of what cannot be read twice.
    fn open(&self) -> Result<File, Exit> {
        let from = |error: io::Error| Exit::Failed(self.at(&error));
        if self.file.as_os_str() == "-" {
            return spooled(io::stdin()).map_err(from);
        }
        let file = File::open(&self.file).map_err(from)?;
        let kind = file.metadata().map_err(from)?.file_type();
        match () {
            () if kind.is_dir() => Err(from(io::ErrorKind::IsADirectory.into())),
            () if kind.is_file() => Ok(file),
            () => spooled(file).map_err(from),
        }
    }

    fn reader<'a>(&self, input: impl Read + 'a) -> Result<Reader<'a>, Exit> {
        let name = Some(self.file.as_path()).filter(|path| *path != Path::new("-"));
        let options = kolibri_faq::Options {
            format: self.format.map(Into::into),
            encoding: self.encoding,
            question: self.question.clone(),
            answer: self.answer.clone(),
            limits: Some(LIMITS),
        };
        Reader::open(input, name.and_then(Path::to_str), options)
            .map_err(|error| Exit::Failed(self.at(&error)))
    }
}

fn spooled(mut input: impl Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(&mut input, &mut file)?;
    file.rewind()?;
    Ok(file)
}

/// How a file is read, for people.
fn shown(found: &Found) -> String {
    let Found { format, encoding, delimiter, columns, rows: _, picked, header } = found;
    let mut shown = format!("{}, {encoding}", format.name());
    if let (None, true) = (picked, *header) {
        let columns: Vec<_> = columns.iter().map(|name| format!("`{name}`")).collect();
        shown.push_str(&format!("; fields {}: choose two with --question and --answer", columns.join(", ")));
    }
    if let (Some(delimiter), Some(_)) = (delimiter, picked) {
        let delimiter = if *delimiter == '\t' { "tabs".to_owned() } else { format!("`{delimiter}`") };
        shown.push_str(&format!(", {delimiter} between columns"));
    }
    if let Some((question, answer)) = picked {
        let name = |at: usize| match (columns.get(at), delimiter) {
            (Some(name), None) => format!("`{name}`"),
            (None, None) => (at + 1).to_string(),
            (Some(name), Some(_)) if *header => format!("column {} ({name})", at + 1),
            (_, Some(_)) => format!("column {}", at + 1),
        };
        shown.push_str(&format!("; questions in {}, answers in {}", name(*question), name(*answer)));
    }
    shown
}

/// What became of an import, or would.
#[derive(Debug, Default, Serialize)]
struct Report {
    #[serde(flatten)]
    counts: ImportSummary,
    /// Questions that come again in the file, with another answer or the same.
    repeated: u64,
    #[serde(skip)]
    told: u64,
}

impl Report {
    fn remark(&mut self, remark: Remark) {
        match remark {
            Remark::Repeated { at, again } => {
                self.repeated += 1;
                self.tell(&format!("{at}: {again} asks the same; the later answer counts"));
            }
            Remark::Fault(fault) => {
                self.counts.fault(&fault);
                self.tell(&fault.to_string());
            }
        }
    }

    fn tell(&mut self, text: &str) {
        self.told += 1;
        if self.told <= SHOWN {
            say(text);
        } else if self.told == SHOWN + 1 {
            say("there is more to tell; it is counted but not shown");
        }
    }

    fn print(&self, output: &Output, dry_run: bool) -> Result<(), Exit> {
        if output.json {
            return print_json(self);
        }
        let replaced = if dry_run { "replace" } else { "replaced" };
        let ImportSummary { new, replaced: replaces, unchanged, too_long, failed } = &self.counts;
        let mut line = format!("{new} new, {replaces} {replaced}, {unchanged} unchanged");
        let more = [(*too_long, "too long"), (*failed, "failed"), (self.repeated, "repeated in the file")];
        for (count, what) in more.into_iter().filter(|(count, _)| *count > 0) {
            line.push_str(&format!(", {count} {what}"));
        }
        print_line(&line)
    }
}

/// Sends pairs to the node and counts what it says.
struct Sending<'a> {
    client: &'a Client,
    dry_run: bool,
    report: &'a mut Report,
    bar: &'a ProgressBar,
}

impl Sending<'_> {
    fn all(&mut self, pairs: impl Iterator<Item = Pair>) -> Result<(), Exit> {
        let mut chunk = Vec::with_capacity(CHUNK);
        for Pair { place, question, answer } in pairs {
            chunk.push((place, LessonRequest { stimulus: question, response: answer }));
            if chunk.len() == CHUNK {
                self.chunk(&chunk)?;
                chunk.clear();
            }
        }
        self.chunk(&chunk)
    }

    fn chunk(&mut self, chunk: &[(Place, LessonRequest)]) -> Result<(), Exit> {
        if chunk.is_empty() {
            return Ok(());
        }
        let mut body = Vec::new();
        for (_, association) in chunk {
            serde_json::to_writer(&mut body, association).map_err(|error| error.to_string())?;
            body.push(b'\n');
        }
        let path = format!("/api/v1/teach:batch?unchanged=skip&dry_run={}", self.dry_run);
        let request = self.client.post(&path).header(CONTENT_TYPE, "application/x-ndjson").body(body);
        let response = self.client.accepted(self.client.send(request)?)?;
        let mut whole = false;
        for line in BufReader::new(response).lines() {
            let line = line.map_err(|error| format!("the node's response was cut off: {error}"))?;
            let answer = serde_json::from_str(&line)
                .map_err(|error| format!("cannot read the node's response: {error}"))?;
            whole |= self.count(chunk, answer);
        }
        self.bar.inc(chunk.len() as u64);
        if whole {
            Ok(())
        } else {
            Err(Exit::Failed("the node stopped before it had read everything; import the file again".into()))
        }
    }

    /// Counts the result of one line; says whether it is the summary, which is the last.
    fn count(&mut self, chunk: &[(Place, LessonRequest)], answer: LineResult) -> bool {
        let report = &mut *self.report;
        match answer {
            LineResult::Taught { effect, .. } => report.counts.count(effect),
            LineResult::Failed { line, problem } => {
                report.counts.failed += 1;
                let at = usize::try_from(line).ok().and_then(|line| line.checked_sub(1));
                let place = at.and_then(|at| chunk.get(at)).map_or(Place::Line(0), |(place, _)| *place);
                self.bar.suspend(|| report.tell(&format!("{place}: {problem}")));
            }
            LineResult::Summary { .. } => return true,
        }
        false
    }
}

/// For the fuzzers: what is read from a file is the same when it is exported and read again.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz_csv(data: &[u8]) {
    let read = fuzz_read(data, kolibri_faq::Format::Csv);
    let mut written = Vec::new();
    let writer = kolibri_faq::CsvWriter::begin(&mut written, kolibri_faq::Separator::Comma, false);
    let Ok(mut writer) = writer else { panic!("a Vec takes every byte") };
    read.iter().for_each(|(question, answer)| assert!(writer.write(question, answer).is_ok()));
    assert_eq!(fuzz_read(&written, kolibri_faq::Format::Csv), read);
}

/// The same for JSON Lines, and for the node's answers to a batch; and no format breaks its reader.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz_jsonl(data: &[u8]) {
    for format in <FileFormat as clap::ValueEnum>::value_variants() {
        fuzz_read(data, (*format).into());
    }
    let read = fuzz_read(data, kolibri_faq::Format::JsonLines);
    let line = |(stimulus, response): &(String, String)| {
        let (stimulus, response) = (stimulus.clone(), response.clone());
        serde_json::to_string(&LessonRequest { stimulus, response }).unwrap_or_default()
    };
    let written = read.iter().map(line).collect::<Vec<_>>().join("\n");
    assert_eq!(fuzz_read(written.as_bytes(), kolibri_faq::Format::JsonLines), read);
    if let Ok(answer) = serde_json::from_slice::<LineResult>(data) {
        let written = serde_json::to_string(&answer).unwrap_or_default();
        let again = serde_json::from_str::<LineResult>(&written)
            .map(|answer| serde_json::to_string(&answer).unwrap_or_default());
        assert_eq!(again.ok(), Some(written));
    }
}

#[cfg(any(test, fuzzing))]
fn fuzz_read(data: &[u8], format: kolibri_faq::Format) -> Vec<(String, String)> {
    let options = kolibri_faq::Options { format: Some(format), ..Default::default() };
    let Ok(reader) = Reader::open(data, None, options) else { return Vec::new() };
    reader.filter_map(Result::ok).map(|pair| (pair.question, pair.answer)).collect()
}
