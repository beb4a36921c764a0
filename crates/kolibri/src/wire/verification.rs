//! How the last verification of the genome stands.

use kolibri_core::clock::rfc3339;
use kolibri_core::verification_job::{self as job, VerificationStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::BlockAddress;

/// The last verification since the node started.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct VerificationResponse {
    state: VerificationState,
    /// Blocks and current answers checked.
    done: u64,
    /// Blocks and current answers at the start.
    total: u64,
    /// RFC 3339.
    started: Option<String>,
    /// RFC 3339.
    ended: Option<String>,
    /// The last block, if the genome is sound.
    head: Option<BlockAddress>,
    /// How many blocks were erased by a FORGET, if the genome is sound.
    erased: Option<u64>,
    /// The first block that was changed or damaged.
    broken: Option<BrokenBlock>,
    /// Why it failed.
    problem: Option<String>,
}

/// The state of a verification.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum VerificationState {
    /// None was started since the node was.
    None,
    Running,
    /// Every block is as it was recorded.
    Sound,
    /// One is not.
    Broken,
    Cancelled,
    /// The genome could not be read.
    Failed,
}

/// A block that was changed or damaged.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct BrokenBlock {
    /// Its index.
    block: u64,
    /// What is wrong with it.
    fault: String,
}

impl From<&VerificationStatus> for VerificationResponse {
    fn from(status: &VerificationStatus) -> Self {
        let mut response = Self {
            state: VerificationState::None,
            done: status.done,
            total: status.total,
            started: status.started.map(rfc3339),
            ended: status.ended.map(rfc3339),
            head: None,
            erased: None,
            broken: None,
            problem: None,
        };
        response.state = match &status.state {
            job::VerificationState::None => VerificationState::None,
            job::VerificationState::Running => VerificationState::Running,
            job::VerificationState::Cancelled => VerificationState::Cancelled,
            job::VerificationState::Sound { head, erased } => {
                response.head = Some((*head).into());
                response.erased = Some(*erased);
                VerificationState::Sound
            }
            job::VerificationState::Broken { index, fault } => {
                response.broken = Some(BrokenBlock { block: *index, fault: fault.clone() });
                VerificationState::Broken
            }
            job::VerificationState::Failed(problem) => {
                response.problem = Some(problem.clone());
                VerificationState::Failed
            }
        };
        response
    }
}
