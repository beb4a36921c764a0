//! What happened in some time: one step of the history, or several of them together.

use super::histogram::Histogram;
use super::labels::Each;
use crate::command::Command;
use crate::observer::Failed;

/// One step of the history, or several together.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// When it ended, in nanoseconds since the Unix epoch.
    pub time: u64,
    /// How much time it covers, in milliseconds. Time in which no node ran is not in it.
    pub milliseconds: u64,
    /// The first one after a start: what was before it is not known to the last.
    pub first: bool,
    /// Events recorded in it.
    pub events: Each<Command, u64>,
    /// Failures in it.
    pub failed: Each<Failed, u64>,
    /// How long the commands that were executed in it took.
    pub latency: Each<Command, Histogram>,
    /// Length of the genome at its end; `None` when it could not be read.
    pub blocks: Option<u64>,
    /// Places of the queue in use at its end.
    pub queue_depth: u64,
    /// Commands refused in it because the queue was full.
    pub queue_refused: u64,
}

impl Point {
    /// When it began, in nanoseconds since the Unix epoch.
    pub fn begin(&self) -> u64 {
        self.time.saturating_sub(self.milliseconds.saturating_mul(1_000_000))
    }

    /// Both together: what is counted is added up; of what was there at the end, the later one counts.
    pub(super) fn absorb(&mut self, later: &Self) {
        self.time = later.time;
        self.milliseconds = self.milliseconds.saturating_add(later.milliseconds);
        self.events = self.events.plus(&later.events);
        self.failed = self.failed.plus(&later.failed);
        self.latency = Each::new(|command| self.latency[command].clone().plus(&later.latency[command]));
        self.blocks = later.blocks;
        self.queue_depth = later.queue_depth;
        self.queue_refused = self.queue_refused.saturating_add(later.queue_refused);
    }
}
