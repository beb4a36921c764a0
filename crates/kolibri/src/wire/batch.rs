//! A batch: how it is taken, and the answers, line by line.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{BlockAddress, Problem};

/// How a batch is taken.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BatchQuery {
    /// What happens with a line that is taught already, word for word: `record` makes a new block of it, `skip` leaves the
    /// old one.
    #[serde(default)]
    #[param(inline)]
    pub(crate) unchanged: Unchanged,
    /// Record nothing, and say what each line would do to what is taught now.
    #[serde(default)]
    pub(crate) dry_run: bool,
}

/// What happens with what is taught already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unchanged {
    #[default]
    Record,
    Skip,
}

/// The result of one line: the block, or the problem; the last line is the summary.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum LineResult {
    /// Recorded, durably; or unchanged.
    Taught {
        /// The line's number, from 1; empty lines are counted but have no result.
        line: u64,
        effect: Effect,
        /// The block that teaches it. In a dry run the block that teaches its stimulus now, if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        block: Option<BlockAddress>,
    },
    /// Not recorded.
    Failed { line: u64, problem: Problem },
    /// The last line. If it is missing, the stream was not read to its end.
    Summary { summary: Summary },
}

/// What a line does to what is taught under its stimulus: it is new, replaces it, or is the same word for word and not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Effect {
    New,
    Replaced,
    Unchanged,
}

impl From<kolibri_core::store::Effect> for Effect {
    fn from(effect: kolibri_core::store::Effect) -> Self {
        match effect {
            kolibri_core::store::Effect::New => Self::New,
            kolibri_core::store::Effect::Replaced => Self::Replaced,
            kolibri_core::store::Effect::Unchanged => Self::Unchanged,
        }
    }
}

/// The result of a batch.
#[derive(Debug, Default, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct Summary {
    /// New blocks; in a dry run, what would be.
    pub(crate) taught: u64,
    pub(crate) failed: u64,
    /// Those of them that replace an earlier one.
    pub(crate) replaced: u64,
    /// Lines that are taught already and were left out.
    pub(crate) unchanged: u64,
}

impl Summary {
    /// Counts what one line does.
    pub(crate) fn count(&mut self, effect: Effect) {
        match effect {
            Effect::New => self.taught += 1,
            Effect::Replaced => {
                self.taught += 1;
                self.replaced += 1;
            }
            Effect::Unchanged => self.unchanged += 1,
        }
    }
}
