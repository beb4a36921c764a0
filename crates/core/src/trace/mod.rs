//! The trace: one record of how each command was executed, failed ones above all.
//!
//! Records are kept in a bounded ring in memory for the API, and appended to a file as JSON lines. Writing
//! them never fails a command: what cannot be written counts as a failed `TRACE` event and is logged once.

mod failures;
mod file;
pub(crate) mod parent;
mod ring;

use std::borrow::Cow;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::openapi::{Object, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::background::Crew;
use crate::caller::Caller;
use crate::clock;
use crate::command::{Command, UNKNOWN_COMMAND};
use crate::error::{CommandError, ErrorKind, Fault};

pub use failures::{FailureGroup, FailureSummary, REMEMBERED};
pub use parent::Parent;

use failures::Failures;
use file::TraceFile;
use ring::Ring;

/// A W3C trace id: 16 bytes, shown as 32 lower-case hex digits, never all zero
/// (<https://www.w3.org/TR/trace-context/#trace-id>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TraceId([u8; 16]);

impl TraceId {
    /// A new random id.
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        // An id need not be secret: if the system's random source fails, the time makes it unique.
        if getrandom::fill(&mut bytes).is_err() {
            bytes[8..].copy_from_slice(&clock::now().to_be_bytes());
        }
        bytes[15] |= u8::from(bytes == [0; 16]);
        Self(bytes)
    }

    /// Reads 32 lower-case hex digits; `None` for anything else, and for all zeros.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 32
            || !text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        {
            return None;
        }
        let number = u128::from_str_radix(text, 16).ok()?;
        (number != 0).then(|| Self(number.to_be_bytes()))
    }

    /// Its bytes, as OTLP writes it.
    pub(crate) const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

impl From<TraceId> for String {
    fn from(trace_id: TraceId) -> Self {
        trace_id.to_string()
    }
}

impl TryFrom<String> for TraceId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a trace id is 32 lower-case hex digits, not all zero")
    }
}

impl std::fmt::Display for TraceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was executed.
    Ok,
    /// It was refused or failed.
    Failed,
}

/// The record of one command.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Trace {
    /// Id of the command; written as 32 hex digits.
    #[schema(value_type = String, pattern = "^[0-9a-f]{32}$")]
    pub trace_id: TraceId,
    /// When the command reached the node, in nanoseconds since the Unix epoch; written as RFC 3339 in UTC.
    #[serde(with = "clock::as_rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub time: u64,
    /// The command's event type, or `COMMAND` for an unknown one.
    #[schema(value_type = TracedType)]
    pub event: Cow<'static, str>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorKind>,
    /// Whose fault it was that it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// The trace of the earlier command because of which this one failed: it broke the store, which this one only
    /// noticed. 32 hex digits; a caller that sends several commands in one trace may find its own there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, pattern = "^[0-9a-f]{32}$")]
    pub cause: Option<TraceId>,
    /// Who sent a command that failed; `None` for one that was executed, and for one that a drill sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Caller>,
    /// Microseconds spent, in total and by phase.
    pub duration_us: Phases,
    /// The block that recorded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<u64>,
    /// The soak drill that sent the command; `None` for other commands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub soak: Option<Arc<str>>,
    /// The texts of the command; only when an operator opted in (`KOLIBRI_TRACE_CONTENT=on`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<TracedContent>,
}

/// The closed set of [`Trace::event`], for the OpenAPI document.
enum TracedType {}

impl PartialSchema for TracedType {
    fn schema() -> RefOr<Schema> {
        let names = Command::ALL.map(Command::name).into_iter().chain([UNKNOWN_COMMAND]);
        Object::builder().schema_type(Type::String).enum_values(Some(names)).into()
    }
}

impl ToSchema for TracedType {}

/// Microseconds, by phase; a phase that was not reached is 0.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
pub struct Phases {
    /// From the intake to the end of the command.
    pub total: u64,
    /// Finding an answer.
    pub recall: u64,
    /// Waiting for the writer.
    pub queue: u64,
    /// Making it durable.
    pub commit: u64,
}

/// The texts of a command.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct TracedContent {
    /// As it was sent.
    pub stimulus: String,
    /// As it was sent, or as it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
}

/// A trace that is not finished yet.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) trace_id: TraceId,
    pub(crate) event: &'static str,
    pub(crate) time: u64,
    pub(crate) started: std::time::Instant,
    pub(crate) recall: Duration,
    pub(crate) caller: Option<Caller>,
    pub(crate) content: Option<TracedContent>,
}

/// What is known of a command when it has finished.
#[derive(Debug, Default)]
pub(crate) struct Finish {
    pub(crate) queue: Duration,
    pub(crate) commit: Duration,
    pub(crate) block: Option<u64>,
}

impl Draft {
    /// The trace of a command that reaches the node now.
    pub(crate) fn begin(
        trace_id: TraceId,
        event: &'static str,
        caller: Option<Caller>,
        content: Option<TracedContent>,
    ) -> Self {
        let started = std::time::Instant::now();
        Self { trace_id, event, time: clock::now(), started, recall: Duration::ZERO, caller, content }
    }

