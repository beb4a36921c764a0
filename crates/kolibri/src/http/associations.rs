//! What is taught: to be browsed and searched, with its versions; and all of it as a stream, which `kolibri export` writes.

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use futures_util::{StreamExt, stream};
use kolibri_core::CommandError;
use kolibri_core::catalogue::Catalogue;
use kolibri_core::clock;
use kolibri_core::store::Reader;
use kolibri_faq::{CsvWriter, Separator};

use super::App;
use super::extract::{Parameter, Query, bad_query, check_limit};
use super::genome::{index_of, read};
use crate::wire::limits::{BlockIndex, MAX_ASSOCIATIONS, MAX_PAGE, MAX_VERSIONS};
use crate::wire::{
    AssociationLine, AssociationsQuery, AssociationsResponse, ExportFormat, ExportQuery, ListedAssociation,
    Problem, ProblemKind, QuestionsResponse, Version, VersionsQuery, VersionsResponse,
};

/// Blocks looked at for one piece of the stream: the longest texts make some megabytes.
const CHUNK: usize = 50;
/// How long a listing waits until it knows what was taught a moment ago.
const PATIENCE: Duration = Duration::from_millis(500);
/// Days that are told.
const DAYS: usize = 30;

/// What is taught, page by page: the newest first, or what is asked most; all of it, or what has some words.
#[utoipa::path(
    get, path = "/api/v1/associations", tag = "knowledge", params(AssociationsQuery),
    extensions(("x-problems" = json!([ProblemKind::Unreadable]))),
    responses((status = 200, description = "The associations", body = AssociationsResponse))
)]
pub(super) async fn associations(
    State(app): State<App>,
    Query(query): Query<AssociationsQuery>,
) -> Result<Json<AssociationsResponse>, Problem> {
    let (query, limit) = query.read().map_err(bad_query)?;
    check_limit(limit, MAX_ASSOCIATIONS)?;
    let caught_up = catalogue(&app)?.is_current(PATIENCE).await;
    let list = move || {
        let listing = catalogue(&app)?.list(&query, limit).map_err(|error| Problem::of_read(&error))?;
        let rows = listing.listed.into_iter().map(|listed| ListedAssociation::of(listed, &query.text));
        Ok(Json(AssociationsResponse {
            associations: rows.collect(),
            total: listing.total,
            unreadable: listing.unreadable,
            next: listing.next.map(|next| next.to_string()),
            caught_up,
        }))
    };
    tokio::task::spawn_blocking(list).await.map_err(Problem::internal)?
}

/// Every node that serves has one.
fn catalogue(app: &App) -> Result<&Catalogue, Problem> {
    app.node.catalogue().ok_or_else(|| Problem::internal("this node has no catalogue"))
}

/// How many questions came on each of the last days, and how many found no answer.
#[utoipa::path(
    get, path = "/api/v1/questions", tag = "knowledge",
    responses((status = 200, description = "The last 30 days", body = QuestionsResponse))
)]
pub(super) async fn questions(State(app): State<App>) -> Result<Json<QuestionsResponse>, Problem> {
    let catalogue = catalogue(&app)?;
    let days = catalogue.days(clock::now(), DAYS).into_iter().map(Into::into).collect();
    Ok(Json(QuestionsResponse { days, caught_up: catalogue.status().caught_up }))
}

/// The versions of an association, the newest first. Any block that taught it names it. A page with long texts ends before
/// `limit`; `next` says where to go on.
#[utoipa::path(
    get, path = "/api/v1/associations/{index}/versions", tag = "knowledge",
    params(("index" = inline(BlockIndex), Path, description = "The index of a block that taught it"), VersionsQuery),
    extensions(("x-problems" = json!([ProblemKind::BadIndex, ProblemKind::NoSuchBlock, ProblemKind::Unreadable]))),
    responses((status = 200, description = "The versions", body = VersionsResponse))
)]
pub(super) async fn versions(
    State(app): State<App>,
    Parameter(index): Parameter,
    Query(VersionsQuery { before, limit }): Query<VersionsQuery>,
) -> Result<Json<VersionsResponse>, Problem> {
    let index = index_of(&index)?;
    check_limit(limit, MAX_VERSIONS)?;
    let _share = app.budget.share(MAX_PAGE).await?;
    let found = read(&app, move |reader| versions_of(reader, index, before, limit)).await?;
    found.map(Json).ok_or_else(|| {
        Problem::new(ProblemKind::NoSuchBlock, format!("the genome has no TEACH block {index}"))
    })
}

