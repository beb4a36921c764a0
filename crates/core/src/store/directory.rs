//! The data directory: where its files are, and the lock that lets one process at a time work in it.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::schema;
use crate::error::OpenError;
use crate::regular;

/// A data directory's layout.
#[derive(Debug, Clone)]
pub struct DataDirectory {
    path: PathBuf,
}

/// Proof that this process alone works in the directory. Released when dropped, or by the kernel when the
/// process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl DataDirectory {
    /// The directory at `path`, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The genome: a SQLite database.
    pub fn genome(&self) -> PathBuf {
        self.path.join("genome.db")
    }

    /// The vectors of what was taught: a SQLite database, which can be deleted while no node runs.
    pub fn vectors(&self) -> PathBuf {
        self.path.join("vectors.db")
    }

    /// Where versions up to 0.1 kept a search index, with stems of what was taught.
    pub fn former_index(&self) -> PathBuf {
        self.path.join("index")
    }

    /// The default place of the trace file.
    pub fn trace(&self) -> PathBuf {
        self.path.join("trace.jsonl")
    }

    /// The verdict of the last verification of the genome.
    pub fn verdict(&self) -> PathBuf {
        self.path.join("verdict.json")
    }

    /// What the last day was like, in numbers.
    pub fn history(&self) -> PathBuf {
        self.path.join("history.jsonl")
    }

    /// The mark of where the genome ended.
    pub fn mark(&self) -> PathBuf {
        self.path.join("genome.mark")
    }

    /// What the process that works here has locked.
    pub(crate) fn lock_file(&self) -> PathBuf {
        self.path.join("lock")
    }

    /// What was accepted of a genome that had lost blocks.
    pub(crate) fn accepted(&self) -> PathBuf {
        self.path.join("genome.accepted")
    }

    /// The note of the last backup that was stored.
    pub fn backup(&self) -> PathBuf {
        self.path.join("backup.json")
    }

    /// Where the node makes a copy of the genome, for as long as it takes.
    pub(crate) fn copy(&self) -> PathBuf {
        self.path.join("genome.copy")
    }

    /// Where a backup waits to take the genome's place.
    pub(crate) fn restored(&self) -> PathBuf {
        self.path.join("genome.restored")
    }

    /// Bytes that are free for this process on its file system; what is reserved for root does not count.
    ///
    /// # Errors
    /// When the file system cannot be asked.
    pub fn available(&self) -> std::io::Result<u64> {
        let found = rustix::fs::statvfs(&self.path)?;
        Ok(found.f_bavail * found.f_frsize)
    }

    /// Creates the directory durably, with mode 0700, if it is missing.
    ///
    /// # Errors
    /// When it cannot be created, or its path is something else.
    pub fn create(&self) -> Result<(), OpenError> {
        let at = || OpenError::io(&self.path);
        if let Ok(found) = self.path.metadata() {
            if !found.is_dir() {
                return Err(at()(ErrorKind::NotADirectory.into()));
            }
            self.warn_of_readers(found.mode());
            return Ok(());
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&self.path).map_err(at())?;
        let parent = self.path.canonicalize().map_err(at())?;
        let parent = parent.parent().unwrap_or(Path::new("/"));
        File::open(parent).and_then(|parent| parent.sync_all()).map_err(at())
    }

    fn warn_of_readers(&self, mode: u32) {
        if mode & 0o077 != 0 {
            tracing::warn!(
                path = %self.path.display(), mode = %format_args!("{:o}", mode & 0o777),
                "other users of this machine can read what the node is taught; `chmod 700` makes it private"
            );
        }
    }

    /// Refuses what is no file of its own: the content of a link is somewhere else, or somebody else's, and a pipe has none.
    pub(crate) fn refuse_strangers(&self) -> Result<(), OpenError> {
        [self.vectors(), self.path.join("soaks.db")]
            .iter()
            .try_for_each(|file| schema::check_database(file))?;
        [self.trace(), self.path.join("trace.jsonl.1")]
            .iter()
            .try_for_each(|file| schema::refuse_link(file))?;
        let own = [
            self.mark(),
            self.accepted(),
            self.verdict(),
            self.backup(),
            self.history(),
            self.copy(),
            self.restored(),
        ];
        own.iter().try_for_each(|file| {
            schema::refuse_link(file)?;
            regular::check(file).map_err(OpenError::io(file))
        })
    }

    /// Warns of files that somebody else can write: an earlier hand made them.
    pub(crate) fn warn_of_writers(&self) {
        let log = schema::beside(&self.genome(), "-wal");
        let (mark, accepted, verdict) = (self.mark(), self.accepted(), self.verdict());
        for path in [self.genome(), log, mark, accepted, self.vectors(), verdict, self.lock_file()] {
            let mode = path.metadata().map_or(0, |found| found.mode());
            if mode & 0o022 != 0 {
                tracing::warn!(
                    path = %path.display(), mode = %format_args!("{:o}", mode & 0o777),
                    "other users of this machine can write this file; `chmod 600` makes it the node's alone"
                );
            }
        }
    }

    /// Refuses a directory that has lost its genome, as other files show: beginning a new one would hide the
    /// loss.
    pub(crate) fn check_not_lost(&self) -> Result<(), OpenError> {
        let genome = self.genome();
        if genome.try_exists().map_err(OpenError::io(&genome))? {
            return Ok(());
        }
        // SQLite would delete a log without its database, and the blocks in it.
        let log = self.path.join("genome.db-wal");
        let holds_blocks = log.metadata().is_ok_and(|log| log.len() > 0);
        let beside = if holds_blocks {
            Some(log)
        } else {
            [self.restored(), self.vectors(), self.former_index(), self.trace(), self.mark()]
                .into_iter()
                .find(|file| file.exists())
        };
        match beside {
            Some(beside) => Err(OpenError::GenomeLost { genome, beside }),
            None => Ok(()),
        }
    }

    /// Writes one of the directory's small files durably: after a crash it holds these bytes or those before.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub(crate) fn replace(&self, file: &Path, bytes: &[u8]) -> std::io::Result<()> {
        // A name of its own for each process that writes.
        let new = file.with_extension(format!("{}.tmp", std::process::id()));
        let written = self.write_new(&new, &mut &*bytes).and_then(|()| std::fs::rename(&new, file));
        if written.is_err() {
            // It may not even be there; what went wrong first is what counts.
            let _ = std::fs::remove_file(&new);
        }
        written?;
        File::open(&self.path)?.sync_all()
    }

    /// Writes a file durably, which the directory's owner can read.
    pub(crate) fn write_new(&self, new: &Path, content: &mut impl Read) -> std::io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = regular::open(&mut options, new, false)?;
        self.give(&file)?;
        std::io::copy(content, &mut file)?;
        file.sync_all()
    }

    /// Gives a file to the directory's owner: a command by hand may run as root, and the node has to read the file.
    fn give(&self, file: &File) -> std::io::Result<()> {
        let owner = self.path.metadata()?;
        if file.metadata()?.uid() != owner.uid() {
            std::os::unix::fs::fchown(file, Some(owner.uid()), Some(owner.gid()))?;
        }
        Ok(())
    }

    /// Takes the lock, and writes down which process holds it.
    ///
    /// # Errors
    /// [`OpenError::Held`] names the process that holds it.
    pub fn lock(&self) -> Result<Lock, OpenError> {
        let path = self.lock_file();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        // What is written into it must not end up where a link leads.
        let mut file = regular::open(&mut options, &path, false).map_err(OpenError::io(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(self.held_by(&mut file)),
            Err(TryLockError::Error(source)) => return Err(OpenError::Io { path, source }),
        }
        write_holder(&mut file).map_err(OpenError::io(&path))?;
        Ok(Lock { _file: file })
    }

    /// Checks that no other process works in the directory, without taking the lock.
    ///
    /// # Errors
    /// [`OpenError::Held`] names the process that does.
    pub fn check_free(&self) -> Result<(), OpenError> {
        let file = regular::open(OpenOptions::new().read(true), &self.lock_file(), false);
        let Ok(mut file) = file else { return Ok(()) };
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Err(self.held_by(&mut file)),
            Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
        }
    }

    fn held_by(&self, file: &mut File) -> OpenError {
        let mut holder = String::new();
        // Without the note the message says less, but is still right.
        let _ = file.read_to_string(&mut holder);
        let holder = match holder.trim() {
            "" => "another process".to_owned(),
            note => note.to_owned(),
        };
        OpenError::Held { path: self.path.clone(), holder }
    }
}

fn write_holder(file: &mut File) -> std::io::Result<()> {
    let note =
        format!("process {} (since {})\n", std::process::id(), crate::clock::rfc3339(crate::clock::now()));
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(note.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_new_directory_is_private() {
        let root = tempfile::tempdir().unwrap();
        let directory = DataDirectory::new(root.path().join("deep/data"));
        directory.create().unwrap();
        assert_eq!(directory.path().metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_second_lock_is_refused_and_names_the_holder_of_the_first() {
        let root = tempfile::tempdir().unwrap();
        let directory = DataDirectory::new(root.path());
        let lock = directory.lock().unwrap();
        let error = directory.lock().unwrap_err().to_string();
        assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
        assert_eq!(directory.check_free().unwrap_err().to_string(), error);
        drop(lock);
        directory.check_free().unwrap();
        directory.lock().unwrap();
    }
}
