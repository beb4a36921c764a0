//! The directories of drills: each drill has its own, which is removed when it ends.

use std::path::{Path, PathBuf};

use kolibri_core::store::DataDirectory;

use crate::history::{History, HistoryError};

/// The reports of drills in a data directory: a SQLite database.
pub fn history_file(directory: &DataDirectory) -> PathBuf {
    directory.path().join("soaks.db")
}

/// The directory that contains the directories of drills.
pub(super) fn soaks(directory: &DataDirectory) -> PathBuf {
    directory.path().join("soaks")
}

/// Removes directories of drills that the last process left behind, unless they are to be kept.
pub(super) fn remove_leftovers(soaks: &Path, history: &History) -> Result<(), HistoryError> {
    for entry in std::fs::read_dir(soaks).into_iter().flatten().flatten() {
        let id = entry.file_name().to_string_lossy().into_owned();
        if !history.find(&id)?.is_some_and(|report| report.parameters.keep) {
            remove(&entry.path());
        }
    }
    Ok(())
}

/// Removes the directory of a drill.
pub(super) fn remove(directory: &Path) {
    if let Err(error) = std::fs::remove_dir_all(directory) {
        tracing::warn!(%error, path = %directory.display(), "the directory of a soak drill could not be removed");
    }
}

/// The total size of the files below a directory, in bytes.
pub(super) fn bytes_below(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}
