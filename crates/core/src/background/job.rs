//! Work that people start, watch and cancel, one run at a time: a verification, a drill.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use super::{Crew, Stop, Worker};

/// The status of a job.
pub trait Status: Send + Sync + 'static {
    /// Whether it is running.
    fn is_running(&self) -> bool;

    /// Marks it as ended, because its thread panicked.
    fn panicked(&mut self);
}

/// Why a job was not started.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotStarted {
    /// One is running.
    #[error("one is running already")]
    Running,
    /// The process is stopping.
    #[error("the node is stopping")]
    Stopping,
    /// The system could not start a thread.
    #[error("its thread could not be started: {0}")]
    NoThread(String),
}

/// A kind of work that has one run at a time.
pub struct Job<S> {
    name: &'static str,
    crew: Crew,
    slot: Mutex<Slot<S>>,
}

struct Slot<S> {
    /// The process is stopping: no other run can start.
    closed: bool,
    /// A run is being prepared.
    starting: bool,
    /// The last run.
    run: Option<Run<S>>,
}

struct Run<S> {
    status: watch::Receiver<S>,
    worker: Arc<Worker>,
}

/// A running job's request to stop, and its status.
pub struct Control<S: Status> {
    /// Set when it should end.
    pub stop: Stop,
    status: watch::Sender<S>,
}

impl<S: Status> Control<S> {
    /// Changes its status. A change that ends it must be the last.
    pub fn update(&self, change: impl FnOnce(&mut S)) {
        self.status.send_modify(change);
    }
}

/// Without this, a job whose thread panicked would seem to run forever.
impl<S: Status> Drop for Control<S> {
    fn drop(&mut self) {
        self.status.send_if_modified(|status| {
            let lost = status.is_running();
            if lost {
                status.panicked();
            }
            lost
        });
    }
}

impl<S: Status> Job<S> {
    /// A job whose threads have this name.
    pub fn new(name: &'static str, crew: Crew) -> Self {
        Self { name, crew, slot: Mutex::new(Slot { closed: false, starting: false, run: None }) }
    }

    /// Starts it, unless it is running. `prepare` returns its first status, and its work.
    ///
    /// # Errors
    /// See [`NotStarted`], and the errors of `prepare`.
    pub fn start<E, W>(&self, prepare: impl FnOnce() -> Result<(S, W), E>) -> Result<(), E>
    where
        E: From<NotStarted>,
        W: FnOnce(Control<S>) + Send + 'static,
    {
        let reserved = self.reserve()?;
        // Not under the lock, since it may wait for the disk.
        let (status, work) = prepare()?;
        let (sender, status) = watch::channel(status);
        let mut slot = self.slot.lock();
        if slot.closed {
            return Err(NotStarted::Stopping.into());
        }
        let worker = self
            .crew
            .spawn(self.name, move |stop| work(Control { stop: stop.clone(), status: sender }))
            .map_err(|error| NotStarted::NoThread(error.to_string()))?;
        // The last run has reported how it ended, and its thread is about to end.
        slot.run = Some(Run { status, worker: Arc::new(worker) });
        drop(slot);
        drop(reserved);
        Ok(())
    }

    /// Prevents any other start until it is dropped.
    fn reserve(&self) -> Result<Reserved<'_, S>, NotStarted> {
        let mut slot = self.slot.lock();
        if slot.closed {
            return Err(NotStarted::Stopping);
        }
        if slot.starting || slot.run.as_ref().is_some_and(Run::is_running) {
            return Err(NotStarted::Running);
        }
        slot.starting = true;
        Ok(Reserved(&self.slot))
    }

    /// The status of the last run, now and from now on; `None` if there was none.
    pub fn watch(&self) -> Option<watch::Receiver<S>> {
        self.slot.lock().run.as_ref().map(|run| run.status.clone())
    }

    /// Asks the current run to stop soon; `false` if none is running, or if `is_meant` rejects it.
    pub fn cancel(&self, is_meant: impl FnOnce(&S) -> bool) -> bool {
        let slot = self.slot.lock();
        let run = slot.run.as_ref().filter(|run| run.is_running() && is_meant(&run.status.borrow()));
        run.inspect(|run| run.worker.stop()).is_some()
    }

    /// Stops the current run, and returns when its thread has ended. No other can be started.
    pub fn close(&self) {
        let mut slot = self.slot.lock();
        slot.closed = true;
        let worker = slot.run.as_ref().map(|run| Arc::clone(&run.worker));
        // Its status can be read while it ends.
        drop(slot);
        if let Some(worker) = worker {
            worker.close();
        }
    }
}

/// The right to start the next run.
struct Reserved<'a, S>(&'a Mutex<Slot<S>>);

impl<S> Drop for Reserved<'_, S> {
    fn drop(&mut self) {
        self.0.lock().starting = false;
    }
}

impl<S: Status> Run<S> {
    /// The last thing a job does is to report its end.
    fn is_running(&self) -> bool {
        self.status.borrow().is_running()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::until;

    #[derive(Debug, Clone, PartialEq)]
    enum Going {
        On(u32),
        Over(&'static str),
    }

    impl Status for Going {
        fn is_running(&self) -> bool {
            matches!(self, Self::On(_))
        }

        fn panicked(&mut self) {
            *self = Self::Over("panicked");
        }
    }

    fn job() -> Job<Going> {
        Job::new("kolibri-test", Crew::default())
    }

    /// Works until it is asked to stop.
    fn start(job: &Job<Going>) -> Result<(), NotStarted> {
        job.start(|| {
            Ok((Going::On(0), |control: Control<Going>| {
                control.update(|going| *going = Going::On(1));
                until("it is asked to stop", || control.stop.is_set());
                control.update(|going| *going = Going::Over("stopped"));
            }))
        })
    }

    fn now(job: &Job<Going>) -> Option<Going> {
        job.watch().map(|status| status.borrow().clone())
    }

    #[test]
    fn one_runs_at_a_time_and_can_be_cancelled_by_name() {
        let job = job();
        assert_eq!((now(&job), job.cancel(|_| true)), (None, false));
        start(&job).unwrap();
        assert_eq!(start(&job), Err(NotStarted::Running));
        assert!(!job.cancel(|_| false), "another one is meant");
        assert!(job.cancel(|_| true));
        until("it has stopped", || now(&job) == Some(Going::Over("stopped")));
        start(&job).unwrap();
        until("it runs again", || now(&job) == Some(Going::On(1)));
        job.close();
        assert_eq!(now(&job), Some(Going::Over("stopped")), "how it ended is still known");
        assert_eq!(start(&job), Err(NotStarted::Stopping));
    }

    #[test]
    fn one_that_panics_has_ended_and_another_can_be_started() {
        let job = job();
        job.start(|| Ok::<_, NotStarted>((Going::On(0), |_: Control<Going>| panic!("on purpose")))).unwrap();
        until("it has ended", || now(&job) == Some(Going::Over("panicked")));
        start(&job).unwrap();
        job.close();
    }
}
