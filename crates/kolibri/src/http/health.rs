//! Whether the node lives and is ready, and the scrape endpoint.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kolibri_core::Ready;
use kolibri_core::clock::in_words;
use kolibri_core::telemetry::Telemetry;

use super::App;
use crate::wire::{Health, HealthStatus, Problem, ProblemKind};

/// The paths below, which health checks ask for.
pub(super) const PROBES: [&str; 2] = ["/livez", "/readyz"];

/// Whether the process is running. Does not touch the store.
#[utoipa::path(get, path = "/livez", tag = "health", responses((status = 200, description = "It is running", body = Health)))]
pub(super) async fn livez() -> Json<Health> {
    Json(Health { status: HealthStatus::Live, notes: Vec::new(), genome_broken: false })
}

/// Whether the node is ready: the writer accepts events, the genome is readable, and the index has caught up.
#[utoipa::path(
    get, path = "/readyz", tag = "health",
    extensions(("x-problems" = json!([ProblemKind::NotReady]))),
    responses(
        (status = 200, description = "It is ready", body = Health),
    )
)]
pub(super) async fn readyz(State(app): State<App>) -> Result<Json<Health>, Problem> {
    let not_ready = |detail: String| Problem::new(ProblemKind::NotReady, detail);
    if *app.stopping.borrow() {
        return Err(not_ready("the node is stopping".into()));
    }
    let node = Arc::clone(&app.node);
    let look =
        move || (node.ready(), node.broken(), [node.meaning().note(), node.clock_behind().map(clock_note)]);
    let looked = tokio::task::spawn_blocking(look).await;
    if let Ok((ready, ..)) = &looked {
        app.started.not_ready_since(matches!(ready, Ready::No(_)));
    }
    match looked {
        Ok((Ready::Yes, broken, others)) => {
            let genome_broken = broken.is_some();
            let notes = broken
                .and_then(|verdict| verdict.note())
                .into_iter()
                .chain(others.into_iter().flatten())
                .collect();
            Ok(Json(Health { status: HealthStatus::Ready, notes, genome_broken }))
        }
        Ok((Ready::No(problems), ..)) => {
            let told: Vec<_> = problems.into_iter().map(|problem| problem.detail).collect();
            Err(not_ready(told.join("; ")))
        }
        Err(error) => Err(Problem::internal(error)),
    }
}

fn clock_note(behind: Duration) -> String {
    format!("block times stand still: the clock is {} behind the last block", in_words(behind))
}

/// Everything in the Prometheus text format 0.0.4
/// (<https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>).
pub(super) async fn metrics(State(telemetry): State<Arc<Telemetry>>) -> Response {
    let rendered = tokio::task::spawn_blocking(move || telemetry.render()).await;
    let format = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    match rendered {
        Ok(Some(Ok(text))) => ([(header::CONTENT_TYPE, format)], text).into_response(),
        Ok(Some(Err(error))) => Problem::internal(error).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => Problem::internal(error).into_response(),
    }
}
