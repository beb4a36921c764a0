//! The durable genome: one SQLite file, one writer, many readers.
//!
//! | file here | what it is for |
//! |---|---|
//! | `directory` | the data directory, and the lock that keeps a second process out |
//! | `settings` | what may differ from one genome to another |
//! | `schema` | tables, pragmas, opening connections |
//! | `intake` | the bounded queue |
//! | `writer` | the writer thread: group commit, acknowledgement, poisoning |
//! | `decide` | what an event changes: pure |
//! | `apply` | the statements that write it |
//! | `rows` | the statements that read |
//! | `read` | what is read back, checked |
//! | `verify` | walking the whole genome |
//! | `feed` | announces how far the genome has come |

mod apply;
mod decide;
mod directory;
mod feed;
mod intake;
mod read;
mod rows;
mod schema;
mod settings;
mod verify;
mod writer;

use std::sync::Arc;

use kolibri_genome::Hash;
use tokio::sync::watch;

use crate::background::{Crew, Worker};
use crate::error::OpenError;
use crate::observer::Observer;

pub(crate) use decide::Event;
pub use directory::{DataDirectory, Lock};
pub use feed::Announced;
pub(crate) use intake::{Committed, Done, Entry, Intake};
pub use read::{Association, Reader, Recorded, StoredBlock};
pub(crate) use read::{Change, ChangeKind};
pub use settings::{Durability, GenomeSettings, Salts};
pub use verify::{Fault, Seen, Verdict, VerifyProgress, verify};

/// A block by position and hash: what an answer cites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockRef {
    /// The block's index.
    pub index: u64,
    /// The block's hash.
    pub hash: Hash,
}

/// A genome that is open for writing.
pub(crate) struct Store {
    /// Where events enter.
    pub(crate) intake: Arc<Intake>,
    /// How far the genome has come.
    pub(crate) announced: Announced,
    /// The writer's thread. It ends when the intake is closed and everything that was accepted is recorded.
    writer: Worker,
}

impl Store {
    /// Opens the genome, begins it if it is new, and starts the writer.
    pub(crate) fn open(
        directory: &DataDirectory,
        capacity: usize,
        settings: &GenomeSettings,
        observer: Arc<dyn Observer>,
        crew: &Crew,
    ) -> Result<Self, OpenError> {
        directory.create()?;
        let lock = directory.lock()?;
        directory.check_not_lost()?;
        let path = directory.genome();
        let mut connection = schema::open_writer(&path, settings.durability)?;
        let chain = writer::resume(&mut connection, &path, settings)?;
        let scrubbed = writer::scrub(&connection).map_err(OpenError::sqlite(&path))?;
        let feed = feed::Feed::new(chain.head().index);
        let announced = feed.listen();
        let (poison, poisoned) = watch::channel(None);
        let (intake, receiver) = Intake::new(capacity, poisoned);
        let writer = writer::Writer {
            connection,
            chain,
            salts: Arc::clone(&settings.salts),
            receiver,
            poison,
            observer,
            feed,
            scrub_due: !scrubbed,
            _lock: lock,
        };
        let writer = crew.spawn("kolibri-writer", move |_| writer.run()).map_err(OpenError::io(&path))?;
        Ok(Self { intake: Arc::new(intake), announced, writer })
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
