//! What the last day was like.

use std::time::Duration;

use kolibri_core::Fault;
use kolibri_core::clock::rfc3339;
use kolibri_core::command::Command;
use kolibri_core::observer::Failed;
use kolibri_core::telemetry::history::{Gap, Range};
use kolibri_core::telemetry::{Each, Label, Point, Quantiles as PointQuantiles};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How much of the past.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// `15m`, `1h`, `6h` or `24h`; `1h` if it does not say.
    #[serde(default)]
    #[param(value_type = Range, inline)]
    pub(crate) range: Range,
}

/// What the range was like.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct HistoryResponse {
    /// False when there are no metrics to build a history from.
    pub(crate) available: bool,
    /// The setting that turned metrics off, if they are off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) variable: Option<String>,
    /// When the range begins, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) since: String,
    /// When it ends, which is now, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) until: String,
    /// Seconds between points.
    pub(crate) step_seconds: u64,
    /// Oldest first, at most 360. The first one after a start appears one step later.
    #[schema(max_items = 360)]
    pub(crate) points: Vec<HistoryPoint>,
    /// Times of which nothing is known, oldest first: no node ran, or the machine slept. What was before the oldest point is
    /// not among them.
    pub(crate) gaps: Vec<HistoryGap>,
}

/// A time of which nothing is known.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct HistoryGap {
    /// When it began, RFC 3339.
    #[schema(format = DateTime)]
    since: String,
    /// When it ended, RFC 3339.
    #[schema(format = DateTime)]
    until: String,
}

/// One step, or several together. Its numbers cover this step only, and come from the same instruments as the metrics.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct HistoryPoint {
    /// When the step ended, RFC 3339.
    #[schema(format = DateTime)]
    time: String,
    /// How many seconds it covers: fewer than a step has if no node ran for a part of it, or it is not over.
    seconds: f64,
    /// Events recorded.
    events: EventCounts,
    /// Commands refused or failed (COMMAND: unknown commands) and traces that could not be written.
    failed: FailureCounts,
    /// The same failures, by whose fault they were.
    faults: FaultCounts,
    /// How long executed commands took.
    latency: Latencies,
    /// Length of the genome at the end of the step; null when it could not be read.
    blocks: Option<u64>,
    /// Places in use in the queue at the end of the step.
    queue_depth: u64,
    /// Commands refused because the queue was full.
    queue_refused: u64,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
struct EventCounts {
    teach: u64,
    ask: u64,
    forget: u64,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
struct FailureCounts {
    teach: u64,
    ask: u64,
    forget: u64,
    command: u64,
    trace: u64,
}

/// As in the label `fault` of `kolibri_backend_events_failed_total`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct FaultCounts {
    /// The caller asked for something that no node can do.
    caller: u64,
    /// The node could not do what it should.
    node: u64,
    /// A trace could not be written.
    trace: u64,
}

/// By command; null if none was executed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
struct Latencies {
    teach: Option<Quantiles>,
    ask: Option<Quantiles>,
    forget: Option<Quantiles>,
}

/// Estimated from a histogram, in the same way as Prometheus' `histogram_quantile`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Quantiles {
    /// Half of the commands took no longer.
    p50_seconds: f64,
    /// 99 of 100 took no longer.
    p99_seconds: f64,
}

impl From<Point> for HistoryPoint {
    fn from(point: Point) -> Self {
        let [teach, ask, forget] = each(&point.events);
        let events = EventCounts { teach, ask, forget };
        let failures = |wanted: &dyn Fn(Failed) -> bool| {
            point.failed.iter().filter(|(failed, _)| wanted(*failed)).map(|(_, count)| count).sum()
        };
        let of_type = |name: &str| failures(&|failed| failed.event_type() == name);
        let [teach, ask, forget] = Command::ALL.map(|command| of_type(command.name()));
        let [command, trace] = [Failed::Command, Failed::Trace].map(|failed| point.failed[failed]);
        let of_fault = |name: &str| failures(&|failed| failed.fault() == Some(name));
        let [caller, node] = [Fault::Caller, Fault::Node].map(|fault| of_fault(fault.name()));
        let failed = FailureCounts { teach, ask, forget, command, trace };
        let faults = FaultCounts { caller, node, trace };
        let [teach, ask, forget] =
            each(&point.latency).map(|latency| latency.quantiles().map(Quantiles::from));
        Self {
            time: rfc3339(point.time),
            seconds: Duration::from_millis(point.milliseconds).as_secs_f64(),
            events,
            failed,
            faults,
            latency: Latencies { teach, ask, forget },
            blocks: point.blocks,
            queue_depth: point.queue_depth,
            queue_refused: point.queue_refused,
        }
    }
}

/// By command, in the order of the fields above.
fn each<T: Clone>(values: &Each<Command, T>) -> [T; 3] {
    [Command::Teach, Command::Ask, Command::Forget].map(|command| values[command].clone())
}

impl From<PointQuantiles> for Quantiles {
    fn from(PointQuantiles { p50, p99 }: PointQuantiles) -> Self {
        Self { p50_seconds: p50, p99_seconds: p99 }
    }
}

impl From<Gap> for HistoryGap {
    fn from(Gap { from, until }: Gap) -> Self {
        Self { since: rfc3339(from), until: rfc3339(until) }
    }
}
