//! Which traces are asked for, and several of them; one trace is `kolibri_core::trace::Trace`.

use std::sync::Arc;

use kolibri_core::trace::{Outcome, Trace};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::limits::TracesLimit;

/// Which trace.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LatestQuery {
    /// `failed` or `ok`; if omitted, both.
    #[param(value_type = Option<String>, example = "failed")]
    pub(crate) outcome: Option<Outcome>,
}

/// Which traces.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LastQuery {
    /// `failed` or `ok`; if omitted, both.
    #[param(value_type = Option<String>, example = "failed")]
    pub(crate) outcome: Option<Outcome>,
    /// How many traces.
    #[serde(default = "default_limit")]
    #[param(value_type = TracesLimit, inline)]
    pub(crate) limit: usize,
    /// The id of a drill: its failed commands, which are not among the node's own.
    pub(crate) soak: Option<String>,
}

fn default_limit() -> usize {
    20
}

/// The latest traces.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct TracesResponse {
    /// Newest first.
    #[schema(value_type = Vec<Trace>)]
    pub(crate) traces: Vec<Arc<Trace>>,
}
