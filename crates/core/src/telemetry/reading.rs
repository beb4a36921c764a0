//! The instruments' values at one moment, read from the registry that is scraped, and how they changed since
//! an earlier one.

use prometheus::Registry;
use prometheus::proto::{Metric, MetricFamily};

use super::labels::{Each, Label};
use super::point::{Point, Quantiles};
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

/// A histogram: upper bounds, each with the number of values up to it, and the number of all values.
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

    /// What happened from `before` to this reading.
    pub(super) fn since(&self, before: &Self, time: u64, blocks: Option<u64>) -> Point {
        Point {
            time,
            events: moved(&self.events, &before.events),
            failed: moved(&self.failed, &before.failed),
            latency: Each::new(|command| {
                self.durations[command].since(&before.durations[command]).quantiles()
            }),
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
    fn since(&self, before: &Self) -> Self {
        let earlier = before.bounds.iter().map(|(_, count)| *count).chain(std::iter::repeat(0));
        let bounds = self.bounds.iter().zip(earlier);
        Self {
            bounds: bounds.map(|((bound, now), before)| (*bound, now.saturating_sub(before))).collect(),
            count: self.count.saturating_sub(before.count),
        }
    }

    fn quantiles(&self) -> Option<Quantiles> {
        Some(Quantiles { p50: self.quantile(0.5)?, p99: self.quantile(0.99)? })
    }

    /// Like Prometheus' `histogram_quantile`: spread evenly within a bucket; beyond the last bound, that
    /// bound.
    fn quantile(&self, quantile: f64) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        let rank = quantile * self.count as f64;
        let (mut lower, mut below) = (0.0, 0);
        for (upper, count) in &self.bounds {
            if *count as f64 >= rank {
                let share = (rank - below as f64) / (count - below) as f64;
                return Some(lower + (upper - lower) * share);
            }
            (lower, below) = (*upper, *count);
        }
        Some(lower)
    }
}

struct Families(Vec<MetricFamily>);

/// Prometheus has only floating-point numbers, but these are counts.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and NaN becomes 0"
)]
fn whole(number: f64) -> u64 {
    number as u64
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
            // One value between 0.5 and 1 ms: 50 % and 99 % of the way from bound to bound.
            latency: Each::new(|command| {
                (command == Command::Ask).then_some(Quantiles { p50: 0.00075, p99: 0.000995 })
            }),
            blocks: Some(6),
            queue_depth: 5,
            queue_refused: 1,
        };
        assert_eq!(point, expected);
    }

    #[test]
    fn quantiles_are_those_of_prometheus() {
        let buckets = Buckets { bounds: vec![(1.0, 2), (2.0, 2), (4.0, 6)], count: 10 };
        assert_eq!(buckets.quantile(0.1), Some(0.5), "between 0 and the first bound");
        assert_eq!(buckets.quantile(0.5), Some(3.5), "three quarters of the way from 2 to 4");
        assert_eq!(buckets.quantile(0.99), Some(4.0), "beyond the last bound");
        assert_eq!(Buckets::default().quantiles(), None);
    }
}
