//! The last traces in memory. Failed ones have their own ring, so that a flood of good ones never displaces
//! them.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

use super::{Outcome, Trace, TraceId};

/// Good traces that are kept.
const OK: usize = 2048;
/// Failed traces that are kept.
pub(super) const FAILED: usize = 512;

/// The last traces.
pub(super) struct Ring {
    ok: Mutex<VecDeque<Arc<Trace>>>,
    failed: Mutex<VecDeque<Arc<Trace>>>,
}

impl Ring {
    pub(super) fn new() -> Self {
        Self { ok: Mutex::default(), failed: Mutex::default() }
    }

    pub(super) fn push(&self, trace: Arc<Trace>) {
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

    pub(super) fn latest(&self, outcome: Option<Outcome>) -> Option<Arc<Trace>> {
        let last = |outcome| self.with(outcome, |traces| traces.back().cloned());
        match outcome {
            Some(outcome) => last(outcome),
            None => {
                let both = [last(Outcome::Ok), last(Outcome::Failed)];
                both.into_iter().flatten().max_by_key(|trace| trace.time)
            }
        }
    }

    /// The last `limit` traces, with this outcome if one is given; newest first.
    pub(super) fn last(&self, outcome: Option<Outcome>, limit: usize) -> Vec<Arc<Trace>> {
        let outcomes = outcome.map_or(vec![Outcome::Ok, Outcome::Failed], |outcome| vec![outcome]);
        let of = |outcome| {
            self.with(outcome, |traces| traces.iter().rev().take(limit).cloned().collect::<Vec<_>>())
        };
        let mut last: Vec<_> = outcomes.into_iter().flat_map(of).collect();
        last.sort_by_key(|trace| Reverse(trace.time));
        last.truncate(limit);
        last
    }

    pub(super) fn find(&self, trace_id: TraceId) -> Option<Arc<Trace>> {
        [Outcome::Failed, Outcome::Ok].into_iter().find_map(|outcome| {
            self.with(outcome, |traces| traces.iter().rev().find(|trace| trace.trace_id == trace_id).cloned())
        })
    }

    fn with<T>(&self, outcome: Outcome, use_it: impl FnOnce(&mut VecDeque<Arc<Trace>>) -> T) -> T {
        let ring = match outcome {
            Outcome::Ok => &self.ok,
            Outcome::Failed => &self.failed,
        };
        use_it(&mut ring.lock())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Phases;

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
        let ring = Ring::new();
        ring.push(trace(1, Outcome::Failed));
        (2..10_000).for_each(|number| ring.push(trace(number, Outcome::Ok)));
        assert_eq!(ring.latest(Some(Outcome::Failed)).unwrap().trace_id, id(1));
        assert_eq!(ring.latest(None).unwrap().trace_id, id(9_999));
        assert!(ring.find(id(9_999)).is_some());
        assert!(ring.find(id(2)).is_none());
    }

    #[test]
    fn both_rings_are_bounded_and_keep_the_last() {
        let ring = Ring::new();
        assert!(ring.latest(None).is_none());
        for (outcome, capacity) in [(Outcome::Ok, OK as u64), (Outcome::Failed, FAILED as u64)] {
            (1..=capacity + 3).for_each(|number| ring.push(trace(number, outcome)));
            assert_eq!(ring.with(outcome, |traces| traces.len()) as u64, capacity);
            assert_eq!(ring.with(outcome, |traces| traces[0].trace_id), id(4));
        }
    }

    #[test]
    fn the_last_traces_come_newest_first_of_one_outcome_or_of_both() {
        let ring = Ring::new();
        for number in 1..=6 {
            ring.push(trace(number, if number % 3 == 0 { Outcome::Failed } else { Outcome::Ok }));
        }
        let last = |outcome, limit| {
            ring.last(outcome, limit).iter().map(|trace| trace.time / 1_000).collect::<Vec<_>>()
        };
        assert_eq!(last(None, 4), [6, 5, 4, 3]);
        assert_eq!(last(Some(Outcome::Failed), 20), [6, 3]);
        assert_eq!(last(Some(Outcome::Ok), 2), [5, 4]);
    }

    #[test]
    fn of_two_commands_in_one_trace_the_failed_one_is_found() {
        let ring = Ring::new();
        ring.push(trace(7, Outcome::Failed));
        ring.push(trace(7, Outcome::Ok));
        assert_eq!(ring.find(id(7)).unwrap().outcome, Outcome::Failed);
    }
}
