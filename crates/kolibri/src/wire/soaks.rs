//! Soak drills: the answer to a start, and those that are remembered.

use kolibri_soak::{DrillReport, DrillState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A drill that has started.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct SoakStarted {
    /// Its id.
    pub(crate) id: String,
    /// `running`.
    pub(crate) state: DrillState,
    /// Where to follow it.
    pub(crate) links: SoakLinks,
}

/// Where to follow a drill.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct SoakLinks {
    /// Its report; DELETE stops it.
    #[serde(rename = "self")]
    pub(crate) itself: String,
    /// Its progress, as server-sent events.
    pub(crate) progress: String,
}

/// The drills that are kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct SoaksResponse {
    /// The drill that is running now.
    pub(crate) running: Option<String>,
    /// Newest first; at most 200.
    pub(crate) soaks: Vec<DrillReport>,
}
