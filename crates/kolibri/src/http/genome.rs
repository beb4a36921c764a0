//! Reading the genome: where it ends, and its blocks with their content.

use axum::extract::State;
use axum::{Extension, Json};
use kolibri_core::CommandError;
use kolibri_core::clock::rfc3339;
use kolibri_core::store::{Reader, Recorded, StoredBlock};
use kolibri_genome::{Content, EventType, FORMAT_VERSION};

use super::App;
use super::budget::Share;
use super::extract::{Parameter, Query, check_limit};
use crate::wire::limits::{BlockIndex, MAX_BLOCKS, MAX_PAGE};
use crate::wire::{BlockResponse, BlocksQuery, BlocksResponse, GenomeResponse, Problem, ProblemKind};

/// Blocks read at once for a page.
const CHUNK: usize = 10;

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
    extensions(("x-problems" = json!([ProblemKind::Unreadable]))),
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

/// Blocks in order, with their content unless it was erased. A page with long texts ends before `limit`; `next` says where to
/// go on.
#[utoipa::path(
    get, path = "/api/v1/genome/blocks", tag = "genome", params(BlocksQuery),
    extensions(("x-problems" = json!([ProblemKind::Unreadable]))),
    responses(
        (status = 200, description = "The blocks", body = BlocksResponse),
    )
)]
pub(super) async fn blocks(
    State(app): State<App>,
    Query(BlocksQuery { from, limit }): Query<BlocksQuery>,
) -> Result<(Extension<Share>, Json<BlocksResponse>), Problem> {
    check_limit(limit, MAX_BLOCKS)?;
    let share = app.budget.share(MAX_PAGE).await?;
    let (stored, next) = read(&app, move |reader| page(reader, from, limit)).await?;
    Ok((Extension(share), Json(BlocksResponse { blocks: stored, next })))
}

/// Blocks from an index on, until there are `limit` of them or their texts have [`MAX_PAGE`] bytes; and where the next page
/// begins, unless this one is the last.
fn page(reader: &Reader, from: u64, limit: usize) -> Result<(Vec<BlockResponse>, Option<u64>), CommandError> {
    let (mut blocks, mut bytes, mut next) = (Vec::new(), 0, from);
    while blocks.len() < limit && bytes < MAX_PAGE {
        let wanted = CHUNK.min(limit - blocks.len());
        let chunk = reader.blocks(next, wanted)?;
        let whole = chunk.len() == wanted;
        next = next.saturating_add(chunk.len() as u64);
        bytes += chunk.iter().map(text_len).sum::<usize>();
        for stored in chunk {
            blocks.push(linked(reader, stored)?);
        }
        if !whole {
            return Ok((blocks, None));
        }
    }
    Ok((blocks, Some(next)))
}

/// A block with what it replaced and what replaced it.
fn linked(reader: &Reader, stored: StoredBlock) -> Result<BlockResponse, CommandError> {
    let replaced_by = match stored.block.event {
        EventType::Teach => reader.replaced_by(stored.block.index)?,
        EventType::Genesis | EventType::Ask | EventType::Forget => None,
    };
    Ok(BlockResponse::of(stored, replaced_by))
}

fn text_len(stored: &StoredBlock) -> usize {
    match &stored.recorded {
        Recorded::Content(Content::Teach(teach)) => teach.stimulus.len() + teach.response.len(),
        _ => 0,
    }
}

/// One block.
#[utoipa::path(
    get, path = "/api/v1/genome/blocks/{index}", tag = "genome", params(("index" = inline(BlockIndex), Path, description = "The block's index")),
    extensions(("x-problems" = json!([ProblemKind::BadIndex, ProblemKind::NoSuchBlock, ProblemKind::Unreadable]))),
    responses(
        (status = 200, description = "The block", body = BlockResponse),
    )
)]
pub(super) async fn block(
    State(app): State<App>,
    Parameter(index): Parameter,
) -> Result<Json<BlockResponse>, Problem> {
    let index = index_of(&index)?;
    let found = move |reader: &Reader| reader.block(index)?.map(|stored| linked(reader, stored)).transpose();
    match read(&app, found).await? {
        Some(block) => Ok(Json(block)),
        None => {
            let detail = format!("the genome has no block {index}; /api/v1/genome shows its length");
            Err(Problem::new(ProblemKind::NoSuchBlock, detail))
        }
    }
}

/// The block's index in a path, or what is wrong with it.
pub(super) fn index_of(text: &str) -> Result<u64, Problem> {
    let detail = "a block index is a whole number, 0 or larger";
    block_index(text).ok_or_else(|| Problem::new(ProblemKind::BadIndex, detail))
}

/// A block's index in a path: digits, and nothing else that Rust would take for a number.
fn block_index(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// For the fuzzers: an index is what its digits say.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(index) = block_index(&text) {
        assert_eq!(format!("{index:0>width$}", width = text.len()), text);
    }
}
