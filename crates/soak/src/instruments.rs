//! The metrics of drills, and how their events are counted.

use std::sync::Arc;
use std::time::Duration;

use kolibri_core::command::Command;
use kolibri_core::observer::{Failed, Observer};
use kolibri_core::telemetry::{METER, Telemetry};
use kolibri_core::trace::{Outcome, Trace, Traces};
use kolibri_genome::EventType;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{BoundCounter, BoundHistogram};

/// The instruments of soak drills.
pub(super) struct SoakInstruments {
    duration: BoundHistogram<f64>,
    events: BoundCounter<u64>,
    events_failed: BoundCounter<u64>,
}

impl SoakInstruments {
    /// Declares them; each series exists at zero from now on.
    pub(super) fn new(telemetry: &Telemetry) -> Self {
        let (meter, phase) = (telemetry.meter(METER), [KeyValue::new("phase", "soak")]);
        let duration = meter
            .f64_histogram("kolibri.backend.soak.duration")
            .with_unit("s")
            .with_description("How long a soak drill took, in seconds")
            // The alert is about 120 s, so that is a bound, with others close to it on both sides.
            .with_boundaries(vec![
                1.0, 5.0, 10.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0, 240.0, 300.0, 600.0, 1200.0, 1800.0,
                3600.0,
            ])
            .build()
            .bind(&phase);
        let counter = |name: &'static str, help: &'static str| {
            let counter = meter.u64_counter(name).with_unit("{event}").with_description(help).build();
            let bound = counter.bind(&phase);
            bound.add(0);
            bound
        };
        let events = counter("kolibri.backend.soak.events", "Events made by soak drills");
        let events_failed = counter(
            "kolibri.backend.soak.events.failed",
            "Commands of soak drills that were refused, failed or answered wrongly, and traces of drills that could \
             not be written",
        );
        Self { duration, events, events_failed }
    }

    /// A drill was completed.
    pub(super) fn completed(&self, duration: Duration) {
        self.duration.record(duration.as_secs_f64());
    }

    /// A drill's command or its trace failed, or its answer was wrong.
    pub(super) fn failed(&self) {
        self.events_failed.add(1);
    }
}

/// Counts a drill's events and failures as the drill's. Everything else that is measured describes the node that
/// serves people.
pub(super) struct DrillObserver {
    pub(super) id: Arc<str>,
    pub(super) soak: Arc<SoakInstruments>,
    /// The traces of the node that serves people: what failed in a drill can be looked up there.
    pub(super) failures: Option<Arc<Traces>>,
}

impl Observer for DrillObserver {
    fn recorded(&self, _: EventType, _: u64) {
        self.soak.events.add(1);
    }

    fn committed(&self, _: Duration) {}

    fn executed(&self, _: Command, _: Duration) {}

    fn failed(&self, _: Failed) {
        self.soak.failed();
    }

    fn refused(&self, _: Command) {}

    fn fell_back(&self) {}

    fn traced(&self, trace: &mut Trace) {
        trace.soak = Some(Arc::clone(&self.id));
        if let (Outcome::Failed, Some(traces)) = (trace.outcome, &self.failures) {
            traces.remember_drill(Arc::new(trace.clone()));
        }
    }
}
