//! What is taught, to be browsed, searched, compared and changed.

use kolibri_core::Preview;
use kolibri_core::catalogue::{Day, Listed, Order, Query, excerpt};
use kolibri_core::clock::rfc3339;
use kolibri_core::store::{Association, Recorded, StoredBlock};
use kolibri_genome::Content;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::limits::{
    ASSOCIATIONS, AssociationsLimit, BlockIndex, CursorText, MAX_SEARCH, SearchText, VERSIONS,
};
use super::{BlockAddress, Effect, Moment, SuggestedAnswer};

/// Which associations, and in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AssociationsQuery {
    /// Words. Each must occur in the question or in its answer, in any form; the last may be only begun.
    #[serde(default)]
    #[param(value_type = Option<SearchText>, inline)]
    pub(crate) q: String,
    /// What comes first.
    #[serde(default)]
    #[param(inline)]
    pub(crate) order: AssociationsOrder,
    /// Only those that answered so many questions.
    #[param(inline)]
    pub(crate) asked: Option<Asked>,
    /// Only what was taught at this time or later: RFC 3339, or seconds since the Unix epoch.
    #[param(value_type = Option<Moment>, inline, example = "2026-11-26T16:30:00Z")]
    pub(crate) since: Option<Moment>,
    /// `next` of the page before.
    #[param(value_type = Option<CursorText>, inline)]
    pub(crate) cursor: Option<String>,
    /// How many.
    #[serde(default = "default_limit")]
    #[param(value_type = AssociationsLimit, inline)]
    pub(crate) limit: usize,
}

fn default_limit() -> usize {
    ASSOCIATIONS
}

/// An order of associations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AssociationsOrder {
    /// What was taught last.
    #[default]
    Newest,
    /// What answered most questions.
    Asked,
}

/// How often something was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Asked {
    Never,
}

impl AssociationsQuery {
    /// What the core searches for.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn read(self) -> Result<(Query, usize), String> {
        let Self { q: text, order, asked, since, cursor, limit } = self;
        if text.len() > MAX_SEARCH {
            return Err(format!("q has {} bytes; it may have at most {MAX_SEARCH}", text.len()));
        }
        let after = cursor.map(|cursor| cursor.parse()).transpose();
        let after = after.map_err(|error| format!("cursor: {error}"))?;
        let order = match order {
            AssociationsOrder::Newest => Order::Newest,
            AssociationsOrder::Asked => Order::Asked,
        };
        let (since, never_asked) = (since.map(|Moment(time)| time), asked == Some(Asked::Never));
        Ok((Query { text, order, since, never_asked, after }, limit))
    }
}

/// Some of what is taught.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct AssociationsResponse {
    pub(crate) associations: Vec<ListedAssociation>,
    /// How many there are, on all pages.
    pub(crate) total: u64,
    /// How many are missing on this page because their block is damaged.
    pub(crate) unreadable: u64,
    /// `cursor` of the next page; null at the end.
    pub(crate) next: Option<String>,
    /// Whether the node knows everything that is taught; false for a while after its start.
    pub(crate) caught_up: bool,
}

/// One association.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ListedAssociation {
    /// The question, as it was taught.
    pub(crate) stimulus: String,
    /// The line of the answer that has the words that were searched for, else its first one; `…` stands where it is cut.
    #[schema(max_length = 240)]
    pub(crate) excerpt: String,
    /// The block that taught it.
    pub(crate) source: BlockAddress,
    /// When it was taught, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) taught: String,
    /// How many blocks taught it, with this one.
    #[schema(minimum = 1)]
    pub(crate) versions: u32,
    /// How many questions it answered.
    pub(crate) asked: u32,
    /// When it answered the last one, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) last_asked: Option<String>,
}

impl ListedAssociation {
    pub(crate) fn of(listed: Listed, searched: &str) -> Self {
        let Listed { association: Association { source, taught, teach }, versions, asked, last_asked } =
            listed;
        Self {
            excerpt: excerpt(&teach.response, searched),
            stimulus: teach.stimulus,
            source: source.into(),
            taught: rfc3339(taught),
            versions,
            asked,
            last_asked: last_asked.map(rfc3339),
        }
    }
}

/// Which versions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VersionsQuery {
    /// Only versions before this block.
    #[param(value_type = Option<BlockIndex>, inline)]
    pub(crate) before: Option<u64>,
    /// How many.
    #[serde(default = "default_versions")]
    #[param(value_type = super::limits::VersionsLimit, inline)]
    pub(crate) limit: usize,
}

fn default_versions() -> usize {
    VERSIONS
}

