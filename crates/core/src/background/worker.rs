//! A background thread with a name and one owner.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use super::Stop;

/// The threads of one node. A panic in one of them is an error that the node cannot repair by itself.
#[derive(Debug, Clone, Default)]
pub struct Crew {
    panicked: Arc<Mutex<Vec<&'static str>>>,
}

/// A background thread. It is joined once: by [`Worker::close`], or when the worker is dropped.
#[derive(Debug)]
pub struct Worker {
    stop: Stop,
    ended: watch::Receiver<bool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Crew {
    /// Starts a thread that does `work`. The work should end soon after its [`Stop`] is set.
    ///
    /// # Errors
    /// When the system cannot start a thread.
    pub fn spawn(
        &self,
        name: &'static str,
        work: impl FnOnce(&Stop) + Send + 'static,
    ) -> std::io::Result<Worker> {
        let (stop, (running, ended)) = (Stop::default(), watch::channel(false));
        let (crew, its_stop) = (self.clone(), stop.clone());
        let thread = std::thread::Builder::new().name(name.into()).spawn(move || {
            // What the work owns is dropped while it unwinds, so everything that waits for it wakes.
            if catch_unwind(AssertUnwindSafe(|| work(&its_stop))).is_err() {
                // Without its message, which may quote a text.
                tracing::error!(thread = name, "a thread panicked; restart the node and report it");
                crew.panicked.lock().push(name);
            }
            running.send_replace(true);
        })?;
        Ok(Worker { stop, ended, thread: Mutex::new(Some(thread)) })
    }

    /// The problems caused by threads that panicked, in words.
    pub fn problems(&self) -> Vec<String> {
        let problem = |name: &&str| format!("the thread {name} panicked; restart the node and report it");
        self.panicked.lock().iter().map(problem).collect()
    }
}

impl Worker {
    /// Whether the thread has ended, for whatever reason.
    pub fn has_ended(&self) -> bool {
        *self.ended.borrow()
    }

    /// Waits until the thread has ended.
    pub async fn ended(&self) {
        // An error means that the sender is gone, and the thread with it.
        let _ = self.ended.clone().wait_for(|ended| *ended).await;
    }

    /// Asks the thread to stop, without waiting for it.
    pub fn stop(&self) {
        self.stop.set();
    }

    /// Asks the thread to stop, and returns when it has ended.
    pub fn close(&self) {
        self.stop();
        let thread = self.thread.lock().take();
        // A thread that drops its own owner cannot wait for itself.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != std::thread::current().id()) {
            // A panic was caught and reported inside.
            let _ = thread.join();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.close();
    }
}

/// Lets a thread wait for what async code signals.
pub(crate) struct Waiting(Runtime);

impl Waiting {
    /// # Errors
    /// When the system refuses what a runtime needs.
    pub(crate) fn new() -> std::io::Result<Self> {
        Builder::new_current_thread().enable_time().build().map(Self)
    }

    /// Waits for something.
    pub(crate) fn on<T>(&self, something: impl Future<Output = T>) -> T {
        self.0.block_on(something)
    }

    /// Waits for this long, or until the stop.
    pub(crate) fn pause(&self, time: Duration, stop: &Stop) {
        self.on(async { stop.or(tokio::time::sleep(time)).await });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::until;

    #[tokio::test]
    async fn a_panic_is_known_and_whatever_waits_for_the_thread_wakes() {
        let crew = Crew::default();
        let worker = crew.spawn("kolibri-test", |_| panic!("on purpose")).unwrap();
        worker.ended().await;
        assert_eq!(crew.problems(), ["the thread kolibri-test panicked; restart the node and report it"]);
        worker.close();
    }

    #[test]
    fn a_worker_ends_when_it_is_closed_or_dropped_and_leaves_no_problem() {
        let crew = Crew::default();
        let wait = |stop: &Stop| Waiting::new().unwrap().on(stop.asked());
        let worker = crew.spawn("kolibri-test", wait).unwrap();
        assert!(!worker.has_ended());
        worker.close();
        assert!(worker.has_ended());
        worker.close();
        drop(crew.spawn("kolibri-test", wait).unwrap());
        assert!(crew.problems().is_empty());
    }

    #[test]
    fn a_pause_ends_with_the_stop() {
        let worker = Crew::default()
            .spawn("kolibri-test", |stop| Waiting::new().unwrap().pause(Duration::MAX, stop))
            .unwrap();
        worker.stop();
        until("the worker has ended", || worker.has_ended());
    }
}
