//! The trace file: JSON lines, appended by its own thread, rotated by size.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Error, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::failures::Failures;
use super::{Lost, Outcome, Trace};
use crate::background::{Crew, Worker};
use crate::regular;

/// The most records that may wait for the disk; more are dropped.
const WAITING: usize = 8192;
/// How long records are collected before they are written: waking a thread for each would cost more than
/// writing it.
const GATHER: Duration = Duration::from_millis(10);
/// Older files that are kept next to the current one: `trace.jsonl.1` is the newest.
const OLDER: u32 = 3;
/// How much of a file's end is read back whole at the start.
const TAIL: u64 = 256 * 1024;
/// How much of each file is searched for failed commands at the start, from its end.
const SEARCHED: u64 = 64 << 20;

/// Hands records to the thread that writes the file.
pub(super) struct TraceFile {
    /// `None` ends the thread.
    sender: SyncSender<Option<Arc<Trace>>>,
    worker: Option<Worker>,
}

impl TraceFile {
    pub(super) fn start(path: PathBuf, max_bytes: u64, lost: Lost, crew: &Crew) -> Self {
        let (sender, receiver) = sync_channel(WAITING);
        let writer = Writer { path, max_bytes, lost, open: None, failing: false };
        let worker = crew.spawn("kolibri-trace", move |_| writer.run(&receiver));
        let worker = worker.inspect_err(|error| {
            tracing::error!(%error, "traces are not written: their thread could not be started");
        });
        Self { sender, worker: worker.ok() }
    }

    /// Hands a record over; `false` if it was dropped.
    pub(super) fn append(&self, trace: Arc<Trace>) -> bool {
        self.sender.try_send(Some(trace)).is_ok()
    }

    /// Writes what is waiting and ends the thread.
    pub(super) fn close(&self) {
        // Fails only when the thread has ended already.
        let _ = self.sender.send(None);
        if let Some(worker) = &self.worker {
            worker.close();
        }
    }
}

impl Drop for TraceFile {
    fn drop(&mut self) {
        self.close();
    }
}

struct Writer {
    path: PathBuf,
    max_bytes: u64,
    lost: Lost,
    open: Option<(File, u64)>,
    failing: bool,
}

impl Writer {
    fn run(mut self, receiver: &Receiver<Option<Arc<Trace>>>) {
        let mut closing = false;
        // Whether anybody reads it is known at once, and nothing has to be made for that.
        if is_pipe(&self.path) {
            self.write(std::iter::empty());
        }
        while !closing {
            let Ok(first) = receiver.recv() else { return };
            let mut traces = vec![first];
            traces.extend(receiver.try_iter().take(WAITING));
            closing = traces.iter().any(Option::is_none);
            self.write(traces.iter().flatten());
            if !closing {
                std::thread::sleep(GATHER);
            }
        }
    }

    /// Writes several records at once. Those that cannot be written count as lost, which is logged once until
    /// writing works again.
    fn write<'a>(&mut self, traces: impl Iterator<Item = &'a Arc<Trace>>) {
        let (mut lines, mut count) = (Vec::new(), 0);
        for trace in traces {
            // Serialising a trace does not fail, and a Vec takes every byte.
            let _ = serde_json::to_writer(&mut lines, &**trace);
            lines.push(b'\n');
            count += 1;
        }
        match self.try_write(&lines) {
            Ok(()) if self.failing => {
                self.failing = false;
                tracing::info!(path = %self.path.display(), "traces are written again");
            }
            Ok(()) => {}
            Err(error) => {
                self.open = None;
                (0..count).for_each(|_| (self.lost)());
                if !self.failing {
                    self.failing = true;
                    tracing::warn!(
                        path = %self.path.display(), %error,
                        "traces cannot be written; commands continue without them. Check KOLIBRI_TRACE_PATH and the disk"
                    );
                }
            }
        }
    }

    fn try_write(&mut self, lines: &[u8]) -> std::io::Result<()> {
        let too_long = |length: u64| length > 0 && length + lines.len() as u64 > self.max_bytes;
        let mut current = match self.open.take() {
            Some(open) => open,
            None => open(&self.path)?,
        };
        if too_long(current.1) {
            rotate(&self.path)?;
            current = open(&self.path)?;
        }
        let (file, length) = self.open.insert(current);
        file.write_all(lines)?;
        *length += lines.len() as u64;
        Ok(())
    }
}

fn is_pipe(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.file_type().is_fifo())
}

/// Opens the file for appending. If a crash cut the last line short, ends it first, so that it does not spoil
/// the next.
fn open(path: &Path) -> std::io::Result<(File, u64)> {
    let mut options = OpenOptions::new();
    // A pipe refuses what nobody reads or it has no room for, instead of waiting for somebody. Who opens it for reading as well is
    // such a reader.
    options
        .read(!is_pipe(path))
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    let mut file = options.open(path).map_err(|error| match Errno::from_io_error(&error) {
        Some(Errno::NXIO) => Error::new(error.kind(), "it is a pipe that nobody reads"),
        _ => error,
    })?;
    let mut length = file.metadata()?.len();
    if length > 0 {
        let mut last = [0];
        std::os::unix::fs::FileExt::read_exact_at(&file, &mut last, length - 1)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
            length += 1;
        }
    }
    Ok((file, length))
}

