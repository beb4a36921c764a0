//! What went wrong, as an RFC 9457 problem document. `http/problem` makes them.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ProblemKind;

/// A problem document (RFC 9457), as `application/problem+json`.
// Only the title must be there to be read: a proxy in front of a node may write less than the node does.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:kolibri:problem:` and the kind of problem, from a closed set.
    #[serde(rename = "type", default)]
    #[schema(required = true, value_type = ProblemKind)]
    pub(crate) kind: String,
    /// The kind of problem in words.
    pub(crate) title: String,
    /// The HTTP status.
    #[serde(default)]
    #[schema(required = true, minimum = 400, maximum = 599)]
    pub(crate) status: u16,
    /// What went wrong this time, what was expected, and what to do.
    #[serde(default)]
    #[schema(required = true)]
    pub(crate) detail: String,
    /// The trace of the command that failed, 32 hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, pattern = "^[0-9a-f]{32}$")]
    pub(crate) trace_id: Option<String>,
}

/// As the command line reports it.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.detail.is_empty() { &self.title } else { &self.detail })?;
        match &self.trace_id {
            Some(trace_id) => write!(f, " (trace {trace_id})"),
            None => Ok(()),
        }
    }
}
