//! Followers: what is derived from the genome and kept up to date behind the writer, like the search index.
//!
//! A follower has its own thread. It resumes where it stopped, takes in what the genome's feed announces,
//! makes it visible in batches, and reopens its files after a failure. It never holds up a command, and the
//! store does not know that it exists.

mod thread;

use std::sync::Arc;

use tokio::sync::watch;

use crate::background::{Crew, Worker};
use crate::error::CommandError;
use crate::store::{Announced, BlockRef, Change, Reader};
use thread::Thread;

/// Something that is derived from the genome.
pub(crate) trait Derived: Send + 'static {
    /// Its name for people, such as `the search index`.
    const NAME: &'static str;
    /// The name of its thread.
    const THREAD: &'static str;
    /// What still works and what may be missing while it does not follow.
    const WITHOUT_IT: &'static str;
    /// Whether it takes in questions, too: then it looks for new ones every second.
    const ASKS: bool = false;
    /// How far its thread lets others go first (`nice(2)`), if what it makes may come later while people keep all cores busy.
    const NICENESS: i32 = 0;
    /// What can go wrong; a failed read of the genome is included.
    type Error: std::fmt::Display + From<CommandError>;

    /// The last block that it has stored durably: a crash loses what came later.
    fn reached(&self) -> Option<BlockRef>;

    /// Takes in one change. It need not be visible yet.
    fn apply(&mut self, change: Change) -> Result<(), Self::Error>;

    /// Everything up to this block was taken in. The next commit records that.
    fn passed(&mut self, block: BlockRef);

    /// Whether something was taken in since the last commit.
    fn is_dirty(&self) -> bool;

    /// Makes everything that was taken in visible and durable.
    fn commit(&mut self) -> Result<(), Self::Error>;

    /// Whether there is something to tidy up, such as words of forgotten stimuli.
    fn is_untidy(&self) -> bool;

    /// Tidies up; something may be left for the next time.
    fn tidy(&mut self) -> Result<(), Self::Error>;

    /// Reopens the files, or starts from nothing if they are damaged.
    fn reopen(&mut self) -> Result<(), Self::Error>;

    /// Closes the files.
    fn close(self);
}

/// How far a follower is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FollowStatus {
    /// Whether it has caught up with the genome since the start.
    pub caught_up: bool,
    /// The last block that it has seen. Everything up to it is visible.
    pub reached: Option<u64>,
    /// Whether its files still contain something that was forgotten.
    pub untidy: bool,
    /// Why it does not follow the genome now.
    pub problem: Option<String>,
}

/// A running follower.
pub(crate) struct Follower {
    status: watch::Receiver<FollowStatus>,
    worker: Worker,
}

impl Follower {
    /// Starts to follow the genome with `derived`.
    ///
    /// # Errors
    /// When its thread does not start.
    pub(crate) fn start<D: Derived>(
        derived: D,
        reader: Arc<Reader>,
        announced: Announced,
        crew: &Crew,
    ) -> std::io::Result<Self> {
        let (sender, status) = watch::channel(FollowStatus::default());
        let thread = Thread::new(derived, reader, announced, sender)?;
        let worker = crew.spawn(D::THREAD, move |stop| thread.run(stop))?;
        Ok(Self { status, worker })
    }

    /// How far it is.
    pub(crate) fn status(&self) -> FollowStatus {
        let mut status = self.status.borrow().clone();
        if self.worker.has_ended() {
            status.problem.get_or_insert_with(|| "its thread has ended".to_owned());
        }
        status
    }

    /// Waits until what the block at `index` changed is visible, or is no longer to be expected.
    pub(crate) async fn reached(&self, index: u64) {
        let there = |status: &FollowStatus| status.reached >= Some(index) || status.problem.is_some();
        // An error means that the thread has ended.
        let _ = self.status.clone().wait_for(there).await;
    }

    /// Takes in what is left, tidies up, closes the files, and returns when the thread has ended.
    pub(crate) fn close(&self) {
        self.worker.close();
    }
}

#[cfg(test)]
mod tests;
