//! Copying the genome into one file. While a node runs, its writer copies some pages between two commits, and SQLite writes
//! what changes meanwhile into the copy too: no long read keeps the log from being emptied, and the copy is the genome as
//! it is at the end. While no node runs, it is copied at once.

use std::ffi::c_int;
use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use tokio::sync::oneshot;

use super::restore::checksum_of;
use super::rows::Snapshot;
use super::{BlockRef, DataDirectory, mark, schema};
use crate::backup::LastBackup;
use crate::error::OpenError;

/// Pages that are copied between two commits: 256 KiB.
const STEP: c_int = 64;
/// Bytes that a copy leaves to the node: as many as an alert about the disk waits for.
const LEFT: u64 = 256 << 20;

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The genome could not be read, or the copy not be written.
    #[error("{0}; check the space and the permissions where the copy is made")]
    Sqlite(#[from] rusqlite::Error),
    /// The copy could not be made durable.
    #[error("{path}: {source}")]
    Io {
        /// The copy.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The data directory cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The copy has no last block that could be read.
    #[error("the last block of the genome is missing or damaged; run `kolibri genome verify`")]
    Broken,
    /// Another copy is being made.
    #[error("another copy of the genome is being made")]
    Running,
    /// The file system of the data directory has no room for a copy.
    #[error("a copy needs {needed} bytes in the data directory, and {available} are free")]
    NoRoom {
        /// Bytes, with what the node itself should have left.
        needed: u64,
        /// Bytes that are free.
        available: u64,
    },
    /// The node stops.
    #[error("the node is stopping")]
    Stopping,
}

impl CopyError {
    fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// A copy of the genome of a running node.
#[derive(Debug)]
pub struct GenomeCopy {
    /// The copy, at its beginning. It has no name any more, so it is gone when it is closed.
    pub file: File,
    /// Its length, in bytes.
    pub length: u64,
    /// Its SHA-256, 64 hex digits.
    pub sha256: String,
    /// What is to be noted once it is stored.
    pub made: LastBackup,
}

impl GenomeCopy {
    /// Opens the copy at `path`, and takes its name away. Reads all of it.
    pub(crate) fn take(path: &Path, head: BlockRef) -> Result<Self, CopyError> {
        let made = LastBackup::now(head);
        let file = File::open(path).map_err(CopyError::io(path))?;
        std::fs::remove_file(path).map_err(CopyError::io(path))?;
        let length = file.metadata().map_err(CopyError::io(path))?.len();
        let sha256 = checksum_of(&file).map_err(CopyError::io(path))?;
        Ok(Self { file, length, sha256, made })
    }
}

/// Asks the writer for a copy.
pub(super) struct CopyRequest {
    /// A file that is replaced.
    pub(super) path: PathBuf,
    pub(super) done: oneshot::Sender<Result<BlockRef, CopyError>>,
}

/// Refuses a copy that would leave the node too little room for its own blocks.
pub(crate) fn check_room(directory: &DataDirectory) -> Result<(), CopyError> {
    let genome = directory.genome();
    let files = [genome.clone(), schema::beside(&genome, "-wal")];
    let length = |path: PathBuf| path.metadata().map_or(0, |found| found.len());
    let needed = files.map(length).iter().sum::<u64>() + LEFT;
    match directory.available() {
        Ok(available) if available < needed => Err(CopyError::NoRoom { needed, available }),
        // What cannot be asked for is found out while it is written.
        _ => Ok(()),
    }
}

/// Copies the genome of a directory where no node runs into `path`, and returns the last block that the copy has. No node
/// can start meanwhile.
///
/// # Errors
/// When a node runs there, when the genome is not as it was left, or when the file cannot be written.
pub fn copy(directory: &DataDirectory, path: &Path) -> Result<BlockRef, CopyError> {
    let _lock = directory.lock()?;
    mark::admit(directory, None)?;
    let source = schema::open_reader(&directory.genome())?;
    copy_between(&source, path, || Ok(()))
}

/// Copies what `source` sees into `path`. `between` is called after each step.
pub(super) fn copy_between(
    source: &Connection,
    path: &Path,
    mut between: impl FnMut() -> Result<(), CopyError>,
) -> Result<BlockRef, CopyError> {
    let mut target = create(path)?;
    let backup = Backup::new(source, &mut target)?;
    while backup.step(STEP)? != StepResult::Done {
        between()?;
    }
    drop(backup);
    let head = Snapshot::of(&target).head()?.and_then(Result::ok).ok_or(CopyError::Broken)?;
    target.close().map_err(|(_, error)| error)?;
    File::open(path).and_then(|file| file.sync_all()).map_err(CopyError::io(path))?;
    Ok(head.into())
}

/// An empty database that only we use, and that is flushed once, at the end.
fn create(path: &Path) -> Result<Connection, CopyError> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).open(path).map_err(CopyError::io(path))?;
    let target = Connection::open(path)?;
    target.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
    Ok(target)
}
