//! Whether the node lives and is ready.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What was asked for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum HealthStatus {
    Live,
    Ready,
}

/// The node can do its work.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Health {
    /// `live` or `ready`.
    pub(crate) status: HealthStatus,
    /// What is not as it should be on a ready node, in words: such as that answers cannot be found by their meaning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
    /// Present if the last verification found the genome broken: answers go on, but may be wrong. A note says where.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) genome_broken: bool,
}
