//! Decides how the node is, in one line. The only place that does: the page and the command line show what it says. Pure:
//! what was seen goes in, one condition comes out, the worst first.

use std::sync::Arc;
use std::time::Duration;

use kolibri_core::clock::parse_rfc3339;
use kolibri_core::command::Command;
use kolibri_core::observer::Failed;
use kolibri_core::telemetry::{Label, Point};
use kolibri_core::trace::Trace;
use kolibri_core::{ErrorKind, Fault};

use crate::config::settings;
use crate::wire::{Alert, AlertState, AlertsSeen, Condition, ConditionKind};

/// Steps of ten seconds that "now" means: five minutes, as in the alerts.
const LATELY: usize = 30;
/// The share of the recorded commands above which the node is failing, and that of the commands of one type, both as in
/// `KolibriBackendErrorsSpike`.
const SPIKE: f64 = 0.05;
const SPIKE_OF_TYPE: f64 = 0.5;
/// With fewer bytes left, the next large batch may find the disk full.
const LITTLE: u64 = 1 << 30;

/// What was seen of a node.
#[derive(Default)]
pub(super) struct Seen {
    /// Why it is not ready; empty if it is.
    pub(super) problems: Vec<String>,
    /// Since when it is not ready, in nanoseconds since the Unix epoch.
    pub(super) not_ready_since: Option<u64>,
    pub(super) broken: Option<SeenBroken>,
    /// The last hour, oldest first; `None` when failures are not counted.
    pub(super) points: Option<Vec<Point>>,
    /// Failed traces, in any order.
    pub(super) failed: Vec<Arc<Trace>>,
    /// Bytes that are free on the data directory's file system; `None` if that is not known.
    pub(super) disk_available: Option<u64>,
    /// By how much the clock is behind the last block, if that is much.
    pub(super) clock_behind: Option<Duration>,
    /// Why answers are found by words alone, although there is a model.
    pub(super) words_alone: Option<String>,
    /// What Prometheus said of alerts; `None` if the node does not know where it is.
    pub(super) alerts: Option<AlertsSeen>,
}

/// A genome that was found broken.
pub(super) struct SeenBroken {
    pub(super) block: u64,
    pub(super) fault: String,
    /// When it was found, in nanoseconds since the Unix epoch.
    pub(super) found: u64,
}

/// How the node is. What is told instead of a broken genome names it too.
pub(super) fn decide(seen: &Seen) -> Condition {
    let worst = worst(seen);
    match &seen.broken {
        Some(broken) if worst.kind != ConditionKind::GenomeBroken => worst.beside_broken(broken.block),
        _ => worst,
    }
}

fn worst(seen: &Seen) -> Condition {
    let failures = seen.points.as_deref().and_then(|points| failures(points, &seen.failed));
    let (spike, some) = match failures {
        // They are a broken genome's doing.
        Some(Failures { cause: Some(cause), .. })
            if seen.broken.is_some() && cause == ErrorKind::Unreadable.name() =>
        {
            (None, None)
        }
        Some(failures) if failures.is_spike => (Some(failures), None),
        other => (None, other),
    };
    let commands = |kind| {
        move |Failures { share, since, cause, .. }: Failures| {
            Condition::new(kind, Some(share), None, Some(since), cause)
        }
    };
    spike
        .map(commands(ConditionKind::CommandsFail))
        .or_else(|| not_ready(seen))
        .or_else(|| broken(seen))
        .or_else(|| alerts(seen, ConditionKind::CriticalAlertFires))
        .or_else(|| some.map(commands(ConditionKind::SomeCommandsFail)))
        .or_else(|| alerts(seen, ConditionKind::AlertFires))
        .or_else(|| disk_fills(seen))
        .or_else(|| traces_lost(seen))
        .or_else(|| clock_behind(seen))
        .or_else(|| words_alone(seen))
        .or_else(|| not_counted(seen))
        .or_else(|| alerts_unknown(seen))
        .unwrap_or_else(|| Condition::new(ConditionKind::Healthy, None, None, None, None))
}

fn not_ready(Seen { problems, not_ready_since, .. }: &Seen) -> Option<Condition> {
    let first = problems.first()?.clone();
    Some(Condition::new(ConditionKind::NotReady, None, None, *not_ready_since, Some(first)))
}

fn broken(seen: &Seen) -> Option<Condition> {
    let SeenBroken { block, fault, found } = seen.broken.as_ref()?;
    let (number, since) = (Some(*block), Some(*found));
    Some(Condition::new(ConditionKind::GenomeBroken, None, number, since, Some(fault.clone())))
}

/// The alerts that fire, of the severity of this kind: the one that fires longest, and how many others do.
fn alerts(seen: &Seen, kind: ConditionKind) -> Option<Condition> {
    let critical = kind == ConditionKind::CriticalAlertFires;
    let of_kind = |alert: &&Alert| {
        alert.state == AlertState::Firing && (alert.severity.as_deref() == Some("critical")) == critical
    };
    let mut firing = seen.alerts.as_ref()?.alerts.iter().filter(of_kind);
    let first = firing.next()?;
    let others = firing.count() as u64;
    let name = match &first.instance {
        Some(instance) => format!("{} ({instance})", first.name),
        None => first.name.clone(),
    };
    let since = first.since.as_deref().and_then(parse_rfc3339);
    Some(Condition::new(kind, None, Some(others), since, Some(name)))
}

