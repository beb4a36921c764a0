//! Which traces are asked for, and several of them; one trace is `kolibri_core::trace::Trace`.

use std::sync::Arc;
use std::time::Duration;

use kolibri_core::clock;
use kolibri_core::trace::{FailureGroup, Outcome, Trace};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::AnyOf;
use utoipa::openapi::{KnownFormat, Object, RefOr, Schema, SchemaFormat, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::limits::{TRACES, TracesLimit};

/// Which trace.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LatestQuery {
    /// `failed` or `ok`; if omitted, both.
    #[param(value_type = Option<Outcome>, inline, example = "failed")]
    pub(crate) outcome: Option<Outcome>,
}

/// Which traces.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LastQuery {
    /// `failed` or `ok`; if omitted, both.
    #[param(value_type = Option<Outcome>, inline, example = "failed")]
    pub(crate) outcome: Option<Outcome>,
    /// How many traces.
    #[serde(default = "default_limit")]
    #[param(value_type = TracesLimit, inline)]
    pub(crate) limit: usize,
    /// The id of a drill: its failed commands, which are not among the node's own.
    pub(crate) soak: Option<String>,
    /// Only commands that reached the node at this time or later: RFC 3339, or seconds since the Unix epoch.
    #[param(value_type = Option<Moment>, inline, example = "2026-11-26T16:30:00Z")]
    pub(crate) since: Option<Moment>,
    /// Only commands that reached the node before this time; as `since`.
    #[param(value_type = Option<Moment>, inline, example = "1795710600")]
    pub(crate) until: Option<Moment>,
}

/// In which time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FailuresQuery {
    /// Only commands that reached the node at this time or later: RFC 3339, or seconds since the Unix epoch.
    #[param(value_type = Option<Moment>, inline, example = "2026-11-26T16:30:00Z")]
    pub(crate) since: Option<Moment>,
    /// Only commands that reached the node before this time; as `since`.
    #[param(value_type = Option<Moment>, inline, example = "1795710600")]
    pub(crate) until: Option<Moment>,
}

/// A time in a query, in nanoseconds since the Unix epoch: RFC 3339, or what Prometheus writes, which is seconds since the
/// Unix epoch with or without a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Moment(pub(crate) u64);

impl TryFrom<String> for Moment {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let seconds = || Duration::try_from_secs_f64(text.parse().ok()?).ok().map(clock::nanoseconds);
        clock::parse_rfc3339(&text).or_else(seconds).map(Self).ok_or(
            "a time is RFC 3339 such as 2026-11-26T16:30:00Z (in a query, the + of an offset is %2B), or seconds since the \
             Unix epoch",
        )
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        let time = Object::builder()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        let seconds = Object::builder().schema_type(Type::Number).minimum(Some(0));
        AnyOf::builder().item(time).item(seconds).into()
    }
}

impl ToSchema for Moment {}

fn default_limit() -> usize {
    TRACES
}

/// The latest traces.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct TracesResponse {
    /// Newest first.
    #[schema(value_type = Vec<Trace>)]
    pub(crate) traces: Vec<Arc<Trace>>,
}

/// What failed in some time, by kind. What a drill does is not among it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct FailuresResponse {
    /// The time that was asked for, RFC 3339; null if it has no beginning.
    #[schema(format = DateTime)]
    pub(crate) since: Option<String>,
    /// Its end, RFC 3339; null if it has none.
    #[schema(format = DateTime)]
    pub(crate) until: Option<String>,
    /// How many commands failed, as far as they are remembered.
    pub(crate) failures: u64,
    /// One for each error and event type. The node's own faults come first, and of those the ones that made other commands
    /// fail; then the most frequent ones.
    pub(crate) groups: Vec<FailureGroup>,
    /// Failures before this time, RFC 3339, may be missing: the time that was asked for begins before everything is
    /// remembered. Older ones are in the trace file. Null if nothing is missing.
    #[schema(format = DateTime)]
    pub(crate) missing_before: Option<String>,
    /// How many failed commands the node remembers at most.
    pub(crate) remembered: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_rfc_3339_or_seconds_since_the_unix_epoch() {
        let read = |text: &str| Moment::try_from(text.to_owned()).map(|Moment(time)| time).ok();
        for text in
            ["2001-09-09T01:46:40.5Z", "2001-09-09T04:46:40.5+03:00", "1000000000.5", "1.0000000005e9"]
        {
            assert_eq!(read(text), Some(1_000_000_000_500_000_000), "{text}");
        }
        for text in ["", "now", "yesterday", "-1", "inf", "NaN", "2001-09-09", "2001-09-09T01:46:40"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
