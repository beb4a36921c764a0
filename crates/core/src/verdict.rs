//! The verdict of the last verification that came to its end, kept in the data directory.
//!
//! It lives in a file of its own, `verdict.json`, next to the genome: a verdict must outlive the process, must not be
//! written into what it is about, and must be writable by the command line while a node runs. A crash before it is
//! written leaves the earlier verdict, which is then simply old. It speaks of the head it saw, so what is taught or
//! forgotten later does not touch it. A genome that was restored may not contain that head: then a sound verdict is
//! dropped. A broken one stays until a verification finds the genome sound, and not because the broken block's content was
//! erased meanwhile (ADR 0012).

use std::time::{Duration, Instant};

use kolibri_genome::Head;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::regular;
use crate::store::{DataDirectory, Reader, Recorded, StoredBlock, Verdict};

/// How long what was read is believed: another process may write a newer verdict.
const FRESH: Duration = Duration::from_secs(1);

const ERASED_SINCE: &str = "; its content was erased since, so it cannot be checked again";

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastVerdict {
    /// When it ended, in nanoseconds since the Unix epoch; written as RFC 3339 in UTC.
    #[serde(with = "clock::as_rfc3339")]
    pub ended: u64,
    /// The length of the genome it saw, in blocks.
    pub length: u64,
    /// The last block it saw; `None` if that could not be read.
    pub head: Option<SeenHead>,
    /// How many blocks' content was erased by a FORGET; `None` if the genome is broken.
    pub erased: Option<u64>,
    /// The first block that is wrong; `None` if the genome is sound.
    pub broken: Option<BrokenBlock>,
}

/// The last block that a verification saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenHead {
    /// The block's index.
    pub index: u64,
    /// The block's hash, 64 hex digits.
    pub hash: String,
}

/// A block that was changed or damaged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenBlock {
    /// The block's index.
    pub block: u64,
    /// What is wrong with it, in words.
    pub fault: String,
}

impl From<Head> for SeenHead {
    fn from(Head { index, hash, .. }: Head) -> Self {
        Self { index, hash: hash.to_string() }
    }
}

impl LastVerdict {
    /// A verdict that was found now; `None` of a verification that was cancelled.
    pub fn now(verdict: &Verdict) -> Option<Self> {
        let ended = clock::now();
        match verdict {
            Verdict::Cancelled => None,
            Verdict::Sound { head, erased } => Some(Self {
                ended,
                length: head.index + 1,
                head: Some((*head).into()),
                erased: Some(*erased),
                broken: None,
            }),
            Verdict::Broken { index, fault, seen } => Some(Self {
                ended,
                length: seen.length,
                head: seen.head.map(SeenHead::from),
                erased: None,
                broken: Some(BrokenBlock { block: *index, fault: fault.to_string() }),
            }),
        }
    }

    /// How many blocks were found sound: those before the first broken one, or all.
    pub fn sound_blocks(&self) -> u64 {
        self.broken.as_ref().map_or(self.length, |broken| broken.block.min(self.length))
    }

    /// What people have to know about a broken genome, in words; `None` if it is sound.
    pub fn note(&self) -> Option<String> {
        let BrokenBlock { block, fault } = self.broken.as_ref()?;
        let ended = clock::rfc3339(self.ended);
        Some(format!(
            "the verification that ended at {ended} found the genome broken at block {block}: {fault}"
        ))
    }

    /// What a verdict comes to after the one before it. When a block was found broken and a FORGET erased its content since,
    /// nobody can check that block again: that it looks sound now proves nothing, so the genome stays broken until somebody
    /// accepts it, or a backup is restored.
    #[must_use]
    pub fn judged(self, directory: &DataDirectory) -> Self {
        let (Some(earlier), None) = (read(directory), &self.broken) else { return self };
        let Some(BrokenBlock { block, fault }) = earlier.broken else { return self };
        let block_of = |reader: Reader| reader.block(block).ok().flatten();
        let erased_by = match Reader::open(directory).ok().and_then(block_of) {
            Some(StoredBlock { recorded: Recorded::Erased { by }, .. }) => by,
            _ => return self,
        };
        let known = fault.ends_with(ERASED_SINCE);
        if erased_by < earlier.length && !known {
            return self;
        }
        let fault = if known { fault } else { format!("{fault}{ERASED_SINCE}") };
        Self { erased: None, broken: Some(BrokenBlock { block, fault }), ..self }
    }

    /// Whether the genome still has the block that was its last one.
    fn speaks_of(&self, reader: &Reader) -> bool {
        let Some(head) = &self.head else { return true };
        match reader.block(head.index) {
            Ok(stored) => stored.is_some_and(|stored| stored.hash.to_string() == head.hash),
            // What cannot be read is for the next verification to judge.
            Err(_) => true,
        }
    }
}

/// The last verdict, in memory and in its file.
pub(crate) struct Kept {
    directory: DataDirectory,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    verdict: Option<LastVerdict>,
    /// Of another genome, and so never shown.
    dropped: Option<LastVerdict>,
    read: Option<Instant>,
}

impl Kept {
    /// The verdict in a directory.
    pub(crate) fn open(directory: &DataDirectory, reader: &Reader) -> Self {
        let mut known = Known::default();
        if let Some(verdict) = read(directory) {
            if verdict.broken.is_some() || verdict.speaks_of(reader) {
                known.verdict = Some(verdict);
            } else {
                tracing::warn!(
                    ended = clock::rfc3339(verdict.ended),
                    length = verdict.length,
                    "the last verification saw another genome than this one: it was restored, replaced or cut short, and \
                     counts as not verified"
                );
                known.dropped = Some(verdict);
            }
        }
        Self { directory: directory.clone(), known: Mutex::new(known) }
    }

