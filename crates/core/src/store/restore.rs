//! Putting a backup in the place of a genome. Everything is checked before anything is touched, what was there is kept
//! until told otherwise, and a restore that was interrupted can be repeated.

use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Read, Seek};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use kolibri_genome::Head;
use sha2::{Digest, Sha256};

use super::mark::{Found, Mark, MarkFile};
use super::verify::{Verdict, VerifyProgress, verify_copy};
use super::{BlockRef, DataDirectory, Fault, schema};
use crate::clock;
use crate::error::OpenError;
use crate::regular;

/// What a restore did.
#[derive(Debug)]
pub struct Restored {
    /// The last block of the genome that is there now.
    pub head: Head,
    /// The last block that was recorded in the genome that was there before, if that is known.
    pub former: Option<BlockRef>,
    /// Where the files that were there before are kept.
    pub kept: Option<PathBuf>,
}

/// Why nothing was restored. The genome that was there is untouched, or whole in the directory that is named.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The data directory cannot be used, or the backup not be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The backup has another checksum than the one that was noted when it was made.
    #[error("{0} is not as it was made: its checksum differs from the one in {0}.sha256")]
    Checksum(PathBuf),
    /// The backup is a copy of a database together with its log: the log would be left out.
    #[error(
        "{0} has a write-ahead log beside it, {0}-wal: it is no backup, or was opened by another program"
    )]
    HasLog(PathBuf),
    /// A block of the backup is wrong.
    #[error("{path} is broken at block {index}: {fault}")]
    Broken {
        /// The backup.
        path: PathBuf,
        /// The first wrong block.
        index: u64,
        /// What is wrong with it.
        fault: Fault,
    },
    /// What was written is not what was read: the disk does not work.
    #[error("{0} was not written as it was read; check the disk")]
    Written(PathBuf),
}

impl RestoreError {
    fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// Puts `backup` in the place of the genome in `directory`, where no node may run. The files that were there are kept in a
/// directory beside it, unless `discard` says otherwise.
///
/// # Errors
/// See [`RestoreError`].
pub fn restore(
    directory: &DataDirectory,
    backup: &Path,
    discard: bool,
    progress: impl FnMut(VerifyProgress),
) -> Result<Restored, RestoreError> {
    let (head, digest) = check(backup, progress)?;
    directory.create()?;
    let _lock = directory.lock()?;
    let new = directory.restored();
    bring(directory, backup, &new, &digest)?;
    let former = match Found::read(directory)? {
        Found::Mark(mark) => Some(mark.block),
        Found::None | Found::Damaged(_) => None,
    };
    let kept = put_aside(directory)?;
    std::fs::rename(&new, directory.genome()).map_err(RestoreError::io(&new))?;
    let mark = Mark { block: head.into(), closed: true };
    // Flushes the directory, too.
    MarkFile::begin(directory, mark).map_err(RestoreError::io(&directory.mark()))?;
    match kept {
        Some(kept) if discard => {
            std::fs::remove_dir_all(&kept).map_err(RestoreError::io(&kept))?;
            Ok(Restored { head, former, kept: None })
        }
        kept => Ok(Restored { head, former, kept }),
    }
}

/// The last block of a backup that is whole, and its checksum.
fn check(backup: &Path, mut progress: impl FnMut(VerifyProgress)) -> Result<(Head, String), RestoreError> {
    regular::check(backup).map_err(RestoreError::io(backup))?;
    let log = schema::beside(backup, "-wal");
    if log.metadata().is_ok_and(|log| log.len() > 0) {
        return Err(RestoreError::HasLog(backup.to_owned()));
    }
    let digest = checksum(backup).map_err(RestoreError::io(backup))?;
    let noted = schema::beside(backup, ".sha256");
    match std::fs::read_to_string(&noted) {
        Ok(text) if text.split_ascii_whitespace().next() == Some(digest.as_str()) => {}
        Ok(_) => return Err(RestoreError::Checksum(backup.to_owned())),
        // Only the genome's own hashes speak for it then.
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(RestoreError::io(&noted)(error)),
    }
    let verdict = verify_copy(backup, |step| {
        progress(step);
        true
    })?;
    match verdict {
        Verdict::Sound { head, .. } => Ok((head, digest)),
        Verdict::Broken { index, fault, .. } => {
            Err(RestoreError::Broken { path: backup.to_owned(), index, fault })
        }
        // Nobody cancels it.
        Verdict::Cancelled => Err(RestoreError::io(backup)(ErrorKind::Interrupted.into())),
    }
}

/// Copies the backup into the data directory, durably.
fn bring(directory: &DataDirectory, backup: &Path, new: &Path, digest: &str) -> Result<(), RestoreError> {
    let mut source = File::open(backup).map_err(RestoreError::io(backup))?;
    directory.write_new(new, &mut source).map_err(RestoreError::io(new))?;
    match checksum(new).map_err(RestoreError::io(new))? == digest {
        true => Ok(()),
        false => Err(RestoreError::Written(new.to_owned())),
    }
}

/// Moves everything that belongs to the present genome into a directory of its own. The database goes first: without it,
/// no start takes what is left for a genome.
fn put_aside(directory: &DataDirectory) -> Result<Option<PathBuf>, RestoreError> {
    let genome = directory.genome();
    let log = |suffix| schema::beside(&genome, suffix);
    let files = [genome.clone(), log("-wal"), log("-shm"), directory.mark(), directory.verdict()];
    let files: Vec<_> = files.into_iter().filter(|file| file.exists()).collect();
    if files.is_empty() {
        return Ok(None);
    }
    let time = clock::rfc3339(clock::now()).replace(':', "");
    let kept = directory.path().join(format!("before-restore-{time}"));
    DirBuilder::new().mode(0o700).create(&kept).map_err(RestoreError::io(&kept))?;
    for file in files {
        let name = file.file_name().unwrap_or_default();
        std::fs::rename(&file, kept.join(name)).map_err(RestoreError::io(&file))?;
    }
    let flushed = File::open(&kept).and_then(|kept| kept.sync_all());
    flushed.map_err(RestoreError::io(&kept))?;
    Ok(Some(kept))
}

/// The SHA-256 of a file, 64 hex digits.
///
/// # Errors
/// When it cannot be read.
pub fn checksum(path: &Path) -> std::io::Result<String> {
    checksum_of(&File::open(path)?)
}

/// The same of an open file, which is then at its beginning again.
pub(super) fn checksum_of(mut file: &File) -> std::io::Result<String> {
    let (mut hasher, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut piece)? {
            0 => break,
            read => hasher.update(&piece[..read]),
        }
    }
    file.rewind()?;
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
