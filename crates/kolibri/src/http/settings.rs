//! The settings that this node works with.

use axum::Json;
use axum::extract::State;

use super::App;
use crate::wire::SettingsResponse;

/// The settings in force: name, value, and where it comes from. Secrets are not shown, only whether they are set.
#[utoipa::path(
    get, path = "/api/v1/settings", tag = "operations",
    responses((status = 200, description = "Every setting", body = SettingsResponse))
)]
pub(super) async fn settings(State(app): State<App>) -> Json<SettingsResponse> {
    Json(SettingsResponse { settings: app.settings.in_force() })
}