    /// The last verdict, also if another process found it a moment ago.
    pub(crate) fn last(&self) -> Option<LastVerdict> {
        let mut known = self.known.lock();
        if known.read.is_none_or(|read| read.elapsed() >= FRESH) {
            known.read = Some(Instant::now());
            let found = read(&self.directory).filter(|found| known.dropped.as_ref() != Some(found));
            let newer =
                |found: &LastVerdict| known.verdict.as_ref().is_none_or(|known| found.ended > known.ended);
            if let Some(found) = found.filter(newer) {
                known.verdict = Some(found);
            }
        }
        known.verdict.clone()
    }

    /// Keeps a verdict. One that cannot be written is known until the process ends.
    pub(crate) fn record(&self, verdict: LastVerdict) {
        if let Err(error) = write(&self.directory, &verdict) {
            tracing::error!(%error, "the verdict of a verification cannot be kept beyond the next restart");
        }
        self.known.lock().verdict = Some(verdict);
    }
}

/// A verdict that is missing or cannot be read is none: the next verification makes one.
fn read(directory: &DataDirectory) -> Option<LastVerdict> {
    let text = regular::read(&directory.verdict(), false).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Writes the verdict durably: after a crash, the file holds this verdict or the one before.
///
/// # Errors
/// When the directory cannot be written.
pub fn write(directory: &DataDirectory, verdict: &LastVerdict) -> std::io::Result<()> {
    directory.replace(&directory.verdict(), &serde_json::to_vec(verdict)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{open, teach, until};

    fn sound(index: u64, hash: &str, ended: u64) -> LastVerdict {
        let head = Some(SeenHead { index, hash: hash.into() });
        LastVerdict { ended, length: index + 1, head, erased: Some(0), broken: None }
    }

    fn broken(block: u64, length: u64) -> LastVerdict {
        let broken = Some(BrokenBlock { block, fault: "why".into() });
        LastVerdict { erased: None, broken, ..sound(length - 1, "ab", 7) }
    }

    #[test]
    fn blocks_before_the_first_broken_one_are_sound() {
        assert_eq!(sound(9, "ab", 1).sound_blocks(), 10);
        assert_eq!(broken(4, 10).sound_blocks(), 4);
        assert_eq!(broken(99, 10).sound_blocks(), 10, "a row that no block can have");
        assert_eq!(sound(9, "ab", 1).note(), None);
        let note = broken(4, 10).note().unwrap();
        assert!(note.ends_with("found the genome broken at block 4: why"), "{note}");
    }

    #[tokio::test]
    async fn a_verdict_outlives_its_process_and_what_is_taught_later_does_not_touch_it() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        teach(&node, "a", "1").await;
        let (directory, head) = (DataDirectory::new(root.path()), node.reader().head().unwrap());
        let verdict = sound(head.index, &head.hash.to_string(), 5);
        Kept::open(&directory, node.reader()).record(verdict.clone());
        teach(&node, "b", "2").await;
        assert_eq!(Kept::open(&directory, node.reader()).last(), Some(verdict));
    }

    #[tokio::test]
    async fn a_sound_verdict_of_another_genome_is_dropped_and_a_broken_one_stays() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        let directory = DataDirectory::new(root.path());
        for elsewhere in [sound(0, "ab", 5), sound(7, "ab", 5)] {
            write(&directory, &elsewhere).unwrap();
            let kept = Kept::open(&directory, node.reader());
            assert_eq!(kept.last(), None, "not even when the file is read again");
        }
        write(&directory, &broken(0, 8)).unwrap();
        assert_eq!(Kept::open(&directory, node.reader()).last(), Some(broken(0, 8)));
    }

    #[tokio::test]
    async fn the_verdict_of_another_process_is_noticed_and_an_older_one_is_not_believed() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        let directory = DataDirectory::new(root.path());
        let kept = Kept::open(&directory, node.reader());
        assert_eq!(kept.last(), None);
        write(&directory, &broken(0, 1)).unwrap();
        until("it is noticed", || kept.last() == Some(broken(0, 1)));
        kept.record(sound(0, "cd", 9));
        write(&directory, &broken(0, 1)).unwrap();
        assert_eq!(Kept { known: Mutex::default(), ..kept }.last(), Some(broken(0, 1)));
    }

    #[tokio::test]
    async fn a_broken_block_that_was_forgotten_since_makes_no_genome_sound() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        teach(&node, "a", "1").await;
        teach(&node, "b", "2").await;
        let directory = DataDirectory::new(root.path());
        let sound = || sound(3, "ab", 9);
        assert_eq!(sound().judged(&directory), sound(), "nothing was broken");
        write(&directory, &broken(1, 3)).unwrap();
        assert_eq!(sound().judged(&directory), sound(), "it is as it was taught");
        node.forget(crate::Context::from(crate::trace::TraceId::random()), "a".into()).await.unwrap();
        for _ in 0..2 {
            let judged = sound().judged(&directory);
            let broken = judged.broken.clone().unwrap();
            assert_eq!(broken, BrokenBlock { block: 1, fault: format!("why{ERASED_SINCE}") });
            assert_eq!((judged.erased, judged.length), (None, 4));
            write(&directory, &judged).unwrap();
        }
        // What was erased when it was found broken is another fault, and may be mended.
        write(&directory, &broken(1, 4)).unwrap();
        assert_eq!(sound().judged(&directory), sound());
    }

    #[tokio::test]
    async fn a_file_that_is_cut_short_is_no_verdict() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        let directory = DataDirectory::new(root.path());
        std::fs::write(directory.verdict(), "{\"ended\":\"2026-11-2").unwrap();
        assert_eq!(Kept::open(&directory, node.reader()).last(), None);
    }
}