/// The versions of an association, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct VersionsResponse {
    pub(crate) versions: Vec<Version>,
    /// How many there are.
    pub(crate) total: u64,
    /// `before` of the next page; null at the end.
    pub(crate) next: Option<u64>,
    /// The block that answers now; null when the association was forgotten.
    pub(crate) current: Option<u64>,
}

/// A TEACH, as one of several versions.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Version {
    /// Its block.
    pub(crate) source: BlockAddress,
    /// When it was taught, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) taught: String,
    /// Null when it was erased or is damaged.
    pub(crate) stimulus: Option<String>,
    /// Null when it was erased or is damaged.
    pub(crate) response: Option<String>,
    /// The block that replaced it.
    pub(crate) replaced_by: Option<u64>,
    /// The FORGET block that erased it.
    pub(crate) erased_by: Option<u64>,
}

impl Version {
    pub(crate) fn of(
        StoredBlock { block, hash, recorded, .. }: StoredBlock,
        replaced_by: Option<u64>,
    ) -> Self {
        let (teach, erased_by) = match recorded {
            Recorded::Content(Content::Teach(teach)) => (Some(teach), None),
            Recorded::Erased { by } => (None, Some(by)),
            Recorded::Content(_) | Recorded::Broken(_) => (None, None),
        };
        let (stimulus, response) = teach.map(|teach| (teach.stimulus, teach.response)).unzip();
        let source = BlockAddress { index: block.index, hash: hash.to_string() };
        Self { source, taught: rfc3339(block.time), stimulus, response, replaced_by, erased_by }
    }
}

/// What a TEACH would do. Nothing was recorded.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PreviewResponse {
    pub(crate) effect: Effect,
    /// What is taught to this question now.
    pub(crate) current: Option<CurrentAssociation>,
    /// Other answers, taught to questions that are near to it, the nearest first: those that it would get with
    /// `KOLIBRI_RECALL_PRECISION=0.95`, if it were asked and nothing else were taught.
    #[schema(max_items = 3)]
    pub(crate) near: Vec<SuggestedAnswer>,
    /// Other questions that have just the answer which is taught to this question now, the latest first: whoever corrects it
    /// may want to correct them too.
    #[schema(max_items = 50)]
    pub(crate) same: Vec<SameAnswer>,
    /// How many such questions there are.
    #[schema(minimum = 0)]
    pub(crate) same_total: u64,
}

/// A question that has the same answer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct SameAnswer {
    pub(crate) stimulus: String,
    /// The block that taught it.
    pub(crate) source: BlockAddress,
    /// When it was taught, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) taught: String,
}

impl From<Association> for SameAnswer {
    fn from(Association { source, taught, teach }: Association) -> Self {
        Self { stimulus: teach.stimulus, source: source.into(), taught: rfc3339(taught) }
    }
}

/// What is taught now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct CurrentAssociation {
    pub(crate) stimulus: String,
    pub(crate) response: String,
    /// The block that taught it.
    pub(crate) source: BlockAddress,
    /// When it was taught, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) taught: String,
    /// How many blocks taught it, with this one.
    #[schema(minimum = 1)]
    pub(crate) versions: u64,
}

impl From<Preview> for PreviewResponse {
    fn from(Preview { effect, current, versions, near, same }: Preview) -> Self {
        let current = current.map(|Association { source, taught, teach }| CurrentAssociation {
            stimulus: teach.stimulus,
            response: teach.response,
            source: source.into(),
            taught: rfc3339(taught),
            versions: versions as u64,
        });
        Self {
            effect: effect.into(),
            current,
            near: near.into_iter().map(Into::into).collect(),
            same: same.associations.into_iter().map(Into::into).collect(),
            same_total: same.total,
        }
    }
}

/// How many questions came on the last days.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct QuestionsResponse {
    /// The last 30 days in UTC, the latest first.
    pub(crate) days: Vec<QuestionsOfDay>,
    /// Whether the node has counted all of them; false for a while after its start.
    pub(crate) caught_up: bool,
}

/// The questions of one day.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct QuestionsOfDay {
    /// The day in UTC, such as 2026-11-26.
    #[schema(format = Date)]
    pub(crate) date: String,
    /// All of them.
    pub(crate) asked: u64,
    /// Those that found no answer. Their texts are not kept.
    pub(crate) unanswered: u64,
}

impl From<Day> for QuestionsOfDay {
    fn from(Day { begins, asked, unanswered }: Day) -> Self {
        let date = rfc3339(begins).chars().take("2026-11-26".len()).collect();
        Self { date, asked, unanswered }
    }
}