fn versions_of(
    reader: &Reader,
    index: u64,
    before: Option<u64>,
    limit: usize,
) -> Result<Option<VersionsResponse>, CommandError> {
    let Some(all) = reader.versions(index)? else { return Ok(None) };
    let (mut versions, mut bytes, mut next) = (Vec::new(), 0, None);
    let mut replaced_by = None;
    for block in &all.blocks {
        let newer = replaced_by.replace(*block);
        if before.is_some_and(|before| *block >= before) {
            continue;
        }
        if versions.len() == limit || bytes >= MAX_PAGE {
            next = newer;
            break;
        }
        if let Some(stored) = reader.block(*block)? {
            let version = Version::of(stored, newer);
            bytes += version.response.as_ref().map_or(0, String::len);
            versions.push(version);
        }
    }
    Ok(Some(VersionsResponse { versions, total: all.blocks.len() as u64, next, current: all.current }))
}

/// Every association that can be asked, in the order of teaching: one JSON object per line, or CSV.
#[utoipa::path(
    get, path = "/api/v1/associations:export", tag = "knowledge", params(ExportQuery),
    extensions(("x-problems" = json!([ProblemKind::Unreadable]))),
    responses(
        (status = 200, description = "One object per line, or CSV", content(
            (AssociationLine = "application/x-ndjson"),
            (String = "text/csv"),
        )),
    )
)]
pub(super) async fn export(
    State(app): State<App>,
    Query(how): Query<ExportQuery>,
) -> Result<Response, Problem> {
    // A piece is in memory for as long as its reader likes.
    let share = app.budget.share(MAX_PAGE).await?;
    // Read before the answer begins: a problem can still be reported.
    let (first, next) = piece(&app, how, 0).await?;
    let others = stream::unfold((app, how, next), async |(app, how, from)| {
        let from = from?;
        Some(match piece(&app, how, from).await {
            Ok((piece, next)) => (Ok(piece), (app, how, next)),
            // Breaking the stream off shows the caller that it is not whole; only the log can say why.
            Err(problem) => {
                let problem = problem.detail;
                tracing::error!(problem, from, "the stream of associations was cut off");
                (Err(std::io::Error::other(problem)), (app, how, None))
            }
        })
    });
    let begins = begins(how).map_err(Problem::internal)?;
    let pieces = stream::iter([Ok(begins), Ok(first)]).chain(others);
    let (kind, name) = match how.format {
        ExportFormat::Jsonl => ("application/x-ndjson", "attachment; filename=\"knowledge.jsonl\""),
        ExportFormat::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"knowledge.csv\""),
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)];
    Ok((Extension(share), headers, Body::from_stream(pieces)).into_response())
}

fn begins(how: ExportQuery) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if how.format == ExportFormat::Csv {
        CsvWriter::begin(&mut bytes, how.separator.into(), how.bom)?;
    }
    Ok(bytes)
}

async fn piece(app: &App, how: ExportQuery, from: u64) -> Result<(Vec<u8>, Option<u64>), Problem> {
    let (associations, next) = read(app, move |reader| reader.associations(from, CHUNK)).await?;
    let mut piece = Vec::new();
    for association in associations {
        match how.format {
            ExportFormat::Csv => CsvWriter::new(&mut piece, Separator::from(how.separator))
                .write(&association.teach.stimulus, &association.teach.response)
                .map_err(Problem::internal)?,
            ExportFormat::Jsonl => {
                serde_json::to_writer(&mut piece, &AssociationLine::from(association))
                    .map_err(Problem::internal)?;
                piece.push(b'\n');
            }
        }
    }
    Ok((piece, next))
}
