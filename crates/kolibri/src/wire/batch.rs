//! The answers to a batch, line by line.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BlockAddress, Problem};

/// The result of one line: the block, or the problem; the last line is the summary.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum LineResult {
    /// Recorded, durably.
    Taught {
        /// The line's number, from 1; empty lines are counted but have no result.
        line: u64,
        block: BlockAddress,
    },
    /// Not recorded.
    Failed { line: u64, problem: Problem },
    /// The last line. If it is missing, the stream was not read to its end.
    Summary { summary: Summary },
}

/// The result of a batch.
#[derive(Debug, Default, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct Summary {
    pub(crate) taught: u64,
    pub(crate) failed: u64,
}
