//! Whether the files that the writer has open are still the ones in the data directory, and as it left them. What is written to a
//! file that was deleted or replaced is lost when it is closed. The writer is the only one that writes, so a file whose length or
//! time changed without it was overwritten: `cp backup.db genome.db` keeps the file and replaces what is in it. What was written
//! over the log during a commit, which changes its time anyway, is found by its check sums.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::log::{Garbled, Log};
use super::{DataDirectory, schema};

/// How often the log is read on while the writer is busy, and for how long: 2 % of its time, in which all of a log is read in a
/// second.
const READ_EVERY: Duration = Duration::from_millis(10);
const READ_FOR: Duration = Duration::from_micros(200);
/// The same while nobody wants anything.
const READ_AT_LEISURE: Duration = Duration::from_millis(20);

/// The database, its log and the log's index, and the lock.
pub(super) struct Files {
    database: Watched,
    log: Watched,
    /// It is mapped into memory and written there by readers too, so its content tells nothing.
    index: Watched,
    /// Without it, a second node could start.
    lock: Watched,
    frames: Log,
    read: Instant,
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
    #[error(
        "{path} was written by something else while the node runs: frame {frame} is not what was committed"
    )]
    Garbled { path: PathBuf, frame: u32 },
    #[error("{path} cannot be found any more: {problem}")]
    Unknown { path: PathBuf, problem: String },
}

impl Files {
    /// The files of the database in this directory, which was opened and read from a moment ago.
    pub(super) fn of(directory: &DataDirectory) -> std::io::Result<Self> {
        let path = directory.genome();
        let log = schema::beside(&path, "-wal");
        Ok(Self {
            frames: Log::open(&log)?,
            log: Watched::of(log)?,
            index: Watched::of(schema::beside(&path, "-shm"))?,
            database: Watched::of(path)?,
            lock: Watched::of(directory.lock_file())?,
            read: Instant::now(),
        })
    }

    /// Checks that they are all there, and as they were left.
    pub(super) fn check(&self) -> Result<(), Disturbed> {
        let (database, log) = self.states()?;
        self.database.compare(database)?;
        self.log.compare(log)
    }

    /// How the database and the log are now, if all files are still the same.
    fn states(&self) -> Result<(State, State), Disturbed> {
        let states = (self.database.state()?, self.log.state()?);
        self.index.state()?;
        self.lock.state()?;
        Ok(states)
    }

    /// Checks them after a commit, which writes the log alone.
    pub(super) fn check_committed(&mut self) -> Result<(), Disturbed> {
        let (database, log) = self.states()?;
        self.database.compare(database)?;
        // While the commit was flushed, somebody may have emptied the log.
        self.frames.check_header().map_err(|_| Disturbed::Written(self.log.path.clone()))?;
        self.log.left = log;
        Ok(())
    }

    /// Checks some more of the `committed` frames of the log, if it is time; for longer while the writer has nothing else to do.
    pub(super) fn read_on(&mut self, committed: u32, is_busy: bool) -> Result<(), Disturbed> {
        if is_busy && self.read.elapsed() < READ_EVERY {
            return Ok(());
        }
        let read = self.frames.read_on(committed, if is_busy { READ_FOR } else { READ_AT_LEISURE });
        self.read = Instant::now();
        read.map_err(|garbled| self.garbled(garbled))
    }

    /// Checks the `committed` frames that were not copied into the database yet.
    pub(super) fn check_new(&mut self, committed: u32) -> Result<(), Disturbed> {
        self.frames.check_new(committed).map_err(|garbled| self.garbled(garbled))
    }

    /// Checks all of the `committed` frames.
    pub(super) fn check_log(&self, committed: u32) -> Result<(), Disturbed> {
        self.frames.check(committed).map_err(|garbled| self.garbled(garbled))
    }

    /// Whether this process still is the one that may write.
    pub(super) fn is_locked(&self) -> bool {
        self.lock.state().is_ok()
    }

    fn garbled(&self, Garbled { frame }: Garbled) -> Disturbed {
        Disturbed::Garbled { path: self.log.path.clone(), frame }
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
    use std::fs::File;

    use rusqlite::Connection;

    use super::*;
    use crate::store::{Durability, Lock, log};

    /// The database, the files, and the lock.
    fn open(root: &Path) -> (Connection, Files, Lock) {
        let directory = DataDirectory::new(root);
        let lock = directory.lock().unwrap();
        let open = schema::open_writer(&directory.genome(), Durability::Flushed).unwrap();
        open.execute_batch("CREATE TABLE read_and_written (x)").unwrap();
        (open, Files::of(&directory).unwrap(), lock)
    }

    #[test]
    fn each_file_that_is_deleted_or_replaced_is_named_and_one_that_is_put_back_is_the_same() {
        let root = tempfile::tempdir().unwrap();
        let (_open, files, _lock) = open(root.path());
        assert_eq!(files.check(), Ok(()));
        for name in ["genome.db", "genome.db-wal", "genome.db-shm", "lock"] {
            let (file, aside) = (root.path().join(name), root.path().join("aside"));
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
            let (_open, mut files, _lock) = open(root.path());
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
        let (open, mut files, _lock) = open(root.path());
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

    #[test]
    fn what_was_written_over_the_log_during_a_commit_is_found_before_it_is_copied() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("genome.db");
        let (open, mut files, _lock) = open(root.path());
        let log = schema::beside(&path, "-wal");
        open.execute_batch("INSERT INTO read_and_written VALUES (zeroblob(100000))").unwrap();
        let mut bytes = std::fs::read(&log).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&log, bytes).unwrap();
        assert_eq!(files.check_committed(), Ok(()), "its time is the commit's");
        let committed = log::committed(&open).unwrap();
        let garbled = Disturbed::Garbled { path: log, frame: committed };
        assert_eq!(files.check_log(committed), Err(garbled.clone()));
        assert_eq!(files.check_new(committed), Err(garbled));
    }
}
