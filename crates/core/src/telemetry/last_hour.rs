//! The last hour in steps of ten seconds, for people without a Prometheus.
//!
//! Nothing is counted here. At each step a thread gathers the registry, as a scrape does, and keeps how its
//! numbers changed, so what it reports cannot differ from what is scraped (ADR 0005).

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use prometheus::Registry;

use super::point::Point;
use super::reading::Reading;
use crate::background::{Crew, Stop, Waiting, Worker};
use crate::clock;

/// The time from one point to the next.
pub const STEP: Duration = Duration::from_secs(10);
/// Points that are kept: an hour of them.
pub const POINTS: usize = 360;

/// The last points, and the thread that adds to them.
pub struct LastHour {
    points: Arc<Mutex<VecDeque<Point>>>,
    worker: Worker,
}

impl LastHour {
    /// Starts to keep a point every `step`. `length` returns the length of the genome, if it can be read.
    pub(crate) fn start(
        registry: Registry,
        step: Duration,
        crew: &Crew,
        length: impl Fn() -> Option<u64> + Send + 'static,
    ) -> std::io::Result<Self> {
        let points = Arc::new(Mutex::new(VecDeque::with_capacity(POINTS)));
        let (kept, waiting) = (Arc::clone(&points), Waiting::new()?);
        let sample = move |stop: &Stop| {
            let mut before = Reading::of(&registry);
            let mut due = Instant::now() + step;
            loop {
                waiting.pause(due.saturating_duration_since(Instant::now()), stop);
                if stop.is_set() {
                    break;
                }
                let now = Reading::of(&registry);
                push(&kept, now.since(&before, clock::now(), length()));
                before = now;
                // After the machine was suspended, the next step is a whole one again.
                due = Instant::max(due, Instant::now() - step / 2) + step;
            }
        };
        let worker = crew.spawn("kolibri-history", sample)?;
        Ok(Self { points, worker })
    }

    /// The points, oldest first.
    pub fn points(&self) -> Vec<Point> {
        self.points.lock().iter().cloned().collect()
    }

    /// Keeps no more points; returns when the thread has ended.
    pub(crate) fn close(&self) {
        self.worker.close();
    }
}

fn push(points: &Mutex<VecDeque<Point>>, point: Point) {
    let mut points = points.lock();
    if points.len() == POINTS {
        points.pop_front();
    }
    points.push_back(point);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Each;
    use crate::testing::{telemetry, until};

    fn point(time: u64) -> Point {
        Point {
            time,
            events: Each::default(),
            failed: Each::default(),
            latency: Each::default(),
            blocks: None,
            queue_depth: 0,
            queue_refused: 0,
        }
    }

    #[test]
    fn an_hour_is_kept_and_no_more() {
        let points = Mutex::new(VecDeque::new());
        (0..1_000).for_each(|time| push(&points, point(time)));
        let points = points.into_inner();
        assert_eq!((points.len(), points[0].time, points[359].time), (360, 640, 999));
        assert_eq!(STEP * POINTS as u32, Duration::from_secs(3600));
    }

    #[test]
    fn points_come_one_after_the_other_until_it_is_closed() {
        let registry = telemetry().registry().unwrap();
        let history =
            LastHour::start(registry, Duration::from_millis(2), &Crew::default(), || Some(7)).unwrap();
        until("there are some points", || history.points().len() > 3);
        history.close();
        let points = history.points();
        assert!(points.is_sorted_by_key(|point| point.time));
        assert!(points.iter().all(|point| point.blocks == Some(7)));
    }

    #[test]
    fn closing_waits_for_no_step() {
        let started = Instant::now();
        let history =
            LastHour::start(telemetry().registry().unwrap(), STEP, &Crew::default(), || None).unwrap();
        history.close();
        assert!(started.elapsed() < STEP, "{:?}", started.elapsed());
        assert_eq!(history.points(), []);
    }
}
