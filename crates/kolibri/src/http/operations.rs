//! What an on-call engineer wants to know of a node at a glance.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use kolibri_core::clock::{self, rfc3339};
use kolibri_core::follow::FollowStatus;
use kolibri_core::recall::{Judge, MeaningStatus};
use kolibri_core::{Node, Ready};

use super::App;
use crate::wire::{
    GenomeEnd, IndexState, OperationsResponse, Problem, ReadyState, RecallState, VerdictResponse,
};

/// When the node began to serve, by the clock and by a monotonic one.
pub(super) struct Started {
    /// Nanoseconds since the Unix epoch.
    time: u64,
    instant: Instant,
}

impl Started {
    pub(super) fn now() -> Self {
        Self { time: clock::now(), instant: Instant::now() }
    }
}

/// The state of the node at a glance.
#[utoipa::path(
    get, path = "/api/v1/operations", tag = "operations",
    responses((status = 200, description = "The state, whether ready or not", body = OperationsResponse))
)]
pub(super) async fn operations(State(app): State<App>) -> Result<Json<OperationsResponse>, Problem> {
    let node = Arc::clone(&app.node);
    let look = move || (node.ready(), node.reader().head().ok());
    let (ready, head) = tokio::task::spawn_blocking(look).await.map_err(Problem::internal)?;
    let (state, problems) = match ready {
        Ready::Yes => (ReadyState::Ready, Vec::new()),
        Ready::No(problems) => (ReadyState::NotReady, problems),
    };
    let FollowStatus { caught_up, reached, .. } = app.node.index();
    Ok(Json(OperationsResponse {
        state,
        problems,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: rfc3339(app.started.time),
        now: rfc3339(clock::now()),
        uptime_seconds: app.started.instant.elapsed().as_secs_f64(),
        genome: head.map(|head| GenomeEnd { blocks: head.index + 1, head: head.into() }),
        telemetry: app.telemetry,
        tracing: app.node.traces().is_some(),
        index: IndexState { caught_up, reached },
        recall: recall(&app.node),
        verdict: app.node.verification().verdict().map(VerdictResponse::from),
    }))
}

fn recall(node: &Node) -> RecallState {
    let MeaningStatus { model, sent_to, made, missing, problem, .. } = node.meaning();
    let precision = match node.judge() {
        Judge::Calibrated(precision) => Some(precision.value()),
        Judge::Likeness => None,
    };
    RecallState { precision, model, sent_to, known: made, missing, by_words_alone: problem }
}
