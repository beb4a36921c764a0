//! The instruments' values at one moment, read from the registry that is scraped, and how they changed since
//! an earlier one.

use prometheus::Registry;
use prometheus::proto::{Metric, MetricFamily};

use super::histogram::Histogram;
use super::labels::{Each, Label};
use super::point::Point;
use super::{EVENT_TYPE, FAULT};
use crate::command::Command;
use crate::observer::Failed;

/// The values that a point is made of. All are cumulative, except the queue's depth.
pub(super) struct Reading {
    events: Each<Command, u64>,
    failed: Each<Failed, u64>,
    durations: Each<Command, Buckets>,
    queue_depth: u64,
    queue_refused: Each<Command, u64>,
}

/// A cumulative histogram: upper bounds in seconds, each with the number of values up to it, and the number of all values.
#[derive(Debug, Default, PartialEq)]
struct Buckets {
    bounds: Vec<(f64, u64)>,
    count: u64,
}

impl Reading {
    /// Gathers the registry; takes as long as a scrape.
    pub(super) fn of(registry: &Registry) -> Self {
        let families = Families(registry.gather());
        Self {
            events: families.counts("kolibri_backend_events_total"),
            failed: families.counts("kolibri_backend_events_failed_total"),
            durations: Each::new(|command: Command| {
                families.buckets("kolibri_backend_command_duration_seconds", command)
            }),
            queue_depth: families.gauge("kolibri_backend_queue_depth"),
            queue_refused: families.counts("kolibri_backend_queue_refused_total"),
        }
    }

    /// What happened from `before` to this reading. How long that took, only the caller knows.
    pub(super) fn since(&self, before: &Self, time: u64, blocks: Option<u64>) -> Point {
        Point {
            time,
            milliseconds: 0,
            first: false,
            events: moved(&self.events, &before.events),
            failed: moved(&self.failed, &before.failed),
            latency: Each::new(|command| self.durations[command].since(&before.durations[command])),
            blocks,
            queue_depth: self.queue_depth,
            queue_refused: moved(&self.queue_refused, &before.queue_refused)
                .iter()
                .map(|(_, refused)| refused)
                .sum(),
        }
    }
}

fn moved<L: Label>(now: &Each<L, u64>, before: &Each<L, u64>) -> Each<L, u64> {
    Each::new(|label| now[label].saturating_sub(before[label]))
}

impl Buckets {
    fn since(&self, before: &Self) -> Histogram {
        let mut histogram = Histogram::default();
        let earlier = before.bounds.iter().map(|(_, count)| *count).chain(std::iter::repeat(0));
        let (mut above, mut below) = (0, 0);
        for ((bound, now), before) in self.bounds.iter().zip(earlier) {
            let (bound, so_far) = (whole(bound * 1e6), now.saturating_sub(before));
            histogram.push(above, Some(bound), so_far.saturating_sub(below));
            (above, below) = (bound, so_far);
        }
        let all = self.count.saturating_sub(before.count);
        histogram.push(above, None, all.saturating_sub(below));
        histogram
    }
}

struct Families(Vec<MetricFamily>);

/// Prometheus has only floating-point numbers, but these are counts, or microseconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and NaN becomes 0"
)]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

impl Families {
    fn family(&self, name: &str) -> &[Metric] {
        let found = self.0.iter().find(|family| family.name() == name);
        found.map(MetricFamily::get_metric).unwrap_or_default()
    }

    fn labelled(&self, name: &str, label: impl Label) -> Option<&Metric> {
        let wanted = [(EVENT_TYPE, Some(label.event_type())), (FAULT, label.fault())];
        let is_meant = |metric: &&Metric| {
            let has = |name: &str, value: &str| {
                metric.get_label().iter().any(|found| found.name() == name && found.value() == value)
            };
            wanted.iter().all(|(name, value)| value.is_none_or(|value| has(name, value)))
        };
        self.family(name).iter().find(is_meant)
    }

    fn counts<L: Label>(&self, name: &str) -> Each<L, u64> {
        Each::new(|label| {
            self.labelled(name, label).map_or(0, |metric: &Metric| whole(metric.get_counter().get_value()))
        })
    }

    fn gauge(&self, name: &str) -> u64 {
        self.family(name).first().map_or(0, |metric| whole(metric.get_gauge().get_value()))
    }

    fn buckets(&self, name: &str, label: impl Label) -> Buckets {
        let Some(metric) = self.labelled(name, label) else { return Buckets::default() };
        let histogram = metric.get_histogram();
        let finite = histogram.get_bucket().iter().filter(|bucket| bucket.upper_bound().is_finite());
        Buckets {
            bounds: finite.map(|bucket| (bucket.upper_bound(), bucket.cumulative_count())).collect(),
            count: histogram.get_sample_count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kolibri_genome::EventType;

    use super::*;
    use crate::error::Fault;
    use crate::observer::Observer;
    use crate::testing::telemetry;

    #[test]
    fn a_point_has_what_the_instruments_recorded_since_the_last_one() {
        let telemetry = telemetry();
        let (instruments, registry) = (telemetry.instruments(), telemetry.registry().unwrap());
        instruments.observe_queue(|| 5);
        instruments.recorded(EventType::Teach, 2);
        instruments.executed(Command::Teach, Duration::from_secs(9));
        let before = Reading::of(&registry);
        (3..6).for_each(|length| instruments.recorded(EventType::Ask, length));
        instruments.recorded(EventType::Forget, 6);
        instruments.failed(Failed::Event(EventType::Teach, Fault::Node));
        instruments.failed(Failed::Event(EventType::Forget, Fault::Caller));
        instruments.failed(Failed::Command);
        instruments.failed(Failed::Trace);
        instruments.failed(Failed::Trace);
        instruments.refused(Command::Ask);
        instruments.executed(Command::Ask, Duration::from_micros(700));
        let point = Reading::of(&registry).since(&before, 1, Some(6));
        let expected = Point {
            time: 1,
            milliseconds: 0,
            first: false,
            events: Each::new(|command| match command {
                Command::Teach => 0,
                Command::Ask => 3,
                Command::Forget => 1,
            }),
            failed: Each::new(|failed| match failed {
                Failed::Event(EventType::Teach, Fault::Node)
                | Failed::Event(EventType::Forget, Fault::Caller)
                | Failed::Command => 1,
                Failed::Trace => 2,
                Failed::Event(..) => 0,
            }),
            // One value between 0.5 and 1 ms.
            latency: Each::new(|command| {
                let mut latency = Histogram::default();
                latency.push(500, Some(1000), u64::from(command == Command::Ask));
                latency
            }),
            blocks: Some(6),
            queue_depth: 5,
            queue_refused: 1,
        };
        assert_eq!(point, expected);
    }
}
