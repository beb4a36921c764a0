//! The last traces in memory. Failed ones have a ring of their own, so that a flood of good ones never displaces them.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::{Outcome, Trace};

/// Good traces that are kept.
const OK: usize = 2048;
/// Failed traces that are kept.
const FAILED: usize = 512;

/// The last traces.
pub(super) struct Ring {
    ok: Mutex<VecDeque<Trace>>,
    failed: Mutex<VecDeque<Trace>>,
}

impl Ring {
    pub(super) fn new() -> Self {
        Self { ok: Mutex::default(), failed: Mutex::default() }
    }

    pub(super) fn push(&self, trace: Trace) {
        let capacity = match trace.outcome {
            Outcome::Ok => OK,
            Outcome::Failed => FAILED,
        };
        self.with(trace.outcome, |traces| {
            if traces.len() == capacity {
                traces.pop_front();
            }
            traces.push_back(trace);
        });
    }

    pub(super) fn latest(&self, outcome: Option<Outcome>) -> Option<Trace> {
        let last = |outcome| self.with(outcome, |traces| traces.back().cloned());
        match outcome {
            Some(outcome) => last(outcome),
            None => {
                let both = [last(Outcome::Ok), last(Outcome::Failed)];
                // RFC 3339 in UTC without trailing zeros sorts by its parsed value, not by its letters.
                both.into_iter().flatten().max_by_key(|trace| parsed(&trace.time))
            }
        }
    }

    pub(super) fn find(&self, trace_id: &str) -> Option<Trace> {
        [Outcome::Failed, Outcome::Ok].into_iter().find_map(|outcome| {
            self.with(outcome, |traces| traces.iter().rev().find(|trace| trace.trace_id == trace_id).cloned())
        })
    }

    fn with<T>(&self, outcome: Outcome, use_it: impl FnOnce(&mut VecDeque<Trace>) -> T) -> T {
        let ring = match outcome {
            Outcome::Ok => &self.ok,
            Outcome::Failed => &self.failed,
        };
        use_it(&mut ring.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn parsed(time: &str) -> Option<time::OffsetDateTime> {
    time::OffsetDateTime::parse(time, &time::format_description::well_known::Rfc3339).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Phases;

    fn trace(number: u64, outcome: Outcome) -> Trace {
        Trace {
            trace_id: format!("{number:032x}"),
            time: crate::clock::rfc3339(number * 1_000),
            event: "ASK".into(),
            outcome,
            error: None,
            duration_us: Phases::default(),
            block: None,
            content: None,
        }
    }

    #[test]
    fn a_failed_trace_outlives_a_flood_of_good_ones() {
        let ring = Ring::new();
        ring.push(trace(1, Outcome::Failed));
        (2..10_000).for_each(|number| ring.push(trace(number, Outcome::Ok)));
        assert_eq!(ring.latest(Some(Outcome::Failed)).unwrap().trace_id, format!("{:032x}", 1));
        assert_eq!(ring.latest(None).unwrap().trace_id, format!("{:032x}", 9_999));
        assert!(ring.find(&format!("{:032x}", 9_999)).is_some());
        assert!(ring.find(&format!("{:032x}", 2)).is_none());
    }
}
