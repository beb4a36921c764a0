//! What an on-call engineer wants to know of a node at a glance.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use kolibri_core::Ready;
use kolibri_core::clock::{self, rfc3339};
use kolibri_core::follow::FollowStatus;
use kolibri_genome::Head;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::problem::Problem;

/// When the node began to serve, by the clock and by a watch that nobody sets.
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

/// The state of the node.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OperationsResponse {
    /// Whether it can do its work.
    state: ReadyState,
    /// Why it is not ready.
    problems: Vec<String>,
    /// Version of the program.
    version: &'static str,
    /// When the node started, RFC 3339.
    started: String,
    /// The node's clock, RFC 3339.
    now: String,
    /// Seconds since the node started.
    uptime_seconds: f64,
    /// Where the genome ends; null when it cannot be read.
    genome: Option<GenomeEnd>,
    /// Whether metrics are recorded (`KOLIBRI_TELEMETRY`).
    telemetry: bool,
    /// Whether commands are traced (`KOLIBRI_TRACE`).
    tracing: bool,
    index: IndexState,
}

/// Whether the node can do its work.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReadyState {
    Ready,
    NotReady,
}

/// Where the genome ends.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GenomeEnd {
    /// Length of the genome.
    blocks: u64,
    head: BlockHead,
}

/// The last block of a genome.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BlockHead {
    /// The block's index.
    index: u64,
    /// 64 hex digits.
    hash: String,
}

impl From<Head> for BlockHead {
    fn from(head: Head) -> Self {
        Self { index: head.index, hash: head.hash.to_string() }
    }
}

/// How far the search index has followed the genome.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IndexState {
    /// Whether it has caught up since the start.
    caught_up: bool,
    /// The last block it holds.
    reached: Option<u64>,
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
        version: env!("CARGO_PKG_VERSION"),
        started: rfc3339(app.started.time),
        now: rfc3339(clock::now()),
        uptime_seconds: app.started.instant.elapsed().as_secs_f64(),
        genome: head.map(|head| GenomeEnd { blocks: head.index + 1, head: head.into() }),
        telemetry: app.telemetry,
        tracing: app.node.traces().is_some(),
        index: IndexState { caught_up, reached },
    }))
}
