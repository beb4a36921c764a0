//! The last hour in steps of ten seconds, for people who look without a Prometheus.
//!
//! Nothing is counted here. At each step a thread gathers the registry, as a scrape does, and keeps how far its numbers
//! moved: what it tells cannot differ from what is scraped (ADR 0005).

use std::collections::VecDeque;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use prometheus::Registry;

use super::reading::Reading;
use crate::clock;

/// The time from one point to the next.
pub const STEP: Duration = Duration::from_secs(10);
/// Points that are kept: an hour of them.
pub const POINTS: usize = 360;

/// A value for each command.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ByCommand<T> {
    /// Of TEACH.
    pub teach: T,
    /// Of ASK.
    pub ask: T,
    /// Of FORGET.
    pub forget: T,
}

/// What failed in one step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Failures {
    /// TEACH commands.
    pub teach: u64,
    /// ASK commands.
    pub ask: u64,
    /// FORGET commands.
    pub forget: u64,
    /// Commands of an unknown type.
    pub command: u64,
    /// Traces that could not be written.
    pub trace: u64,
}

/// How long the commands of one step took, in seconds; estimated from a histogram as Prometheus' `histogram_quantile`
/// does it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Latency {
    /// Half of them took no longer.
    pub p50: f64,
    /// 99 of 100 took no longer.
    pub p99: f64,
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// When the step ended, in nanoseconds since the Unix epoch.
    pub time: u64,
    /// Events recorded in it.
    pub events: ByCommand<u64>,
    /// Failures in it.
    pub failed: Failures,
    /// How long the commands that were executed in it took; `None` where there were none.
    pub latency: ByCommand<Option<Latency>>,
    /// Length of the genome at its end; `None` when it could not be read.
    pub blocks: Option<u64>,
    /// Places of the queue in use at its end.
    pub queue_depth: u64,
    /// Commands refused in it because the queue was full.
    pub queue_refused: u64,
}

/// The last points, and the thread that adds to them.
pub struct History {
    points: Arc<Mutex<VecDeque<Point>>>,
    thread: Mutex<Option<(SyncSender<()>, JoinHandle<()>)>>,
}

impl History {
    /// Starts to keep a point every `step`. `length` tells how long the genome is, if it can be read.
    pub(crate) fn start(
        registry: Registry,
        step: Duration,
        length: impl Fn() -> Option<u64> + Send + 'static,
    ) -> std::io::Result<Self> {
        let points = Arc::new(Mutex::new(VecDeque::with_capacity(POINTS)));
        let kept = Arc::clone(&points);
        // Never sent to: that it is gone is the word to stop.
        let (sender, stopped) = sync_channel::<()>(0);
        let sample = move || {
            let mut before = Reading::of(&registry);
            let mut due = Instant::now() + step;
            while let Err(RecvTimeoutError::Timeout) =
                stopped.recv_timeout(due.saturating_duration_since(Instant::now()))
            {
                let now = Reading::of(&registry);
                push(&kept, now.since(&before, clock::now(), length()));
                before = now;
                // After a pause of the machine the next step is a whole one again.
                due = Instant::max(due, Instant::now() - step / 2) + step;
            }
        };
        let thread = std::thread::Builder::new().name("kolibri-history".into()).spawn(sample)?;
        Ok(Self { points, thread: Mutex::new(Some((sender, thread))) })
    }

    /// The points, oldest first.
    pub fn points(&self) -> Vec<Point> {
        self.points.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Keeps no more points; returns when the thread has ended.
    pub(crate) fn close(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((sender, thread)) = thread {
            drop(sender);
            if thread.join().is_err() {
                tracing::error!("the history thread panicked");
            }
        }
    }
}

fn push(points: &Mutex<VecDeque<Point>>, point: Point) {
    let mut points = points.lock().unwrap_or_else(PoisonError::into_inner);
    if points.len() == POINTS {
        points.pop_front();
    }
    points.push_back(point);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{telemetry, until};

    fn point(time: u64) -> Point {
        Point {
            time,
            events: ByCommand::default(),
            failed: Failures::default(),
            latency: ByCommand::default(),
            blocks: None,
            queue_depth: 0,
            queue_refused: 0,
        }
    }

    #[test]
    fn an_hour_is_kept_and_no_more() {
        let points = Mutex::default();
        (0..1_000).for_each(|time| push(&points, point(time)));
        let points = points.into_inner().unwrap();
        assert_eq!((points.len(), points[0].time, points[359].time), (360, 640, 999));
        assert_eq!(STEP * POINTS as u32, Duration::from_secs(3600));
    }

    #[test]
    fn points_come_one_after_the_other_until_it_is_closed() {
        let registry = telemetry().registry().unwrap();
        let history = History::start(registry, Duration::from_millis(2), || Some(7)).unwrap();
        until("there are some points", || history.points().len() > 3);
        history.close();
        let points = history.points();
        assert!(points.is_sorted_by_key(|point| point.time));
        assert!(points.iter().all(|point| point.blocks == Some(7)));
    }

    #[test]
    fn closing_waits_for_no_step() {
        let started = Instant::now();
        let history = History::start(telemetry().registry().unwrap(), STEP, || None).unwrap();
        history.close();
        assert!(started.elapsed() < STEP, "{:?}", started.elapsed());
        assert_eq!(history.points(), []);
    }
}
