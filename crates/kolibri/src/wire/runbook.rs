//! The runbook, for the page.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::runbook::Language;

/// A language of the runbook (BCP 47).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub(crate) enum RunbookLanguage {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Russian.
    #[serde(rename = "ru")]
    Russian,
}

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RunbookQuery {
    /// `en` or `ru`; `en` if it does not say.
    #[serde(default)]
    #[param(value_type = RunbookLanguage, inline)]
    pub(crate) language: RunbookLanguage,
}

/// The runbook.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct RunbookResponse {
    /// The language of its text.
    pub(crate) language: RunbookLanguage,
    /// Every section, in order. A section of a lower level belongs to the one before it.
    pub(crate) sections: Vec<RunbookSection>,
}

/// One heading and what is below it, up to the next heading.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct RunbookSection {
    /// The anchor that links lead to.
    pub(crate) anchor: String,
    /// 1 is the title of all.
    #[schema(minimum = 1, maximum = 6)]
    pub(crate) level: usize,
    /// The heading, as Markdown.
    pub(crate) title: String,
    /// What is below it, as Markdown.
    pub(crate) text: String,
}

impl From<RunbookLanguage> for Language {
    fn from(language: RunbookLanguage) -> Self {
        match language {
            RunbookLanguage::English => Self::English,
            RunbookLanguage::Russian => Self::Russian,
        }
    }
}
