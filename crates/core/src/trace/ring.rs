//! The last traces in memory. Failed ones are kept apart, so that a flood of good ones never displaces them.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use parking_lot::Mutex;

use super::failures::{FailureSummary, Failures};
use super::{Outcome, Trace, TraceId};

/// Good traces that are kept.
const OK: usize = 2048;

/// The last traces.
pub(super) struct Ring {
    ok: Mutex<VecDeque<Arc<Trace>>>,
    failed: Mutex<Failures>,
}

impl Ring {
    /// Nothing yet but these failures.
    pub(super) fn with(failures: Failures) -> Self {
        Self { ok: Mutex::default(), failed: Mutex::new(failures) }
    }

    pub(super) fn push(&self, trace: Arc<Trace>) {
        match trace.outcome {
            Outcome::Failed => self.failed.lock().push(trace),
            Outcome::Ok => {
                let mut traces = self.ok.lock();
                if traces.len() == OK {
                    traces.pop_front();
                }
                traces.push_back(trace);
            }
        }
    }

    pub(super) fn latest(&self, outcome: Option<Outcome>) -> Option<Arc<Trace>> {
        match outcome {
            Some(Outcome::Ok) => self.ok.lock().back().cloned(),
            Some(Outcome::Failed) => self.failed.lock().traces().back().cloned(),
            None => {
                let both = [Outcome::Ok, Outcome::Failed].map(|outcome| self.latest(Some(outcome)));
                both.into_iter().flatten().max_by_key(|trace| trace.time)
            }
        }
    }

    /// The last `limit` traces of these times, with this outcome if one is given; newest first.
    pub(super) fn last(&self, outcome: Option<Outcome>, when: &Range<u64>, limit: usize) -> Vec<Arc<Trace>> {
        let of = |traces: &VecDeque<Arc<Trace>>| {
            let then = traces.iter().rev().filter(|trace| when.contains(&trace.time));
            then.take(limit).cloned().collect::<Vec<_>>()
        };
        let mut last = match outcome {
            Some(Outcome::Ok) => of(&self.ok.lock()),
            Some(Outcome::Failed) => of(self.failed.lock().traces()),
            None => [of(&self.ok.lock()), of(self.failed.lock().traces())].concat(),
        };
        last.sort_by_key(|trace| Reverse(trace.time));
        last.truncate(limit);
        last
    }

    pub(super) fn find(&self, trace_id: TraceId) -> Option<Arc<Trace>> {
        let failed = self.failed.lock().find(trace_id).cloned();
        let ok = || self.ok.lock().iter().rev().find(|trace| trace.trace_id == trace_id).cloned();
        failed.or_else(ok)
    }

    /// What failed at these times, by kind.
    pub(super) fn failures(&self, when: &Range<u64>) -> FailureSummary {
        self.failed.lock().summary(when)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{EVER, Phases, REMEMBERED};

    fn id(number: u64) -> TraceId {
        TraceId::parse(&format!("{number:032x}")).unwrap()
    }

    fn trace(number: u64, outcome: Outcome) -> Arc<Trace> {
        Arc::new(Trace {
            trace_id: id(number),
            time: number * 1_000,
            event: "ASK".into(),
            outcome,
            error: None,
            fault: None,
            cause: None,
            caller: None,
            duration_us: Phases::default(),
            block: None,
            soak: None,
            content: None,
        })
    }

    #[test]
    fn a_failed_trace_outlives_a_flood_of_good_ones() {
        let ring = Ring::with(Failures::default());
        ring.push(trace(1, Outcome::Failed));
        (2..10_000).for_each(|number| ring.push(trace(number, Outcome::Ok)));
        assert_eq!(ring.latest(Some(Outcome::Failed)).unwrap().trace_id, id(1));
        assert_eq!(ring.latest(None).unwrap().trace_id, id(9_999));
        assert!(ring.find(id(9_999)).is_some());
        assert!(ring.find(id(2)).is_none());
    }

    #[test]
    fn both_rings_are_bounded_and_keep_the_last() {
        let ring = Ring::with(Failures::default());
        assert!(ring.latest(None).is_none());
        for (outcome, capacity) in [(Outcome::Ok, OK), (Outcome::Failed, REMEMBERED)] {
            (1..=capacity as u64 + 3).for_each(|number| ring.push(trace(number, outcome)));
            let last = ring.last(Some(outcome), &EVER, usize::MAX);
            assert_eq!((last.len(), last.last().unwrap().trace_id), (capacity, id(4)));
        }
    }

    #[test]
    fn the_last_traces_come_newest_first_of_one_outcome_or_of_both() {
        let ring = Ring::with(Failures::default());
        for number in 1..=6 {
            ring.push(trace(number, if number % 3 == 0 { Outcome::Failed } else { Outcome::Ok }));
        }
        let last = |outcome, limit| {
            ring.last(outcome, &EVER, limit).iter().map(|trace| trace.time / 1_000).collect::<Vec<_>>()
        };
        assert_eq!(last(None, 4), [6, 5, 4, 3]);
        assert_eq!(last(Some(Outcome::Failed), 20), [6, 3]);
        assert_eq!(last(Some(Outcome::Ok), 2), [5, 4]);
        let then = ring.last(None, &(2_000..5_000), 2);
        assert_eq!(then.iter().map(|trace| trace.time).collect::<Vec<_>>(), [4_000, 3_000]);
    }

    #[test]
    fn of_two_commands_in_one_trace_the_failed_one_is_found() {
        let ring = Ring::with(Failures::default());
        ring.push(trace(7, Outcome::Failed));
        ring.push(trace(7, Outcome::Ok));
        assert_eq!(ring.find(id(7)).unwrap().outcome, Outcome::Failed);
    }
}
