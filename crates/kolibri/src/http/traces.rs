//! How commands were executed.

use std::ops::Range;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use kolibri_core::clock::rfc3339;
use kolibri_core::trace::{EVER, FailureSummary, REMEMBERED, Trace, TraceId, Traces};

use super::App;
use super::extract::{Parameter, Query, bad_query, check_limit};
use crate::wire::limits::{MAX_TRACES, TraceIdText};
use crate::wire::{
    FailuresQuery, FailuresResponse, LastQuery, LatestQuery, Moment, Problem, ProblemKind, TracesResponse,
};

/// The latest trace, optionally with a given outcome.
#[utoipa::path(
    get, path = "/api/v1/traces/latest", tag = "traces", params(LatestQuery),
    extensions(("x-problems" = json!([ProblemKind::NoSuchTrace]))),
    responses(
        (status = 200, description = "The trace", body = Trace),
    )
)]
pub(super) async fn latest(
    State(app): State<App>,
    Query(LatestQuery { outcome }): Query<LatestQuery>,
) -> Result<Json<Arc<Trace>>, Problem> {
    let found = traces(&app)?.latest(outcome);
    found.map(Json).ok_or_else(|| none("the node remembers no such command"))
}

/// The latest traces, newest first, optionally with a given outcome and of a given time.
#[utoipa::path(
    get, path = "/api/v1/traces", operation_id = "traces", tag = "traces", params(LastQuery),
    extensions(("x-problems" = json!([ProblemKind::NoSuchTrace]))),
    responses(
        (status = 200, description = "The traces", body = TracesResponse),
    )
)]
pub(super) async fn last(
    State(app): State<App>,
    Query(LastQuery { outcome, soak, limit, since, until }): Query<LastQuery>,
) -> Result<Json<TracesResponse>, Problem> {
    check_limit(limit, MAX_TRACES)?;
    let (known, when) = (traces(&app)?, when(since, until)?);
    let traces = match soak {
        Some(id) => known.last_of_drill(&id, &when, limit),
        None => known.last(outcome, &when, limit),
    };
    Ok(Json(TracesResponse { traces }))
}

/// What failed in some time: how often, and the command behind it. A command that failed only because an earlier one broke
/// the store is counted where that one is. The node remembers 512 failed commands; a flood of one kind displaces no other.
#[utoipa::path(
    get, path = "/api/v1/traces/failed", operation_id = "failures", tag = "traces", params(FailuresQuery),
    extensions(("x-problems" = json!([ProblemKind::NoSuchTrace]))),
    responses(
        (status = 200, description = "What failed, by kind", body = FailuresResponse),
    )
)]
pub(super) async fn failed(
    State(app): State<App>,
    Query(FailuresQuery { since, until }): Query<FailuresQuery>,
) -> Result<Json<FailuresResponse>, Problem> {
    let when = when(since, until)?;
    let FailureSummary { failures, groups, missing_before } = traces(&app)?.failures(&when);
    let written = |moment: Option<Moment>| moment.map(|Moment(time)| rfc3339(time));
    Ok(Json(FailuresResponse {
        since: written(since),
        until: written(until),
        failures,
        groups,
        missing_before: missing_before.map(rfc3339),
        remembered: REMEMBERED,
    }))
}

/// From the one up to the other.
fn when(since: Option<Moment>, until: Option<Moment>) -> Result<Range<u64>, Problem> {
    let time = |moment: Option<Moment>, otherwise| moment.map_or(otherwise, |Moment(time)| time);
    let when = time(since, EVER.start)..time(until, EVER.end);
    if when.end < when.start { Err(bad_query("until is before since")) } else { Ok(when) }
}

/// The trace of one command. The node remembers the last 2048 successful and 512 failed commands.
#[utoipa::path(
    get, path = "/api/v1/traces/{trace_id}", tag = "traces",
    params(("trace_id" = inline(TraceIdText), Path, description = "32 lower-case hex digits, not all zero")),
    extensions(("x-problems" = json!([ProblemKind::BadTraceId, ProblemKind::NoSuchTrace]))),
    responses(
        (status = 200, description = "The trace", body = Trace),
    )
)]
pub(super) async fn by_id(
    State(app): State<App>,
    Parameter(trace_id): Parameter,
) -> Result<Json<Arc<Trace>>, Problem> {
    let Some(trace_id) = TraceId::parse(&trace_id) else {
        let detail = "a trace id is 32 lower-case hex digits, not all zero";
        return Err(Problem::new(ProblemKind::BadTraceId, detail));
    };
    let found = traces(&app)?.find(trace_id);
    found.map(Json).ok_or_else(|| {
        none("the node no longer remembers it; it may be in the trace file (KOLIBRI_TRACE_PATH)")
    })
}

fn traces(app: &App) -> Result<&Arc<Traces>, Problem> {
    app.node.traces().ok_or_else(|| none("tracing is off (KOLIBRI_TRACE)"))
}

fn none(detail: &str) -> Problem {
    Problem::new(ProblemKind::NoSuchTrace, detail)
}

/// For the fuzzers: a query that is accepted is within its bounds.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    let Ok(uri) = format!("/?{}", String::from_utf8_lossy(data)).parse::<axum::http::Uri>() else { return };
    fn read<T: serde::de::DeserializeOwned>(uri: &axum::http::Uri) -> Option<T> {
        Some(axum::extract::Query::try_from_uri(uri).ok()?.0)
    }
    if let Some(LastQuery { limit, since, until, .. }) = read(&uri) {
        assert!(check_limit(limit, MAX_TRACES).is_err() || (1..=MAX_TRACES).contains(&limit));
        assert!(when(since, until).is_ok_and(|when| when.start <= when.end) || until.is_some());
    }
    if let Some(FailuresQuery { since: Some(Moment(since)), .. }) = read(&uri) {
        assert_eq!(kolibri_core::clock::parse_rfc3339(&rfc3339(since)), Some(since));
    }
}
