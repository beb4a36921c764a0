//! Whether the files that the writer has open are still the ones in the data directory, and as it left them. What is written to a
//! file that was deleted or replaced is lost when it is closed. The writer is the only one that writes, so a file whose length or
//! time changed without it was overwritten: `cp backup.db genome.db` keeps the file and replaces what is in it.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::schema;

/// What a log begins with, but for the order of bytes of its checksums: "WAL Header Format" in SQLite's file format.
const MAGIC: [[u8; 4]; 2] = [[0x37, 0x7f, 0x06, 0x82], [0x37, 0x7f, 0x06, 0x83]];

/// The database, its log and the log's index.
pub(super) struct Files {
    database: Watched,
    log: Watched,
    /// It is mapped into memory and written there by readers too, so its content tells nothing.
    index: Watched,
    log_file: File,
}

/// A file as it was opened, and as the writer left it.
struct Watched {
    path: PathBuf,
    identity: Identity,
    left: State,
}

/// A file, whatever its name: device and inode.
type Identity = (u64, u64);

/// What every write changes: the length, and the time of the last write in seconds and nanoseconds.
type State = (u64, i64, i64);

/// Something was done to an open file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Disturbed {
    #[error("{0} was deleted or moved away while the node runs")]
    Deleted(PathBuf),
    #[error("{0} was replaced while the node runs")]
    Replaced(PathBuf),
    #[error("{0} was written by something else while the node runs")]
    Written(PathBuf),
    #[error("{path} cannot be found any more: {problem}")]
    Unknown { path: PathBuf, problem: String },
}

impl Files {
    /// The files of the database at `path`, which was opened and read from a moment ago.
    pub(super) fn of(path: &Path) -> std::io::Result<Self> {
        let log = schema::beside(path, "-wal");
        Ok(Self {
            log_file: File::open(&log)?,
            database: Watched::of(path.to_owned())?,
            log: Watched::of(log)?,
            index: Watched::of(schema::beside(path, "-shm"))?,
        })
    }

    /// Checks that they are all there, and as they were left.
    pub(super) fn check(&self) -> Result<(), Disturbed> {
        let (database, log) = (self.database.state()?, self.log.state()?);
        self.index.state()?;
        self.database.compare(database)?;
        self.log.compare(log)
    }

    /// Checks them after a commit, which writes the log alone.
    pub(super) fn check_committed(&mut self) -> Result<(), Disturbed> {
        let (database, log) = (self.database.state()?, self.log.state()?);
        self.index.state()?;
        self.database.compare(database)?;
        let mut begins = [0; 4];
        // While the commit was flushed, somebody may have emptied the log.
        let is_log = self.log_file.read_exact_at(&mut begins, 0).is_ok() && MAGIC.contains(&begins);
        if !is_log {
            return Err(Disturbed::Written(self.log.path.clone()));
        }
        self.log.left = log;
        Ok(())
    }

    /// Notes how the writer left them. What cannot be looked at now is found the next time.
    pub(super) fn leave(&mut self) {
        for file in [&mut self.database, &mut self.log] {
            if let Ok(state) = file.state() {
                file.left = state;
            }
        }
    }
}

impl Watched {
    fn of(path: PathBuf) -> std::io::Result<Self> {
        let (identity, left) = look(&path)?;
        Ok(Self { path, identity, left })
    }

    /// How the file is now, if it is still the same.
    fn state(&self) -> Result<State, Disturbed> {
        let path = || self.path.clone();
        match look(&self.path) {
            Ok((identity, state)) if identity == self.identity => Ok(state),
            Ok(_) => Err(Disturbed::Replaced(path())),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(Disturbed::Deleted(path())),
            Err(error) => Err(Disturbed::Unknown { path: path(), problem: error.to_string() }),
        }
    }

    fn compare(&self, state: State) -> Result<(), Disturbed> {
        if state == self.left { Ok(()) } else { Err(Disturbed::Written(self.path.clone())) }
    }
}

/// The database is not opened for it: closing it would give up SQLite's locks (POSIX, fcntl).
fn look(path: &Path) -> std::io::Result<(Identity, State)> {
    let found = path.metadata()?;
    Ok(((found.dev(), found.ino()), (found.len(), found.mtime(), found.mtime_nsec())))
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::store::Durability;

    fn open(path: &Path) -> (Connection, Files) {
        let open = schema::open_writer(path, Durability::Flushed).unwrap();
        open.execute_batch("CREATE TABLE read_and_written (x)").unwrap();
        (open, Files::of(path).unwrap())
    }

    #[test]
    fn each_file_that_is_deleted_or_replaced_is_named_and_one_that_is_put_back_is_the_same() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("genome.db");
        let (_open, files) = open(&path);
        assert_eq!(files.check(), Ok(()));
        for suffix in ["", "-wal", "-shm"] {
            let (file, aside) = (schema::beside(&path, suffix), root.path().join("aside"));
            std::fs::rename(&file, &aside).unwrap();
            assert_eq!(files.check(), Err(Disturbed::Deleted(file.clone())));
            std::fs::write(&file, "another").unwrap();
            assert_eq!(files.check(), Err(Disturbed::Replaced(file.clone())));
            std::fs::rename(&aside, &file).unwrap();
            assert_eq!(files.check(), Ok(()));
        }
    }

    #[test]
    fn a_file_that_somebody_else_writes_is_named_until_the_writer_has_seen_to_it() {
        for suffix in ["", "-wal"] {
            let root = tempfile::tempdir().unwrap();
            let path = root.path().join("genome.db");
            let (_open, mut files) = open(&path);
            let file = schema::beside(&path, suffix);
            let same = std::fs::read(&file).unwrap();
            std::fs::write(&file, same).unwrap();
            assert_eq!(files.check(), Err(Disturbed::Written(file)));
            files.leave();
            assert_eq!(files.check(), Ok(()));
        }
    }

    #[test]
    fn a_commit_leaves_the_database_alone_and_a_log_that_is_one() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("genome.db");
        let (open, mut files) = open(&path);
        let commit = || open.execute_batch("INSERT INTO read_and_written VALUES (zeroblob(100000))").unwrap();
        for _ in 0..300 {
            commit();
        }
        assert_eq!((files.check_committed(), files.check()), (Ok(()), Ok(())));
        let log = schema::beside(&path, "-wal");
        File::options().write(true).open(&log).unwrap().set_len(0).unwrap();
        commit();
        let (written, found) = (Disturbed::Written(log), files.check_committed());
        assert_eq!((found, files.check()), (Err(written.clone()), Err(written)));
    }
}
