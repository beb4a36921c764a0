//! HTTP server metrics by OpenTelemetry's semantic conventions
//! (<https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#http-server>). Paths appear as route templates and
//! methods from a closed set, so no caller can add a series.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use kolibri_core::telemetry::Telemetry;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Histogram, UpDownCounter};

use super::App;

/// The instruments of the API.
pub(super) struct HttpInstruments {
    duration: Histogram<f64>,
    active: UpDownCounter<i64>,
}

impl HttpInstruments {
    pub(super) fn new(telemetry: &Telemetry) -> Self {
        let meter = telemetry.meter("kolibri.http");
        let duration = meter
            .f64_histogram("http.server.request.duration")
            .with_unit("s")
            .with_description("Duration of HTTP server requests")
            // The bounds that the conventions advise.
            .with_boundaries(vec![
                0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
            ])
            .build();
        let active = meter
            .i64_up_down_counter("http.server.active_requests")
            .with_unit("{request}")
            .with_description("Number of active HTTP server requests")
            .build();
        Self { duration, active }
    }
}

/// Counts a request as active until it ends, even when its caller goes away.
struct Active<'a> {
    instruments: &'a HttpInstruments,
    attributes: [KeyValue; 2],
}

impl<'a> Active<'a> {
    fn begin(instruments: &'a HttpInstruments, method: &'static str) -> Self {
        let attributes = [KeyValue::new("http.request.method", method), KeyValue::new("url.scheme", "http")];
        instruments.active.add(1, &attributes);
        Self { instruments, attributes }
    }
}

impl Drop for Active<'_> {
    fn drop(&mut self) {
        self.instruments.active.add(-1, &self.attributes);
    }
}

/// Measures a request until its answer begins.
pub(super) async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let active = Active::begin(&app.measure, method);
    let response = next.run(request).await;
    let mut attributes = Vec::from(active.attributes.clone());
    attributes.push(KeyValue::new("http.response.status_code", i64::from(response.status().as_u16())));
    attributes.extend(route.map(|route| KeyValue::new("http.route", route)));
    if response.status().is_server_error() {
        attributes.push(KeyValue::new("error.type", response.status().as_str().to_owned()));
    }
    app.measure.duration.record(started.elapsed().as_secs_f64(), &attributes);
    response
}

/// The method, or `_OTHER`, as the conventions say.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::CONNECT => "CONNECT",
        Method::OPTIONS => "OPTIONS",
        Method::TRACE => "TRACE",
        Method::PATCH => "PATCH",
        _ => "_OTHER",
    }
}
