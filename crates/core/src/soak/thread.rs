//! The thread a drill runs on: it opens a node of the drill's own, lets the callers at it, checks what they left, and
//! writes the report.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::check::{Checked, check};
use super::compare::Comparison;
use super::drills::{Stop, remove};
use super::history::History;
use super::phrases::Phrases;
use super::report::{Phase, Progress, Report, State};
use super::run::Callers;
use super::script::Script;
use super::tally::Tally;
use crate::priority::let_people_go_first;
use crate::store::{DataDirectory, Purpose};
use crate::telemetry::Instruments;
use crate::trace::{Drill, TraceConfig, Traces};
use crate::{Node, NodeConfig};

/// How often progress is told and memory looked at.
const TICK: Duration = Duration::from_millis(250);
/// How much the last tick counts in the speed that is told.
const FRESH: f64 = 0.3;
/// How much less a drill beside people counts than their commands when they want the same core (`nice(2)`). Not the most
/// there is: on a machine that is busy with something else, a drill at 19 makes five events a second.
const NICENESS: i32 = 10;
/// Threads that look answers up. Each comes to hold a connection with a cache of its own: with one for each caller, the
/// process would still be growing into them after a hundred thousand events, and look as if it leaked.
const READING_THREADS: usize = 8;
/// Places in the drill's queue, as many as people have by default.
const QUEUE_CAPACITY: usize = 8192;
/// Size of a drill's trace file; with the three older ones, a bound on what its traces take.
const TRACE_BYTES: u64 = 16 << 20;

/// One drill, from its start to its report.
pub(super) struct Job {
    pub(super) directory: DataDirectory,
    pub(super) history: Arc<History>,
    pub(super) instruments: Arc<Instruments>,
    /// The traces of the node beside; `None` in a process of its own.
    pub(super) beside: Option<Arc<Traces>>,
    pub(super) stop: Stop,
    pub(super) progress: watch::Sender<Progress>,
    pub(super) report: Report,
}

/// What the events of a drill came to.
struct Ran {
    script: Script,
    tally: Arc<Tally>,
    took: Duration,
    failure: Option<String>,
}

impl Job {
    pub(super) fn run(self) {
        if !self.report.machine.standalone {
            let_people_go_first(NICENESS);
        }
        tracing::info!(id = self.report.id, events = self.report.parameters.events(), "a soak drill begins");
        let report = match self.drive() {
            Ok(ran) => self.conclude(ran),
            Err(problem) => self.report.clone().ended(State::Failed, problem),
        };
        if !report.parameters.keep {
            remove(&self.directory.path().to_owned());
        }
        self.tell(report);
    }

    /// Makes the events.
    fn drive(&self) -> Result<Ran, String> {
        let parameters = &self.report.parameters;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("kolibri-soak")
            .max_blocking_threads(READING_THREADS)
            .enable_time()
            .build()
            .map_err(|error| error.to_string())?;
        let node = Arc::new(self.open_node().map_err(|error| error.to_string())?);
        let tally = Arc::new(Tally::new());
        let callers = Arc::new(Callers {
            node: Arc::clone(&node),
            phrases: Phrases::new(parameters.seed),
            tally: Arc::clone(&tally),
            stop: self.stop.clone(),
        });
        let mut script = Script::new(parameters);
        let began = Instant::now();
        let failure = runtime.block_on(async {
            let mut script = std::pin::pin!(callers.run(&mut script, parameters));
            let mut pace = Speedometer::new(began);
            loop {
                tokio::select! {
                    result = &mut script => break result.err(),
                    () = tokio::time::sleep(TICK) => self.tick(&tally, &mut pace),
                }
            }
        });
        let took = began.elapsed();
        tally.sample_memory();
        node.close();
        Ok(Ran { script, tally, took, failure: failure.map(|error| error.to_string()) })
    }

    fn open_node(&self) -> Result<Node, crate::OpenError> {
        let parameters = &self.report.parameters;
        let config = NodeConfig {
            directory: self.directory.clone(),
            queue_capacity: QUEUE_CAPACITY,
            trace: Some(TraceConfig {
                path: Some(self.directory.trace()),
                max_bytes: TRACE_BYTES,
                content: false,
            }),
        };
        let purpose = Purpose::Drill { seed: parameters.seed, durable: parameters.durable };
        let drill = Drill { id: self.report.id.as_str().into(), failures: self.beside.clone() };
        Node::open_for(purpose, &config, Arc::clone(&self.instruments), Some(drill))
    }

