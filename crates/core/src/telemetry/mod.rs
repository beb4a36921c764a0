//! Telemetry: one OpenTelemetry `MeterProvider`, scraped by Prometheus and, if configured, pushed by OTLP.
//!
//! | file here | what it is for |
//! |---|---|
//! | `instruments` | every metric of the backend: one declaration each, handles resolved once |
//! | `labels` | closed sets of labels |
//! | `history` | the last day in steps, for people without a Prometheus |
//! | `point` | one of these steps, or several together |
//! | `histogram` | how long commands took, so that it can be added up |
//! | `reading` | the instruments' values at one moment, and how they changed since an earlier one |
//! | `process` | the process's own metrics under their standard names |
//! | `exposition` | the text that is scraped |
//! | `resource` | how this node identifies itself |
//! | `otlp` | pushing by OTLP |

mod exposition;
mod histogram;
pub mod history;
mod instruments;
mod labels;
pub(crate) mod otlp;
mod point;
mod process;
mod reading;
pub(crate) mod resource;

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::metrics::noop::NoopMeterProvider;
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_sdk::metrics::{Aggregation, Instrument, SdkMeterProvider, Stream};
use prometheus::Registry;

use otlp::Pusher;

pub use histogram::{Histogram, Quantiles};
pub use instruments::Instruments;
pub use labels::{Each, Label};
pub(crate) use otlp::CommandSpan;
pub use otlp::{
    LogRecord, LogValue, OtlpAuthority, OtlpCompression, OtlpConfig, OtlpHeaders, OtlpProtocol, OtlpSignals,
    RecordQueue, Severity, Signal,
};
pub use point::Point;
pub use process::resident_memory;

/// The meter of everything the backend records.
pub const METER: &str = "kolibri.backend";

/// The label for the type of a command or event, as it is scraped.
const EVENT_TYPE: &str = "event_type";
/// The label for whose fault a failure is, as it is scraped.
const FAULT: &str = "fault";

/// The most series of one instrument. Labels come from closed sets that are far smaller, so reaching it is a
/// defect. The SDK then folds the rest into `otel_metric_overflow` instead of growing.
const CARDINALITY_LIMIT: usize = 256;
/// The same for HTTP durations. Methods, routes and statuses are closed sets too, but a client can try every
/// method on every route, so their product has to fit.
const HTTP_CARDINALITY_LIMIT: usize = 2000;

/// What telemetry says about this node, and where it goes.
#[derive(Debug, Clone)]
pub struct TelemetryConfig {
    /// `service.instance.id`, unless `OTEL_RESOURCE_ATTRIBUTES` names another.
    pub instance: String,
    /// `service.version`.
    pub version: String,
    /// Where to push by OTLP; `None` pushes nowhere.
    pub otlp: Option<OtlpConfig>,
    /// Where lines of the log wait to be pushed. Commands join them.
    pub records: RecordQueue,
    /// Whose metrics these are.
    pub of: Publisher,
}

/// Which of the project's metrics a process publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publisher {
    /// All of them.
    Node,
    /// Those of drills. A drill in a process of its own is no node: event series of its own, even at zero, would end an alert
    /// about nodes that have gone.
    Drill,
}

/// Why telemetry could not start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The Prometheus exporter could not be built.
    #[error("the metrics cannot be prepared for Prometheus: {0}")]
    Prometheus(String),
    /// The OTLP exporter could not be built.
    #[error("the OTLP exporter cannot be built for {endpoint}: {problem}")]
    Otlp {
        /// The endpoint as configured.
        endpoint: String,
        /// Why.
        problem: String,
    },
}

/// The node's telemetry: a provider with its readers, or nothing at all.
pub struct Telemetry {
    on: Option<On>,
    instruments: Arc<Instruments>,
}

struct On {
    provider: SdkMeterProvider,
    registry: Registry,
    /// What pushes spans and lines of the log, if any are pushed.
    pusher: Option<Pusher>,
    /// Where commands go, if their spans are pushed.
    spans: Option<RecordQueue>,
}

impl Telemetry {
    /// No provider, no export: every instrument is a no-op (`KOLIBRI_TELEMETRY=0`).
    pub fn off() -> Self {
        let meter = NoopMeterProvider::new().meter(METER);
        Self { on: None, instruments: Arc::new(Instruments::new(meter)) }
    }

    /// Builds the provider and its readers. With OTLP over gRPC this must happen inside a tokio runtime.
    ///
    /// # Errors
    /// When an exporter cannot be built from its configuration.
    pub fn start(config: &TelemetryConfig) -> Result<Self, TelemetryError> {
        let registry = Registry::new();
        let scrape = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .scope_info_enabled(false)
            .build()
            .map_err(|error| TelemetryError::Prometheus(error.to_string()))?;
        let resource = resource::resource(config);
        let mut builder = SdkMeterProvider::builder()
            .with_resource(resource.clone())
            .with_reader(scrape)
            .with_view(stream_for(config.of));
        let tally = config.records.tally();
        let mut pusher = None;
        if let Some(otlp) = &config.otlp {
            let failed = |problem| TelemetryError::Otlp { endpoint: otlp.endpoint.clone(), problem };
            let transport = Arc::new(otlp::Transport::new(otlp).map_err(failed)?);
            if otlp.signals.contain(Signal::Metrics) {
                builder = builder.with_reader(otlp::reader(otlp, &transport, tally.clone()));
            }
            if otlp.signals.contain(Signal::Traces) || otlp.signals.contain(Signal::Logs) {
                pusher = Pusher::start(otlp, &transport, &resource, &config.records)
                    .map_err(|error| failed(error.to_string()))?;
            }
        }
        let spans = config.otlp.as_ref().is_some_and(|otlp| otlp.signals.contain(Signal::Traces));
        let spans = spans.then(|| config.records.clone());
        let provider = builder.build();
        instruments::observe_pushes(&provider.meter(METER), tally);
        process::observe(&provider.meter("kolibri.process"));
        let instruments = Arc::new(Instruments::new(provider.meter(METER)));
        Ok(Self { on: Some(On { provider, registry, pusher, spans }), instruments })
    }

