//! Whether the node lives and is ready.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The node can do its work.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Health {
    /// `live` or `ready`.
    pub(crate) status: String,
}
