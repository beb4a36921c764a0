//! What the last hour was like, for charts that need no Prometheus.

use axum::Json;
use axum::extract::State;
use kolibri_core::telemetry::last_hour::{LastHour, STEP};

use super::App;
use crate::config::settings;
use crate::wire::HistoryResponse;

/// The last hour in steps of ten seconds. Not available when telemetry is off.
#[utoipa::path(
    get, path = "/api/v1/operations/history", tag = "operations",
    responses((status = 200, description = "The last hour, or why it is unknown", body = HistoryResponse))
)]
pub(super) async fn history(State(app): State<App>) -> Json<HistoryResponse> {
    let points = app.node.last_hour().map(LastHour::points);
    Json(HistoryResponse {
        available: points.is_some(),
        variable: (!app.telemetry).then(|| settings::TELEMETRY.variable.to_owned()),
        step_seconds: STEP.as_secs(),
        points: points.unwrap_or_default().into_iter().map(Into::into).collect(),
    })
}
