//! Finding out whether a store that failed works again. It works when its files are the ones that it had open, the genome in
//! them has everything that was acknowledged, all of it is flushed once more, and a write succeeds.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kolibri_genome::{Chain, Head};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;

use super::files::{Disturbed, Files};
use super::intake::Left;
use super::mark::{Found, Loss};
use super::rows::Snapshot;
use super::verify::{Fault, Verdict, verify};
use super::{DataDirectory, Durability, apply, log, schema, writer};
use crate::background::Stop;
use crate::error::OpenError;

/// How long a try waits for another program; commands are refused meanwhile anyway.
const PATIENCE: Duration = Duration::from_millis(20);
/// Bytes for which there must be room: some commands with the longest texts.
const ROOM: u64 = 1 << 20;

/// How long after a failure it is tried again, when something is in doubt.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest time between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// After this time without a failure, the next pause is short again.
const CALM: Duration = Duration::from_secs(60);

/// When the next try is due. The pauses become longer while one failure follows another.
#[derive(Debug, Default)]
pub(super) struct Pace {
    next: Option<Instant>,
    pause: Duration,
    recovered: Option<Instant>,
    /// Why the last try failed.
    said: Option<String>,
}

impl Pace {
    pub(super) fn is_due(&self) -> bool {
        self.next.is_none_or(|next| next <= Instant::now())
    }

    /// It failed, or still does.
    pub(super) fn failed(&mut self, left: Left) {
        let now = Instant::now();
        if self.recovered.take().is_some_and(|recovered| recovered.elapsed() >= CALM) {
            self.pause = Duration::ZERO;
        }
        self.pause = match left {
            // A lock is free at any moment, and to ask costs nothing.
            Left::Nothing => Duration::ZERO,
            Left::Doubt => (self.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE),
        };
        self.next = Some(now + self.pause);
    }

    /// It works again.
    pub(super) fn recovered(&mut self) {
        self.recovered = Some(Instant::now());
        self.said = None;
    }

    /// Whether the last try failed for another reason.
    pub(super) fn is_news(&mut self, why: &str) -> bool {
        let is_news = self.said.as_deref() != Some(why);
        self.said = Some(why.to_owned());
        is_news
    }
}

/// Why the store does not work yet.
#[derive(Debug, thiserror::Error)]
pub(super) enum StillFailing {
    #[error(transparent)]
    Disturbed(#[from] Disturbed),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{0} is not as it was left: {1}")]
    Lost(PathBuf, Loss),
    #[error("something else wrote {path}, and block {index} is not what it was: {fault}")]
    Overwritten { path: PathBuf, index: u64, fault: Fault },
    #[error("the last block in {0} cannot be read; run `kolibri genome verify`")]
    Broken(PathBuf),
    #[error("the node stops before every block was read")]
    Stopping,
    #[error("another program reads the genome, so its log cannot be flushed into it")]
    Read,
}

/// What the writer needs to find its file again.
pub(super) struct Place {
    pub(super) directory: DataDirectory,
    pub(super) durability: Durability,
}

impl Place {
    /// Opens the genome anew in the place of `connection`, and reads back where it ends. Blocks that were not acknowledged
    /// may be among what is read back; nothing that was acknowledged is missing.
    pub(super) fn read_back(
        &self,
        connection: &mut Connection,
        files: &mut Files,
        stop: &Stop,
    ) -> Result<Chain, StillFailing> {
        // The old connection still reads files that were deleted: it is kept as long as they are.
        let was_written = match files.check() {
            Ok(()) => false,
            Err(Disturbed::Written(_)) => true,
            Err(gone) => return Err(gone.into()),
        };
        // It may hold a lock that the new one needs, so it is closed before that is opened.
        drop(std::mem::replace(connection, Connection::open_in_memory()?));
        if was_written {
            self.check_whole(stop)?;
        }
        let head = self.reopen(connection)?;
        // What is damaged must not be copied into the database.
        files.check_log(log::committed(connection)?)?;
        let works = flush_and_write(connection, &self.directory.genome());
        files.leave();
        works.map(|()| Chain::resume(head))
    }

    /// Reads every block: whoever wrote the files may have changed any. Writes nothing, so that whoever comes to mend them finds
    /// them as they are.
    fn check_whole(&self, stop: &Stop) -> Result<(), StillFailing> {
        match verify(&self.directory, |_| !stop.is_set())? {
            Verdict::Broken { index, fault, .. } => {
                Err(StillFailing::Overwritten { path: self.directory.genome(), index, fault })
            }
            Verdict::Sound { .. } => Ok(()),
            Verdict::Cancelled => Err(StillFailing::Stopping),
        }
    }

    fn reopen(&self, connection: &mut Connection) -> Result<Head, StillFailing> {
        let path = self.directory.genome();
        *connection = schema::open_writer(&path, self.durability)?;
        let rows = Snapshot::of(connection);
        if let Some(loss) = Found::read(&self.directory)?.compare(rows)? {
            return Err(StillFailing::Lost(path, loss));
        }
        apply::check(connection)?;
        rows.head()?.and_then(Result::ok).ok_or(StillFailing::Broken(path))
    }
}

/// A flush that failed may have left pages in the system's cache that are on no disk. They are written anew, into the database,
/// and flushed there.
fn flush_and_write(connection: &Connection, path: &Path) -> Result<(), StillFailing> {
    match writer::scrub(connection)? {
        true => try_to_write(connection, path),
        false => Err(StillFailing::Read),
    }
}

/// Writes something that changes nothing, durably, if there is room for more than that.
pub(super) fn try_to_write(connection: &Connection, path: &Path) -> Result<(), StillFailing> {
    connection.busy_timeout(PATIENCE)?;
    let tried = write(connection, &schema::beside(path, "-wal"));
    connection.busy_timeout(schema::PATIENCE)?;
    tried
}

fn write(connection: &Connection, log: &Path) -> Result<(), StillFailing> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    make_room(log).map_err(|source| StillFailing::Io { path: log.to_owned(), source })?;
    let version: i32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    transaction.pragma_update(None, "user_version", version)?;
    Ok(transaction.commit()?)
}

/// Makes the log longer and short again. Nobody else appends to it while we hold the lock for writing.
fn make_room(log: &Path) -> std::io::Result<()> {
    let file = OpenOptions::new().write(true).open(log)?;
    let length = file.metadata()?.len();
    let room = fallocate(&file, FallocateFlags::empty(), length, ROOM);
    file.set_len(length)?;
    match room {
        // A file system that cannot reserve room tells when it is used.
        Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{open, teach};

    #[tokio::test]
    async fn a_genome_is_not_read_to_its_end_when_the_node_stops() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        teach(&node, "a", "b").await;
        let place = Place { directory: DataDirectory::new(root.path()), durability: Durability::Flushed };
        let stop = Stop::default();
        assert!(place.check_whole(&stop).is_ok());
        stop.set();
        assert!(matches!(place.check_whole(&stop), Err(StillFailing::Stopping)));
    }
}
