//! What the last hour was like.

use kolibri_core::Fault;
use kolibri_core::clock::rfc3339;
use kolibri_core::command::Command;
use kolibri_core::observer::Failed;
use kolibri_core::telemetry::{Each, Label, Point, Quantiles as PointQuantiles};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The last hour.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct HistoryResponse {
    /// False when there are no metrics to build a history from.
    pub(crate) available: bool,
    /// The setting that turned metrics off, if they are off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) variable: Option<String>,
    /// Seconds between points.
    pub(crate) step_seconds: u64,
    /// Oldest first; the first one appears one step after the start.
    pub(crate) points: Vec<HistoryPoint>,
}

/// One step. Its numbers cover this step only, and come from the same instruments as the metrics.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct HistoryPoint {
    /// When the step ended, RFC 3339.
    #[schema(format = DateTime)]
    time: String,
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
        let [teach, ask, forget] = each(&point.latency).map(|latency| latency.map(Quantiles::from));
        Self {
            time: rfc3339(point.time),
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
