//! Verifying the genome of the running node: start, watch, stop.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use kolibri_core::background::Status;
use kolibri_core::verification_job::VerificationStatus;

use super::App;
use super::sse::progress_events;
use crate::wire::{Problem, ProblemKind, VerificationEvent, VerificationResponse};

/// Start verifying the genome: every block, its content or erasure, and every answer. Commands continue meanwhile.
#[utoipa::path(
    post, path = "/api/v1/genome/verification", operation_id = "start_verification", tag = "genome",
    extensions(("x-problems" = json!([ProblemKind::VerificationRunning]))),
    responses(
        (status = 202, description = "Started", body = VerificationResponse),
    )
)]
pub(super) async fn start(
    State(app): State<App>,
) -> Result<(StatusCode, Json<VerificationResponse>), Problem> {
    app.node.verification().start().map_err(Problem::of_verification)?;
    Ok((StatusCode::ACCEPTED, status(State(app)).await))
}

/// The state of the running verification, or the result of the last one.
#[utoipa::path(
    get, path = "/api/v1/genome/verification", operation_id = "verification", tag = "genome",
    responses((status = 200, description = "The last verification since the node started, and the last verdict", body = VerificationResponse))
)]
pub(super) async fn status(State(app): State<App>) -> Json<VerificationResponse> {
    let verification = app.node.verification();
    Json(VerificationResponse::of(&verification.watch().borrow(), verification.verdict()))
}

/// Progress of the verification, as server-sent events: `progress` after every change, and `end` at the end. Each has the
/// same body as a GET of the verification.
#[utoipa::path(
    get, path = "/api/v1/genome/verification/progress", operation_id = "verification_progress", tag = "genome",
    responses((status = 200, description = "The events", body = VerificationEvent, content_type = "text/event-stream"))
)]
pub(super) async fn progress(State(app): State<App>) -> impl IntoResponse {
    let over = |status: &VerificationStatus| !status.is_running();
    let node = Arc::clone(&app.node);
    progress_events(app.node.verification().watch(), app.stopping.clone(), over, move |status| {
        VerificationResponse::of(status, node.verification().verdict())
    })
}

/// Stop the verification; returns once it has ended.
#[utoipa::path(
    delete, path = "/api/v1/genome/verification", operation_id = "cancel_verification", tag = "genome",
    extensions(("x-problems" = json!([ProblemKind::NoVerification]))),
    responses(
        (status = 204, description = "Stopped"),
    )
)]
pub(super) async fn cancel(State(app): State<App>) -> Result<StatusCode, Problem> {
    // Of this run, not of one that somebody starts after it.
    let mut running = app.node.verification().watch();
    if !app.node.verification().cancel() {
        let detail = "no verification is running; POST starts one";
        return Err(Problem::new(ProblemKind::NoVerification, detail));
    }
    // An error means that it has ended as well.
    let _ = running.wait_for(|status| !status.is_running()).await;
    Ok(StatusCode::NO_CONTENT)
}
