//! Whether the files that the writer has open are still the ones in the data directory. A file that was deleted or replaced
//! can be written as before, and everything that is written to it is lost when it is closed.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::schema;

/// The database, its log and the log's index, as they were when they were opened.
pub(super) struct Files([(PathBuf, Identity); 3]);

/// A file, whatever its name: device and inode.
type Identity = (u64, u64);

/// Something was done to an open file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Gone {
    #[error("{0} was deleted or moved away while the node runs")]
    Deleted(PathBuf),
    #[error("{0} was replaced while the node runs")]
    Replaced(PathBuf),
    #[error("{path} cannot be found any more: {problem}")]
    Unknown { path: PathBuf, problem: String },
}

impl Files {
    /// The files of the database at `path`, which was opened and read from a moment ago.
    pub(super) fn of(path: &Path) -> std::io::Result<Self> {
        let found = |path: PathBuf| identity(&path).map(|identity| (path, identity));
        let log = |suffix| schema::beside(path, suffix);
        Ok(Self([found(path.to_owned())?, found(log("-wal"))?, found(log("-shm"))?]))
    }

    /// Checks that they are all still there.
    pub(super) fn check(&self) -> Result<(), Gone> {
        for (path, known) in &self.0 {
            match identity(path) {
                Ok(found) if found == *known => {}
                Ok(_) => return Err(Gone::Replaced(path.clone())),
                Err(error) if error.kind() == ErrorKind::NotFound => return Err(Gone::Deleted(path.clone())),
                Err(error) => {
                    return Err(Gone::Unknown { path: path.clone(), problem: error.to_string() });
                }
            }
        }
        Ok(())
    }
}

fn identity(path: &Path) -> std::io::Result<Identity> {
    path.metadata().map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Durability;

    #[test]
    fn each_file_that_is_deleted_or_replaced_is_named_and_one_that_is_put_back_is_the_same() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("genome.db");
        let open = schema::open_writer(&path, Durability::Flushed).unwrap();
        open.execute_batch("CREATE TABLE read_and_written (x)").unwrap();
        let files = Files::of(&path).unwrap();
        assert_eq!(files.check(), Ok(()));
        for suffix in ["", "-wal", "-shm"] {
            let (file, aside) = (schema::beside(&path, suffix), root.path().join("aside"));
            std::fs::rename(&file, &aside).unwrap();
            assert_eq!(files.check(), Err(Gone::Deleted(file.clone())));
            std::fs::write(&file, "another").unwrap();
            assert_eq!(files.check(), Err(Gone::Replaced(file.clone())));
            std::fs::rename(&aside, &file).unwrap();
            assert_eq!(files.check(), Ok(()));
        }
    }
}
