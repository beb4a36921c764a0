//! The failed traces that are remembered, and what they say together: which kinds of failures there were, and which
//! command is behind each.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Trace, TraceId, TracedType};
use crate::clock;
use crate::error::{ErrorKind, Fault};

/// Failed traces that are remembered.
pub const REMEMBERED: usize = 512;

/// The last failed traces. A flood of one kind drops the oldest of that kind: it displaces no other, and the command
/// that broke the store outlives all that notice it.
#[derive(Default)]
pub(super) struct Failures {
    traces: VecDeque<Arc<Trace>>,
    /// Of what happened before, some may be missing; in nanoseconds since the Unix epoch.
    complete_since: u64,
}

/// What makes failures one kind; the last part is whether it only noticed what another one broke.
type Kind<'a> = (Option<ErrorKind>, &'a str, bool);

fn kind(trace: &Trace) -> Kind<'_> {
    (trace.error, &trace.event, trace.cause.is_some())
}

impl Failures {
    /// Nothing is known of what happened until now.
    pub(super) fn unknown() -> Self {
        Self { complete_since: clock::now(), ..Self::default() }
    }

    /// Of what happened before this time, some may be missing.
    pub(super) fn miss_before(&mut self, time: u64) {
        self.complete_since = self.complete_since.max(time);
    }

    pub(super) fn push(&mut self, trace: Arc<Trace>) {
        if self.traces.len() == REMEMBERED {
            self.drop_one();
        }
        self.traces.push_back(trace);
    }

    /// Drops the oldest of the most frequent kind.
    fn drop_one(&mut self) {
        let mut kinds: Vec<(Kind<'_>, usize, usize)> = Vec::new();
        for (at, trace) in self.traces.iter().enumerate() {
            let of_it = kind(trace);
            match kinds.iter_mut().find(|(other, ..)| *other == of_it) {
                Some((_, _, count)) => *count += 1,
                None => kinds.push((of_it, at, 1)),
            }
        }
        let most = kinds.iter().max_by_key(|(_, _, count)| *count);
        let oldest = most.map(|(_, oldest, _)| *oldest);
        if let Some(dropped) = oldest.and_then(|at| self.traces.remove(at)) {
            self.miss_before(dropped.time.saturating_add(1));
        }
    }

    /// Oldest first.
    pub(super) fn traces(&self) -> &VecDeque<Arc<Trace>> {
        &self.traces
    }

    /// What failed at these times, by kind.
    pub(super) fn summary(&self, when: &Range<u64>) -> FailureSummary {
        let (mut groups, mut failures) = (Vec::new(), 0);
        for trace in self.traces.iter().filter(|trace| when.contains(&trace.time)) {
            failures += 1;
            self.add(&mut groups, trace);
        }
        groups.sort_by_key(|group| {
            (group.fault == Fault::Caller, group.noticed == 0, Reverse(group.count), Reverse(group.last))
        });
        let missing_before = (when.start < self.complete_since).then_some(self.complete_since);
        FailureSummary { failures, groups, missing_before }
    }

    fn add(&self, groups: &mut Vec<FailureGroup>, trace: &Arc<Trace>) {
        let behind = self.cause_of(trace).unwrap_or(trace);
        // A failed command always has an error.
        let Some(error) = behind.error else { return };
        let (event, time, noticed) = (&behind.event, trace.time, trace.cause.is_some());
        let found = groups.iter_mut().find(|group| group.error == error && group.event == *event);
        let Some(group) = found else {
            return groups.push(FailureGroup {
                fault: error.fault(),
                error,
                event: event.clone(),
                count: 1,
                noticed: u64::from(noticed),
                first: time,
                last: time,
                example: Arc::clone(behind),
            });
        };
        group.count += 1;
        group.noticed += u64::from(noticed);
        (group.first, group.last) = (group.first.min(time), group.last.max(time));
        // The last of those that broke something; of those that noticed something unknown, the last one too.
        if behind.cause.is_none() || group.example.cause.is_some() {
            group.example = Arc::clone(behind);
        }
    }

    /// The last one with this id. A caller may send several commands in one trace: what only noticed is none of those that
    /// are looked for.
    pub(super) fn find(&self, trace_id: TraceId) -> Option<&Arc<Trace>> {
        let with_it = || self.traces.iter().rev().filter(|trace| trace.trace_id == trace_id);
        with_it().find(|trace| trace.cause.is_none()).or_else(|| with_it().next())
    }

    fn cause_of(&self, trace: &Trace) -> Option<&Arc<Trace>> {
        let cause = trace.cause?;
        let is_it = |other: &&Arc<Trace>| {
            other.trace_id == cause && other.cause.is_none() && other.error == trace.error
        };
        self.traces.iter().rev().find(is_it)
    }
}

/// Failures of one kind: one error in one type of event. What failed only because of an earlier command is counted where
/// that command is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FailureGroup {
    /// Whose fault they are.
    pub fault: Fault,
    /// The error of the commands behind them.
    pub error: ErrorKind,
    /// The event type of the commands behind them, or `COMMAND` for unknown ones.
    #[schema(value_type = TracedType)]
    pub event: Cow<'static, str>,
    /// How many failed, all together.
    pub count: u64,
    /// How many of them failed only because of an earlier command.
    pub noticed: u64,
    /// When the first of them reached the node, in nanoseconds since the Unix epoch; written as RFC 3339 in UTC.
    #[serde(with = "clock::as_rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub first: u64,
    /// When the last of them reached the node; as `first`.
    #[serde(with = "clock::as_rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub last: u64,
    /// The last command behind them, which may be older than what was asked for: the one that broke the store, if one did.
    #[schema(value_type = Trace)]
    pub example: Arc<Trace>,
}