fn rotate(path: &Path) -> std::io::Result<()> {
    for number in (1..OLDER).rev() {
        if older(path, number).exists() {
            std::fs::rename(older(path, number), older(path, number + 1))?;
        }
    }
    std::fs::rename(path, older(path, 1))
}

fn older(path: &Path, number: u32) -> PathBuf {
    PathBuf::from(format!("{}.{number}", path.display()))
}

/// What failed, so that it can still be asked for after a restart. It is looked for in every file that is kept: many good
/// records may have followed. Each is kept as `as_kept` says.
pub(super) fn failures(path: &Path, as_kept: impl Fn(Trace) -> Arc<Trace>) -> Failures {
    let older = (1..=OLDER).rev().map(|number| (older(path, number), number == OLDER));
    let files: Vec<_> = older.chain([(path.to_owned(), false)]).filter(|(file, _)| file.is_file()).collect();
    let mut failures = if files.is_empty() { Failures::unknown() } else { Failures::default() };
    for (file, is_last) in &files {
        // Older files were dropped, or some of this one is not read.
        if *is_last || file.metadata().is_ok_and(|found| found.len() > SEARCHED) {
            failures.miss_before(first_time(file).unwrap_or_default());
        }
        failed_of(file).for_each(|trace| failures.push(as_kept(trace)));
    }
    failures
}

/// When the first record that is searched was made.
fn first_time(path: &Path) -> Option<u64> {
    lines(path, SEARCHED).find_map(|line| serde_json::from_slice::<Trace>(&line).ok()).map(|trace| trace.time)
}

/// The failed records of people's commands, oldest first.
fn failed_of(path: &Path) -> impl Iterator<Item = Trace> {
    /// Most lines are of good commands: they are passed over without being read.
    const MARK: &[u8] = br#""outcome":"failed""#;
    let marked = |line: &Vec<u8>| line.windows(MARK.len()).any(|part| part == MARK);
    let traces = lines(path, SEARCHED).filter(marked).filter_map(|line| serde_json::from_slice(&line).ok());
    traces.filter(|trace: &Trace| trace.outcome == Outcome::Failed && trace.soak.is_none())
}

/// The last good records, oldest first, even if the file was rotated in between.
pub(super) fn good(path: &Path) -> impl Iterator<Item = Trace> {
    let mut good = [tail_of(&older(path, 1)), tail_of(path)].concat();
    good.sort_by_key(|trace| trace.time);
    good.into_iter().filter(|trace| trace.outcome == Outcome::Ok && trace.soak.is_none())
}

fn tail_of(path: &Path) -> Vec<Trace> {
    lines(path, TAIL).filter_map(|line| serde_json::from_slice(&line).ok()).collect()
}

