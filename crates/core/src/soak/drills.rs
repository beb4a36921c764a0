//! Starting, stopping and watching drills: one at a time, each in a directory of its own that goes when it ends.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use time::OffsetDateTime;
use tokio::sync::watch;

use super::history::{History, HistoryError};
use super::parameters::Parameters;
use super::report::{Machine, Phase, Progress, Report, State};
use super::thread::Job;
use crate::chance::random;
use crate::error::OpenError;
use crate::store::{DataDirectory, Lock};
use crate::telemetry::Instruments;
use crate::trace::Traces;
use crate::{Node, clock, host};

/// Room that a drill leaves on the disk for everybody else.
const RESERVE: u64 = 1 << 30;

/// The drills of one data directory.
pub struct Drills {
    directory: DataDirectory,
    history: Arc<History>,
    instruments: Arc<Instruments>,
    /// The traces of the node beside; `None` in a process of its own.
    beside: Option<Arc<Traces>>,
    machine: Machine,
    current: Mutex<Current>,
    /// Held in a process of its own; beside a node, the node holds it.
    _lock: Option<Lock>,
}

/// What runs now.
#[derive(Default)]
struct Current {
    closed: bool,
    drill: Option<Running>,
}

struct Running {
    id: String,
    stop: Stop,
    progress: watch::Receiver<Progress>,
    thread: JoinHandle<()>,
}

/// Why a drill was not started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The parameters are out of their limits; each fault in words.
    #[error("{}", .0.join("; "))]
    Parameters(Vec<String>),
    /// Another one runs.
    #[error("drill {id} is running, and there is one at a time; wait for its end, or stop it")]
    Busy {
        /// The one that runs.
        id: String,
    },
    /// It would not fit on the disk.
    #[error(
        "the drill may take {} MiB on the disk, and {} MiB are to stay free, but {} MiB are free; ask for fewer events, \
         or free some space",
        needed >> 20, RESERVE >> 20, available >> 20
    )]
    NoRoom {
        /// The refused drill, as the history knows it.
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
    /// The process is stopping.
    #[error("the node is stopping and starts no more drills")]
    Stopping,
}

/// The word to stop, shared by all who do a drill's work.
#[derive(Clone)]
pub(super) struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    fn set(&self) {
        self.0.send_replace(true);
    }

    pub(super) fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for something, or for the word to stop.
    pub(super) async fn or<T>(&self, something: impl Future<Output = T>) {
        let mut said = self.0.subscribe();
        tokio::select! {
            _ = something => {}
            _ = said.wait_for(|said| *said) => {}
        }
    }
}

impl Drills {
    /// Drills beside a node, in its data directory. What the last process left behind is tidied up.
    ///
    /// # Errors
    /// When the history cannot be opened.
    pub fn beside(node: &Node, directory: &DataDirectory) -> Result<Self, HistoryError> {
        let instruments = Arc::clone(node.instruments());
        Self::open(directory, instruments, node.traces().cloned(), None)
    }

    /// Drills in a process of their own, in a directory of their own.
    ///
    /// # Errors
    /// When another process works in the directory, it cannot be made, or the history in it cannot be opened.
    pub fn alone(directory: &DataDirectory, instruments: Arc<Instruments>) -> Result<Self, OpenError> {
        directory.create()?;
        let lock = directory.lock()?;
        Ok(Self::open(directory, instruments, None, Some(lock))?)
    }

    fn open(
        directory: &DataDirectory,
        instruments: Arc<Instruments>,
        beside: Option<Arc<Traces>>,
        lock: Option<Lock>,
    ) -> Result<Self, HistoryError> {
        let history = History::open(directory.soak_history())?;
        history.mark_interrupted()?;
        remove_leftovers(&directory.soaks(), &history)?;
        Ok(Self {
            directory: directory.clone(),
            history: Arc::new(history),
            instruments,
            beside,
            machine: Machine { host: host::name(), cores: host::cores(), standalone: lock.is_some() },
            current: Mutex::default(),
            _lock: lock,
        })
    }

    /// Starts a drill, and returns its id.
    ///
    /// # Errors
    /// See [`StartError`]. A drill that would not fit is in the history as refused.
    pub fn start(&self, parameters: Parameters) -> Result<String, StartError> {
        let faults = parameters.faults();
        if !faults.is_empty() {
            return Err(StartError::Parameters(faults));
        }
        let mut current = self.current();
        if current.closed {
            return Err(StartError::Stopping);
        }
        if let Some(Running { id, .. }) = current.drill.as_ref().filter(|drill| !drill.is_over()) {
            return Err(StartError::Busy { id: id.clone() });
        }
        let report = Report::begin(new_id(), parameters, self.machine.clone());
        self.make_room(&report)?;
        self.history.keep(&report)?;
        let id = report.id.clone();
        current.drill = Some(self.spawn(report)?);
        Ok(id)
    }