    fn tick(&self, tally: &Tally, speed: &mut Speedometer) {
        tally.sample_memory();
        let done = tally.events();
        speed.look(done);
        self.progress.send_modify(|progress| {
            progress.done = done;
            progress.errors = tally.errors();
            progress.events_per_second = speed.lately;
            progress.eta_seconds = speed.eta(progress.total - done);
        });
    }

    /// Checks what the events left, and writes the report.
    fn conclude(&self, ran: Ran) -> Report {
        let Ran { script, tally, took, failure } = ran;
        let events = tally.events();
        let mut report = Report {
            events,
            duration_seconds: Some(took.as_secs_f64()),
            events_per_second: Some(events as f64 / took.as_secs_f64()),
            errors: tally.errors_by_kind(),
            latency: tally.latency(),
            memory: Some(tally.memory()),
            bytes_per_block: Some(bytes_below(self.directory.path()) as f64 / (events + 1) as f64),
            ..self.report.clone()
        };
        if let Some(failure) = failure {
            return report.ended(State::Failed, failure);
        }
        if self.stop.is_set() {
            return report.ended(State::Stopped, "somebody stopped it");
        }
        let began = Instant::now();
        let phrases = Phrases::new(report.parameters.seed);
        let checked = check(&self.directory, &script, phrases, &self.stop, |done, total| {
            self.progress.send_modify(|progress| {
                (progress.phase, progress.done, progress.total) = (Phase::Verifying, done, total);
                progress.eta_seconds = None;
            });
        });
        report.verification_seconds = Some(began.elapsed().as_secs_f64());
        match checked {
            Ok(Checked::Sound(head)) => {
                self.complete(Report { head: Some(head), verified: Some(true), ..report })
            }
            Ok(Checked::Fault(fault)) => {
                Report { verified: Some(false), ..report }.ended(State::Failed, fault)
            }
            Ok(Checked::Stopped) => report.ended(State::Stopped, "somebody stopped it during the check"),
            Err(error) => report.ended(State::Failed, format!("it cannot be checked: {error}")),
        }
    }

    fn complete(&self, report: Report) -> Report {
        let earlier = self.history.all().unwrap_or_else(|error| {
            tracing::error!(%error, "a soak drill cannot be compared with those before it");
            Vec::new()
        });
        let comparison = Comparison::of(&report, &earlier);
        self.instruments.drill_completed(Duration::from_secs_f64(report.duration_seconds.unwrap_or(0.0)));
        Report { state: State::Completed, comparison, ..report }
    }

    /// Keeps the report, and says that the drill has ended: the last thing it does.
    fn tell(self, report: Report) {
        let Report { id, state, events, duration_seconds, reason, .. } = &report;
        let (state, reason) = (*state, reason.as_deref());
        match state {
            State::Failed => tracing::error!(id, events, reason, "a soak drill failed"),
            _ => tracing::info!(
                id,
                state = state.name(),
                events,
                duration_seconds,
                reason,
                "a soak drill ended"
            ),
        }
        if let Err(error) = self.history.keep(&report) {
            tracing::error!(%error, "the report of a soak drill is lost");
        }
        self.progress.send_modify(|progress| {
            progress.state = state;
            progress.errors = report.errors.values().sum();
            progress.eta_seconds = None;
        });
    }
}

/// Events a second, lately and from the beginning.
struct Speedometer {
    began: Instant,
    looked: Instant,
    done: u64,
    lately: f64,
}

impl Speedometer {
    fn new(began: Instant) -> Self {
        Self { began, looked: began, done: 0, lately: 0.0 }
    }

    fn look(&mut self, done: u64) {
        let now = Instant::now();
        let speed = (done - self.done) as f64 / (now - self.looked).as_secs_f64().max(1e-6);
        self.lately = if self.done == 0 { speed } else { self.lately * (1.0 - FRESH) + speed * FRESH };
        (self.looked, self.done) = (now, done);
    }

    fn eta(&self, left: u64) -> Option<f64> {
        let speed = self.done as f64 / (self.looked - self.began).as_secs_f64();
        (speed > 0.0).then(|| left as f64 / speed)
    }
}

/// Bytes of every file below a directory.
fn bytes_below(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}
