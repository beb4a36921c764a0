//! Reading the genome: where it ends, and its blocks with their content.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kolibri_core::CommandError;
use kolibri_core::clock::rfc3339;
use kolibri_core::store::Reader;
use kolibri_genome::FORMAT_VERSION;

use super::App;
use super::extract::{Parameter, Query};
use crate::wire::limits::MAX_BLOCKS;
use crate::wire::{BlockResponse, BlocksQuery, BlocksResponse, GenomeResponse, Problem};

/// Reads files off the async threads.
pub(super) async fn read<T: Send + 'static>(
    app: &App,
    read: impl FnOnce(&Reader) -> Result<T, CommandError> + Send + 'static,
) -> Result<T, Problem> {
    let reader = std::sync::Arc::clone(app.node.reader());
    match tokio::task::spawn_blocking(move || read(&reader)).await {
        Ok(result) => result.map_err(|error| Problem::of_read(&error)),
        Err(error) => Err(Problem::internal(error)),
    }
}

/// Length, head hash and time of the genome.
#[utoipa::path(
    get, path = "/api/v1/genome", tag = "genome",
    responses((status = 200, description = "Where the genome ends", body = GenomeResponse))
)]
pub(super) async fn genome(State(app): State<App>) -> Result<Json<GenomeResponse>, Problem> {
    let head = read(&app, Reader::head).await?;
    Ok(Json(GenomeResponse {
        length: head.index + 1,
        head: head.hash.to_string(),
        time: rfc3339(head.time),
        format_version: FORMAT_VERSION,
    }))
}

/// Blocks in order, with their content unless it was erased.
#[utoipa::path(
    get, path = "/api/v1/genome/blocks", tag = "genome", params(BlocksQuery),
    responses(
        (status = 200, description = "The blocks", body = BlocksResponse),
        (status = 400, description = "The query is not valid", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn blocks(
    State(app): State<App>,
    Query(BlocksQuery { from, limit }): Query<BlocksQuery>,
) -> Result<Json<BlocksResponse>, Problem> {
    if !(1..=MAX_BLOCKS).contains(&limit) {
        let detail = format!("limit is {limit}; it must be from 1 to {MAX_BLOCKS}");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "bad_query", "The query cannot be read", detail));
    }
    let stored = read(&app, move |reader| reader.blocks(from, limit)).await?;
    let next = (stored.len() == limit).then(|| from.saturating_add(limit as u64));
    Ok(Json(BlocksResponse { blocks: stored.into_iter().map(BlockResponse::from).collect(), next }))
}

/// One block.
#[utoipa::path(
    get, path = "/api/v1/genome/blocks/{index}", tag = "genome", params(("index" = u64, Path, description = "The block's index")),
    responses(
        (status = 200, description = "The block", body = BlockResponse),
        (status = 404, description = "The genome has no such block", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn block(
    State(app): State<App>,
    Parameter(index): Parameter,
) -> Result<Json<BlockResponse>, Problem> {
    let Ok(index) = index.parse::<u64>() else {
        let detail = "a block index is a whole number, 0 or larger";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "bad_index", "This is not a block index", detail));
    };
    match read(&app, move |reader| reader.block(index)).await? {
        Some(stored) => Ok(Json(stored.into())),
        None => {
            let detail = format!("the genome has no block {index}; /api/v1/genome shows its length");
            Err(Problem::new(StatusCode::NOT_FOUND, "no_such_block", "No such block", detail))
        }
    }
}
