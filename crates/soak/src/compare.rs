//! Whether a drill is slower than earlier ones, and whether the difference is larger than their spread.

use crate::parameters::{Pace, Parameters};
use crate::report::{Comparison, DrillReport, DrillState};

/// How many of the latest drills one is compared with.
const COMPARED: usize = 10;
/// With fewer drills, their spread says nothing.
pub(super) const ENOUGH: usize = 5;

/// Compares `report` with `earlier` ones, newest first; `None` if there is nothing to compare.
pub(super) fn compare(report: &DrillReport, earlier: &[DrillReport]) -> Option<Comparison> {
    let seconds = time_taken(report)?;
    let past: Vec<f64> = earlier
        .iter()
        .filter(|other| other.state == DrillState::Completed && are_comparable(report, other))
        .filter_map(time_taken)
        .take(COMPARED)
        .collect();
    let median_seconds = median(&past)?;
    let spread_seconds = past.iter().map(|other| (other - median_seconds).abs()).fold(0.0, f64::max);
    let difference = seconds - median_seconds;
    Some(Comparison {
        comparable: past.len(),
        median_seconds,
        spread_seconds,
        difference_ratio: if median_seconds > 0.0 { difference / median_seconds } else { 0.0 },
        slower: difference > 0.0,
        beyond_spread: past.len() >= ENOUGH && difference.abs() > spread_seconds,
    })
}

/// A drill at real pace always takes its simulated time, so the callers' latencies are compared.
fn time_taken(report: &DrillReport) -> Option<f64> {
    match report.parameters.pace {
        Pace::Fast => report.duration_seconds,
        Pace::Real => {
            let latencies = report.latency.values();
            let (count, sum) = latencies.fold((0, 0.0), |(count, sum), latency| {
                (count + latency.count, sum + latency.count as f64 * latency.p50_seconds)
            });
            (count > 0).then(|| sum / count as f64)
        }
    }
}

/// The seed may differ, since it changes texts, not work. So may the version, since that is what is judged.
fn are_comparable(one: &DrillReport, other: &DrillReport) -> bool {
    let asked = |report: &DrillReport| Parameters { seed: 0, keep: false, ..report.parameters.clone() };
    one.machine == other.machine && asked(one) == asked(other)
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = sorted[(sorted.len() - 1) / 2];
    Some((lower + upper) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Machine;

    fn drill(seconds: f64) -> DrillReport {
        let machine = Machine { host: "here".into(), cores: 2, standalone: false };
        let report = DrillReport::begin("id".into(), Parameters::default(), machine);
        DrillReport { state: DrillState::Completed, duration_seconds: Some(seconds), ..report }
    }

    fn compared(seconds: f64, earlier: &[f64]) -> Option<Comparison> {
        compare(&drill(seconds), &earlier.iter().map(|seconds| drill(*seconds)).collect::<Vec<_>>())
    }

    #[test]
    fn a_drill_slower_than_the_spread_is_called_so() {
        let comparison = compared(13.0, &[9.0, 10.0, 11.0, 10.0, 10.0]).unwrap();
        assert_eq!((comparison.median_seconds, comparison.spread_seconds), (10.0, 1.0));
        assert!((comparison.difference_ratio - 0.3).abs() < 1e-9);
        assert!(comparison.slower && comparison.beyond_spread);
    }

    #[test]
    fn a_slower_drill_within_the_spread_is_not_beyond_it() {
        let comparison = compared(10.9, &[9.0, 10.0, 11.0, 10.0, 10.0]).unwrap();
        assert!(comparison.slower && comparison.is_enough() && !comparison.beyond_spread);
    }

    #[test]
    fn four_drills_are_too_few_to_say_what_is_usual() {
        let few = compared(20.0, &[10.0; 4]).unwrap();
        assert!(!few.is_enough() && !few.beyond_spread);
        let five = compared(20.0, &[10.0; 5]).unwrap();
        assert!(five.is_enough() && five.beyond_spread);
        assert_eq!(compared(20.0, &[]), None);
    }

    #[test]
    fn only_the_last_ten_of_the_same_kind_and_machine_count() {
        let mut earlier: Vec<DrillReport> = (0..12).map(|_| drill(10.0)).collect();
        earlier[0].parameters.concurrency += 1;
        earlier[1].machine.host = "there".into();
        earlier[2].state = DrillState::Stopped;
        earlier[3].parameters.seed += 1;
        assert_eq!(compare(&drill(10.0), &earlier).unwrap().comparable, 9);
        earlier.extend((0..9).map(|_| drill(99.0)));
        let comparison = compare(&drill(10.0), &earlier).unwrap();
        assert_eq!((comparison.comparable, comparison.median_seconds), (10, 10.0));
    }
}
