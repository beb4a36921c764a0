//! What an on-call engineer wants to know of a node at a glance.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use kolibri_core::clock::{self, rfc3339};
use kolibri_core::follow::FollowStatus;
use kolibri_core::recall::{Judge, MeaningStatus};
use kolibri_core::telemetry::history::History;
use kolibri_core::trace::{EVER, Outcome, Traces};
use kolibri_core::verdict::{BrokenBlock, LastVerdict};
use kolibri_core::{Node, NotReady, Ready};

use super::App;
use super::condition::{Seen, SeenBroken, decide};
use crate::wire::limits::MAX_TRACES;
use crate::wire::{
    AlertsSeen, GenomeEnd, IndexState, OperationsResponse, Problem, ReadyState, RecallState, VerdictResponse,
};

/// When the node began to serve, by the clock and by a monotonic one.
pub(super) struct Started {
    /// Nanoseconds since the Unix epoch.
    time: u64,
    instant: Instant,
    /// When it was first seen not to be ready, in nanoseconds since the Unix epoch; 0 if it was seen ready since.
    not_ready: AtomicU64,
}

impl Started {
    pub(super) fn now() -> Self {
        Self { time: clock::now(), instant: Instant::now(), not_ready: AtomicU64::new(0) }
    }

    /// Since when the node is seen not to be ready, in nanoseconds since the Unix epoch.
    pub(super) fn not_ready_since(&self, not_ready: bool) -> Option<u64> {
        if !not_ready {
            self.not_ready.store(0, Ordering::Relaxed);
            return None;
        }
        let now = clock::now();
        let first = self.not_ready.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
        Some(first.map_or_else(|earlier| earlier, |_| now))
    }
}

/// The state of the node at a glance.
#[utoipa::path(
    get, path = "/api/v1/operations", tag = "operations",
    responses((status = 200, description = "The state, whether ready or not", body = OperationsResponse))
)]
pub(super) async fn operations(State(app): State<App>) -> Result<Json<OperationsResponse>, Problem> {
    let node = Arc::clone(&app.node);
    let look = move || (node.ready(), node.reader().head().ok(), node.disk_available(), node.clock_behind());
    let alerts = async {
        match &app.prometheus {
            Some(prometheus) => Some(prometheus.at_a_glance().await),
            None => None,
        }
    };
    let (looked, alerts) = tokio::join!(tokio::task::spawn_blocking(look), alerts);
    let (ready, head, disk_available, clock_behind) = looked.map_err(Problem::internal)?;
    let (state, problems) = match ready {
        Ready::Yes => (ReadyState::Ready, Vec::new()),
        Ready::No(problems) => (ReadyState::NotReady, problems),
    };
    let condition = decide(&Seen { disk_available, clock_behind, ..seen(&app, &problems, alerts) });
    let FollowStatus { caught_up, reached, .. } = app.node.index();
    Ok(Json(OperationsResponse {
        condition,
        state,
        problems: problems.into_iter().map(Into::into).collect(),
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

fn seen(app: &App, problems: &[NotReady], alerts: Option<AlertsSeen>) -> Seen {
    let broken = app.node.verification().verdict().and_then(|verdict| {
        let LastVerdict { ended, broken, .. } = verdict;
        broken.map(|BrokenBlock { block, fault }| SeenBroken { block, fault, found: ended })
    });
    let failed = |traces: &Arc<Traces>| traces.last(Some(Outcome::Failed), &EVER, MAX_TRACES);
    let MeaningStatus { model, problem, .. } = app.node.meaning();
    Seen {
        problems: problems.iter().map(ToString::to_string).collect(),
        not_ready_since: app.started.not_ready_since(!problems.is_empty()),
        broken,
        points: app.node.history().map(History::since_start),
        failed: app.node.traces().map(failed).unwrap_or_default(),
        words_alone: problem.filter(|_| model.is_some()),
        alerts,
        ..Seen::default()
    }
}

fn recall(node: &Node) -> RecallState {
    let MeaningStatus { model, sent_to, made, missing, problem, .. } = node.meaning();
    let precision = match node.judge() {
        Judge::Calibrated(precision) => Some(precision.value()),
        Judge::Likeness => None,
    };
    RecallState { precision, model, sent_to, known: made, missing, by_words_alone: problem }
}
