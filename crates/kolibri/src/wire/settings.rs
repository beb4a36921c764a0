//! The settings that a running node works with.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Every setting of the node, as it was when the node started.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct SettingsResponse {
    pub(crate) settings: Vec<SettingInForce>,
}

/// One setting. A secret is never shown, only whether it is set.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct SettingInForce {
    /// Its environment variable.
    pub(crate) name: String,
    /// Its value, or its default, in words where that depends; null for a secret.
    pub(crate) value: Option<String>,
    /// Whether it was given.
    pub(crate) set: bool,
    pub(crate) from: SettingSource,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SettingSource {
    Flag,
    Environment,
    Default,
}

impl SettingSource {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::Default => "default",
        }
    }
}