/// What failed in some time.
#[derive(Debug, Clone)]
pub struct FailureSummary {
    /// How many commands failed.
    pub failures: u64,
    /// By kind, at most one for each error and event type. The node's own faults come first, and of those the ones that
    /// made other commands fail.
    pub groups: Vec<FailureGroup>,
    /// If something is missing: when the time of which everything is remembered begins, in nanoseconds since the Unix
    /// epoch.
    pub missing_before: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{EVER, Outcome, Phases};

    fn id(number: u64) -> TraceId {
        TraceId::parse(&format!("{number:032x}")).unwrap()
    }

    fn failed(number: u64, event: &'static str, error: ErrorKind, cause: Option<u64>) -> Arc<Trace> {
        Arc::new(Trace {
            trace_id: id(number),
            time: number,
            event: event.into(),
            outcome: Outcome::Failed,
            error: Some(error),
            fault: Some(error.fault()),
            cause: cause.map(id),
            caller: None,
            duration_us: Phases::default(),
            block: None,
            soak: None,
            content: None,
        })
    }

    fn remembered(traces: impl IntoIterator<Item = Arc<Trace>>) -> Failures {
        let mut failures = Failures::default();
        traces.into_iter().for_each(|trace| failures.push(trace));
        failures
    }

    /// Event, error, how many, how many of them noticed, first, last, example.
    fn told(group: &FailureGroup) -> (&str, ErrorKind, u64, u64, u64, u64, TraceId) {
        let FailureGroup { event, error, count, noticed, first, last, example, .. } = group;
        (event, *error, *count, *noticed, *first, *last, example.trace_id)
    }

    use ErrorKind::{NotTaught, QueueFull, StoreFailed};

    #[test]
    fn what_noticed_is_counted_where_its_cause_is_and_the_cause_comes_first() {
        let failures = remembered([
            failed(1, "FORGET", NotTaught, None),
            failed(2, "ASK", QueueFull, None),
            failed(3, "ASK", QueueFull, None),
            // Of one batch, what only noticed may be traced before its cause.
            failed(4, "ASK", StoreFailed, Some(5)),
            failed(5, "TEACH", StoreFailed, None),
            failed(6, "FORGET", StoreFailed, Some(5)),
        ]);
        let FailureSummary { failures: count, groups, missing_before } = failures.summary(&EVER);
        assert_eq!((count, missing_before), (6, None));
        assert_eq!(
            groups.iter().map(told).collect::<Vec<_>>(),
            [
                ("TEACH", StoreFailed, 3, 2, 4, 6, id(5)),
                ("ASK", QueueFull, 2, 0, 2, 3, id(3)),
                ("FORGET", NotTaught, 1, 0, 1, 1, id(1)),
            ]
        );
    }