fn alerts_unknown(seen: &Seen) -> Option<Condition> {
    let problem = seen.alerts.as_ref()?.problem.clone()?;
    Some(Condition::new(ConditionKind::AlertsUnknown, None, None, None, Some(problem)))
}

fn traces_lost(seen: &Seen) -> Option<Condition> {
    let lost = |point: &Point| point.failed[Failed::Trace];
    let points = seen.points.as_deref()?;
    let number = lately(points).iter().map(lost).sum::<u64>();
    let since = begin(points, lost)?;
    let cause = format!("check {} and its disk", settings::TRACE_PATH.variable);
    Some(Condition::new(ConditionKind::TracesLost, None, Some(number), Some(since), Some(cause)))
}

fn disk_fills(seen: &Seen) -> Option<Condition> {
    let left = seen.disk_available.filter(|left| *left < LITTLE)?;
    Some(Condition::new(ConditionKind::DiskFills, None, Some(left), None, None))
}

fn clock_behind(seen: &Seen) -> Option<Condition> {
    let seconds = seen.clock_behind?.as_secs();
    Some(Condition::new(ConditionKind::ClockBehind, None, Some(seconds), None, None))
}

fn words_alone(seen: &Seen) -> Option<Condition> {
    let why = seen.words_alone.clone()?;
    Some(Condition::new(ConditionKind::WordsAlone, None, None, None, Some(why)))
}

fn not_counted(seen: &Seen) -> Option<Condition> {
    if seen.points.is_some() {
        return None;
    }
    let cause = format!("telemetry is off ({})", settings::TELEMETRY.variable);
    Some(Condition::new(ConditionKind::NotCounted, None, None, None, Some(cause)))
}

/// People's commands that fail now through the node's fault.
struct Failures {
    /// 0 to 1, of the commands that were tried in the last five minutes, but not before they began to fail.
    share: f64,
    /// When they began to fail.
    since: u64,
    cause: Option<String>,
    /// They are so many that on-call is woken up.
    is_spike: bool,
}

fn failures(points: &[Point], traces: &[Arc<Trace>]) -> Option<Failures> {
    let since = begin(points, by_node)?;
    let meanwhile = || lately(points).iter().filter(|point| point.time >= since);
    let failed: u64 = meanwhile().map(by_node).sum();
    let recorded: u64 = meanwhile().flat_map(|point| point.events.iter()).map(|(_, count)| *count).sum();
    let callers: u64 = meanwhile().map(by_caller).sum();
    let share = failed as f64 / (recorded + failed + callers) as f64;
    let of_type = |command: Command| {
        let failed = Failed::Event(command.event(), Fault::Node);
        let (failed, recorded): (u64, u64) =
            meanwhile().fold((0, 0), |(f, r), point| (f + point.failed[failed], r + point.events[command]));
        failed as f64 > SPIKE_OF_TYPE * recorded as f64
    };
    let is_spike = failed as f64 > SPIKE * recorded as f64 || Command::ALL.into_iter().any(of_type);
    let cause = cause(traces, since).map(|kind| kind.name().to_owned());
    Some(Failures { share, since, cause, is_spike })
}

fn by_node(point: &Point) -> u64 {
    of_fault(point, Fault::Node)
}

fn by_caller(point: &Point) -> u64 {
    of_fault(point, Fault::Caller)
}

fn of_fault(point: &Point, fault: Fault) -> u64 {
    let of_it = point.failed.iter().filter(|(failed, _)| failed.fault() == Some(fault.name()));
    of_it.map(|(_, count)| count).sum()
}

fn lately(points: &[Point]) -> &[Point] {
    points.get(points.len().saturating_sub(LATELY)..).unwrap_or_default()
}

/// The end of the first step of what goes on now: the earliest step with any that no five minutes without one separate
/// from now. `None` if there was none lately.
fn begin(points: &[Point], count: impl Fn(&Point) -> u64) -> Option<u64> {
    let mut since = None;
    let mut quiet = 0;
    for point in points.iter().rev() {
        if count(point) > 0 {
            (since, quiet) = (Some(point.time), 0);
        } else {
            quiet += 1;
        }
        if quiet >= LATELY {
            break;
        }
    }
    since
}

/// What most of the failures since then were, by the node's fault. A step may have begun ten seconds before it ended.
fn cause(traces: &[Arc<Trace>], since: u64) -> Option<ErrorKind> {
    const STEP: u64 = 10_000_000_000;
    let ours = |trace: &&Arc<Trace>| {
        trace.time >= since.saturating_sub(STEP) && trace.soak.is_none() && trace.fault == Some(Fault::Node)
    };
    let kinds: Vec<ErrorKind> = traces.iter().filter(ours).filter_map(|trace| trace.error).collect();
    let count = |kind: &ErrorKind| kinds.iter().filter(|other| *other == kind).count();
    kinds.iter().copied().max_by_key(count)
}

#[cfg(test)]
mod tests;
