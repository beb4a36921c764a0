//! One step of the last hour.

use super::labels::Each;
use crate::command::Command;
use crate::observer::Failed;

/// One step of the last hour.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// When the step ended, in nanoseconds since the Unix epoch.
    pub time: u64,
    /// Events recorded in it.
    pub events: Each<Command, u64>,
    /// Failures in it.
    pub failed: Each<Failed, u64>,
    /// How long the commands that were executed in it took; `None` where there were none.
    pub latency: Each<Command, Option<Quantiles>>,
    /// Length of the genome at its end; `None` when it could not be read.
    pub blocks: Option<u64>,
    /// Places of the queue in use at its end.
    pub queue_depth: u64,
    /// Commands refused in it because the queue was full.
    pub queue_refused: u64,
}

/// How long the commands of one step took, in seconds; estimated from a histogram as Prometheus'
/// `histogram_quantile` does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantiles {
    /// Half of them took no longer.
    pub p50: f64,
    /// 99 of 100 took no longer.
    pub p99: f64,
}
