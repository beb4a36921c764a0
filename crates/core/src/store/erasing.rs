//! FORGETs whose text still stands in the write-ahead log, because somebody reads the genome: each waits for a while, and is
//! then answered with the truth.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::intake::{Committed, Waiting};

/// How long a FORGET waits for the log to be emptied.
const PATIENCE: Duration = Duration::from_secs(2);

/// FORGETs that were answered before their text was gone, until it is.
pub(crate) type Unfinished = Arc<AtomicU64>;

/// The FORGETs that wait, and how many no longer do.
#[derive(Default)]
pub(super) struct Erasing {
    waiting: Vec<(Waiting, Committed, Instant)>,
    unfinished: Unfinished,
}

impl Erasing {
    pub(super) fn unfinished(&self) -> Unfinished {
        Arc::clone(&self.unfinished)
    }

    /// The log could not be emptied at the start: nobody knows whether text is in it that was forgotten before.
    pub(super) fn begin_in_doubt(&self) {
        self.unfinished.store(1, Ordering::Relaxed);
        tracing::warn!(
            "the write-ahead log could not be emptied at the start: another program reads the genome. What was forgotten before may \
             still be in it, until that one ends"
        );
    }

    /// Keeps a FORGET whose text is still in the log.
    pub(super) fn keep(&mut self, waiting: Waiting, committed: Committed) {
        self.waiting.push((waiting, committed, Instant::now() + PATIENCE));
    }

    /// The log was emptied: what was erased is in no file any more.
    pub(super) fn gone(&mut self) {
        for (waiting, committed, _) in self.waiting.drain(..) {
            waiting.answer(Ok(Committed { gone: true, ..committed }));
        }
        let finished = self.unfinished.swap(0, Ordering::Relaxed);
        if finished > 0 {
            tracing::info!(forgets = finished, "what was forgotten is gone from the write-ahead log");
        }
    }

    /// The log still has it. Whoever has waited long enough is told so.
    pub(super) fn not_gone(&mut self) {
        self.give_up(Instant::now());
    }

    /// Nobody waits any longer: the node stops.
    pub(super) fn close(&mut self) {
        self.give_up(Instant::now() + PATIENCE);
    }

    fn give_up(&mut self, now: Instant) {
        for (waiting, committed, _) in self.waiting.extract_if(.., |(_, _, until)| *until <= now) {
            if self.unfinished.fetch_add(1, Ordering::Relaxed) == 0 {
                tracing::warn!(
                    trace_id = %waiting.trace,
                    "a FORGET was answered while its text is still in the write-ahead log: somebody reads the genome, another program or \
                     a long read of this node. It is erased as soon as that ends"
                );
            }
            waiting.answer(Ok(Committed { gone: false, ..committed }));
        }
    }
}
