//! The node's alerts, as Prometheus sees them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The alerts, or the setting that is missing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum AlertsResponse {
    /// The node knows where Prometheus is.
    Asked(AlertsSeen),
    /// The node does not know where Prometheus is.
    NotConfigured {
        /// False.
        configured: bool,
        /// The setting that gives its address.
        variable: String,
    },
}

/// The answer of Prometheus, if there was one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct AlertsSeen {
    /// True.
    pub(crate) configured: bool,
    /// Whether Prometheus answered.
    pub(crate) reachable: bool,
    /// Why it did not.
    pub(crate) problem: Option<String>,
    /// Alerts whose name begins with `Kolibri`: firing ones first, then the oldest first.
    pub(crate) alerts: Vec<Alert>,
}

/// An alert that is firing or pending.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Alert {
    pub(crate) name: String,
    pub(crate) state: AlertState,
    /// When its condition became true, RFC 3339.
    pub(crate) since: Option<String>,
    pub(crate) severity: Option<String>,
    pub(crate) team: Option<String>,
    /// The target it is about; null for one that is about none, or about all.
    pub(crate) instance: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) runbook_url: Option<String>,
    pub(crate) dashboard_url: Option<String>,
    pub(crate) trace_url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AlertState {
    Firing,
    Pending,
}
