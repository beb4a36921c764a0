//! Every metric of the backend. One declaration each: name, unit, HELP text, labels and bounds are together.
//! Label sets are closed and resolved once, so that recording is an addition and every series exists at zero
//! from the start.

use std::time::Duration;

use kolibri_genome::EventType;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{BoundCounter, BoundHistogram, Histogram, Meter};

use super::Signal;
use super::labels::{Each, Label};
use super::otlp::Tally;
use crate::backup::LastBackup;
use crate::command::Command;
use crate::observer::{Failed, Observer};
use crate::recall::MeaningStatus;
use crate::trace::Trace;
use crate::verdict::LastVerdict;

/// The backend's instruments.
pub struct Instruments {
    events: Each<EventType, BoundCounter<u64>>,
    events_failed: Each<Failed, BoundCounter<u64>>,
    genome_blocks: Each<EventType, BoundHistogram<u64>>,
    queue_refused: Each<EventType, BoundCounter<u64>>,
    commands: Each<Command, BoundHistogram<f64>>,
    commits: BoundHistogram<f64>,
    fallbacks: BoundCounter<u64>,
    meter: Meter,
}

impl Instruments {
    /// Declares every instrument and resolves every label set.
    pub(super) fn new(meter: Meter) -> Self {
        Self {
            events: counter(
                &meter,
                "kolibri.backend.events",
                "Events recorded in the node's own genome, by type",
            ),
            events_failed: counter(
                &meter,
                "kolibri.backend.events.failed",
                "Commands that were refused or failed, by type, and by whose fault it was: the caller's or the node's; \
                 COMMAND: unknown commands; TRACE: traces that could not be written",
            ),
            queue_refused: counter(
                &meter,
                "kolibri.backend.queue.refused",
                "Commands refused because the queue was full, by type",
            ),
            genome_blocks: by_type(
                meter
                    .u64_histogram("kolibri.backend.genome.blocks")
                    .with_unit("{block}")
                    .with_description("Length of the genome after each event, in blocks")
                    // A genome grows without end: 1-2-5 steps to 10^9 keep a quantile within a factor of 2.5.
                    .with_boundaries(
                        (0..9)
                            .flat_map(|power| [1.0, 2.0, 5.0].map(|step| step * 10f64.powi(power)))
                            .chain([1e9])
                            .collect(),
                    )
                    .build(),
            ),
            commands: by_type(
                meter
                    .f64_histogram("kolibri.backend.command.duration")
                    .with_unit("s")
                    .with_description(
                        "How long executed commands took, by type: ASK until it was answered, TEACH and FORGET until \
                         they were durable; refused and failed ones are not in it",
                    )
                    // From an ASK answered from memory to a TEACH on a very slow disk.
                    .with_boundaries(vec![
                        0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
                    ])
                    .build(),
            ),
            commits: meter
                .f64_histogram("kolibri.backend.commit.duration")
                .with_unit("s")
                .with_description("How long it took to make a batch of events durable")
                .with_boundaries(vec![
                    0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0,
                ])
                .build()
                .bind(&[]),
            fallbacks: fallbacks(&meter),
            meter,
        }
    }

    /// Publishes how many places of the queue are in use.
    pub(crate) fn observe_queue(&self, depth: impl Fn() -> usize + Send + Sync + 'static) {
        let _registered = self
            .meter
            .u64_observable_gauge("kolibri.backend.queue.depth")
            .with_unit("{place}")
            .with_description("Places in use in the queue")
            .with_callback(move |observer| observer.observe(depth() as u64, &[]))
            .build();
    }

    /// Publishes whether the node can do its work, as `/readyz` reports it.
    pub(crate) fn observe_ready(&self, ready: impl Fn() -> bool + Send + Sync + 'static) {
        let _registered = self
            .meter
            .u64_observable_gauge("kolibri.backend.ready")
            .with_description("Whether the node is ready: 1, or 0 while /readyz refuses")
            .with_callback(move |observer| observer.observe(ready().into(), &[]))
            .build();
    }

    /// Publishes how far the meanings of what was taught are known.
    pub(crate) fn observe_meaning(&self, status: impl Fn() -> MeaningStatus + Clone + Send + Sync + 'static) {
        let of_vectors = status.clone();
        let _registered = self
            .meter
            .u64_observable_gauge("kolibri.backend.recall.vectors")
            .with_unit("{vector}")
            .with_description("Stimuli whose meaning is known (made) or is still to be computed (missing)")
            .with_callback(move |observer| {
                let MeaningStatus { made, missing, .. } = of_vectors();
                observer.observe(made, &[KeyValue::new("state", "made")]);
                observer.observe(missing, &[KeyValue::new("state", "missing")]);
            })
            .build();
        let _registered = self
            .meter
            .u64_observable_gauge("kolibri.backend.recall.model.ready")
            .with_description(
                "Whether questions are answered by their meaning: 1, or 0 while they are answered by words alone",
            )
            .with_callback(move |observer| observer.observe(status().ready.into(), &[]))
            .build();
    }

