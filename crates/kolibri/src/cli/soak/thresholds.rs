//! What makes the exit code of a drill: it must be completed and within the thresholds.

use std::time::Duration;

use clap::Args;
use kolibri_soak::{DrillReport, DrillState};

use super::Exit;
use crate::cli::say;

#[derive(Args, Default)]
pub(super) struct Thresholds {
    /// Longest time for all events, such as 120s
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    max_duration: Option<Duration>,
    /// Largest share of events that may fail, such as 0.05
    #[arg(long, value_name = "RATIO", value_parser = parse_ratio)]
    max_error_ratio: Option<f64>,
    /// Largest p99 latency of any event type, such as 20ms
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    max_p99: Option<Duration>,
}

fn parse_ratio(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(ratio),
        _ => Err(format!("`{text}` is not a number from 0 to 1")),
    }
}

impl Thresholds {
    /// Says on standard error what is wrong.
    ///
    /// # Errors
    /// [`Exit::No`] when something is not.
    pub(super) fn judge(&self, report: &DrillReport) -> Result<(), Exit> {
        let problems = self.problems(report);
        for problem in &problems {
            say(&problem.to_string());
        }
        if problems.is_empty() { Ok(()) } else { Err(Exit::No) }
    }

    fn problems(&self, report: &DrillReport) -> Vec<String> {
        let mut problems = Vec::new();
        if report.state != DrillState::Completed {
            let reason = report.reason.as_deref().unwrap_or("the reason is unknown");
            problems.push(format!("the drill is {}: {reason}", report.state.name()));
        }
        if let (Some(most), Some(took)) = (self.max_duration, report.duration_seconds)
            && took > most.as_secs_f64()
        {
            problems.push(format!("it took {took:.3} s, more than {}", humantime::format_duration(most)));
        }
        if let Some(most) = self.max_error_ratio
            && report.error_ratio() > most
        {
            problems.push(format!("its error ratio is {:.4}, more than {most}", report.error_ratio()));
        }
        for (event, latency) in &report.latency {
            if let Some(most) = self.max_p99
                && latency.p99_seconds > most.as_secs_f64()
            {
                problems.push(format!(
                    "the p99 of {event} is {:.3} ms, more than {}",
                    latency.p99_seconds * 1e3,
                    humantime::format_duration(most)
                ));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// 1000 events in 90 s with 10 errors, and a p99 of 15 ms.
    fn report() -> DrillReport {
        serde_json::from_value(json!({
            "id": "x", "state": "completed", "started": "2026-11-24T00:00:00Z", "events": 1000,
            "duration_seconds": 90.0, "errors": { "wrong_answer": 10 }, "version": "0",
            "latency": { "TEACH": { "count": 1, "p50_seconds": 0.01, "p90_seconds": 0.01, "p99_seconds": 0.015, "max_seconds": 1.0 } },
            "machine": { "host": "h", "cores": 2, "standalone": true },
        }))
        .unwrap()
    }

    #[test]
    fn a_drill_within_its_thresholds_passes_and_one_beyond_is_told_why() {
        let most = |duration, ratio, p99| Thresholds {
            max_duration: Some(Duration::from_secs(duration)),
            max_error_ratio: Some(ratio),
            max_p99: Some(Duration::from_millis(p99)),
        };
        assert_eq!(most(90, 0.01, 15).problems(&report()), [""; 0]);
        let problems = most(89, 0.009, 14).problems(&report()).join("\n");
        for part in ["90.000 s, more than 1m 29s", "error ratio is 0.0100", "p99 of TEACH is 15.000 ms"] {
            assert!(problems.contains(part), "{part} is not in: {problems}");
        }
    }

    #[test]
    fn a_drill_that_was_not_completed_never_passes() {
        let stopped = DrillReport { state: DrillState::Stopped, reason: Some("somebody".into()), ..report() };
        assert_eq!(Thresholds::default().problems(&stopped), ["the drill is stopped: somebody"]);
    }
}
