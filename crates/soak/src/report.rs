//! What is reported about a drill, while it runs and after it has ended.

use std::collections::BTreeMap;

use kolibri_genome::Head;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::compare::ENOUGH;
use crate::parameters::Parameters;
use kolibri_core::background::Status;
use kolibri_core::clock;

/// The state of a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SoakState)]
pub enum DrillState {
    /// It is running, or being checked.
    Running,
    /// It reached its end, and the check found no fault.
    Completed,
    /// The engine failed during it, or the check found a fault.
    Failed,
    /// It was stopped.
    Stopped,
    /// The process ended before the drill did.
    Interrupted,
    /// It was not started, because it would not have fitted on the disk.
    Refused,
}

impl DrillState {
    /// The state's name, as in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::Interrupted => "interrupted",
            Self::Refused => "refused",
        }
    }
}

/// What a running drill is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SoakPhase)]
pub enum Phase {
    /// Events are made.
    Running,
    /// The genome and the answers are checked.
    Verifying,
}

/// The progress of a drill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SoakProgress)]
pub struct DrillProgress {
    /// The drill.
    pub id: String,
    /// Its state.
    pub state: DrillState,
    /// What it is doing.
    pub phase: Phase,
    /// Events made; while verifying, blocks and answers checked.
    pub done: u64,
    /// Events to make; while verifying, blocks and answers to check.
    pub total: u64,
    /// Recent events per second.
    pub events_per_second: f64,
    /// Seconds until all events are made, at the speed so far; `None` when unknown.
    pub eta_seconds: Option<f64>,
    /// Errors so far.
    pub errors: u64,
}

impl DrillProgress {
    /// A drill that begins now.
    pub(super) fn begin(report: &DrillReport) -> Self {
        Self {
            id: report.id.clone(),
            state: DrillState::Running,
            phase: Phase::Running,
            done: 0,
            total: report.parameters.events(),
            events_per_second: 0.0,
            eta_seconds: None,
            errors: 0,
        }
    }
}

impl Status for DrillProgress {
    fn is_running(&self) -> bool {
        self.state == DrillState::Running
    }

    fn panicked(&mut self) {
        self.state = DrillState::Failed;
        self.eta_seconds = None;
    }
}

/// How long one type of event took, from the caller to the answer, in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SoakLatency)]
pub struct Latency {
    /// How many there were.
    pub count: u64,
    /// Half took no longer.
    pub p50_seconds: f64,
    /// Nine of ten took no longer.
    pub p90_seconds: f64,
    /// 99 of 100 took no longer.
    pub p99_seconds: f64,
    /// The longest.
    pub max_seconds: f64,
}

/// Resident memory of the whole process, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SoakMemory)]
pub struct Memory {
    /// When the drill began.
    pub start_bytes: u64,
    /// After 100 000 events, when the engine's buffers are full; `None` in a shorter drill.
    pub settled_bytes: Option<u64>,
    /// The peak, sampled four times a second.
    pub peak_bytes: u64,
    /// After the last event.
    pub end_bytes: u64,
}

/// Where a drill ran. Drills from different machines are not compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Machine {
    /// The machine's name.
    pub host: String,
    /// The number of processors that the process may use.
    pub cores: usize,
    /// Whether the drill ran in its own process, not in a serving node.
    pub standalone: bool,
}

/// The last block of the drill's genome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SoakHead)]
pub struct ReportHead {
    /// Its index.
    pub index: u64,
    /// Its hash, 64 hex digits: the same for the same version, seed and parameters.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub hash: String,
}

impl From<Head> for ReportHead {
    fn from(head: Head) -> Self {
        Self { index: head.index, hash: head.hash.to_string() }
    }
}

/// Comparison of a drill with earlier ones that had the same parameters on the same machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SoakComparison)]
pub struct Comparison {
    /// How many earlier drills were compared, at most ten.
    pub comparable: usize,
    /// Their median duration, in seconds.
    pub median_seconds: f64,
    /// The largest distance of any of them from the median, in seconds.
    pub spread_seconds: f64,
    /// How much longer this drill took, relative to the median; negative if it was faster.
    pub difference_ratio: f64,
    /// Whether it took longer than the median.
    pub slower: bool,
    /// Whether the difference is larger than the spread; always false with fewer than five drills to compare.
    pub beyond_spread: bool,
}

impl Comparison {
    /// Whether there are enough earlier drills, five, to say what is usual.
    pub fn is_enough(&self) -> bool {
        self.comparable >= ENOUGH
    }
}

/// [`Parameters`] in a report, for the OpenAPI document: all of them are there, beside other fields.
enum ReportedParameters {}

impl PartialSchema for ReportedParameters {
    fn schema() -> RefOr<Schema> {
        let mut schema = Parameters::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.additional_properties = None;
            object.required = object.properties.keys().cloned().collect();
        }
        schema
    }
}

impl ToSchema for ReportedParameters {}

/// Everything about one drill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SoakReport)]
pub struct DrillReport {
    /// The drill's id: its start time in UTC and four random digits.
    pub id: String,
    /// Its state.
    pub state: DrillState,
    /// When it started, in nanoseconds since the Unix epoch; written as RFC 3339 in UTC.
    #[serde(with = "kolibri_core::clock::as_rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub started: u64,
    /// What it was asked to do.
    #[serde(flatten)]
    #[schema(value_type = ReportedParameters)]
    pub parameters: Parameters,
    /// Events that were made.
    pub events: u64,
    /// How long the events took, in seconds, without the check at the end.
    pub duration_seconds: Option<f64>,
    /// Events per second.
    pub events_per_second: Option<f64>,
    /// The last block.
    pub head: Option<ReportHead>,
    /// What went wrong, by kind.
    pub errors: BTreeMap<String, u64>,
    /// How long events took, by type.
    pub latency: BTreeMap<String, Latency>,
    /// Resident memory.
    pub memory: Option<Memory>,
    /// Bytes on disk per block, with index and traces.
    pub bytes_per_block: Option<f64>,
    /// Whether every link and every answer was correct; `None` if that was not checked.
    pub verified: Option<bool>,
    /// How long the check took, in seconds.
    pub verification_seconds: Option<f64>,
    /// Why it was refused, failed, stopped or interrupted.
    pub reason: Option<String>,
    /// The version of the program.
    pub version: String,
    /// Where it ran.
    pub machine: Machine,
    /// Comparison with earlier drills; `None` unless the drill was completed.
    pub comparison: Option<Comparison>,
}

impl DrillReport {
    /// A drill that begins now.
    pub(super) fn begin(id: String, parameters: Parameters, machine: Machine) -> Self {
        Self {
            id,
            state: DrillState::Running,
            started: clock::now(),
            parameters,
            events: 0,
            duration_seconds: None,
            events_per_second: None,
            head: None,
            errors: BTreeMap::new(),
            latency: BTreeMap::new(),
            memory: None,
            bytes_per_block: None,
            verified: None,
            verification_seconds: None,
            reason: None,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            machine,
            comparison: None,
        }
    }

    /// The same report, of a drill that ended early.
    pub(super) fn ended(self, state: DrillState, reason: impl Into<String>) -> Self {
        Self { state, reason: Some(reason.into()), ..self }
    }

    /// The share of its events that went wrong, 0 to 1.
    pub fn error_ratio(&self) -> f64 {
        self.errors.values().sum::<u64>() as f64 / self.events.max(1) as f64
    }
}