    /// A meter; of a no-op provider when telemetry is off.
    pub fn meter(&self, name: &'static str) -> Meter {
        match &self.on {
            Some(on) => on.provider.meter(name),
            None => NoopMeterProvider::new().meter(name),
        }
    }

    /// The backend's instruments.
    pub fn instruments(&self) -> &Arc<Instruments> {
        &self.instruments
    }

    /// Whether there is anything to be scraped.
    pub fn is_on(&self) -> bool {
        self.on.is_some()
    }

    /// Where commands go whose spans are pushed; `None` if none are.
    pub(crate) fn spans(&self) -> Option<RecordQueue> {
        self.on.as_ref()?.spans.clone()
    }

    /// What is scraped; `None` when telemetry is off.
    pub(crate) fn registry(&self) -> Option<Registry> {
        self.on.as_ref().map(|on| on.registry.clone())
    }

    /// Everything in the Prometheus text format 0.0.4; `None` when telemetry is off.
    pub fn render(&self) -> Option<Result<String, TelemetryError>> {
        let on = self.on.as_ref()?;
        let text = exposition::text(&on.registry);
        Some(text.map_err(|error| TelemetryError::Prometheus(error.to_string())))
    }

    /// Pushes what is left, all at the same time, and stops. Blocks for up to five seconds when a collector does not
    /// answer; call it off the async runtime.
    pub fn shutdown(&self) {
        let Some(on) = &self.on else { return };
        std::thread::scope(|scope| {
            if let Some(pusher) = &on.pusher {
                scope.spawn(|| pusher.close());
            }
            // The cause was logged when the collector stopped accepting metrics; this error only says that
            // something failed.
            if on.provider.shutdown_with_timeout(Duration::from_secs(5)).is_err() {
                tracing::warn!("the last metrics did not reach the OTLP collector");
            }
        });
    }
}

/// Bounds every instrument's series, and leaves out what is not the publisher's.
fn stream_for(publisher: Publisher) -> impl Fn(&Instrument) -> Option<Stream> + Send + Sync + 'static {
    move |instrument| {
        let name = instrument.name();
        let of_nodes = name.starts_with("kolibri.") && !name.starts_with("kolibri.backend.soak");
        let limit = if name.starts_with("http.") { HTTP_CARDINALITY_LIMIT } else { CARDINALITY_LIMIT };
        let stream = Stream::builder().with_cardinality_limit(limit);
        match publisher {
            Publisher::Drill if of_nodes => stream.with_aggregation(Aggregation::Drop).build().ok(),
            _ => stream.build().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observer::{Failed, Observer};

    fn started() -> Telemetry {
        let config = TelemetryConfig {
            instance: "here:1".into(),
            version: "9.9.9".into(),
            otlp: None,
            records: Default::default(),
            of: Publisher::Node,
        };
        Telemetry::start(&config).unwrap()
    }

    #[test]
    fn every_family_is_born_at_zero() {
        let telemetry = started();
        let text = telemetry.render().unwrap().unwrap();
        for series in [
            r#"kolibri_backend_events_total{event_type="TEACH"} 0"#,
            r#"kolibri_backend_events_total{event_type="GENESIS"} 0"#,
            r#"kolibri_backend_events_failed_total{event_type="ASK",fault="caller"} 0"#,
            r#"kolibri_backend_events_failed_total{event_type="ASK",fault="node"} 0"#,
            r#"kolibri_backend_events_failed_total{event_type="GENESIS",fault="node"} 0"#,
            r#"kolibri_backend_events_failed_total{event_type="TRACE",fault="trace"} 0"#,
            r#"kolibri_backend_events_failed_total{event_type="COMMAND",fault="caller"} 0"#,
            r#"kolibri_backend_genome_blocks_bucket{event_type="ASK",le="1000000000"} 0"#,
            r#"kolibri_backend_command_duration_seconds_bucket{event_type="FORGET",le="10"} 0"#,
        ] {
            assert!(text.contains(&format!("{series}\n")), "{series} is missing in\n{text}");
        }
    }

    #[test]
    fn the_target_says_what_it_is() {
        let telemetry = started();
        let text = telemetry.render().unwrap().unwrap();
        let target = text.lines().find(|line| line.starts_with("target_info{")).unwrap();
        for label in [
            r#"service_name="kolibri-backend""#,
            r#"service_version="9.9.9""#,
            r#"service_instance_id="here:1""#,
        ] {
            assert!(target.contains(label), "{target}");
        }
    }

    #[test]
    fn process_metrics_have_their_standard_names() {
        let text = started().render().unwrap().unwrap();
        for name in [
            "process_cpu_seconds_total ",
            "process_resident_memory_bytes ",
            "process_open_fds ",
            "process_max_fds ",
            "process_start_time_seconds ",
        ] {
            assert!(text.lines().any(|line| line.starts_with(name)), "{name} is missing in\n{text}");
        }
    }

    #[test]
    fn off_means_that_nothing_is_there_and_recording_still_works() {
        let telemetry = Telemetry::off();
        telemetry.instruments().failed(Failed::Command);
        assert!(telemetry.render().is_none());
        telemetry.shutdown();
    }
}
