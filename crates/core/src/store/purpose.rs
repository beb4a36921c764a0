//! What a genome is for. People's knowledge takes its salts from the system and is always durable; a soak drill's genome
//! can be repeated from a seed to the last hash.

use kolibri_genome::SALT_LEN;

use crate::chance::{Draw, drawn, random};
use crate::clock;

/// When a drill's genome begins: 2026-01-01T00:00:00Z. The drill's clock goes on from there.
pub(crate) const DRILL_BEGINS: u64 = 1_767_225_600_000_000_000;

/// What a genome is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// What people teach.
    Knowledge,
    /// A soak drill.
    Drill {
        /// Where its salts come from.
        seed: u64,
        /// Whether commits are flushed to the disk, as those of knowledge always are.
        durable: bool,
    },
}

impl Purpose {
    /// The salt of the block at `index`.
    pub(super) fn salt(self, index: u64) -> [u8; SALT_LEN] {
        match self {
            Self::Knowledge => random(),
            Self::Drill { seed, .. } => drawn(seed, Draw::Salt, index),
        }
    }

    /// The id of a new genome.
    pub(super) fn genome_id(self) -> [u8; 16] {
        match self {
            Self::Knowledge => random(),
            Self::Drill { seed, .. } => {
                let mut id = [0; 16];
                id.copy_from_slice(&drawn(seed, Draw::Genome, 0)[..16]);
                id
            }
        }
    }

    /// When a new genome begins, in nanoseconds since the Unix epoch.
    pub(super) fn begins(self) -> u64 {
        match self {
            Self::Knowledge => clock::now(),
            Self::Drill { .. } => DRILL_BEGINS,
        }
    }

    /// SQLite's `synchronous` (<https://www.sqlite.org/pragma.html#pragma_synchronous>).
    pub(super) fn synchronous(self) -> &'static str {
        match self {
            Self::Knowledge | Self::Drill { durable: true, .. } => "FULL",
            Self::Drill { durable: false, .. } => "OFF",
        }
    }
}
