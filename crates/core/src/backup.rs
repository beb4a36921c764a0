//! The last backup that was stored, noted in the data directory (`backup.json`): its age is a metric. The node makes a copy,
//! but only whoever stored it knows that it is stored. So it is noted when that one says so, and not before.

use kolibri_genome::Hash;
use serde::{Deserialize, Serialize};

use crate::store::{BlockRef, DataDirectory};
use crate::{clock, regular};

/// A backup that is stored somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LastBackup {
    /// When the copy was made, in nanoseconds since the Unix epoch; written as RFC 3339 in UTC.
    #[serde(with = "clock::as_rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub taken: u64,
    /// The index of its last block.
    pub index: u64,
    /// The hash of its last block, 64 hex digits.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub hash: String,
}

impl LastBackup {
    /// A backup that was made now, and ends with this block.
    pub fn now(BlockRef { index, hash }: BlockRef) -> Self {
        Self { taken: clock::now(), index, hash: hash.to_string() }
    }

    /// Its last block, if the hash is one.
    pub fn head(&self) -> Option<BlockRef> {
        let hash: Hash = self.hash.parse().ok()?;
        Some(BlockRef { index: self.index, hash })
    }
}

/// The backup that was noted last; a note that cannot be read is none.
pub fn last(directory: &DataDirectory) -> Option<LastBackup> {
    serde_json::from_slice(&regular::read(&directory.backup(), false).ok()?).ok()
}

/// Notes that a backup is stored.
///
/// # Errors
/// When the directory cannot be written.
pub fn note(directory: &DataDirectory, stored: &LastBackup) -> std::io::Result<()> {
    directory.replace(&directory.backup(), &serde_json::to_vec(stored)?)
}
