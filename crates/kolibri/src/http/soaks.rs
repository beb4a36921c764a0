//! Soak drills: start one, watch it, stop it, and read what became of those before.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kolibri_soak::{DrillProgress, DrillReport, DrillState, Drills, HistoryError, Parameters};

use super::App;
use super::extract::{JsonBody, Parameter};
use super::sse::progress_events;
use crate::wire::limits::MAX_BODY;
use crate::wire::{Problem, ProblemKind, SoakEvent, SoakLinks, SoakStarted, SoaksResponse};

/// Start a soak drill: simulated minutes of events, on its own genome. Every field of the body has a default.
#[utoipa::path(
    post, path = "/api/v1/soaks", operation_id = "start_soak", tag = "soaks",
    request_body(content = Parameters, extensions(("x-max-bytes" = json!(MAX_BODY)))),
    extensions(("x-problems" = json!([ProblemKind::SoakRunning, ProblemKind::SoakParameters, ProblemKind::SoakTooLarge]))),
    responses(
        (status = 202, description = "Started", body = SoakStarted),
    )
)]
pub(super) async fn start(
    State(app): State<App>,
    JsonBody(parameters): JsonBody<Parameters>,
) -> Result<Response, Problem> {
    let id = blocking(&app, move |drills| drills.start(parameters)).await?.map_err(Problem::of_soak)?;
    let itself = format!("/api/v1/soaks/{id}");
    let location = HeaderValue::from_str(&itself).map_err(Problem::internal)?;
    let links = SoakLinks { progress: format!("{itself}/progress"), itself };
    let body = Json(SoakStarted { id, state: DrillState::Running, links });
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], body).into_response())
}

/// Every drill that is kept, newest first.
#[utoipa::path(
    get, path = "/api/v1/soaks", operation_id = "soaks", tag = "soaks",
    responses((status = 200, description = "The drills", body = SoaksResponse))
)]
pub(super) async fn list(State(app): State<App>) -> Result<Json<SoaksResponse>, Problem> {
    let found = blocking(&app, |drills| Ok::<_, HistoryError>((drills.running(), drills.all()?))).await?;
    let (running, soaks) = found.map_err(Problem::internal)?;
    Ok(Json(SoaksResponse { running, soaks }))
}

/// The report of one drill.
#[utoipa::path(
    get, path = "/api/v1/soaks/{id}", operation_id = "soak", tag = "soaks",
    params(("id" = String, Path, description = "The drill's id")),
    extensions(("x-problems" = json!([ProblemKind::NoSuchSoak]))),
    responses(
        (status = 200, description = "The report", body = DrillReport),
    )
)]
pub(super) async fn show(
    State(app): State<App>,
    Parameter(id): Parameter,
) -> Result<Json<DrillReport>, Problem> {
    find(&app, &id).await.map(Json)
}

/// Progress of a drill, as server-sent events: `progress` after every change, and `end` at the end.
#[utoipa::path(
    get, path = "/api/v1/soaks/{id}/progress", operation_id = "soak_progress", tag = "soaks",
    params(("id" = String, Path, description = "The drill's id")),
    extensions(("x-problems" = json!([ProblemKind::NoSuchSoak, ProblemKind::SoakEnded]))),
    responses(
        (status = 200, description = "The events", body = SoakEvent, content_type = "text/event-stream"),
    )
)]
pub(super) async fn progress(
    State(app): State<App>,
    Parameter(id): Parameter,
) -> Result<impl IntoResponse, Problem> {
    let Some(watched) = app.drills.progress(&id) else {
        return Err(ended(&find(&app, &id).await?));
    };
    let over = |progress: &DrillProgress| progress.state != DrillState::Running;
    Ok(progress_events(watched, app.stopping.clone(), over, DrillProgress::clone))
}

/// Stop a drill. It ends a moment later in the state `stopped`.
#[utoipa::path(
    delete, path = "/api/v1/soaks/{id}", operation_id = "stop_soak", tag = "soaks",
    params(("id" = String, Path, description = "The drill's id")),
    extensions(("x-problems" = json!([ProblemKind::NoSuchSoak, ProblemKind::SoakEnded]))),
    responses(
        (status = 202, description = "It is stopping"),
    )
)]
pub(super) async fn stop(State(app): State<App>, Parameter(id): Parameter) -> Result<StatusCode, Problem> {
    if app.drills.stop(&id) { Ok(StatusCode::ACCEPTED) } else { Err(ended(&find(&app, &id).await?)) }
}

async fn find(app: &App, id: &str) -> Result<DrillReport, Problem> {
    let wanted = id.to_owned();
    let found = blocking(app, move |drills| drills.find(&wanted)).await?.map_err(Problem::internal)?;
    found.ok_or_else(|| {
        let detail =
            format!("there is no drill {id}; `kolibri soak list` and GET /api/v1/soaks list the drills");
        Problem::new(ProblemKind::NoSuchSoak, detail)
    })
}

fn ended(report: &DrillReport) -> Problem {
    let detail = format!(
        "drill {} is {}, so there is no more progress; GET /api/v1/soaks/{} returns its report",
        report.id,
        report.state.name(),
        report.id
    );
    Problem::new(ProblemKind::SoakEnded, detail)
}

/// The history is a file.
async fn blocking<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&Drills) -> T + Send + 'static,
) -> Result<T, Problem> {
    let app = Arc::clone(app);
    tokio::task::spawn_blocking(move || work(&app.drills)).await.map_err(Problem::internal)
}
