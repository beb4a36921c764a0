//! Whether the node lives and is ready.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The node can do its work.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Health {
    /// `live` or `ready`.
    pub(crate) status: String,
    /// What a ready node cannot do now, in words, such as to find answers by their meaning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
}
