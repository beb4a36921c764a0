//! What is measured while a drill runs. Its memory does not grow with the drill.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hdrhistogram::Histogram;
use kolibri_genome::EventType;

use crate::report::{Latency, Memory};
use kolibri_core::clock;
use kolibri_core::telemetry::resident_memory;
use parking_lot::Mutex;

/// Latencies are kept to three digits, from a microsecond to an hour.
const DIGITS: u8 = 3;
const LONGEST: Duration = Duration::from_secs(3600);
/// After this many events the engine's buffers are full: memory is compared with its size at that point.
const SETTLED: u64 = 100_000;

/// What is measured.
pub(super) struct Tally {
    done: AtomicU64,
    errors: AtomicU64,
    errors_by_kind: Mutex<BTreeMap<&'static str, u64>>,
    latencies: Mutex<BTreeMap<&'static str, Histogram<u64>>>,
    memory: Mutex<Memory>,
}

impl Tally {
    pub(super) fn new() -> Self {
        let start = resident_memory().unwrap_or(0);
        let memory = Memory { start_bytes: start, settled_bytes: None, peak_bytes: start, end_bytes: start };
        Self {
            done: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            errors_by_kind: Mutex::default(),
            latencies: Mutex::default(),
            memory: Mutex::new(memory),
        }
    }

    /// A step was taken.
    pub(super) fn done(&self, event: EventType, took: Duration) {
        let micros = clock::microseconds(took.min(LONGEST)).max(1);
        let mut latencies = self.latencies.lock();
        if let Some(histogram) = latencies.get_mut(event.name()) {
            histogram.saturating_record(micros);
        } else if let Ok(mut histogram) = Histogram::new_with_max(clock::microseconds(LONGEST), DIGITS) {
            histogram.saturating_record(micros);
            latencies.insert(event.name(), histogram);
        }
        drop(latencies);
        if self.done.fetch_add(1, Ordering::Relaxed) + 1 == SETTLED {
            self.sample(|memory, now| memory.settled_bytes = Some(now));
        }
    }

    /// Something went wrong in a step.
    pub(super) fn error(&self, kind: &'static str) {
        self.errors.fetch_add(1, Ordering::Relaxed);
        *self.errors_by_kind.lock().entry(kind).or_default() += 1;
    }

    /// Samples the memory.
    pub(super) fn sample_memory(&self) {
        self.sample(|memory, now| memory.end_bytes = now);
    }

    fn sample(&self, note: impl FnOnce(&mut Memory, u64)) {
        let Some(now) = resident_memory() else { return };
        let mut memory = self.memory.lock();
        memory.peak_bytes = memory.peak_bytes.max(now);
        note(&mut memory, now);
    }

    pub(super) fn events(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    pub(super) fn errors(&self) -> u64 {
        self.errors.load(Ordering::Relaxed)
    }

    pub(super) fn errors_by_kind(&self) -> BTreeMap<String, u64> {
        let errors = self.errors_by_kind.lock();
        errors.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect()
    }

    /// The latencies, by event type.
    pub(super) fn latency(&self) -> BTreeMap<String, Latency> {
        let latencies = self.latencies.lock();
        latencies.iter().map(|(event, histogram)| ((*event).to_owned(), Latency::of(histogram))).collect()
    }

    pub(super) fn memory(&self) -> Memory {
        *self.memory.lock()
    }
}

impl Latency {
    fn of(histogram: &Histogram<u64>) -> Self {
        let seconds = |micros: u64| micros as f64 / 1e6;
        let quantile = |quantile| seconds(histogram.value_at_quantile(quantile));
        Self {
            count: histogram.len(),
            p50_seconds: quantile(0.5),
            p90_seconds: quantile(0.9),
            p99_seconds: quantile(0.99),
            max_seconds: seconds(histogram.max()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_are_kept_by_event_type() {
        let tally = Tally::new();
        for millis in 1..=100 {
            tally.done(EventType::Ask, Duration::from_millis(millis));
        }
        tally.done(EventType::Teach, Duration::from_secs(1));
        let latency = tally.latency();
        let ask = &latency["ASK"];
        assert_eq!((ask.count, latency["TEACH"].count, tally.events()), (100, 1, 101));
        for (told, expected) in [(ask.p50_seconds, 0.05), (ask.p90_seconds, 0.09), (ask.max_seconds, 0.1)] {
            assert!((told - expected).abs() < 0.001, "{told} is not {expected}");
        }
    }

    #[test]
    fn errors_are_counted_by_kind() {
        let tally = Tally::new();
        for kind in ["wrong_answer", "queue_full", "wrong_answer"] {
            tally.error(kind);
        }
        assert_eq!(tally.errors_by_kind(), [("queue_full".into(), 1), ("wrong_answer".into(), 2)].into());
        assert_eq!(tally.errors(), 3);
    }
}
