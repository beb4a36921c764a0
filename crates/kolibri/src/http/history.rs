//! What the last day was like, for charts that need no Prometheus.

use axum::Json;
use axum::extract::State;
use kolibri_core::clock::{self, rfc3339};
use kolibri_core::telemetry::history::Past;

use super::App;
use super::extract::Query;
use crate::config::settings;
use crate::wire::{HistoryQuery, HistoryResponse};

/// The last 15 minutes to 24 hours, in steps. Not available when telemetry is off.
#[utoipa::path(
    get, path = "/api/v1/operations/history", tag = "operations",
    params(HistoryQuery),
    responses((status = 200, description = "What the range was like, or why it is unknown", body = HistoryResponse))
)]
pub(super) async fn history(
    State(app): State<App>,
    Query(HistoryQuery { range }): Query<HistoryQuery>,
) -> Json<HistoryResponse> {
    let now = clock::now();
    let past = app.node.history().map(|history| history.past(range, now));
    let available = past.is_some();
    let Past { points, gaps } = past.unwrap_or(Past { points: Vec::new(), gaps: Vec::new() });
    Json(HistoryResponse {
        available,
        variable: (!app.telemetry).then(|| settings::TELEMETRY.variable.to_owned()),
        since: rfc3339(now.saturating_sub(range.seconds() * 1_000_000_000)),
        until: rfc3339(now),
        step_seconds: range.step_seconds(),
        points: points.into_iter().map(Into::into).collect(),
        gaps: gaps.into_iter().map(Into::into).collect(),
    })
}
