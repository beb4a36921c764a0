//! Every metric of the backend. One declaration each, its description is the HELP text; label sets are closed and
//! resolved once, so that recording is an addition and every series exists at zero from the start.

use std::time::Duration;

use kolibri_genome::{EventType, Head};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{BoundCounter, BoundHistogram, Meter};
use opentelemetry_sdk::metrics::{Aggregation, Instrument, Stream};

use super::{METER, Telemetry};
use crate::command::{Command, UNKNOWN_COMMAND};

/// What can fail: the closed set of `event_type` labels of `kolibri_backend_events_failed_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// A command of a known type.
    Event(EventType),
    /// A command of an unknown type.
    Command,
    /// The trace of a command could not be written.
    Trace,
}

impl Failed {
    /// Every label, each at its position.
    pub fn all() -> impl Iterator<Item = Self> {
        EventType::ALL.into_iter().map(Self::Event).chain([Self::Command, Self::Trace])
    }

    /// The label's value.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Event(event) => event.name(),
            Self::Command => UNKNOWN_COMMAND,
            Self::Trace => "TRACE",
        }
    }

    fn position(self) -> usize {
        match self {
            Self::Event(event) => position(event),
            Self::Command => EventType::ALL.len(),
            Self::Trace => EventType::ALL.len() + 1,
        }
    }
}

impl From<Command> for Failed {
    fn from(command: Command) -> Self {
        Self::Event(command.event())
    }
}

/// The backend's instruments.
pub struct Instruments {
    events: Vec<BoundCounter<u64>>,
    events_failed: Vec<BoundCounter<u64>>,
    genome_blocks: Vec<BoundHistogram<u64>>,
    queue_refused: Vec<BoundCounter<u64>>,
    commit: BoundHistogram<f64>,
    commands: Vec<BoundHistogram<f64>>,
    soak: SoakInstruments,
    meter: Meter,
}

/// The instruments of soak drills.
struct SoakInstruments {
    /// `kolibri_backend_soak_duration_seconds{phase="soak"}`: once for each completed drill, in seconds.
    duration: BoundHistogram<f64>,
    /// `kolibri_backend_soak_events_total{phase="soak"}`: events made by drills.
    events: BoundCounter<u64>,
}

impl Instruments {
    /// Declares every instrument and resolves every label set.
    pub fn new(telemetry: &Telemetry) -> Self {
        let meter = telemetry.meter(METER);
        let events = meter
            .u64_counter("kolibri.backend.events")
            .with_unit("{event}")
            .with_description("Events recorded in the genome, by type")
            .build();
        let events_failed = meter
            .u64_counter("kolibri.backend.events.failed")
            .with_unit("{event}")
            .with_description(
                "Commands that were refused or failed, by type; COMMAND: of an unknown type; TRACE: traces that could \
                 not be written",
            )
            .build();
        let genome_blocks = meter
            .u64_histogram("kolibri.backend.genome.blocks")
            .with_unit("{block}")
            .with_description("Length of the genome after each event, in blocks")
            .build();
        let queue_refused = meter
            .u64_counter("kolibri.backend.queue.refused")
            .with_unit("{event}")
            .with_description("Commands refused because the queue before the genome was full, by type")
            .build();
        let commit = meter
            .f64_histogram("kolibri.backend.commit.duration")
            .with_unit("s")
            .with_description("How long the genome took to make a batch of events durable")
            .build();
        let commands = meter
            .f64_histogram("kolibri.backend.command.duration")
            .with_unit("s")
            .with_description(
                "How long executed commands took, by type: ASK until it was answered, TEACH and FORGET until they were \
                 durable; refused and failed ones are not in it",
            )
            .build();
        let by_type = |event: EventType| [KeyValue::new("event.type", event.name())];
        Self {
            events: EventType::ALL.into_iter().map(|event| zeroed(events.bind(&by_type(event)))).collect(),
            events_failed: Failed::all()
                .map(|failed| zeroed(events_failed.bind(&[KeyValue::new("event.type", failed.label())])))
                .collect(),
            genome_blocks: EventType::ALL
                .into_iter()
                .map(|event| genome_blocks.bind(&by_type(event)))
                .collect(),
            queue_refused: EventType::ALL
                .into_iter()
                .map(|event| zeroed(queue_refused.bind(&by_type(event))))
                .collect(),
            commit: commit.bind(&[]),
            commands: Command::ALL
                .into_iter()
                .map(|command| commands.bind(&by_type(command.event())))
                .collect(),
            soak: SoakInstruments::new(&meter),
            meter,
        }
    }

    /// The genome was opened and ends with `head`.
    pub(crate) fn genome_opened(&self, head: Head) {
        tracing::info!(blocks = head.index + 1, head = %head.hash, "the genome is open");
    }

    /// An event was recorded; the genome is `length` blocks long now.
    pub(crate) fn recorded(&self, event: EventType, length: u64) {
        self.events[position(event)].add(1);
        self.genome_blocks[position(event)].record(length);
    }

    /// A soak drill recorded an event, in a genome of its own.
    pub(crate) fn recorded_in_drill(&self, event: EventType) {
        self.events[position(event)].add(1);
        self.soak.events.add(1);
    }

    /// A soak drill came to its end.
    pub(crate) fn drill_completed(&self, duration: Duration) {
        self.soak.duration.record(duration.as_secs_f64());
    }

    /// A batch was made durable.
    pub(crate) fn committed(&self, duration: Duration) {
        self.commit.record(duration.as_secs_f64());
    }