    /// Refuses a drill that does not fit on the disk.
    fn make_room(&self, report: &Report) -> Result<(), StartError> {
        std::fs::create_dir_all(self.directory.soaks())?;
        let (needed, available) = (report.parameters.disk_bytes(), self.directory.available()?);
        if needed + RESERVE <= available {
            return Ok(());
        }
        let error = StartError::NoRoom { id: report.id.clone(), needed, available };
        self.history.keep(&report.clone().ended(State::Refused, error.to_string()))?;
        Err(error)
    }

    fn spawn(&self, report: Report) -> Result<Running, StartError> {
        let (id, stop) = (report.id.clone(), Stop::new());
        let (sender, progress) = watch::channel(Progress {
            id: id.clone(),
            state: State::Running,
            phase: Phase::Running,
            done: 0,
            total: report.parameters.events(),
            events_per_second: 0.0,
            eta_seconds: None,
            errors: 0,
        });
        let job = Job {
            directory: DataDirectory::new(self.directory.soaks().join(&id)),
            history: Arc::clone(&self.history),
            instruments: Arc::clone(&self.instruments),
            beside: self.beside.clone(),
            stop: stop.clone(),
            progress: sender,
            report,
        };
        let thread = std::thread::Builder::new().name("kolibri-soak".into()).spawn(move || job.run())?;
        Ok(Running { id, stop, progress, thread })
    }

    /// The drill that runs now.
    pub fn running(&self) -> Option<String> {
        let current = self.current();
        current.drill.as_ref().filter(|drill| !drill.is_over()).map(|drill| drill.id.clone())
    }

    /// Tells a drill to stop; `false` when it does not run.
    pub fn stop(&self, id: &str) -> bool {
        let current = self.current();
        let running = current.drill.as_ref().filter(|drill| drill.id == id && !drill.is_over());
        running.inspect(|drill| drill.stop.set()).is_some()
    }

    /// How far a drill is, from now on; `None` unless it is the last one that was started here.
    pub fn progress(&self, id: &str) -> Option<watch::Receiver<Progress>> {
        let current = self.current();
        current.drill.as_ref().filter(|drill| drill.id == id).map(|drill| drill.progress.clone())
    }

    /// Every drill that is remembered, newest first.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub fn all(&self) -> Result<Vec<Report>, HistoryError> {
        Ok(self.history.all()?.into_iter().map(|report| self.as_it_stands(report)).collect())
    }

    /// One drill; `None` when it is not remembered.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub fn find(&self, id: &str) -> Result<Option<Report>, HistoryError> {
        Ok(self.history.find(id)?.map(|report| self.as_it_stands(report)))
    }

    /// The history knows the beginning and the end of a drill; what is between, the drill itself tells.
    fn as_it_stands(&self, report: Report) -> Report {
        if report.state != State::Running {
            return report;
        }
        let current = self.current();
        match current.drill.as_ref().filter(|drill| drill.id == report.id) {
            Some(drill) if drill.is_over() => report.ended(State::Failed, "its thread panicked"),
            Some(drill) => {
                let progress = drill.progress.borrow();
                let events = match progress.phase {
                    Phase::Running => progress.done,
                    Phase::Verifying => report.parameters.events(),
                };
                Report { events, ..report }
            }
            None => report,
        }
    }

    /// Stops the drill that runs, waits for its end, and starts no more. Blocks.
    pub fn close(&self) {
        let drill = {
            let mut current = self.current();
            current.closed = true;
            current.drill.take()
        };
        if let Some(Running { stop, thread, .. }) = drill {
            stop.set();
            if thread.join().is_err() {
                tracing::error!("the thread of a soak drill panicked");
            }
        }
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Drills {
    fn drop(&mut self) {
        self.close();
    }
}

impl Running {
    /// The last thing a drill does is to say so.
    fn is_over(&self) -> bool {
        self.progress.borrow().state != State::Running || self.thread.is_finished()
    }
}

/// Removes what the last process did not: the directories of drills that nobody asked to keep.
fn remove_leftovers(soaks: &Path, history: &History) -> Result<(), HistoryError> {
    for entry in std::fs::read_dir(soaks).into_iter().flatten().flatten() {
        let id = entry.file_name().to_string_lossy().into_owned();
        if !history.find(&id)?.is_some_and(|report| report.parameters.keep) {
            remove(&entry.path());
        }
    }
    Ok(())
}

/// Removes the directory of a drill.
pub(super) fn remove(directory: &PathBuf) {
    if let Err(error) = std::fs::remove_dir_all(directory) {
        tracing::warn!(%error, path = %directory.display(), "the directory of a soak drill is left behind");
    }
}

/// Ids sort by time, and are told apart when two begin in one second.
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
        u16::from_be_bytes(random())
    )
}
