//! The mark: which block the genome ended with, kept in a file outside the database. A log that was cut or lost, or an
//! older file that was put back, gives a genome that is sound but shorter; only something beside it can tell (ADR 0014).
//!
//! The mark is written after the commit of each batch and before its acknowledgement. It is never ahead of what is
//! durable, and behind it by at most the batch that was being committed. The kernel has it at once, so it survives
//! whatever happens to the process. It is flushed every second, so a power loss can take back its last second.
//!
//! The file holds two records of [`RECORD`] bytes, written in turns, so that a torn write leaves the other. A record is a
//! line of text, padded with spaces: `kolibri-mark 1 TURN INDEX HASH open|closed CHECK`, where CHECK is the start of the
//! SHA-256 of what stands before it. The record with the higher turn counts.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::PathBuf;
use std::sync::Arc;

use kolibri_genome::Head;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use super::acceptance::Acceptances;
use super::rows::Snapshot;
use super::{BlockRef, DataDirectory, schema};
use crate::error::OpenError;
use crate::regular;

/// The bytes of a record: a sector, which a disk writes as a whole.
const RECORD: usize = 512;
const BEGINNING: &str = "kolibri-mark 1";

/// Where a genome ended when it was last written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) block: BlockRef,
    /// The node was stopped in order, and everything was in the database.
    pub(super) closed: bool,
}

/// Why a genome is not the one that was marked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Loss {
    /// It ends earlier.
    #[error("its length is {found}, but block {} was recorded: blocks {found} to {} are lost", marked.index, marked.index)]
    Shorter {
        /// The last block that was recorded.
        marked: BlockRef,
        /// How many blocks there are.
        found: u64,
    },
    /// It has another block there, or one that cannot be read.
    #[error("its block {} is not the one that was recorded: it is another genome, or damaged there", .0.index)]
    Other(BlockRef),
    /// The mark itself cannot be read.
    #[error("{0} tells where it ended, but cannot be read, so nobody knows whether blocks are lost")]
    Unknown(PathBuf),
}

impl Loss {
    /// The first block that is known to be lost or other than it was.
    pub fn first(&self) -> u64 {
        match self {
            Self::Shorter { found, .. } => *found,
            Self::Other(marked) => marked.index,
            Self::Unknown(_) => 0,
        }
    }
}

/// What the mark of a directory says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// There is none: the directory is new, a copy, or of version 0.1.
    None,
    Mark(Mark),
    /// There is a file, but no record in it can be read.
    Damaged(PathBuf),
}

impl Found {
    /// What is in the file.
    pub(super) fn read(directory: &DataDirectory) -> Result<Self, OpenError> {
        let path = directory.mark();
        let bytes = match regular::read(&path, false) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::None),
            Err(error) => return Err(OpenError::io(path)(error)),
        };
        let newest = bytes.chunks(RECORD).filter_map(parse).max_by_key(|(turn, _)| *turn);
        Ok(newest.map_or(Self::Damaged(path), |(_, mark)| Self::Mark(mark)))
    }

    /// What of the marked genome is missing in the one that is there.
    pub(super) fn compare(&self, rows: Snapshot<'_>) -> rusqlite::Result<Option<Loss>> {
        let block = match self {
            Self::None => return Ok(None),
            Self::Damaged(path) => return Ok(Some(Loss::Unknown(path.clone()))),
            Self::Mark(mark) => mark.block,
        };
        let found = rows.length()?;
        if found <= block.index {
            return Ok(Some(Loss::Shorter { marked: block, found }));
        }
        let stored = rows.row(block.index)?;
        let same = stored.is_some_and(|raw| raw.block().is_ok() && raw.stored_hash() == block.hash);
        Ok((!same).then_some(Loss::Other(block)))
    }

    /// Whether the genome may have been left in the middle of a write.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Mark(Mark { closed: false, .. }) | Self::Damaged(_))
    }
}