    /// A command was executed and answered, so long after it reached the node.
    pub(crate) fn executed(&self, command: Command, duration: Duration) {
        self.commands[command as usize].record(duration.as_secs_f64());
    }

    /// A command was refused or failed.
    pub fn failed(&self, failed: Failed) {
        self.events_failed[failed.position()].add(1);
    }

    /// A command found the queue full.
    pub(crate) fn refused(&self, command: Command) {
        self.queue_refused[position(command.event())].add(1);
    }

    /// Publishes how many places of the queue are in use.
    pub(crate) fn observe_queue(&self, depth: impl Fn() -> usize + Send + Sync + 'static) {
        let _registered = self
            .meter
            .u64_observable_gauge("kolibri.backend.queue.depth")
            .with_unit("{place}")
            .with_description("Places in use in the queue before the genome")
            .with_callback(move |observer| observer.observe(depth() as u64, &[]))
            .build();
    }

    /// Publishes whether the node can do its work, as `/readyz` tells it.
    pub(crate) fn observe_ready(&self, ready: impl Fn() -> bool + Send + Sync + 'static) {
        let _registered = self
            .meter
            .u64_observable_gauge("kolibri.backend.ready")
            .with_description("Whether the node can do its work: 1, or 0 as long as /readyz refuses")
            .with_callback(move |observer| observer.observe(ready().into(), &[]))
            .build();
    }

    /// Publishes the room on the data directory's file system, in bytes; nothing while it cannot be read.
    pub(crate) fn observe_disk(&self, available: impl Fn() -> Option<u64> + Send + Sync + 'static) {
        let _registered = self
            .meter
            .u64_observable_gauge("kolibri.backend.disk.available")
            .with_unit("By")
            .with_description("Bytes that the file system of the data directory has left for the node")
            .with_callback(move |observer| {
                if let Some(bytes) = available() {
                    observer.observe(bytes, &[]);
                }
            })
            .build();
    }
}

impl SoakInstruments {
    fn new(meter: &Meter) -> Self {
        let phase = [KeyValue::new("phase", "soak")];
        let duration = meter
            .f64_histogram("kolibri.backend.soak.duration")
            .with_unit("s")
            .with_description("How long a soak drill took, in seconds")
            .build();
        let events = meter
            .u64_counter("kolibri.backend.soak.events")
            .with_unit("{event}")
            .with_description("Events made by soak drills")
            .build();
        Self { duration: duration.bind(&phase), events: zeroed(events.bind(&phase)) }
    }
}

/// Publishes how many pushes by OTLP have failed. The exporter counts them: it is built before there is a meter.
pub(super) fn observe_failed_exports(meter: &Meter, failed: impl Fn() -> u64 + Send + Sync + 'static) {
    let _registered = meter
        .u64_observable_counter("kolibri.backend.otlp.exports.failed")
        .with_unit("{export}")
        .with_description("Pushes that the OTLP collector did not take; 0 where none is configured")
        .with_callback(move |observer| observer.observe(failed(), &[]))
        .build();
}

/// A series exists from its first addition on.
fn zeroed(counter: BoundCounter<u64>) -> BoundCounter<u64> {
    counter.add(0);
    counter
}

fn position(event: EventType) -> usize {
    match event {
        EventType::Genesis => 0,
        EventType::Teach => 1,
        EventType::Ask => 2,
        EventType::Forget => 3,
    }
}

/// Histogram bounds, chosen for the questions that are asked of them.
pub(super) fn bounds(instrument: &Instrument) -> Option<Stream> {
    let mut limit = super::CARDINALITY_LIMIT;
    let boundaries = match instrument.name() {
        // A genome grows without end: 1-2-5 steps to 10^9 keep a quantile within a factor of 2.5.
        "kolibri.backend.genome.blocks" => (0..9)
            .flat_map(|power| [1.0, 2.0, 5.0].map(|step| step * 10f64.powi(power)))
            .chain([1e9])
            .collect(),
        // The alert asks about 120 s, so that is a bound, with company on both sides.
        "kolibri.backend.soak.duration" => vec![
            1.0, 5.0, 10.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0, 240.0, 300.0, 600.0, 1200.0, 1800.0,
            3600.0,
        ],
        "kolibri.backend.commit.duration" => {
            vec![0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0]
        }
        // From an ASK out of memory to a TEACH behind a disk that hardly moves.
        "kolibri.backend.command.duration" => {
            vec![0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]
        }
        // OpenTelemetry's semantic conventions for HTTP metrics advise these bounds.
        "http.server.request.duration" => {
            limit = super::HTTP_CARDINALITY_LIMIT;
            vec![0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0]
        }
        _ => return None,
    };
    Stream::builder()
        .with_aggregation(Aggregation::ExplicitBucketHistogram { boundaries, record_min_max: false })
        .with_cardinality_limit(limit)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_has_a_place_of_its_own() {
        let positions: Vec<_> = Failed::all().map(Failed::position).collect();
        assert_eq!(positions, (0..positions.len()).collect::<Vec<_>>());
        let positions: Vec<_> = EventType::ALL.into_iter().map(position).collect();
        assert_eq!(positions, (0..positions.len()).collect::<Vec<_>>());
        let positions: Vec<_> = Command::ALL.into_iter().map(|command| command as usize).collect();
        assert_eq!(positions, (0..positions.len()).collect::<Vec<_>>());
    }
}
