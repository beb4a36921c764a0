//! The instruments' values at one moment, read from the registry that is scraped, and how far they moved since another.

use prometheus::Registry;
use prometheus::proto::{Metric, MetricFamily};

use super::history::{ByCommand, Failures, Latency, Point};
use super::{EVENT_TYPE, Failed};
use crate::command::Command;

/// The values that a point is made of, all of them cumulative but the queue's depth.
pub(super) struct Reading {
    events: ByCommand<u64>,
    failed: Failures,
    durations: ByCommand<Buckets>,
    queue_depth: u64,
    queue_refused: u64,
}

/// A histogram: upper bounds with how many values were no greater, and how many there are.
#[derive(Debug, Default, PartialEq)]
struct Buckets {
    bounds: Vec<(f64, u64)>,
    count: u64,
}

impl Reading {
    /// Gathers the registry; takes as long as a scrape.
    pub(super) fn of(registry: &Registry) -> Self {
        let families = Families(registry.gather());
        let failed = |failed: Failed| families.count("kolibri_backend_events_failed_total", failed.label());
        let refused = families.each(|name| families.count("kolibri_backend_queue_refused_total", name));
        Self {
            events: families.each(|name| families.count("kolibri_backend_events_total", name)),
            failed: Failures {
                teach: failed(Command::Teach.into()),
                ask: failed(Command::Ask.into()),
                forget: failed(Command::Forget.into()),
                command: failed(Failed::Command),
                trace: failed(Failed::Trace),
            },
            durations: families
                .each(|name| families.buckets("kolibri_backend_command_duration_seconds", name)),
            queue_depth: families.gauge("kolibri_backend_queue_depth"),
            queue_refused: refused.teach + refused.ask + refused.forget,
        }
    }

    /// What happened from `before` to this reading.
    pub(super) fn since(&self, before: &Self, time: u64, blocks: Option<u64>) -> Point {
        let moved = |now: u64, before: u64| now.saturating_sub(before);
        let (events, failed, durations) = (&self.events, &self.failed, &self.durations);
        Point {
            time,
            events: ByCommand {
                teach: moved(events.teach, before.events.teach),
                ask: moved(events.ask, before.events.ask),
                forget: moved(events.forget, before.events.forget),
            },
            failed: Failures {
                teach: moved(failed.teach, before.failed.teach),
                ask: moved(failed.ask, before.failed.ask),
                forget: moved(failed.forget, before.failed.forget),
                command: moved(failed.command, before.failed.command),
                trace: moved(failed.trace, before.failed.trace),
            },
            latency: ByCommand {
                teach: durations.teach.since(&before.durations.teach).latency(),
                ask: durations.ask.since(&before.durations.ask).latency(),
                forget: durations.forget.since(&before.durations.forget).latency(),
            },
            blocks,
            queue_depth: self.queue_depth,
            queue_refused: moved(self.queue_refused, before.queue_refused),
        }
    }
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

    fn latency(&self) -> Option<Latency> {
        Some(Latency { p50: self.quantile(0.5)?, p99: self.quantile(0.99)? })
    }

    /// As Prometheus' `histogram_quantile`: even spread within a bucket, and beyond the last bound that bound.
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

impl Families {
    fn each<T>(&self, value: impl Fn(&str) -> T) -> ByCommand<T> {
        let [teach, ask, forget] =
            [Command::Teach, Command::Ask, Command::Forget].map(|command| value(command.name()));
        ByCommand { teach, ask, forget }
    }

    fn family(&self, name: &str) -> &[Metric] {
        let found = self.0.iter().find(|family| family.name() == name);
        found.map(MetricFamily::get_metric).unwrap_or_default()
    }

    fn of_type(&self, name: &str, event_type: &str) -> Option<&Metric> {
        let is_ours = |metric: &&Metric| {
            metric.get_label().iter().any(|label| label.name() == EVENT_TYPE && label.value() == event_type)
        };
        self.family(name).iter().find(is_ours)
    }

    fn count(&self, name: &str, event_type: &str) -> u64 {
        self.of_type(name, event_type).map_or(0, |metric| metric.get_counter().get_value() as u64)
    }

    fn gauge(&self, name: &str) -> u64 {
        self.family(name).first().map_or(0, |metric| metric.get_gauge().get_value() as u64)
    }

    fn buckets(&self, name: &str, event_type: &str) -> Buckets {
        let Some(metric) = self.of_type(name, event_type) else { return Buckets::default() };
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
    use crate::telemetry::Instruments;
    use crate::testing::telemetry;

    #[test]
    fn a_point_tells_what_the_instruments_recorded_since_the_last_one() {
        let telemetry = telemetry();
        let (instruments, registry) = (Instruments::new(&telemetry), telemetry.registry().unwrap());
        instruments.observe_queue(|| 5);
        instruments.recorded(EventType::Teach, 2);
        instruments.executed(Command::Teach, Duration::from_secs(9));
        let before = Reading::of(&registry);
        (3..6).for_each(|length| instruments.recorded(EventType::Ask, length));
        instruments.recorded(EventType::Forget, 6);
        instruments.failed(Command::Teach.into());
        instruments.failed(Failed::Command);
        instruments.failed(Failed::Trace);
        instruments.failed(Failed::Trace);
        instruments.refused(Command::Ask);
        instruments.executed(Command::Ask, Duration::from_micros(700));
        let point = Reading::of(&registry).since(&before, 1, Some(6));
        let expected = Point {
            time: 1,
            events: ByCommand { teach: 0, ask: 3, forget: 1 },
            failed: Failures { teach: 1, ask: 0, forget: 0, command: 1, trace: 2 },
            // One value between 0.5 and 1 ms: the half, and 99 of 100, of the way from bound to bound.
            latency: ByCommand { ask: Some(Latency { p50: 0.00075, p99: 0.000995 }), ..ByCommand::default() },
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
        assert_eq!(Buckets::default().latency(), None);
    }
}