/// Refuses a genome that is shorter or other than it was, unless its head is the one that was accepted, for the first time.
/// Reads only the genome, so that a log that was cut is still there for whoever wants to mend it.
pub(super) fn admit(directory: &DataDirectory, accepted: Option<BlockRef>) -> Result<Found, OpenError> {
    let marked = Found::read(directory)?;
    let path = directory.genome();
    if marked == Found::None {
        if path.exists() {
            tracing::warn!(
                "the genome has no mark beside it, so nothing tells whether blocks are missing at its end. Compare `kolibri genome \
                 head` with a head that was noted elsewhere. A mark is made now"
            );
        }
        return Ok(marked);
    }
    let connection = schema::open_reader(&path)?;
    let rows = Snapshot::of(&connection);
    let head = match rows.head().map_err(OpenError::sqlite(&path))? {
        Some(Ok(head)) => Some(BlockRef::from(head)),
        // The writer refuses it, and says what is damaged.
        Some(Err(_)) => return Ok(marked),
        None => None,
    };
    let Some(loss) = marked.compare(rows).map_err(OpenError::sqlite(&path))? else {
        if accepted.is_some() {
            tracing::warn!(
                "KOLIBRI_ACCEPT_HEAD is set, and nothing is lost: take it away. What it accepted once it does not accept again"
            );
        }
        return Ok(marked);
    };
    let acceptances = Acceptances::read(directory)?;
    let used = head.and_then(|head| acceptances.used(head, &marked));
    match head {
        Some(head) if accepted == Some(head) && used.is_none() => {
            acceptances.note(directory, head, &marked)?;
            tracing::error!(%loss, head = head.index, "a genome that is not as it was left is accepted, as was asked for");
            Ok(marked)
        }
        _ => Err(OpenError::NotAsMarked { genome: path, loss: Box::new(loss), head, used }),
    }
}

/// The mark of the genome that is open for writing.
pub(super) struct MarkFile {
    directory: DataDirectory,
    /// Shared with who flushes it.
    file: Flusher,
    turn: u64,
    /// Whether the last write failed; said once.
    failing: bool,
}

impl MarkFile {
    /// Begins the file anew, durably: after a crash it holds what it held before, or this.
    pub(super) fn begin(directory: &DataDirectory, mark: Mark) -> std::io::Result<Self> {
        let file = Flusher(Arc::new(Mutex::new(Arc::new(written(directory, mark)?))));
        Ok(Self { directory: directory.clone(), file, turn: 2, failing: false })
    }

    /// Notes that the genome ends with this block. A failure costs no acknowledgement: the genome is durable, and the mark
    /// is merely older.
    pub(super) fn advance(&mut self, head: Head, closed: bool) {
        let mark = Mark { block: head.into(), closed };
        let file = self.file.current();
        let written = match is_gone(&file) {
            true => self.make_anew(mark),
            false => file.write_all_at(&record(self.turn, mark), (self.turn % 2) * RECORD as u64),
        };
        self.turn += 1;
        if let Err(error) = &written
            && !self.failing
        {
            tracing::error!(%error, "the mark of where the genome ends cannot be written: the next start will notice a loss of older blocks only");
        }
        self.failing = written.is_err();
    }

    fn make_anew(&self, mark: Mark) -> std::io::Result<()> {
        *self.file.0.lock() = Arc::new(written(&self.directory, mark)?);
        tracing::warn!(
            "the mark of where the genome ends was deleted or replaced; it is made anew. Nothing but this node should touch its files"
        );
        Ok(())
    }

    /// What makes the mark durable.
    pub(super) fn flusher(&self) -> Flusher {
        self.file.clone()
    }
}

/// Whether the file that is open was deleted, or another one was put in its place.
fn is_gone(file: &File) -> bool {
    file.metadata().is_ok_and(|found| found.nlink() == 0)
}

/// The file with nothing but this mark, durably.
fn written(directory: &DataDirectory, mark: Mark) -> std::io::Result<File> {
    directory.replace(&directory.mark(), &[record(0, mark), record(1, mark)].concat())?;
    OpenOptions::new().write(true).open(directory.mark())
}

/// Makes the mark durable, from any thread.
#[derive(Clone)]
pub(crate) struct Flusher(Arc<Mutex<Arc<File>>>);

impl Flusher {
    /// The file that is open now. The lock is not kept: flushing takes long, and the writer needs it.
    fn current(&self) -> Arc<File> {
        Arc::clone(&self.0.lock())
    }

    pub(crate) fn flush(&self) {
        if let Err(error) = self.current().sync_data() {
            tracing::debug!(%error, "the mark of where the genome ends was not flushed");
        }
    }
}

fn record(turn: u64, Mark { block, closed }: Mark) -> [u8; RECORD] {
    let state = if closed { "closed" } else { "open" };
    let text = format!("{BEGINNING} {turn} {} {} {state}", block.index, block.hash);
    let line = format!("{text} {}", check(&text));
    let mut record = [b' '; RECORD];
    record[RECORD - 1] = b'\n';
    // The longest line has 146 bytes.
    for (place, byte) in record.iter_mut().zip(line.bytes()) {
        *place = byte;
    }
    record
}