    /// The finished record.
    pub(crate) fn finish(self, result: Result<Finish, &CommandError>) -> Trace {
        let micros = clock::microseconds;
        let (error, fault) = result.as_ref().err().map(|error| (error.kind(), error.fault())).unzip();
        let cause = result.as_ref().err().and_then(|error| error.cause());
        let finish = result.unwrap_or_default();
        Trace {
            trace_id: self.trace_id,
            time: self.time,
            event: Cow::Borrowed(self.event),
            outcome: if error.is_none() { Outcome::Ok } else { Outcome::Failed },
            error,
            fault,
            cause,
            caller: self.caller.filter(|_| error.is_some()),
            duration_us: Phases {
                total: micros(self.started.elapsed()),
                recall: micros(self.recall),
                queue: micros(finish.queue),
                commit: micros(finish.commit),
            },
            block: finish.block,
            soak: None,
            content: self.content,
        }
    }
}

/// All times there are.
pub const EVER: Range<u64> = 0..u64::MAX;

/// Where traces go.
#[derive(Debug, Clone)]
pub struct TraceConfig {
    /// The file to append to; `None` keeps traces in memory only.
    pub path: Option<PathBuf>,
    /// The file is rotated when it would grow beyond this many bytes.
    pub max_bytes: u64,
    /// Whether texts are traced.
    pub content: bool,
}

/// Called for each record that could not be written.
pub(crate) type Lost = Arc<dyn Fn() + Send + Sync>;

/// The traces of a node.
pub struct Traces {
    ring: Ring,
    /// What failed in drills: it can be looked up by its id, and is none of the node's failures.
    drills: Ring,
    file: Option<TraceFile>,
    lost: Lost,
    content: bool,
}

impl Traces {
    /// Starts tracing, of a genome that may be new; `None` turns it off altogether. The file is opened by its own thread: a file that
    /// cannot be opened is a failed `TRACE`, not a failed start.
    pub(crate) fn start(config: Option<&TraceConfig>, is_new: bool, lost: Lost, crew: &Crew) -> Option<Self> {
        let config = config?;
        // Texts may have been recorded while an operator had opted in.
        let as_kept =
            |trace: Trace| Arc::new(Trace { content: trace.content.filter(|_| config.content), ..trace });
        let path = config.path.as_deref();
        let mut failures = path.map_or_else(Failures::unknown, |path| file::failures(path, as_kept));
        if is_new && failures.traces().is_empty() {
            failures = Failures::default();
        }
        let (ring, drills) = (Ring::with(failures), Ring::with(Failures::default()));
        path.into_iter().flat_map(file::good).for_each(|trace| ring.push(as_kept(trace)));
        let file =
            config.path.clone().map(|path| TraceFile::start(path, config.max_bytes, Arc::clone(&lost), crew));
        Some(Self { ring, drills, file, lost, content: config.content })
    }

    /// Whether an operator opted in to texts in traces.
    pub(crate) fn wants_content(&self) -> bool {
        self.content
    }

    /// Keeps a record.
    pub fn keep(&self, trace: Arc<Trace>) {
        let accepted = self.file.as_ref().is_none_or(|file| file.append(Arc::clone(&trace)));
        self.ring.push(trace);
        if !accepted {
            (self.lost)();
        }
    }

    /// Remembers what failed in a drill, in memory only: the drill has a trace file of its own, and losing its record
    /// is no failure of this node.
    pub fn remember_drill(&self, trace: Arc<Trace>) {
        self.drills.push(trace);
    }

    /// The last record, with this outcome if one is given.
    pub fn latest(&self, outcome: Option<Outcome>) -> Option<Arc<Trace>> {
        self.ring.latest(outcome)
    }

    /// The last `limit` records of commands that reached the node at these times, in nanoseconds since the Unix epoch;
    /// with this outcome if one is given, newest first.
    pub fn last(&self, outcome: Option<Outcome>, when: &Range<u64>, limit: usize) -> Vec<Arc<Trace>> {
        self.ring.last(outcome, when, limit)
    }

    /// What failed at these times, in nanoseconds since the Unix epoch, by kind. Drills are not among it.
    pub fn failures(&self, when: &Range<u64>) -> FailureSummary {
        self.ring.failures(when)
    }

    /// The last `limit` failed records of a drill at these times, newest first.
    pub fn last_of_drill(&self, id: &str, when: &Range<u64>, limit: usize) -> Vec<Arc<Trace>> {
        let mut last = self.drills.last(Some(Outcome::Failed), when, usize::MAX);
        last.retain(|trace| trace.soak.as_deref() == Some(id));
        last.truncate(limit);
        last
    }

    /// The record of a command of people or of a drill, while it is remembered.
    pub fn find(&self, trace_id: TraceId) -> Option<Arc<Trace>> {
        self.ring.find(trace_id).or_else(|| self.drills.find(trace_id))
    }

    /// Writes what is waiting and closes the file.
    pub(crate) fn close(&self) {
        if let Some(file) = &self.file {
            file.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_ids_differ() {
        assert_ne!(TraceId::random(), TraceId::random());
    }

    #[test]
    fn a_cause_is_written_as_a_trace_id_and_lines_without_one_are_read() {
        let line = r#"{"trace_id":"0000000000000000000000000000000a","time":"2026-11-26T16:00:00Z","event":"ASK",
            "outcome":"failed","error":"store_failed","fault":"node",
            "duration_us":{"total":1,"recall":0,"queue":0,"commit":0}}"#;
        let earlier: Trace = serde_json::from_str(line).unwrap();
        assert_eq!(earlier.cause, None);
        assert!(!serde_json::to_string(&earlier).unwrap().contains("cause"));
        let cause = TraceId::parse(&format!("{:032x}", 11));
        let written = serde_json::to_value(Trace { cause, ..earlier }).unwrap();
        assert_eq!(written["cause"], "0000000000000000000000000000000b");
        assert_eq!(serde_json::from_value::<Trace>(written).unwrap().cause, cause);
    }
}
