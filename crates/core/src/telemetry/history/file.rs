//! The history beside the genome: a line for each step, appended by the history's thread alone and written anew when it has grown.
//! It holds counts and no text. Nothing in it is ever a reason not to start: what cannot be read is dropped.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Result, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;

use super::days::Days;
use super::line;
use crate::regular;
use crate::store::DataDirectory;
use crate::telemetry::point::Point;

/// The file is written anew after this many lines: six hours of them.
const MANY: usize = 2160;
/// Of a longer file only the end is read, in bytes.
const MOST: u64 = 4 << 20;

/// The file, ready to be added to.
pub(super) struct HistoryFile {
    directory: DataDirectory,
    /// `None` if it cannot be written.
    file: Option<File>,
    /// Lines that were appended since it was written anew.
    lines: usize,
}

/// What a file tells.
struct Found {
    days: Days,
    lines: usize,
    /// Lines that are none.
    broken: usize,
}

impl HistoryFile {
    /// What the directory's file tells, and the file itself.
    pub(super) fn open(directory: &DataDirectory) -> (Days, Self) {
        let Found { days, lines, broken } = match read(directory) {
            Ok(bytes) => days_of(&bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => days_of(&[]),
            Err(error) => {
                tracing::warn!(%error, path = %directory.history().display(), "the earlier history cannot be read");
                days_of(&[])
            }
        };
        if broken > 0 {
            tracing::warn!(broken, lines, "some lines of the earlier history cannot be read and are dropped");
        }
        let mut file = Self { directory: directory.clone(), file: None, lines };
        if broken > 0 || lines >= MANY {
            file.replace(&days.all());
        } else {
            file.file = file.said(open_to_append(directory));
        }
        (days, file)
    }

    /// Adds a point. `all` tells all of them, and is only asked when the file has grown, or could not be written before.
    pub(super) fn append(&mut self, point: &Point, all: impl FnOnce() -> Vec<Point>) {
        self.lines += 1;
        let Some(file) = self.file.as_mut().filter(|_| self.lines < MANY) else {
            return self.replace(&all());
        };
        // One call, so that only a crash of the machine leaves half a line. It is not flushed to the disk: the last seconds of
        // a chart are not worth a wait for it.
        if let Err(error) = file.write_all(line::write(point).as_bytes()) {
            tracing::warn!(%error, "the history cannot be written, and will not outlive this process until it can");
            self.file = None;
        }
    }

    /// Writes the file anew. After a crash there is this one or the one before.
    fn replace(&mut self, points: &[Point]) {
        let text: String = points.iter().map(line::write).collect();
        let could = self.file.is_some();
        let written = self.directory.replace(&self.directory.history(), text.as_bytes());
        let opened = written.and_then(|()| open_to_append(&self.directory));
        // It is tried at each step, and told once.
        self.file = if could { self.said(opened) } else { opened.ok() };
        self.lines = 0;
    }

    fn said(&self, opened: Result<File>) -> Option<File> {
        let path = self.directory.history();
        opened
            .inspect_err(
                |error| tracing::warn!(%error, path = %path.display(), "the history cannot be written"),
            )
            .ok()
    }
}

fn open_to_append(directory: &DataDirectory) -> Result<File> {
    let mut options = OpenOptions::new();
    regular::open(options.append(true).create(true).mode(0o600), &directory.history(), false)
}

/// The end of the file.
fn read(directory: &DataDirectory) -> Result<Vec<u8>> {
    let mut file = regular::open(OpenOptions::new().read(true), &directory.history(), false)?;
    let beyond = file.metadata()?.len().saturating_sub(MOST);
    file.seek(SeekFrom::Start(beyond))?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn days_of(bytes: &[u8]) -> Found {
    let mut found = Found { days: Days::default(), lines: 0, broken: 0 };
    for text in bytes.split_inclusive(|byte| *byte == b'\n') {
        found.lines += 1;
        // A line without its end was cut off, and the next one must not be joined to it.
        match text.strip_suffix(b"\n").and_then(line::parse) {
            Some(point) => found.days.push(point),
            None => found.broken += 1,
        }
    }
    found
}

/// Whatever is in the file, it becomes days, which can be written and read again.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    data.split(|byte| *byte == b'\n').for_each(line::fuzz);
    let text: String = days_of(data).days.all().iter().map(line::write).collect();
    assert_eq!(days_of(text.as_bytes()).broken, 0);
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, symlink};