    #[test]
    fn the_cause_is_the_example_even_if_it_failed_earlier_than_asked_for() {
        let failures = remembered([
            failed(1, "TEACH", StoreFailed, None),
            failed(2, "ASK", StoreFailed, Some(1)),
            failed(3, "ASK", StoreFailed, Some(1)),
            failed(4, "ASK", StoreFailed, Some(1)),
        ]);
        let groups = failures.summary(&(2..4)).groups;
        assert_eq!(groups.iter().map(told).collect::<Vec<_>>(), [("TEACH", StoreFailed, 2, 2, 2, 3, id(1))]);
        assert!(failures.summary(&(5..9)).groups.is_empty());
    }

    #[test]
    fn a_cause_is_told_from_other_commands_of_its_trace() {
        let failures = remembered([
            failed(1, "TEACH", StoreFailed, None),
            // A client that sends everything in one trace.
            failed(1, "ASK", StoreFailed, Some(1)),
            failed(2, "ASK", StoreFailed, Some(1)),
            failed(1, "FORGET", NotTaught, None),
        ]);
        let groups = failures.summary(&EVER).groups;
        assert_eq!(
            groups.iter().map(told).collect::<Vec<_>>(),
            [("TEACH", StoreFailed, 3, 2, 1, 2, id(1)), ("FORGET", NotTaught, 1, 0, 1, 1, id(1))]
        );
        assert_eq!((&*groups[0].example.event, &*groups[1].example.event), ("TEACH", "FORGET"));
        let failures =
            remembered([failed(1, "TEACH", StoreFailed, None), failed(1, "ASK", StoreFailed, Some(1))]);
        assert_eq!(failures.find(id(1)).unwrap().event, "TEACH");
    }

    #[test]
    fn what_noticed_something_unknown_is_told_by_what_it_is_and_names_its_cause() {
        let failures = remembered([2, 3].map(|number| failed(number, "ASK", StoreFailed, Some(1))));
        let groups = failures.summary(&EVER).groups;
        assert_eq!(groups.iter().map(told).collect::<Vec<_>>(), [("ASK", StoreFailed, 2, 2, 2, 3, id(3))]);
        assert_eq!(groups[0].example.cause, Some(id(1)));
    }

    #[test]
    fn no_flood_of_one_kind_displaces_another() {
        let broke = failed(1, "TEACH", StoreFailed, None);
        let mistake = failed(2, "FORGET", NotTaught, None);
        let noticed = (3..5_000).map(|number| failed(number, "ASK", StoreFailed, Some(1)));
        let failures = remembered([broke, mistake].into_iter().chain(noticed));
        assert_eq!(failures.traces().len(), REMEMBERED);
        let summary = failures.summary(&EVER);
        let groups: Vec<_> = summary.groups.iter().map(told).collect();
        let kept = REMEMBERED as u64 - 2;
        assert_eq!(groups[0], ("TEACH", StoreFailed, kept + 1, kept, 1, 4_999, id(1)));
        assert_eq!(groups[1], ("FORGET", NotTaught, 1, 0, 2, 2, id(2)));
    }

    #[test]
    fn what_is_no_longer_remembered_is_told_to_whoever_asks_for_it() {
        let failures = remembered((1..=515).map(|number| failed(number, "ASK", QueueFull, None)));
        assert_eq!(failures.summary(&EVER).missing_before, Some(4));
        assert_eq!(failures.summary(&(3..600)).missing_before, Some(4));
        assert_eq!(failures.summary(&(4..600)).missing_before, None);
    }
}
