//! The end of a genome.

use crate::hash::Hash;

/// What linking the next block needs to know about the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last block's index.
    pub index: u64,
    /// The last block's time, nanoseconds since the Unix epoch.
    pub time: u64,
    /// The last block's hash.
    pub hash: Hash,
}
