//! How drills ended, and when the last drill with each end began: what tells that a nightly drill failed or never ran.
//! It is read from the history, so a restart forgets nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kolibri_core::telemetry::{METER, Telemetry};
use opentelemetry::KeyValue;

use crate::report::{DrillReport, DrillState};

/// The share of its events that may fail in a drill with a good end; the same as of people's commands before on-call
/// is told.
const TOLERATED: f64 = 0.05;

/// How a drill ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It reached its end, the check found no fault, and next to nothing failed on the way.
    Completed,
    /// The engine failed, the check found a fault, or too many events failed.
    Failed,
    /// It was stopped.
    Stopped,
    /// The process ended before the drill did.
    Interrupted,
    /// It was not started, because it would not have fitted on the disk.
    Refused,
}

impl Outcome {
    /// Every outcome, in their order.
    const ALL: [Self; 5] = [Self::Completed, Self::Failed, Self::Stopped, Self::Interrupted, Self::Refused];

    /// The end of a drill; `None` while it runs.
    fn of(report: &DrillReport) -> Option<Self> {
        match report.state {
            DrillState::Running => None,
            DrillState::Completed if report.error_ratio() > TOLERATED => Some(Self::Failed),
            DrillState::Completed => Some(Self::Completed),
            DrillState::Failed => Some(Self::Failed),
            DrillState::Stopped => Some(Self::Stopped),
            DrillState::Interrupted => Some(Self::Interrupted),
            DrillState::Refused => Some(Self::Refused),
        }
    }

    /// The label's value, as it is scraped.
    const fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::Interrupted => "interrupted",
            Self::Refused => "refused",
        }
    }
}

/// When the last drill with each outcome began, in nanoseconds since the Unix epoch; 0 if there was none.
#[derive(Debug, Default)]
pub(super) struct LastStarts {
    /// In the order of [`Outcome::ALL`].
    nanoseconds: [AtomicU64; Outcome::ALL.len()],
}

impl LastStarts {
    /// Takes note of a report, in whatever order they come.
    pub(super) fn note(&self, report: &DrillReport) {
        if let Some(outcome) = Outcome::of(report) {
            self.nanoseconds[outcome as usize].fetch_max(report.started, Ordering::Relaxed);
        }
    }

    /// Publishes them, in seconds.
    pub(super) fn observe(self: Arc<Self>, telemetry: &Telemetry) {
        let _registered = telemetry
            .meter(METER)
            .f64_observable_gauge("kolibri.backend.soak.last.start.timestamp")
            .with_unit("s")
            .with_description(
                "When the last soak drill with each outcome began, in seconds since the Unix epoch; 0 if there was none",
            )
            .with_callback(move |observer| {
                for (outcome, nanoseconds) in Outcome::ALL.iter().zip(&self.nanoseconds) {
                    let seconds = nanoseconds.load(Ordering::Relaxed) as f64 / 1e9;
                    observer.observe(seconds, &[KeyValue::new("outcome", outcome.name())]);
                }
            })
            .build();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::Parameters;
    use crate::report::Machine;

    fn report(state: DrillState, events: u64, errors: u64) -> DrillReport {
        let machine = Machine { host: "here".into(), cores: 2, standalone: false };
        let report = DrillReport::begin("drill".into(), Parameters::default(), machine);
        DrillReport { state, events, errors: [("wrong_answer".into(), errors)].into(), ..report }
    }

    #[test]
    fn every_state_but_running_is_an_outcome_and_too_many_errors_are_a_failure() {
        for (state, expected) in [
            (DrillState::Running, None),
            (DrillState::Completed, Some(Outcome::Completed)),
            (DrillState::Failed, Some(Outcome::Failed)),
            (DrillState::Stopped, Some(Outcome::Stopped)),
            (DrillState::Interrupted, Some(Outcome::Interrupted)),
            (DrillState::Refused, Some(Outcome::Refused)),
        ] {
            assert_eq!(Outcome::of(&report(state, 100, 5)), expected, "{state:?}");
        }
        assert_eq!(Outcome::of(&report(DrillState::Completed, 100, 6)), Some(Outcome::Failed));
        assert!(
            Outcome::ALL.iter().enumerate().all(|(place, outcome)| *outcome as usize == place),
            "in their order"
        );
    }

    #[test]
    fn the_latest_counts_whatever_comes_last() {
        let last = LastStarts::default();
        for started in [7, 9, 8] {
            last.note(&DrillReport { started, ..report(DrillState::Stopped, 1, 0) });
        }
        assert_eq!(last.nanoseconds[Outcome::Stopped as usize].load(Ordering::Relaxed), 9);
        assert_eq!(last.nanoseconds[Outcome::Completed as usize].load(Ordering::Relaxed), 0);
    }
}