/// The lines at a regular file's end, at most this many bytes; the first may be cut.
fn lines(path: &Path, bytes: u64) -> impl Iterator<Item = Vec<u8>> {
    let open = || {
        // A device may have no end.
        let mut file = regular::open(OpenOptions::new().read(true), path, true).ok()?;
        let length = file.metadata().ok()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(bytes))).ok()?;
        Some(BufReader::new(file.take(bytes)).split(b'\n').map_while(Result::ok))
    };
    open().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::clock;
    use crate::testing::until;
    use crate::trace::{Phases, TraceId};

    /// Everything that is read back, oldest first.
    fn tail(path: &Path) -> Vec<Trace> {
        let failures = failures(path, Arc::new);
        let failed = failures.traces().iter().map(|trace| (**trace).clone());
        let mut tail: Vec<_> = failed.chain(good(path)).collect();
        tail.sort_by_key(|trace| trace.time);
        tail
    }

    #[test]
    fn a_device_without_an_end_is_not_read_to_it() {
        assert!(tail(Path::new("/dev/zero")).is_empty());
    }

    fn trace(number: u64) -> Arc<Trace> {
        Arc::new(Trace {
            trace_id: TraceId::parse(&format!("{number:032x}")).unwrap(),
            time: number,
            event: "TEACH".into(),
            outcome: Outcome::Ok,
            error: None,
            fault: None,
            cause: None,
            caller: None,
            duration_us: Phases::default(),
            block: Some(3),
            soak: None,
            content: None,
        })
    }

    fn file(path: &Path, max_bytes: u64) -> TraceFile {
        TraceFile::start(path.to_owned(), max_bytes, Arc::new(|| {}), &Crew::default())
    }

    #[test]
    fn what_was_appended_is_read_back_after_a_restart() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("trace.jsonl");
        let first = file(&path, 1 << 20);
        assert!(first.append(trace(1)));
        first.close();
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"cut short").unwrap();
        let second = file(&path, 1 << 20);
        assert!(second.append(trace(2)));
        second.close();
        assert_eq!(times(&path), [1, 2]);
    }

    fn times(path: &Path) -> Vec<u64> {
        tail(path).into_iter().map(|trace| trace.time).collect()
    }

    #[test]
    fn what_was_appended_is_read_back_across_a_rotation() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("trace.jsonl");
        for number in 1..=3 {
            let file = file(&path, 10);
            assert!(file.append(trace(number)));
            file.close();
        }
        assert_eq!(times(&path), [2, 3]);
    }

    #[test]
    fn only_the_end_of_a_long_file_is_read_back_and_lines_that_are_no_traces_are_passed_over() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("trace.jsonl");
        let line = |number| serde_json::to_string(&trace(number)).unwrap() + "\n";
        let mut bytes: Vec<u8> = (1..=5_000).map(line).collect::<String>().into_bytes();
        bytes.extend(b"\n{}\nnot a trace\n\xff\xfe\n[1]\n");
        bytes.extend(line(5_001).into_bytes());
        std::fs::write(&path, bytes).unwrap();
        let times = times(&path);
        assert!((100..5_000).contains(&times.len()), "{}", times.len());
        assert!(times.windows(2).all(|pair| pair[1] == pair[0] + 1) && times.last() == Some(&5_001));
    }

    #[test]
    fn one_line_is_one_record_whatever_its_texts() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("trace.jsonl");
        let content = crate::trace::TracedContent {
            stimulus: "two\nlines \u{2028} \"quoted\" \u{0}".into(),
            response: Some("👋🏽\r\n".into()),
        };
        let file = file(&path, 1 << 20);
        assert!(file.append(Arc::new(Trace { content: Some(content.clone()), ..(*trace(1)).clone() })));
        file.close();
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 1);
        let read = tail(&path).remove(0).content.unwrap();
        assert_eq!((read.stimulus, read.response), (content.stimulus, content.response));
    }

    #[test]
    fn a_new_file_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("trace.jsonl");
        let file = file(&path, 1 << 20);
        assert!(file.append(trace(1)));
        file.close();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn the_file_is_rotated_by_size_and_old_ones_are_dropped() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("trace.jsonl");
        for number in 1..10 {
            let file = file(&path, 10);
            assert!(file.append(trace(number)) && file.append(trace(100)));
            file.close();
        }
        let mut names: Vec<_> =
            std::fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["trace.jsonl", "trace.jsonl.1", "trace.jsonl.2", "trace.jsonl.3"]);
    }

    #[test]
    fn records_that_cannot_be_written_are_counted_as_lost() {
        let root = tempfile::tempdir().unwrap();
        let (lost, path) = (Arc::new(AtomicU64::new(0)), root.path().join("not/yet/there/trace.jsonl"));
        let count = Arc::clone(&lost);
        let count = Arc::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let file = TraceFile::start(path.clone(), 1 << 20, count, &Crew::default());
        assert!(file.append(trace(1)));
        until("the failure is counted", || lost.load(Ordering::Relaxed) == 1);
        // Once the disk works again, nothing is lost.
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        assert!(file.append(trace(2)));
        file.close();
        assert_eq!(times(&path), [2]);
        assert_eq!(lost.load(Ordering::Relaxed), 1);
        assert!(!file.append(trace(3)), "a closed file accepts nothing");
    }

    #[test]
    fn what_failed_is_read_back_however_many_good_traces_came_after_it() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("trace.jsonl");
        let file = file(&path, 1 << 30);
        let failed = Trace { outcome: Outcome::Failed, ..(*trace(1)).clone() };
        assert!(file.append(Arc::new(failed)));
        (2..6000).for_each(|number| until("there is room", || file.append(trace(number))));
        file.close();
        assert!(path.metadata().unwrap().len() > 2 * TAIL);
        let back = tail(&path);
        assert_eq!((back[0].time, back[0].outcome), (1, Outcome::Failed));
        assert!(back[1].time > 2, "good ones are read back from the end only");
    }

    #[test]
    fn how_far_back_all_failures_are_known_is_told_by_the_oldest_record() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("trace.jsonl");
        let since = || failures(&path, Arc::new).summary(&crate::trace::EVER).missing_before;
        assert!(since().is_some_and(|since| clock::now() - since < 60_000_000_000), "there was no file");
        for number in 1..=3 {
            let file = file(&path, 10);
            assert!(file.append(trace(number)));
            file.close();
        }
        assert_eq!(since(), None, "nothing was dropped yet");
        for number in 4..=6 {
            let file = file(&path, 10);
            assert!(file.append(trace(number)));
            file.close();
        }
        assert_eq!(since(), Some(3));
    }
}
