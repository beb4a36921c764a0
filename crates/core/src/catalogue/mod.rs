//! The catalogue: everything that is taught, to be browsed and searched. It knows when each association was taught, in how
//! many versions, and how often and when it last answered a question.
//!
//! | file here | what it is for |
//! |---|---|
//! | `entries` | what the catalogue knows, in memory |
//! | `words` | which entries contain which words |
//! | `query` | what is searched for, and in which order |
//! | `days` | how many questions came on each day, and how many found no answer |
//! | `excerpt` | the line of an answer that shows why it was found |
//! | `follower` | follows the genome |
//!
//! It only proposes: what is shown is read from the genome and checked there, so nothing forgotten is shown.

mod days;
mod entries;
mod excerpt;
mod follower;
mod query;
mod words;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;

use crate::background::Crew;
use crate::error::CommandError;
use crate::follow::{FollowStatus, Follower};
use crate::store::{Announced, Association, Reader, Recorded, StoredBlock};

pub use days::Day;
use entries::Entries;
pub(crate) use entries::Entry;
pub use excerpt::{MAX_EXCERPT, excerpt};
use query::Search;
pub use query::{Cursor, Order, ParseCursorError, Query};

/// Everything that is taught.
pub struct Catalogue {
    entries: Arc<RwLock<Entries>>,
    reader: Arc<Reader>,
    announced: Announced,
    follower: Follower,
}

/// One association.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What is taught, and by which block.
    pub association: Association,
    /// How many blocks taught it, with this one; at least 1.
    pub versions: u32,
    /// How many questions it answered.
    pub asked: u32,
    /// The time of the last of them, in nanoseconds since 1970.
    pub last_asked: Option<u64>,
}

/// Some of what a query matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// In the order that was wanted.
    pub listed: Vec<Listed>,
    /// How many associations match.
    pub total: u64,
    /// Matches that are missing here because their block is damaged.
    pub unreadable: u64,
    /// Where the rest begins; `None` if there is none.
    pub next: Option<Cursor>,
}

impl Catalogue {
    /// Follows the genome from its first block on.
    ///
    /// # Errors
    /// When its thread does not start.
    pub(crate) fn start(reader: &Arc<Reader>, announced: Announced, crew: &Crew) -> std::io::Result<Self> {
        let entries = Arc::default();
        let derived = follower::Catalogued::new(Arc::clone(&entries));
        let follower = Follower::start(derived, Arc::clone(reader), announced.clone(), crew)?;
        Ok(Self { entries, reader: Arc::clone(reader), announced, follower })
    }

    /// What a query matches, at most `limit` associations from its cursor on. Reads files: call it off the async runtime.
    ///
    /// # Errors
    /// When the genome cannot be read.
    pub fn list(&self, query: &Query, limit: usize) -> Result<Listing, CommandError> {
        let Search { found, total, next } = query.search(&self.entries.read(), limit);
        let mut listing = Listing { listed: Vec::with_capacity(found.len()), total, unreadable: 0, next };
        for entry in found {
            match self.reader.block(entry.block)?.map(Listed::of) {
                Some(Ok(listed)) => listing.listed.extend(listed.map(|listed| listed.with(entry))),
                Some(Err(Damaged)) | None => listing.unreadable += 1,
            }
        }
        Ok(listing)
    }

    /// The last `count` days up to the one of `now`, in nanoseconds since 1970, the latest first.
    pub fn days(&self, now: u64, count: usize) -> Vec<Day> {
        self.entries.read().days.last(now, count)
    }

    /// How far it has followed the genome.
    pub fn status(&self) -> FollowStatus {
        self.follower.status()
    }

    /// Waits at most so long until it knows everything that was taught and forgotten before now; says whether it does.
    pub async fn is_current(&self, patience: Duration) -> bool {
        let last = *self.announced.borrow();
        // Whether the time was over is seen from how far it is.
        let _ = tokio::time::timeout(patience, self.follower.reached(last)).await;
        self.status().reached >= Some(last)
    }

    pub(crate) fn close(&self) {
        self.follower.close();
    }
}

/// The block does not hold what it should.
struct Damaged;

impl Listed {
    /// What a block teaches; `None` if it was forgotten since the catalogue has seen it.
    fn of(StoredBlock { block, hash, recorded, .. }: StoredBlock) -> Result<Option<Self>, Damaged> {
        let source = crate::store::BlockRef { index: block.index, hash };
        match recorded {
            Recorded::Content(kolibri_genome::Content::Teach(teach)) => {
                let association = Association { source, taught: block.time, teach };
                Ok(Some(Self { association, versions: 1, asked: 0, last_asked: None }))
            }
            Recorded::Erased { .. } => Ok(None),
            Recorded::Content(_) | Recorded::Broken(_) => Err(Damaged),
        }
    }

    fn with(self, Entry { versions, asked, last_asked, .. }: Entry) -> Self {
        Self { versions, asked, last_asked, ..self }
    }
}

#[cfg(test)]
mod tests;