    /// Publishes what the last verification of the genome found.
    pub(crate) fn observe_verdict(
        &self,
        last: impl Fn() -> Option<LastVerdict> + Clone + Send + Sync + 'static,
    ) {
        let gauge =
            |name: &'static str, unit: &'static str, help: &'static str, of: fn(&LastVerdict) -> u64| {
                let last = last.clone();
                let _registered = self
                    .meter
                    .u64_observable_gauge(name)
                    .with_unit(unit)
                    .with_description(help)
                    .with_callback(move |observer| observer.observe(last().as_ref().map_or(0, of), &[]))
                    .build();
            };
        gauge(
            "kolibri.backend.genome.verified.timestamp",
            "s",
            "Unix time at which the last verification of the genome ended; 0 if there was none",
            |verdict| verdict.ended / 1_000_000_000,
        );
        gauge(
            "kolibri.backend.genome.verified.blocks",
            "{block}",
            "Blocks that the last verification of the genome found sound; 0 if there was none",
            LastVerdict::sound_blocks,
        );
        gauge(
            "kolibri.backend.genome.verified.broken",
            "",
            "Whether the last verification found the genome broken: 1, or 0 if it is sound or there was none",
            |verdict| verdict.broken.is_some().into(),
        );
    }

    /// Publishes how many FORGETs were answered while their text is still in the write-ahead log.
    pub(crate) fn observe_erasing(&self, unfinished: impl Fn() -> u64 + Send + Sync + 'static) {
        let _registered = self
            .meter
            .u64_observable_gauge("kolibri.backend.erasing")
            .with_unit("{event}")
            .with_description(
                "FORGETs that were answered with 202, and whose text is still in the write-ahead log; 0 once it is gone",
            )
            .with_callback(move |observer| observer.observe(unfinished(), &[]))
            .build();
    }

    /// Publishes by how much the clock is behind the last block; nothing while that cannot be read.
    pub(crate) fn observe_clock(&self, behind: impl Fn() -> Option<Duration> + Send + Sync + 'static) {
        let _registered = self
            .meter
            .f64_observable_gauge("kolibri.backend.clock.behind")
            .with_unit("s")
            .with_description(
                "By how much the clock is behind the last block, whose time new blocks get meanwhile; 0 if it is not",
            )
            .with_callback(move |observer| {
                if let Some(behind) = behind() {
                    observer.observe(behind.as_secs_f64(), &[]);
                }
            })
            .build();
    }

    /// Publishes which state of the genome the last stored backup has.
    pub(crate) fn observe_backup(&self, last: impl Fn() -> Option<LastBackup> + Send + Sync + 'static) {
        let _registered = self
            .meter
            .u64_observable_gauge("kolibri.backend.backup.timestamp")
            .with_unit("s")
            .with_description(
                "Unix time at which the last backup that is stored was made; 0 if there is none",
            )
            .with_callback(move |observer| {
                observer.observe(last().map_or(0, |last| last.taken / 1_000_000_000), &[]);
            })
            .build();
    }

    /// Publishes the free bytes on the data directory's file system; nothing while they cannot be read.
    pub(crate) fn observe_disk(&self, available: impl Fn() -> Option<u64> + Send + Sync + 'static) {
        let _registered = self
            .meter
            .u64_observable_gauge("kolibri.backend.disk.available")
            .with_unit("By")
            .with_description("Bytes that the node can still use on the file system of the data directory")
            .with_callback(move |observer| {
                if let Some(bytes) = available() {
                    observer.observe(bytes, &[]);
                }
            })
            .build();
    }
}

impl Observer for Instruments {
    fn recorded(&self, event: EventType, length: u64) {
        self.events[event].add(1);
        self.genome_blocks[event].record(length);
    }

    fn committed(&self, took: Duration) {
        self.commits.record(took.as_secs_f64());
    }

    fn executed(&self, command: Command, took: Duration) {
        self.commands[command].record(took.as_secs_f64());
    }

    fn failed(&self, failed: Failed) {
        self.events_failed[failed].add(1);
    }

    fn refused(&self, command: Command) {
        self.queue_refused[command.event()].add(1);
    }

    fn fell_back(&self) {
        self.fallbacks.add(1);
    }

    fn traced(&self, _: &mut Trace) {}
}

/// Publishes how many pushes by OTLP have failed, and what was lost. The pushes are counted elsewhere, since they start
/// before there is a meter.
pub(super) fn observe_pushes(meter: &Meter, tally: &Tally) {
    let failed = tally.clone();
    let _registered = meter
        .u64_observable_counter("kolibri.backend.otlp.exports.failed")
        .with_unit("{export}")
        .with_description(
            "Pushes that the OTLP collector did not accept, or not whole; 0 if none is configured",
        )
        .with_callback(move |observer| observer.observe(failed.failed(), &[]))
        .build();
    let lost = tally.clone();
    let _registered = meter
        .u64_observable_counter("kolibri.backend.otlp.lost")
        .with_unit("{record}")
        .with_description(
            "Data points, spans and log records that the OTLP collector rejected, or that found the queue to it full, \
             by signal",
        )
        .with_callback(move |observer| {
            for signal in Signal::ALL {
                observer.observe(lost.lost(signal), &[KeyValue::new("signal", signal.name())]);
            }
        })
        .build();
}

fn fallbacks(meter: &Meter) -> BoundCounter<u64> {
    let counter = meter
        .u64_counter("kolibri.backend.recall.fallbacks")
        .with_unit("{question}")
        .with_description("Questions that were answered by words alone although a model is configured")
        .build()
        .bind(&[]);
    counter.add(0);
    counter
}

/// A counter of events for each label, each at zero: a series exists from its first addition on.
fn counter<L: Label>(meter: &Meter, name: &'static str, help: &'static str) -> Each<L, BoundCounter<u64>> {
    let counter = meter.u64_counter(name).with_unit("{event}").with_description(help).build();
    Each::new(|label: L| {
        let bound = counter.bind(&attributes(label));
        bound.add(0);
        bound
    })
}

/// A histogram for each label.
fn by_type<L: Label, T>(histogram: Histogram<T>) -> Each<L, BoundHistogram<T>> {
    Each::new(|label: L| histogram.bind(&attributes(label)))
}

fn attributes(label: impl Label) -> Vec<KeyValue> {
    let fault = label.fault().map(|fault| KeyValue::new("fault", fault));
    [KeyValue::new("event.type", label.event_type())].into_iter().chain(fault).collect()
}
