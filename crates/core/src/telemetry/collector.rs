//! How a collector's problems are reported: in the log once when they begin, with their cause, and once when
//! they are over; in the metrics with each push.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::MetricExporter;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use parking_lot::Mutex;
use reqwest::header::HeaderMap;

/// Why the last request got no answer, such as "Connection refused". The exporter only says "network error".
#[derive(Debug, Clone, Default)]
pub(super) struct Cause(Arc<Mutex<Option<String>>>);

impl Cause {
    fn set(&self, cause: Option<String>) {
        *self.0.lock() = cause;
    }

    fn get(&self) -> Option<String> {
        self.0.lock().clone()
    }
}

/// An HTTP client that remembers why a request got no answer.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::blocking::Client,
    cause: Cause,
}

impl Client {
    /// A client that adds `headers` and waits no longer than `timeout`. It follows no redirect: that would
    /// turn a push into a GET whose success means nothing, and send the headers elsewhere.
    pub(super) fn new(timeout: Duration, headers: HeaderMap, cause: Cause) -> Result<Self, String> {
        let build = move || {
            reqwest::blocking::Client::builder()
                .timeout(timeout)
                .default_headers(headers)
                .redirect(reqwest::redirect::Policy::none())
                .build()
        };
        // A blocking client cannot be built on a thread that runs async tasks.
        let built = std::thread::spawn(build).join();
        let built = built.map_err(|_| "its HTTP client could not be built".to_owned())?;
        built.map(|http| Self { http, cause }).map_err(|error| root_cause(&error))
    }
}

/// Written out as `async_trait`, which the trait uses, would do it.
impl HttpClient for Client {
    fn send_bytes<'client, 'answer>(
        &'client self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'answer>>
    where
        'client: 'answer,
        Self: 'answer,
    {
        Box::pin(async move {
            let result = self.http.send_bytes(request).await;
            self.cause.set(result.as_ref().err().map(|error| root_cause(error.as_ref())));
            result
        })
    }
}

fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    root.to_string()
}

/// How many pushes have failed.
#[derive(Clone, Default)]
pub(super) struct Failures(Arc<AtomicU64>);

impl Failures {
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Passes pushes on, counts those that fail, and logs once when the collector stops accepting them, and once
/// when it accepts them again.
pub(super) struct Announcing {
    exporter: MetricExporter,
    endpoint: String,
    cause: Cause,
    failures: Failures,
    failing: AtomicBool,
}

impl Announcing {
    pub(super) fn new(exporter: MetricExporter, endpoint: String, cause: Cause, failures: Failures) -> Self {
        Self { exporter, endpoint, cause, failures, failing: AtomicBool::new(false) }
    }
}

impl PushMetricExporter for Announcing {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let result = self.exporter.export(metrics).await;
        self.failures.0.fetch_add(result.is_err().into(), Ordering::Relaxed);
        let was_failing = self.failing.swap(result.is_err(), Ordering::Relaxed);
        match (&result, was_failing) {
            (Err(error), false) => tracing::warn!(
                endpoint = %self.endpoint, %error, cause = self.cause.get(),
                "the OTLP collector does not accept metrics; the node keeps running and trying. Check KOLIBRI_OTLP_ENDPOINT, \
                 KOLIBRI_OTLP_PROTOCOL, KOLIBRI_OTLP_HEADERS and the collector"
            ),
            (Ok(()), true) => {
                tracing::info!(endpoint = %self.endpoint, "the OTLP collector accepts metrics again")
            }
            _ => {}
        }
        result
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn temporality(&self) -> Temporality {
        self.exporter.temporality()
    }
}