    use proptest::prelude::*;

    use super::*;
    use crate::telemetry::history::days::tests::point;

    fn root() -> (tempfile::TempDir, DataDirectory) {
        let root = tempfile::tempdir().unwrap();
        let directory = DataDirectory::new(root.path());
        (root, directory)
    }

    fn kept(directory: &DataDirectory) -> Vec<Point> {
        HistoryFile::open(directory).0.all()
    }

    fn fill(directory: &DataDirectory, steps: std::ops::Range<u64>) -> Days {
        let (mut days, mut file) = HistoryFile::open(directory);
        for step in steps {
            days.push(point(step * 10, step % 7));
            file.append(&point(step * 10, step % 7), || days.all());
        }
        days
    }

    #[test]
    fn what_was_appended_is_there_again_and_only_for_the_owner() {
        let (_root, directory) = root();
        assert_eq!(kept(&directory), []);
        let days = fill(&directory, 1..50);
        assert_eq!(kept(&directory), days.all());
        assert_eq!(directory.history().metadata().unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let (_root, directory) = root();
        let days = fill(&directory, 1..20_000);
        assert!(directory.history().metadata().unwrap().len() < 1 << 20);
        let found = kept(&directory);
        assert_eq!(found.last(), days.all().last());
        assert!(found[0].time < (20_000 - 8_640 + 48) * 10_000_000_000, "a day of them: {}", found[0].time);
    }

    #[test]
    fn what_is_cut_off_or_broken_is_dropped_and_the_rest_is_kept() {
        let (_root, directory) = root();
        fill(&directory, 1..5);
        let mut text = std::fs::read_to_string(directory.history()).unwrap();
        text.insert_str(0, "no json\n{}\n");
        text.truncate(text.len() - 20);
        std::fs::write(directory.history(), &text).unwrap();
        let days = fill(&directory, 5..8);
        let steps =
            |points: &[Point]| points.iter().map(|point| point.time / 10_000_000_000).collect::<Vec<_>>();
        assert_eq!(steps(&days.all()), [1, 2, 3, 5, 6, 7]);
        assert_eq!(steps(&kept(&directory)), [1, 2, 3, 5, 6, 7]);
    }

    #[test]
    fn a_link_in_its_place_is_not_followed_and_nothing_fails() {
        let (root, directory) = root();
        let elsewhere = root.path().join("elsewhere");
        std::fs::write(&elsewhere, "").unwrap();
        symlink(&elsewhere, directory.history()).unwrap();
        fill(&directory, 1..2);
        assert_eq!(elsewhere.metadata().unwrap().len(), 0);
    }

    #[test]
    fn a_file_that_could_not_be_written_is_written_whole_as_soon_as_it_can() {
        let (_root, directory) = root();
        std::fs::create_dir(directory.history()).unwrap();
        let (mut days, mut file) = HistoryFile::open(&directory);
        for step in 1..4 {
            if step == 3 {
                std::fs::remove_dir(directory.history()).unwrap();
            }
            days.push(point(step * 10, 1));
            file.append(&point(step * 10, 1), || days.all());
        }
        assert_eq!(kept(&directory), days.all());
    }

    proptest! {
        #[test]
        fn whatever_is_in_the_file_a_node_starts_and_goes_on(bytes: Vec<u8>) {
            fuzz(&bytes);
            let (_root, directory) = root();
            std::fs::write(directory.history(), bytes).unwrap();
            fill(&directory, 1..3);
            prop_assert_eq!(kept(&directory).len(), 2);
        }
    }
}
