//! How the last verification of the genome stands, and the last verdict on it.

use kolibri_core::clock::rfc3339;
use kolibri_core::verdict::{LastVerdict, SeenHead};
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
    #[schema(format = DateTime)]
    started: Option<String>,
    /// RFC 3339.
    #[schema(format = DateTime)]
    ended: Option<String>,
    /// The last block, if the genome is sound.
    head: Option<BlockAddress>,
    /// How many blocks were erased by a FORGET, if the genome is sound.
    erased: Option<u64>,
    /// The first block that was changed or damaged.
    broken: Option<BrokenBlock>,
    /// Why it failed.
    problem: Option<String>,
    /// The verdict of the last verification that came to its end, in this process, an earlier one or on the command line;
    /// null if there is none.
    verdict: Option<VerdictResponse>,
}

/// What a verification found. It speaks of the genome as it was then.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct VerdictResponse {
    /// Whether every block was as it was recorded.
    sound: bool,
    /// When it ended, RFC 3339.
    #[schema(format = DateTime)]
    ended: String,
    /// The length of the genome then, in blocks.
    length: u64,
    /// How many blocks were found sound: those before the first broken one, or all.
    sound_blocks: u64,
    /// The last block then; null if it could not be read.
    head: Option<BlockAddress>,
    /// How many blocks were erased by a FORGET; null if the genome is broken.
    erased: Option<u64>,
    /// The first block that was changed or damaged; null if the genome is sound.
    broken: Option<BrokenBlock>,
}

impl From<LastVerdict> for VerdictResponse {
    fn from(verdict: LastVerdict) -> Self {
        Self {
            sound: verdict.broken.is_none(),
            ended: rfc3339(verdict.ended),
            length: verdict.length,
            sound_blocks: verdict.sound_blocks(),
            head: verdict.head.map(|SeenHead { index, hash }| BlockAddress { index, hash }),
            erased: verdict.erased,
            broken: verdict.broken.map(|broken| BrokenBlock { block: broken.block, fault: broken.fault }),
        }
    }
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

impl VerificationResponse {
    /// How a verification stands, beside the last verdict.
    pub(crate) fn of(status: &VerificationStatus, verdict: Option<LastVerdict>) -> Self {
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
            verdict: verdict.map(VerdictResponse::from),
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