fn parse(record: &[u8]) -> Option<(u64, Mark)> {
    let line = std::str::from_utf8(record).ok()?.trim_end();
    let (text, found) = line.rsplit_once(' ')?;
    if found != check(text) {
        return None;
    }
    let mut fields = text.strip_prefix(BEGINNING)?.split_ascii_whitespace();
    let (turn, index) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let (hash, closed) = (fields.next()?.parse().ok()?, fields.next()? == "closed");
    Some((turn, Mark { block: BlockRef { index, hash }, closed }))
}

fn check(text: &str) -> String {
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// For the fuzzers: a record whose check is right is written again as it was read.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    assert_eq!(parse(data).map(|(turn, mark)| parse(&record(turn, mark))), parse(data).map(Some));
    let text = format!("{BEGINNING} {}", String::from_utf8_lossy(data));
    if let Some((turn, mark)) = parse(format!("{text} {}", check(&text)).as_bytes()) {
        assert_eq!(parse(&record(turn, mark)), Some((turn, mark)));
    }
}

#[cfg(test)]
mod tests {
    use kolibri_genome::Hash;
    use proptest::prelude::*;

    use super::*;

    fn head(index: u64) -> Head {
        Head { index, time: 0, hash: Hash([index.to_le_bytes()[0]; 32]) }
    }

    fn mark(index: u64, closed: bool) -> Mark {
        Mark { block: BlockRef { index, hash: head(index).hash }, closed }
    }

    proptest! {
        #[test]
        fn a_record_is_read_as_it_was_written(turn: u64, index: u64, hash: [u8; 32], closed: bool) {
            let mark = Mark { block: BlockRef { index, hash: Hash(hash) }, closed };
            prop_assert_eq!(parse(&record(turn, mark)), Some((turn, mark)));
        }

        #[test]
        fn a_record_with_a_changed_byte_is_none(index: u64, place in 0..RECORD, byte: u8) {
            let whole = record(7, mark(index, false));
            let mut changed = whole;
            changed[place] = byte;
            // Only white space at the end does not count.
            let told = parse(&changed);
            prop_assert!(told.is_none() || told == parse(&whole));
        }

        #[test]
        fn whatever_is_in_the_file_reading_it_does_not_fail(bytes: Vec<u8>) {
            let root = tempfile::tempdir().unwrap();
            let directory = DataDirectory::new(root.path());
            std::fs::write(directory.mark(), bytes).unwrap();
            prop_assert!(matches!(Found::read(&directory), Ok(Found::Damaged(_))));
        }
    }

    #[test]
    fn the_newest_record_counts_and_a_file_that_was_deleted_is_made_anew() {
        let root = tempfile::tempdir().unwrap();
        let directory = DataDirectory::new(root.path());
        assert_eq!(Found::read(&directory).unwrap(), Found::None);
        let mut file = MarkFile::begin(&directory, mark(3, false)).unwrap();
        assert_eq!(Found::read(&directory).unwrap(), Found::Mark(mark(3, false)));
        for index in 4..9 {
            file.advance(head(index), index == 8);
            assert_eq!(Found::read(&directory).unwrap(), Found::Mark(mark(index, index == 8)));
        }
        for (index, gone) in [(9, true), (10, false), (11, true)] {
            if gone {
                std::fs::remove_file(directory.mark()).unwrap();
            }
            file.advance(head(index), false);
            file.flusher().flush();
            assert_eq!(Found::read(&directory).unwrap(), Found::Mark(mark(index, false)), "deleted: {gone}");
        }
    }

    #[test]
    fn a_torn_record_leaves_the_one_before() {
        let root = tempfile::tempdir().unwrap();
        let directory = DataDirectory::new(root.path());
        let mut file = MarkFile::begin(&directory, mark(3, false)).unwrap();
        (4..9).for_each(|index| file.advance(head(index), index == 8));
        let mut bytes = std::fs::read(directory.mark()).unwrap();
        let newest = bytes.windows(6).position(|window| window == b"closed").unwrap();
        bytes[newest] = 0;
        std::fs::write(directory.mark(), bytes).unwrap();
        assert_eq!(Found::read(&directory).unwrap(), Found::Mark(mark(7, false)));
    }
}
