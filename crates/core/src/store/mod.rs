//! The durable genome: one SQLite file, one writer, many readers.
//!
//! | file here | what it is for |
//! |---|---|
//! | `directory` | the data directory, and the lock that keeps a second process out |
//! | `settings` | what may differ from one genome to another |
//! | `files` | whether the files that are open are still the ones in the directory |
//! | `log` | whether the write-ahead log still has what was committed |
//! | `mark` | where the genome ended, kept outside the database |
//! | `acceptance` | what was accepted of a genome that had lost blocks |
//! | `schema` | tables, pragmas, opening connections |
//! | `intake` | the bounded queue |
//! | `writer` | the writer thread: group commit, acknowledgement, poisoning |
//! | `decide` | what an event changes: pure |
//! | `apply` | the statements that write it |
//! | `upgrade` | the tables of an earlier version, made anew |
//! | `rows` | the statements that read |
//! | `erasing` | FORGETs whose text is still in the log |
//! | `recovery` | finding out whether a store that failed works again |
//! | `copy`, `restore` | a backup, and the way back |
//! | `read` | what is read back, checked |
//! | `verify` | walking the whole genome |
//! | `feed` | announces how far the genome has come |

mod acceptance;
mod apply;
mod copy;
mod decide;
mod directory;
mod erasing;
mod feed;
mod files;
mod intake;
mod log;
pub(crate) mod mark;
mod read;
mod recovery;
mod restore;
mod rows;
mod schema;
mod settings;
mod upgrade;
mod verify;
mod writer;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Instant;

use kolibri_genome::{Hash, Head, ParseHashError};
use tokio::sync::{oneshot, watch};

use crate::background::{Crew, Worker};
use crate::error::OpenError;
use crate::observer::Observer;
use copy::CopyRequest;

pub(crate) use copy::check_room;
pub use copy::{CopyError, GenomeCopy, copy};
pub(crate) use decide::Event;
pub use decide::{Effect, Expected, Premise};
pub use directory::{DataDirectory, Lock};
pub use feed::Announced;
pub(crate) use intake::{Committed, Done, Entry, Intake};
pub use mark::Loss;
pub use read::{Association, Reader, Recorded, StoredBlock};
pub(crate) use read::{Change, ChangeKind};
pub use restore::{RestoreError, Restored, checksum, restore};
pub use settings::{Durability, GenomeSettings, Salts};
pub use verify::{Fault, Seen, Verdict, VerifyProgress, verify, verify_copy};

/// A block by position and hash: what an answer cites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockRef {
    /// The block's index.
    pub index: u64,
    /// The block's hash.
    pub hash: Hash,
}

impl From<Head> for BlockRef {
    fn from(Head { index, hash, .. }: Head) -> Self {
        Self { index, hash }
    }
}

/// `INDEX:HASH`, as `kolibri genome head` prints it.
impl fmt::Display for BlockRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.index, self.hash)
    }
}

/// A text is not `INDEX:HASH`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseBlockRefError {
    /// There is no colon.
    #[error("write INDEX:HASH")]
    Form,
    /// The index is not a number that a block can have.
    #[error("the index is not a whole number")]
    Index,
    /// The hash is not one.
    #[error(transparent)]
    Hash(#[from] ParseHashError),
}

impl FromStr for BlockRef {
    type Err = ParseBlockRefError;

    fn from_str(text: &str) -> Result<Self, ParseBlockRefError> {
        let (index, hash) = text.split_once(':').ok_or(ParseBlockRefError::Form)?;
        let index = index.parse().map_err(|_| ParseBlockRefError::Index)?;
        Ok(Self { index, hash: hash.parse()? })
    }
}

/// A genome that is open for writing.
pub(crate) struct Store {
    /// Where events enter.
    pub(crate) intake: Arc<Intake>,
    /// How far the genome has come.
    pub(crate) announced: Announced,
    /// Asks the writer for copies of the genome.
    copies: Sender<CopyRequest>,
    /// Makes the mark of where the genome ends durable.
    pub(crate) mark: mark::Flusher,
    /// FORGETs that were answered before their text was gone, until it is.
    pub(crate) unfinished: erasing::Unfinished,
    /// Whether the last process that wrote it was not stopped in order.
    pub(crate) was_killed: bool,
    /// The writer's thread. It ends when the intake is closed and everything that was accepted is recorded.
    writer: Worker,
}

impl Store {
    /// Opens the genome, begins it if it is new, and starts the writer.
    pub(crate) fn open(
        directory: &DataDirectory,
        capacity: usize,
        settings: &GenomeSettings,
        accepted: Option<BlockRef>,
        observer: Arc<dyn Observer>,
        crew: &Crew,
    ) -> Result<Self, OpenError> {
        directory.create()?;
        let lock = directory.lock()?;
        directory.refuse_strangers()?;
        directory.warn_of_writers();
        directory.check_not_lost()?;
        let path = directory.genome();
        let marked = mark::admit(directory, accepted)?;
        let mut connection = schema::open_writer(&path, settings.durability)?;
        let chain = writer::resume(&mut connection, &path, settings)?;
        let mark = mark::Mark { block: chain.head().into(), closed: false };
        let mark = mark::MarkFile::begin(directory, mark).map_err(OpenError::io(directory.mark()))?;
        let flusher = mark.flusher();
        let scrubbed = writer::scrub(&connection).map_err(OpenError::sqlite(&path))?;
        let feed = feed::Feed::new(chain.head().index);
        let announced = feed.listen();
        let (poison, poisoned) = watch::channel(None);
        let (intake, receiver) = Intake::new(capacity, poisoned);
        let (copies, wanted) = channel();
        let erasing = erasing::Erasing::default();
        let unfinished = erasing.unfinished();
        if !scrubbed {
            erasing.begin_in_doubt();
        }
        let writer = writer::Writer {
            chain,
            salts: Arc::clone(&settings.salts),
            receiver,
            copies: wanted,
            poison,
            observer,
            feed,
            mark,
            place: recovery::Place { directory: directory.clone(), durability: settings.durability },
            pace: recovery::Pace::default(),
            files: files::Files::of(directory).map_err(OpenError::io(&path))?,
            scrub_due: !scrubbed,
            scrubbed: None,
            erasing,
            measured: Instant::now(),
            _lock: lock,
        };
        let writer = crew
            .spawn("kolibri-writer", move |stop| writer.run(connection, stop))
            .map_err(OpenError::io(&path))?;
        Ok(Self {
            intake: Arc::new(intake),
            announced,
            copies,
            mark: flusher,
            unfinished,
            was_killed: marked.is_open(),
            writer,
        })
    }

    /// Copies the genome into a file, which is replaced, and returns the last block that the copy has.
    pub(crate) async fn copy_to(&self, path: PathBuf) -> Result<BlockRef, CopyError> {
        let (done, copied) = oneshot::channel();
        // An error means that the writer has ended.
        self.copies.send(CopyRequest { path, done }).map_err(|_| CopyError::Stopping)?;
        copied.await.unwrap_or(Err(CopyError::Stopping))
    }

    /// Whether the writer's thread has ended, for any reason.
    pub(crate) fn has_ended(&self) -> bool {
        self.writer.has_ended()
    }

    /// Accepts no more events, records those that were accepted, and closes the file.
    pub(crate) fn close(&self) {
        self.intake.close();
        self.writer.close();
    }
}

/// The intake closes first: the writer, which is then waited for, ends with it.
impl Drop for Store {
    fn drop(&mut self) {
        self.close();
    }
}
