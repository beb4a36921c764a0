//! One drill, from its start to its report, on its own thread: it opens a node, runs the callers, checks the
//! result, and writes the report.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kolibri_core::background::{Control, lower_priority};
use kolibri_core::recall::{Judge, RecallConfig};
use kolibri_core::store::DataDirectory;
use kolibri_core::trace::TraceConfig;
use kolibri_core::{Node, NodeConfig, OpenError};

use crate::check::{Checked, check};
use crate::compare::compare;
use crate::directory::{bytes_below, remove};
use crate::history::History;
use crate::instruments::{DrillObserver, SoakInstruments};
use crate::pace::Speedometer;
use crate::phrases::Phrases;
use crate::report::{DrillProgress, DrillReport, DrillState, Phase};
use crate::run::Callers;
use crate::script::Script;
use crate::seeded;
use crate::tally::Tally;

/// How often progress is reported and memory sampled.
const TICK: Duration = Duration::from_millis(250);
/// The niceness of a drill in a serving node (`nice(2)`), so that people's commands get a core first. Not the
/// maximum: on a machine that is busy with something else, a drill at 19 makes five events a second.
const NICENESS: i32 = 10;
/// Threads that look up answers. Each ends up with its own connection and cache. With one per caller, the
/// process would still be growing after a hundred thousand events, and would seem to leak.
const READING_THREADS: usize = 8;
/// Places in the drill's queue, as many as a serving node has by default.
const QUEUE_CAPACITY: usize = 8192;
/// Maximum size of a drill's trace file. With the three older files, this limits the space for its traces.
const TRACE_BYTES: u64 = 16 << 20;

/// One drill, from its start to its report.
pub(super) struct Drill {
    pub(super) directory: DataDirectory,
    pub(super) history: Arc<History>,
    pub(super) instruments: Arc<SoakInstruments>,
    pub(super) observer: Arc<DrillObserver>,
    pub(super) report: DrillReport,
}

/// The result of the events of a drill.
struct Ran {
    script: Script,
    tally: Arc<Tally>,
    took: Duration,
    failure: Option<String>,
}

impl Drill {
    pub(super) fn run(self, control: &Control<DrillProgress>) {
        if !self.report.machine.standalone {
            lower_priority(NICENESS);
        }
        tracing::info!(id = self.report.id, events = self.report.parameters.events(), "a soak drill begins");
        let report = match self.drive(control) {
            Ok(ran) => self.conclude(ran, control),
            Err(problem) => self.report.clone().ended(DrillState::Failed, problem),
        };
        if !report.parameters.keep {
            remove(self.directory.path());
        }
        self.end(report, control);
    }

    /// Makes the events.
    fn drive(&self, control: &Control<DrillProgress>) -> Result<Ran, String> {
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
            instruments: Arc::clone(&self.instruments),
            stop: control.stop.clone(),
        });
        let mut script = Script::new(parameters);
        let began = Instant::now();
        let failure = runtime.block_on(async {
            let mut script = std::pin::pin!(callers.run(&mut script, parameters));
            let mut pace = Speedometer::new(began);
            loop {
                tokio::select! {
                    failure = &mut script => break failure,
                    () = tokio::time::sleep(TICK) => tick(&tally, &mut pace, control),
                }
            }
        });
        let took = began.elapsed();
        tally.sample_memory();
        node.close();
        Ok(Ran { script, tally, took, failure })
    }

    fn open_node(&self) -> Result<Node, OpenError> {
        let parameters = &self.report.parameters;
        let config = NodeConfig {
            directory: self.directory.clone(),
            queue_capacity: QUEUE_CAPACITY,
            trace: Some(TraceConfig {
                path: Some(self.directory.trace()),
                max_bytes: TRACE_BYTES,
                content: false,
            }),
            recall: by_likeness(),
            verify_every: None,
            accepted_head: None,
        };
        let genome = seeded::genome(parameters.seed, parameters.durable);
        Node::open_with(&config, &genome, Arc::clone(&self.observer) as _)
    }

    /// Checks the result of the events, and writes the report.
    fn conclude(&self, ran: Ran, control: &Control<DrillProgress>) -> DrillReport {
        let Ran { script, tally, took, failure } = ran;
        let events = tally.events();
        let mut report = DrillReport {
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
            return report.ended(DrillState::Failed, failure);
        }
        if control.stop.is_set() {
            return report.ended(DrillState::Stopped, "it was stopped");
        }
        let began = Instant::now();
        let phrases = Phrases::new(report.parameters.seed);
        let checked = check(&self.directory, &script, phrases, &control.stop, |done, total| {
            control.update(|progress| {
                (progress.phase, progress.done, progress.total) = (Phase::Verifying, done, total);
                progress.eta_seconds = None;
            });
        });
        report.verification_seconds = Some(began.elapsed().as_secs_f64());
        match checked {
            Ok(Checked::Sound(head)) => {
                self.complete(DrillReport { head: Some(head), verified: Some(true), ..report })
            }
            Ok(Checked::Fault(fault)) => {
                DrillReport { verified: Some(false), ..report }.ended(DrillState::Failed, fault)
            }
            Ok(Checked::Stopped) => report.ended(DrillState::Stopped, "it was stopped during the check"),
            Err(error) => report.ended(DrillState::Failed, format!("it cannot be checked: {error}")),
        }
    }

    fn complete(&self, report: DrillReport) -> DrillReport {
        let earlier = self.history.all().unwrap_or_else(|error| {
            tracing::error!(%error, "a soak drill cannot be compared with earlier ones");
            Vec::new()
        });
        let comparison = compare(&report, &earlier);
        self.instruments.completed(Duration::from_secs_f64(report.duration_seconds.unwrap_or(0.0)));
        DrillReport { state: DrillState::Completed, comparison, ..report }
    }

    /// Keeps the report, then reports that the drill has ended, which must come last.
    fn end(self, report: DrillReport, control: &Control<DrillProgress>) {
        let DrillReport { id, state, events, duration_seconds, reason, .. } = &report;
        let (state, reason) = (*state, reason.as_deref());
        match state {
            DrillState::Failed => tracing::error!(id, events, reason, "a soak drill failed"),
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
            tracing::error!(%error, "the report of a soak drill was lost");
        }
        control.update(|progress| {
            progress.state = state;
            progress.errors = report.errors.values().sum();
            progress.eta_seconds = None;
        });
    }
}

fn tick(tally: &Tally, speed: &mut Speedometer, control: &Control<DrillProgress>) {
    tally.sample_memory();
    let done = tally.events();
    speed.look(done);
    control.update(|progress| {
        progress.done = done;
        progress.errors = tally.errors();
        progress.events_per_second = speed.lately;
        progress.eta_seconds = speed.eta(progress.total - done);
    });
}

/// What decides in a drill: the likeness of words, which does not depend on how far the index has come
/// (ADR 0007).
fn by_likeness() -> RecallConfig {
    RecallConfig { judge: Judge::Likeness, model: Err("drills compare words alone".to_owned()) }
}
