//! What may differ from one genome to another, passed in by the code that opens it.

use std::fmt;
use std::sync::Arc;

use kolibri_genome::SALT_LEN;

use crate::{clock, random};

/// The salt of the block at an index. Never the same for two blocks.
pub type Salts = Arc<dyn Fn(u64) -> [u8; SALT_LEN] + Send + Sync>;

/// What may differ from one genome to another.
#[derive(Clone)]
pub struct GenomeSettings {
    /// Its id, if it is new.
    pub id: [u8; 16],
    /// When it begins, if it is new; nanoseconds since the Unix epoch.
    pub begins: u64,
    /// Where the salts of its blocks come from.
    pub salts: Salts,
    /// When a commit returns.
    pub durability: Durability,
}

/// When a commit returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// When the disk has it: a power loss loses nothing that was acknowledged.
    Flushed,
    /// When the operating system has it: a power loss may lose or break the genome.
    Buffered,
}

/// The genome of a node that serves people: random, beginning now, and flushed.
impl Default for GenomeSettings {
    fn default() -> Self {
        Self {
            id: random::bytes(),
            begins: clock::now(),
            salts: Arc::new(|_| random::bytes()),
            durability: Durability::Flushed,
        }
    }
}

impl fmt::Debug for GenomeSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GenomeSettings").field("durability", &self.durability).finish_non_exhaustive()
    }
}

impl Durability {
    /// SQLite's `synchronous` (<https://www.sqlite.org/pragma.html#pragma_synchronous>).
    pub(super) fn synchronous(self) -> &'static str {
        match self {
            Self::Flushed => "FULL",
            Self::Buffered => "OFF",
        }
    }
}
