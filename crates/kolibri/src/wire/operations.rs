//! How the node is, at a glance.

use kolibri_core::NotReady;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BlockAddress, Condition, VerdictResponse};

/// The state of the node.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct OperationsResponse {
    /// All of it in one line, the worst first.
    pub(crate) condition: Condition,
    /// Whether it can do its work.
    pub(crate) state: ReadyState,
    /// Why it is not ready.
    pub(crate) problems: Vec<NotReadyReason>,
    /// Version of the program.
    pub(crate) version: String,
    /// When the node started, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) started: String,
    /// The node's clock, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) now: String,
    /// Seconds since the node started.
    pub(crate) uptime_seconds: f64,
    /// Where the genome ends; null when it cannot be read.
    pub(crate) genome: Option<GenomeEnd>,
    /// Whether metrics are recorded (`KOLIBRI_TELEMETRY`).
    pub(crate) telemetry: bool,
    /// Whether commands are traced (`KOLIBRI_TRACE`).
    pub(crate) tracing: bool,
    pub(crate) index: IndexState,
    pub(crate) recall: RecallState,
    /// The verdict of the last verification of the genome; null if there is none. The node stays ready and answers even if
    /// the genome is broken.
    #[serde(default)]
    pub(crate) verdict: Option<VerdictResponse>,
}

/// How answers are found.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct RecallState {
    /// How many of the answers to questions in other words should be right (`KOLIBRI_RECALL_PRECISION`).
    pub(crate) precision: Option<f64>,
    /// The model that tells the meaning of texts; null if answers are found by words alone.
    pub(crate) model: Option<String>,
    /// The host that texts are sent to for their meaning; null if they stay here.
    pub(crate) sent_to: Option<String>,
    /// Stimuli whose meaning is known.
    pub(crate) known: u64,
    /// Stimuli whose meaning is still to be computed. Until then they are found by words, or computed when asked.
    pub(crate) missing: u64,
    /// Why answers are found by words alone now.
    pub(crate) by_words_alone: Option<String>,
}

/// Whether the node can do its work.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReadyState {
    Ready,
    NotReady,
}

/// Why the node cannot do its work.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct NotReadyReason {
    pub(crate) kind: NotReadyKind,
    /// The same in words.
    pub(crate) detail: String,
}

/// Why the node cannot do its work, for programs and for pages in other languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NotReadyKind {
    /// One of its threads has ended or panicked.
    ThreadFailed,
    /// The store does not accept events since it failed.
    StoreFailed,
    /// The end of the genome cannot be read.
    GenomeUnreadable,
    /// The search index cannot follow the genome.
    IndexFailed,
    /// The search index has not caught up with the genome yet.
    IndexCatchingUp,
}

impl From<NotReady> for NotReadyReason {
    fn from(NotReady { kind, detail }: NotReady) -> Self {
        use kolibri_core::NotReadyKind as Kind;
        let kind = match kind {
            Kind::ThreadFailed => NotReadyKind::ThreadFailed,
            Kind::StoreFailed => NotReadyKind::StoreFailed,
            Kind::GenomeUnreadable => NotReadyKind::GenomeUnreadable,
            Kind::IndexFailed => NotReadyKind::IndexFailed,
            Kind::IndexCatchingUp => NotReadyKind::IndexCatchingUp,
        };
        Self { kind, detail }
    }
}

/// Where the genome ends.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct GenomeEnd {
    /// Length of the genome.
    pub(crate) blocks: u64,
    pub(crate) head: BlockAddress,
}

/// How far the search index has followed the genome.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct IndexState {
    /// Whether it has caught up since the start.
    pub(crate) caught_up: bool,
    /// The last block that it has seen. Questions after it may not be counted: they change nothing in the index.
    pub(crate) reached: Option<u64>,
}
