//! Starting, stopping and watching drills: one at a time, each in its own directory, removed at the end.

use std::sync::Arc;

use kolibri_core::background::{Control, Crew, Job, NotStarted, Status};
use kolibri_core::store::{DataDirectory, Lock};
use kolibri_core::telemetry::Telemetry;
use kolibri_core::trace::Traces;
use kolibri_core::{Node, OpenError, clock, host, random};
use time::OffsetDateTime;
use tokio::sync::watch;

use crate::directory::{history_file, remove_leftovers, soaks};
use crate::drill::Drill;
use crate::history::{History, HistoryError};
use crate::instruments::{DrillObserver, SoakInstruments};
use crate::parameters::Parameters;
use crate::report::{DrillProgress, DrillReport, DrillState, Machine, Phase};

/// Disk space that a drill must leave free.
const RESERVE: u64 = 1 << 30;

/// The drills of one data directory.
pub struct Drills {
    directory: DataDirectory,
    history: Arc<History>,
    instruments: Arc<SoakInstruments>,
    /// The traces of the node that serves people.
    failures: Option<Arc<Traces>>,
    machine: Machine,
    job: Job<DrillProgress>,
    /// Held by a standalone process; otherwise the node holds it.
    _lock: Option<Lock>,
}

/// Why the drills of a directory could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenDrillsError {
    /// The directory could not be created, or another process uses it.
    #[error(transparent)]
    Directory(#[from] OpenError),
    /// The history could not be opened.
    #[error(transparent)]
    History(#[from] HistoryError),
}

/// Why a drill was not started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Parameters are outside their limits; each fault in words.
    #[error("{}", .0.join("; "))]
    Parameters(Vec<String>),
    /// Another drill is running.
    #[error("drill {id} is running, and only one can run at a time; wait until it ends, or stop it")]
    Busy {
        /// The running drill's id.
        id: String,
    },
    /// It would not fit on the disk.
    #[error(
        "the drill may need {} MiB of disk space and must leave {} MiB free, but only {} MiB are free; ask for fewer events, \
         or free some space",
        needed >> 20, RESERVE >> 20, available >> 20
    )]
    NoRoom {
        /// The refused drill's id in the history.
        id: String,
        /// Bytes it may take.
        needed: u64,
        /// Bytes that are free.
        available: u64,
    },
    /// The history could not be written.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The system refused what a drill needs.
    #[error("a drill cannot be started: {0}")]
    System(#[from] std::io::Error),
    /// It was not started, for a reason that any job may have.
    #[error("a drill cannot be started: {0}")]
    Job(#[from] NotStarted),
}

impl Drills {
    /// Drills of a running node, in its data directory. Removes what the last process left behind.
    ///
    /// # Errors
    /// When the history cannot be opened.
    pub fn beside(
        node: &Node,
        directory: &DataDirectory,
        telemetry: &Telemetry,
    ) -> Result<Self, HistoryError> {
        Self::open(directory, telemetry, node.crew().clone(), node.traces().cloned(), None)
    }

    /// Drills of a standalone process, in their own directory.
    ///
    /// # Errors
    /// When another process uses the directory, or it cannot be created, or its history cannot be opened.
    pub fn alone(directory: &DataDirectory, telemetry: &Telemetry) -> Result<Self, OpenDrillsError> {
        directory.create()?;
        let lock = directory.lock()?;
        Ok(Self::open(directory, telemetry, Crew::default(), None, Some(lock))?)
    }

    fn open(
        directory: &DataDirectory,
        telemetry: &Telemetry,
        crew: Crew,
        failures: Option<Arc<Traces>>,
        lock: Option<Lock>,
    ) -> Result<Self, HistoryError> {
        let history = History::open(history_file(directory))?;
        history.mark_interrupted()?;
        history.last_starts().observe(telemetry);
        remove_leftovers(&soaks(directory), &history)?;
        Ok(Self {
            directory: directory.clone(),
            history: Arc::new(history),
            instruments: Arc::new(SoakInstruments::new(telemetry)),
            failures,
            machine: Machine { host: host::name(), cores: host::cores(), standalone: lock.is_some() },
            job: Job::new("kolibri-soak", crew),
            _lock: lock,
        })
    }

    /// Starts a drill, and returns its id.
    ///
    /// # Errors
    /// See [`StartError`]. A drill that would not fit is kept in the history as refused.
    pub fn start(&self, parameters: Parameters) -> Result<String, StartError> {
        let faults = parameters.faults();
        if !faults.is_empty() {
            return Err(StartError::Parameters(faults));
        }
        let report = DrillReport::begin(new_id(), parameters, self.machine.clone());
        match self.job.start(|| self.prepare(report.clone())) {
            Ok(()) => Ok(report.id),
            Err(StartError::Job(NotStarted::Running)) => Err(StartError::Busy { id: self.last_id() }),
            Err(error @ StartError::Job(NotStarted::NoThread(_))) => {
                self.history.keep(&report.ended(DrillState::Failed, error.to_string()))?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Records that a drill begins; returns its first progress, and its work.
    fn prepare(
        &self,
        report: DrillReport,
    ) -> Result<(DrillProgress, impl FnOnce(Control<DrillProgress>) + Send + use<>), StartError> {
        self.make_room(&report)?;
        self.history.keep(&report)?;
        let progress = DrillProgress::begin(&report);
        let observer = DrillObserver {
            id: report.id.as_str().into(),
            soak: Arc::clone(&self.instruments),
            failures: self.failures.clone(),
        };
        let drill = Drill {
            directory: DataDirectory::new(soaks(&self.directory).join(&report.id)),
            history: Arc::clone(&self.history),
            instruments: Arc::clone(&self.instruments),
            observer: Arc::new(observer),
            report,
        };
        Ok((progress, move |control: Control<DrillProgress>| drill.run(&control)))
    }

    /// Refuses a drill that does not fit on the disk.
    fn make_room(&self, report: &DrillReport) -> Result<(), StartError> {
        std::fs::create_dir_all(soaks(&self.directory))?;
        let (needed, available) = (report.parameters.disk_bytes(), self.directory.available()?);
        if needed + RESERVE <= available {
            return Ok(());
        }
        let error = StartError::NoRoom { id: report.id.clone(), needed, available };
        self.history.keep(&report.clone().ended(DrillState::Refused, error.to_string()))?;
        Err(error)
    }

    /// The id of the last drill that was started here.
    fn last_id(&self) -> String {
        self.job.watch().map(|progress| progress.borrow().id.clone()).unwrap_or_default()
    }

    /// The drill that is running.
    pub fn running(&self) -> Option<String> {
        let progress = self.job.watch()?;
        let progress = progress.borrow();
        progress.is_running().then(|| progress.id.clone())
    }

    /// Asks a drill to stop; `false` if it is not running.
    pub fn stop(&self, id: &str) -> bool {
        self.job.cancel(|progress| progress.id == id)
    }

    /// The progress of a drill, from now on; `None` unless it is the last one that was started here.
    pub fn progress(&self, id: &str) -> Option<watch::Receiver<DrillProgress>> {
        self.job.watch().filter(|progress| progress.borrow().id == id)
    }

    /// Every drill in the history, newest first.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub fn all(&self) -> Result<Vec<DrillReport>, HistoryError> {
        self.history.all()?.into_iter().map(|report| self.as_it_stands(report)).collect()
    }

    /// One drill; `None` if it is not in the history.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub fn find(&self, id: &str) -> Result<Option<DrillReport>, HistoryError> {
        self.history.find(id)?.map(|report| self.as_it_stands(report)).transpose()
    }

    /// The history has the start and the end of a drill; only the drill itself knows its progress in between.
    fn as_it_stands(&self, report: DrillReport) -> Result<DrillReport, HistoryError> {
        if report.state != DrillState::Running {
            return Ok(report);
        }
        let Some(progress) = self.progress(&report.id) else { return Ok(report) };
        let progress = progress.borrow().clone();
        if !progress.is_running() {
            // It may have ended since the history was read. If no end is there, its thread panicked or its
            // report was lost.
            let ended = self.history.find(&report.id)?.filter(|report| report.state != DrillState::Running);
            return Ok(ended
                .unwrap_or_else(|| report.ended(DrillState::Failed, "it left no report; the log says why")));
        }
        let events = match progress.phase {
            Phase::Running => progress.done,
            Phase::Verifying => report.parameters.events(),
        };
        Ok(DrillReport { events, ..report })
    }

    /// Stops the running drill, waits for its end, and starts no more. Blocks the thread.
    pub fn close(&self) {
        self.job.close();
    }
}

impl Drop for Drills {
    fn drop(&mut self) {
        self.close();
    }
}

/// Ids sort by time; random digits distinguish two drills that begin in the same second.
fn new_id() -> String {
    let now = OffsetDateTime::from_unix_timestamp_nanos(i128::from(clock::now()));
    let now = now.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (date, time) = (now.date(), now.time());
    format!(
        "{:04}{:02}{:02}-{:02}{:02}{:02}-{:04x}",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second(),
        u16::from_be_bytes(random::bytes())
    )
}
