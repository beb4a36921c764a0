//! Reading the genome: where it ends, and its blocks with their content.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kolibri_core::CommandError;
use kolibri_core::clock::rfc3339;
use kolibri_core::store::{Reader, Recorded, StoredBlock};
use kolibri_genome::{Content, FORMAT_VERSION, Match};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::extract::{Parameter, Query};
use super::problem::Problem;

/// The most blocks one call returns.
const MAX_BLOCKS: usize = 500;

/// Where the genome ends.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GenomeResponse {
    /// Blocks in the genome.
    length: u64,
    /// Hash of the last block, 64 hex digits. Note it elsewhere: it proves everything before it.
    head: String,
    /// Time of the last block, RFC 3339.
    time: String,
    /// Version of the block format (docs/genome-format.md).
    format_version: u8,
}

/// Blocks of the genome.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BlocksResponse {
    blocks: Vec<BlockResponse>,
    /// `from` of the next page; null at the end.
    next: Option<u64>,
}

/// One block, with everything that its hash and its digest are computed from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BlockResponse {
    /// Position in the genome.
    index: u64,
    /// RFC 3339.
    time: String,
    /// Nanoseconds since the Unix epoch, as text: not every JSON reader keeps such large numbers exactly.
    time_ns: String,
    /// GENESIS, TEACH, ASK or FORGET.
    event: &'static str,
    /// Salted digest of the content, 64 hex digits.
    digest: String,
    /// Hash of the previous block; in block 0, the mark of the format.
    previous: String,
    /// The block's own hash.
    hash: String,
    /// The content; null when it was erased, or does not match the digest.
    content: Option<ContentResponse>,
    /// The FORGET block that erased the content.
    erased_by: Option<u64>,
    /// What is wrong with the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

/// The content of a block.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum ContentResponse {
    /// GENESIS
    Genesis { genome_id: String },
    /// TEACH
    Teach { stimulus: String, response: String },
    /// ASK: how it was answered; the question is not recorded.
    Ask {
        #[serde(rename = "match")]
        found: &'static str,
        source: Option<u64>,
        score: f64,
    },
    /// FORGET: the blocks whose content it erased.
    Forget { erased: Vec<u64> },
}

impl From<Content> for ContentResponse {
    fn from(content: Content) -> Self {
        match content {
            Content::Genesis { genome_id } => {
                Self::Genesis { genome_id: format!("{:032x}", u128::from_be_bytes(genome_id)) }
            }
            Content::Teach(teach) => Self::Teach { stimulus: teach.stimulus, response: teach.response },
            Content::Ask(ask) => Self::Ask {
                found: match ask.found() {
                    Match::None => "none",
                    Match::Exact { .. } => "exact",
                    Match::Similar { .. } => "similar",
                },
                source: ask.found().block(),
                score: f64::from(ask.score()) / 1e6,
            },
            Content::Forget(forget) => Self::Forget { erased: forget.erased().to_vec() },
        }
    }
}

impl From<StoredBlock> for BlockResponse {
    fn from(StoredBlock { block, hash, recorded }: StoredBlock) -> Self {
        let (content, erased_by, fault) = match recorded {
            Recorded::Content(content) => (Some(content.into()), None, None),
            Recorded::Erased { by } => (None, Some(by), None),
            Recorded::Broken(error) => (None, None, Some(error.to_string())),
        };
        Self {
            index: block.index,
            time: rfc3339(block.time),
            time_ns: block.time.to_string(),
            event: block.event.name(),
            digest: block.digest.to_string(),
            previous: block.previous.to_string(),
            hash: hash.to_string(),
            content,
            erased_by,
            fault,
        }
    }
}

/// Which blocks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BlocksQuery {
    /// Index of the first block.
    #[serde(default)]
    from: u64,
    /// How many blocks, 1 to 500.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 500)]
    limit: usize,
}

fn default_limit() -> usize {
    100
}

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
