//! The reader that pushes metrics at every interval.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{PeriodicReader, Temporality};
use parking_lot::Mutex;

use super::collector::{Collector, Tally};
use super::transport::Transport;
use super::{OtlpConfig, Signal, TIMEOUT};

/// A reader that pushes every [`OtlpConfig::interval`], on its own thread.
pub(in crate::telemetry) fn reader(
    config: &OtlpConfig,
    transport: &Arc<Transport>,
    tally: Tally,
) -> PeriodicReader<Pushing> {
    let collector = Collector::new(config, Arc::clone(transport), Signal::Metrics, tally);
    PeriodicReader::builder(Pushing(Mutex::new(collector))).with_interval(config.interval).build()
}

/// Pushes what the SDK has collected.
pub(in crate::telemetry) struct Pushing(Mutex<Collector>);

impl PushMetricExporter for Pushing {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let pushed = self.0.lock().push(ExportMetricsServiceRequest::from(metrics), TIMEOUT);
        pushed.map_err(|refused| OTelSdkError::InternalFailure(refused.cause))
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    /// Whatever `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE` says: Prometheus drops anything else in silence.
    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}
