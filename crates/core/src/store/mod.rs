//! The durable genome: one SQLite file, one writer, many readers.
//!
//! | file here | what it is for |
//! |---|---|
//! | `directory` | the data directory, and the lock that keeps a second process out |
//! | `purpose` | what a genome is for: knowledge, or a drill that can be repeated |
//! | `schema` | tables, pragmas, opening connections |
//! | `queue` | the bounded queue and the writer thread: group commit, acknowledgement, poisoning |
//! | `record` | what one event changes, inside the writer's transaction |
//! | `read` | everything that is read back |
//! | `verify` | walking the whole genome |

mod directory;
mod purpose;
mod queue;
mod read;
mod record;
mod schema;
mod verify;

pub use directory::DataDirectory;
pub(crate) use directory::Lock;
pub(crate) use purpose::{DRILL_BEGINS, Purpose};
pub(crate) use queue::{Committed, Done, Intake, WriterThread, wake_channel};
pub use read::{Association, Reader, Recorded, StoredBlock};
pub(crate) use read::{Change, ChangeKind};
pub(crate) use record::Event;
pub use verify::{Fault, Progress, Verdict, verify};

use kolibri_genome::Hash;

/// A block by position and hash: what an answer cites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockRef {
    /// The block's index.
    pub index: u64,
    /// The block's hash.
    pub hash: Hash,
}
