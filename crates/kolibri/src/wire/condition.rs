//! How the node is, in one line.

use std::time::Duration;

use kolibri_core::clock::{in_words, rfc3339};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How the node is, in one line: "healthy", or the worst of what is wrong. Callers' mistakes are not among it, unless they are
/// so many that an alert fires.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Condition {
    pub(crate) level: ConditionLevel,
    pub(crate) kind: ConditionKind,
    /// The share of people's commands that failed through the node's fault in the last five minutes, but not before they began to
    /// fail: 0 to 1.
    pub(crate) share: Option<f64>,
    /// Traces that were lost in the last five minutes, the first broken block, bytes left on the disk, seconds that the clock is
    /// behind, or how many alerts fire besides the one that is named.
    pub(crate) number: Option<u64>,
    /// Since when, or when it was found, RFC 3339; null if that is not known.
    #[schema(format = DateTime)]
    pub(crate) since: Option<String>,
    /// The cause: the name of an error kind, of an alert and its target, or English words.
    pub(crate) cause: Option<String>,
    /// The first broken block, when something worse than a broken genome is told; null otherwise.
    pub(crate) also_broken: Option<u64>,
    /// All of it as an English sentence; times are in UTC.
    pub(crate) sentence: String,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConditionLevel {
    Healthy,
    /// It works, but who would tell what goes wrong cannot be asked.
    Unknown,
    /// It works, but not as it should.
    Degraded,
    /// People do not get what they come for, or cannot trust it.
    Failing,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConditionKind {
    Healthy,
    /// More than 5 % of people's commands fail through the node's fault.
    CommandsFail,
    NotReady,
    GenomeBroken,
    /// An alert fires that wakes people, as Prometheus says.
    CriticalAlertFires,
    /// Some of people's commands fail through the node's fault, at most 5 %.
    SomeCommandsFail,
    /// An alert fires that can wait for working hours.
    AlertFires,
    /// Less than 1 GiB is left on the disk.
    DiskFills,
    TracesLost,
    /// The clock is behind the last block by a minute or more: block times stand still.
    ClockBehind,
    /// There is a model that tells meanings, and it cannot be asked.
    WordsAlone,
    /// Telemetry is off (`KOLIBRI_TELEMETRY`).
    NotCounted,
    /// Prometheus cannot be asked whether alerts fire.
    AlertsUnknown,
}

impl ConditionKind {
    pub(crate) const fn level(self) -> ConditionLevel {
        match self {
            Self::Healthy => ConditionLevel::Healthy,
            Self::CommandsFail | Self::NotReady | Self::GenomeBroken | Self::CriticalAlertFires => {
                ConditionLevel::Failing
            }
            Self::SomeCommandsFail
            | Self::AlertFires
            | Self::DiskFills
            | Self::TracesLost
            | Self::ClockBehind
            | Self::WordsAlone => ConditionLevel::Degraded,
            Self::NotCounted | Self::AlertsUnknown => ConditionLevel::Unknown,
        }
    }
}

impl Condition {
    /// A condition with its sentence. `since` is in nanoseconds since the Unix epoch.
    pub(crate) fn new(
        kind: ConditionKind,
        share: Option<f64>,
        number: Option<u64>,
        since: Option<u64>,
        cause: Option<String>,
    ) -> Self {
        let since = since.map(rfc3339);
        let sentence = sentence(kind, share, number, since.as_deref(), cause.as_deref());
        Self { level: kind.level(), kind, share, number, since, cause, also_broken: None, sentence }
    }

    /// The same, of a node whose genome is broken besides.
    pub(crate) fn beside_broken(mut self, block: u64) -> Self {
        self.also_broken = Some(block);
        self.sentence = format!("{}. The genome is broken at block {block}", self.sentence);
        self
    }
}

fn sentence(
    kind: ConditionKind,
    share: Option<f64>,
    number: Option<u64>,
    since: Option<&str>,
    cause: Option<&str>,
) -> String {
    let time = since.map(minute);
    let since = time.as_ref().map(|time| format!(" since {time}")).unwrap_or_default();
    let because = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
    let number = number.unwrap_or_default();
    match kind {
        ConditionKind::Healthy => "Healthy".to_owned(),
        ConditionKind::CommandsFail | ConditionKind::SomeCommandsFail => {
            format!("{} of people's commands fail{since}{because}", percent(share.unwrap_or_default()))
        }
        ConditionKind::NotReady => format!("Not ready{since}{because}"),
        ConditionKind::GenomeBroken => {
            let found = time.map(|time| format!(", found at {time}")).unwrap_or_default();
            format!("The genome is broken at block {number}{found}{because}")
        }
        ConditionKind::CriticalAlertFires | ConditionKind::AlertFires => {
            let others = match number {
                0 => String::new(),
                1 => ", and 1 other alert".to_owned(),
                number => format!(", and {number} other alerts"),
            };
            format!("{} fires{since}{others}", cause.unwrap_or("An alert"))
        }
        ConditionKind::DiskFills => {
            format!("{} MiB are left on the disk of the data directory", number >> 20)
        }
        ConditionKind::TracesLost if number == 1 => format!("1 trace could not be written{since}{because}"),
        ConditionKind::TracesLost => format!("{number} traces could not be written{since}{because}"),
        ConditionKind::ClockBehind => {
            let behind = in_words(Duration::from_secs(number));
            format!("Block times stand still: the clock is {behind} behind the last block")
        }
        ConditionKind::WordsAlone => format!("Answers are found by words alone{because}"),
        ConditionKind::NotCounted => format!("Ready, but failures are not counted{because}"),
        ConditionKind::AlertsUnknown => {
            format!("Ready, but Prometheus does not say whether an alert fires{because}")
        }
    }
}

/// A share as people say it; what is not nothing is never called 0 %.
fn percent(share: f64) -> String {
    match share * 100.0 {
        percent if percent < 0.1 => "less than 0.1 %".to_owned(),
        percent if percent < 10.0 => format!("{percent:.1} %"),
        percent => format!("{percent:.0} %"),
    }
}

/// The minute of a time in RFC 3339; with its day, because a condition may be older than today.
fn minute(time: &str) -> String {
    match (time.get(..10), time.get(11..16)) {
        (Some(day), Some(clock)) => format!("{day} {clock} UTC"),
        _ => time.to_owned(),
    }
}
