//! The last day in steps, for people without a Prometheus. It outlives the process in a file (ADR 0018).
//!
//! Nothing is counted here. At each step a thread gathers the registry, as a scrape does, and keeps how its numbers changed, so
//! what it reports cannot differ from what is scraped (ADR 0005).
//!
//! | file here | what it is for |
//! |---|---|
//! | `days` | the steps, folded for each range, and where nothing is known |
//! | `file` | the steps beside the genome |
//! | `line` | one step as a line of that file |

mod days;
pub(crate) mod file;
pub(crate) mod line;

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use prometheus::Registry;

use self::days::Days;
use self::file::HistoryFile;
use super::point::Point;
use super::reading::Reading;
use crate::background::{Crew, Stop, Waiting, Worker};
use crate::clock;
use crate::store::DataDirectory;

pub use self::days::{Gap, MOST_POINTS, Past, Range};

/// The time from one step to the next.
pub const STEP: Duration = Duration::from_secs(10);

/// What is remembered, and the thread that adds to it.
pub struct History {
    days: Arc<Mutex<Days>>,
    /// When the thread began, in nanoseconds since the Unix epoch.
    started: u64,
    worker: Worker,
}

impl History {
    /// Starts to keep a point every `step`, after those that are in the directory. `length` returns the length of the genome, if it
    /// can be read.
    pub(crate) fn start(
        registry: Registry,
        step: Duration,
        directory: &DataDirectory,
        crew: &Crew,
        length: impl Fn() -> Option<u64> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (days, waiting, started) = (Arc::new(Mutex::new(Days::default())), Waiting::new()?, clock::now());
        let (kept, directory) = (Arc::clone(&days), directory.clone());
        let sample = move |stop: &Stop| {
            let (mut before, mut read) = (Reading::of(&registry), Instant::now());
            let (earlier, mut file) = HistoryFile::open(&directory);
            *kept.lock() = earlier;
            let (mut due, mut first) = (read + step, true);
            loop {
                waiting.pause(due.saturating_duration_since(Instant::now()), stop);
                if stop.is_set() {
                    break;
                }
                let (now, at) = (Reading::of(&registry), Instant::now());
                let milliseconds = u64::try_from((at - read).as_millis()).unwrap_or(u64::MAX);
                let point = Point { milliseconds, first, ..now.since(&before, clock::now(), length()) };
                kept.lock().push(point.clone());
                file.append(&point, || kept.lock().all());
                (before, read, first) = (now, at, false);
                // After the machine was suspended, the next step is a whole one again.
                due = Instant::max(due, Instant::now() - step / 2) + step;
            }
        };
        let worker = crew.spawn("kolibri-history", sample)?;
        Ok(Self { days, started, worker })
    }

    /// The steps of the last hour since this process began, oldest first.
    pub fn since_start(&self) -> Vec<Point> {
        let days = self.days.lock();
        days.steps().filter(|point| point.time >= self.started).cloned().collect()
    }

    /// What is remembered of the range that ends at `now`, in nanoseconds since the Unix epoch.
    pub fn past(&self, range: Range, now: u64) -> Past {
        self.days.lock().past(range, now)
    }

    /// Keeps no more points; returns when the thread has ended.
    pub(crate) fn close(&self) {
        self.worker.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{telemetry, until};

    fn start(directory: &DataDirectory, step: Duration) -> History {
        History::start(telemetry().registry().unwrap(), step, directory, &Crew::default(), || Some(7))
            .unwrap()
    }

    #[test]
    fn points_come_one_after_the_other_until_it_is_closed_and_are_there_after_a_restart() {
        let root = tempfile::tempdir().unwrap();
        let directory = DataDirectory::new(root.path());
        let history = start(&directory, Duration::from_millis(2));
        until("there are some points", || history.since_start().len() > 3);
        history.close();
        let points = history.since_start();
        assert!(points.is_sorted_by_key(|point| point.time));
        assert!(points.iter().all(|point| point.blocks == Some(7)));

        let next = start(&directory, Duration::from_millis(2));
        until("it goes on", || !next.since_start().is_empty());
        next.close();
        let past = next.past(Range::Quarter, clock::now());
        assert_eq!(past.points[..points.len()], points);
        let [gap] = &past.gaps[..] else { panic!("{:?}", past.gaps) };
        assert_eq!(gap.from, points.last().unwrap().time);
        assert!(next.since_start().iter().all(|point| point.begin() >= gap.from), "nothing of before");
        assert_eq!(next.since_start().iter().filter(|point| point.first).count(), 1);
    }

    #[test]
    fn closing_waits_for_no_step() {
        let root = tempfile::tempdir().unwrap();
        let started = Instant::now();
        let history = start(&DataDirectory::new(root.path()), STEP);
        history.close();
        assert!(started.elapsed() < STEP, "{:?}", started.elapsed());
        assert_eq!(history.since_start(), []);
    }
}
