//! How commands were executed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kolibri_core::trace::{Outcome, Trace, TraceId, Traces};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::body::{Parameter, Query};
use super::problem::Problem;

/// Which trace.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LatestQuery {
    /// `failed` or `ok`; without it, the last of all.
    #[param(value_type = Option<String>, example = "failed")]
    outcome: Option<Outcome>,
}

/// The last trace, of an outcome if one is named.
#[utoipa::path(
    get, path = "/api/v1/traces/latest", tag = "traces", params(LatestQuery),
    responses(
        (status = 200, description = "The trace", body = Trace),
        (status = 404, description = "There is none", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn latest(
    State(app): State<App>,
    Query(LatestQuery { outcome }): Query<LatestQuery>,
) -> Result<Json<Arc<Trace>>, Problem> {
    let found = traces(&app)?.latest(outcome);
    found.map(Json).ok_or_else(|| none("no such command was executed since the node can remember"))
}

/// The most traces one call returns.
const MAX_TRACES: usize = 100;

/// Which traces.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LastQuery {
    /// `failed` or `ok`; without it, of both.
    #[param(value_type = Option<String>, example = "failed")]
    outcome: Option<Outcome>,
    /// How many, 1 to 100.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 100)]
    limit: usize,
}

fn default_limit() -> usize {
    20
}

/// Some traces.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TracesResponse {
    /// The newest first.
    #[schema(value_type = Vec<Trace>)]
    traces: Vec<Arc<Trace>>,
}

/// The last traces, newest first, of an outcome if one is named.
#[utoipa::path(
    get, path = "/api/v1/traces", operation_id = "traces", tag = "traces", params(LastQuery),
    responses(
        (status = 200, description = "The traces, if there are any", body = TracesResponse),
        (status = 400, description = "A bad query", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Tracing is off", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn last(
    State(app): State<App>,
    Query(LastQuery { outcome, limit }): Query<LastQuery>,
) -> Result<Json<TracesResponse>, Problem> {
    if !(1..=MAX_TRACES).contains(&limit) {
        let detail = format!("limit is {limit}; from 1 to {MAX_TRACES} traces can be read at once");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "bad_query", "The query cannot be read", detail));
    }
    Ok(Json(TracesResponse { traces: traces(&app)?.last(outcome, limit) }))
}

/// The trace of one command, as long as the node remembers it: the last 2048 good and 512 failed ones.
#[utoipa::path(
    get, path = "/api/v1/traces/{trace_id}", tag = "traces",
    params(("trace_id" = String, Path, description = "32 lower-case hex digits")),
    responses(
        (status = 200, description = "The trace", body = Trace),
        (status = 404, description = "Not remembered", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn by_id(
    State(app): State<App>,
    Parameter(trace_id): Parameter,
) -> Result<Json<Arc<Trace>>, Problem> {
    let Some(trace_id) = TraceId::parse(&trace_id) else {
        let detail = "a trace id is 32 lower-case hex digits, not all zero";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "bad_trace_id", "This is no trace id", detail));
    };
    let found = traces(&app)?.find(trace_id);
    found
        .map(Json)
        .ok_or_else(|| none("the node does not remember it; the trace file may (KOLIBRI_TRACE_PATH)"))
}

fn traces(app: &App) -> Result<&Arc<Traces>, Problem> {
    app.node.traces().ok_or_else(|| none("tracing is off (KOLIBRI_TRACE)"))
}

fn none(detail: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no_such_trace", "No such trace", detail)
}
