//! The genome, its blocks, and what can be asked of it.

use kolibri_core::clock::rfc3339;
use kolibri_core::store::{Association, Recorded, StoredBlock};
use kolibri_genome::Content;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::BlockAddress;
use super::commands::MatchKind;
use super::limits::{BLOCKS, BlockIndex, BlocksLimit, EventType};

/// Where the genome ends.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct GenomeResponse {
    /// Blocks in the genome.
    pub(crate) length: u64,
    /// Hash of the last block, 64 hex digits. Note it elsewhere: it proves everything before it.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) head: String,
    /// Time of the last block, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) time: String,
    /// Version of the block format (docs/genome-format.md).
    pub(crate) format_version: u8,
}

/// Which blocks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BlocksQuery {
    /// Index of the first block.
    #[serde(default)]
    #[param(value_type = BlockIndex, inline)]
    pub(crate) from: u64,
    /// How many blocks.
    #[serde(default = "default_limit")]
    #[param(value_type = BlocksLimit, inline)]
    pub(crate) limit: usize,
}

fn default_limit() -> usize {
    BLOCKS
}

/// Blocks of the genome.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct BlocksResponse {
    pub(crate) blocks: Vec<BlockResponse>,
    /// `from` of the next page; null at the end.
    pub(crate) next: Option<u64>,
}

/// One block, with everything that its hash and its digest are computed from.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct BlockResponse {
    /// Position in the genome.
    index: u64,
    /// RFC 3339.
    #[schema(format = DateTime)]
    time: String,
    /// Nanoseconds since the Unix epoch, as text: not every JSON reader keeps such large numbers exactly.
    #[schema(pattern = "^[0-9]+$")]
    time_ns: String,
    /// GENESIS, TEACH, ASK or FORGET.
    #[schema(value_type = EventType)]
    event: String,
    /// Salted digest of the content, 64 hex digits.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    digest: String,
    /// Hash of the previous block; in block 0, the mark of the format.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    previous: String,
    /// The block's own hash.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    hash: String,
    /// The content; null when it was erased, or does not match the digest.
    content: Option<ContentResponse>,
    /// For a TEACH: the TEACH that it replaced.
    replaces: Option<u64>,
    /// For a TEACH: the TEACH that replaced it.
    replaced_by: Option<u64>,
    /// The FORGET block that erased the content.
    erased_by: Option<u64>,
    /// What is wrong with the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

impl BlockResponse {
    pub(crate) fn of(stored: StoredBlock, replaced_by: Option<u64>) -> Self {
        let StoredBlock { block, hash, recorded, replaces } = stored;
        let (content, erased_by, fault) = match recorded {
            Recorded::Content(content) => (Some(content.into()), None, None),
            Recorded::Erased { by } => (None, Some(by), None),
            Recorded::Broken(error) => (None, None, Some(error.to_string())),
        };
        Self {
            index: block.index,
            time: rfc3339(block.time),
            time_ns: block.time.to_string(),
            event: block.event.name().to_owned(),
            digest: block.digest.to_string(),
            previous: block.previous.to_string(),
            hash: hash.to_string(),
            content,
            replaces,
            replaced_by,
            erased_by,
            fault,
        }
    }
}

/// The content of a block.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
enum ContentResponse {
    /// GENESIS
    Genesis {
        #[schema(pattern = "^[0-9a-f]{32}$")]
        genome_id: String,
    },
    /// TEACH
    Teach { stimulus: String, response: String },
    /// ASK: how it was answered; the question is not recorded.
    Ask {
        #[serde(rename = "match")]
        found: MatchKind,
        source: Option<u64>,
        #[schema(minimum = 0, maximum = 1)]
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
                found: ask.found().into(),
                source: ask.found().block(),
                score: f64::from(ask.score()) / 1e6,
            },
            Content::Forget(forget) => Self::Forget { erased: forget.erased().to_vec() },
        }
    }
}

/// One line: an association that can be asked.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct AssociationLine {
    pub(crate) stimulus: String,
    pub(crate) response: String,
    /// The block that taught it.
    pub(crate) source: BlockAddress,
    /// When it was taught, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) taught: String,
}

impl From<Association> for AssociationLine {
    fn from(Association { source, taught, teach }: Association) -> Self {
        let (source, taught) = (source.into(), rfc3339(taught));
        Self { stimulus: teach.stimulus, response: teach.response, source, taught }
    }
}
