//! Verification as a job of a running node: one at a time, out of the way of commands, its last result remembered.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use kolibri_genome::Head;
use tokio::sync::watch;

use crate::clock;
use crate::priority::let_people_go_first;
use crate::store::{DataDirectory, Progress, Verdict, verify};

/// How much less the job counts than commands when they want the same core (`nice(2)`). Not the most there is: a reader
/// that hardly gets on keeps erased text in the write-ahead log for longer.
const NICENESS: i32 = 10;

/// What the job has found so far.
#[derive(Debug, Clone, Default)]
pub enum State {
    /// Nobody has started one since the node did.
    #[default]
    None,
    /// It is under way.
    Running,
    /// Every block is as it was recorded.
    Sound {
        /// The last block that was checked.
        head: Head,
        /// How many blocks' content was erased by a FORGET.
        erased: u64,
    },
    /// The first block that is not.
    Broken {
        /// The block's index.
        index: u64,
        /// What is wrong with it, in words.
        fault: String,
    },
    /// It was told to stop, or the node stopped.
    Cancelled,
    /// The genome could not be read; why, in words.
    Failed(String),
}

/// The last verification.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// What it has found.
    pub state: State,
    /// Blocks and current answers checked.
    pub done: u64,
    /// Blocks and current answers that there were when it began.
    pub total: u64,
    /// When it was started, in nanoseconds since the Unix epoch.
    pub started: Option<u64>,
    /// When it ended, in nanoseconds since the Unix epoch.
    pub ended: Option<u64>,
}

impl Status {
    /// Whether it is under way.
    pub fn is_running(&self) -> bool {
        matches!(self.state, State::Running)
    }
}

/// Why a verification was not started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotStarted {
    /// Another one is under way.
    #[error("a verification is under way already")]
    Running,
    /// The node is stopping.
    #[error("the node is stopping")]
    Stopping,
}

/// The verification of a node's genome.
pub struct Verification {
    directory: DataDirectory,
    status: watch::Sender<Status>,
    job: Mutex<Job>,
}

enum Job {
    None,
    Started {
        cancelled: Arc<AtomicBool>,
        thread: JoinHandle<()>,
    },
    /// The node stops: there will be no other.
    Closed,
}

impl Verification {
    pub(crate) fn new(directory: DataDirectory) -> Self {
        Self { directory, status: watch::Sender::default(), job: Mutex::new(Job::None) }
    }

    /// How it goes, now and from now on.
    pub fn watch(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Starts one.
    ///
    /// # Errors
    /// When one is under way, or the node is stopping.
    pub fn start(&self) -> Result<(), NotStarted> {
        let mut job = self.job.lock().unwrap_or_else(PoisonError::into_inner);
        if let Job::Closed = *job {
            return Err(NotStarted::Stopping);
        }
        if self.status.borrow().is_running() {
            return Err(NotStarted::Running);
        }
        if let Job::Started { thread, .. } = std::mem::replace(&mut *job, Job::None) {
            // It has told its result, and is about to end.
            let _ = thread.join();
        }
        let (state, started) = (State::Running, Some(clock::now()));
        self.status.send_replace(Status { state, started, ..Status::default() });
        let cancelled = Arc::new(AtomicBool::new(false));
        let work = Work {
            directory: self.directory.clone(),
            status: self.status.clone(),
            cancelled: Arc::clone(&cancelled),
        };
        match std::thread::Builder::new().name("kolibri-verify".into()).spawn(move || work.run()) {
            Ok(thread) => *job = Job::Started { cancelled, thread },
            Err(error) => end(&self.status, State::Failed(format!("its thread does not start: {error}"))),
        }
        Ok(())
    }

    /// Tells the one under way to stop, which it does soon; `false` when there is none.
    pub fn cancel(&self) -> bool {
        let job = self.job.lock().unwrap_or_else(PoisonError::into_inner);
        if let Job::Started { cancelled, .. } = &*job {
            cancelled.store(true, Ordering::Relaxed);
        }
        self.status.borrow().is_running()
    }

    /// Stops the one under way, and returns when its thread has ended. There will be no other.
    pub(crate) fn close(&self) {
        let mut job = self.job.lock().unwrap_or_else(PoisonError::into_inner);
        if let Job::Started { cancelled, thread } = std::mem::replace(&mut *job, Job::Closed) {
            cancelled.store(true, Ordering::Relaxed);
            // What it had to say is in its status; a panic too.
            let _ = thread.join();
        }
    }
}

/// What the job's thread needs.
struct Work {
    directory: DataDirectory,
    status: watch::Sender<Status>,
    cancelled: Arc<AtomicBool>,
}

impl Work {
    fn run(self) {
        let_people_go_first(NICENESS);
        // A job that has vanished would be under way for ever.
        let verdict = catch_unwind(AssertUnwindSafe(|| verify(&self.directory, |at| self.advance(at))));
        let state = match verdict {
            Ok(Ok(Verdict::Sound { head, erased })) => State::Sound { head, erased },
            Ok(Ok(Verdict::Broken { index, fault })) => State::Broken { index, fault: fault.to_string() },
            Ok(Ok(Verdict::Cancelled)) => State::Cancelled,
            Ok(Err(error)) => State::Failed(error.to_string()),
            Err(_) => State::Failed("it failed inside; please report it".into()),
        };
        if let State::Broken { index, fault } = &state {
            tracing::error!(block = index, fault, "the genome is broken: keep it, and restore a backup");
        }
        end(&self.status, state);
    }

    /// Whether to go on.
    fn advance(&self, Progress { done, total }: Progress) -> bool {
        self.status.send_modify(|status| (status.done, status.total) = (done, total));
        !self.cancelled.load(Ordering::Relaxed)
    }
}

fn end(status: &watch::Sender<Status>, state: State) {
    status.send_modify(|status| {
        status.state = state;
        status.ended = Some(clock::now());
    });
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::testing::{open, teach, until};

    fn ended(verification: &Verification) -> Status {
        until("the verification has ended", || !verification.watch().borrow().is_running());
        verification.watch().borrow().clone()
    }

    #[tokio::test]
    async fn a_node_verifies_itself_while_it_works_and_remembers_the_result() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        assert!(matches!(node.verification().watch().borrow().state, State::None));
        assert!(!node.verification().cancel(), "there is none");
        teach(&node, "a", "1").await;
        node.verification().start().unwrap();
        let Status { state: State::Sound { head, erased: 0 }, done: 3, total: 3, started, ended } =
            ended(node.verification())
        else {
            panic!("{:?}", node.verification().watch().borrow())
        };
        assert_eq!(head, node.reader().head().unwrap());
        assert!(started.unwrap() <= ended.unwrap());
        node.verification().start().unwrap();
        node.close();
        assert!(!node.verification().watch().borrow().is_running());
        assert_eq!(node.verification().start(), Err(NotStarted::Stopping));
    }

    #[tokio::test]
    async fn a_broken_genome_is_told_by_its_block_and_a_missing_one_too() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        teach(&node, "a", "1").await;
        node.close();
        let other = rusqlite::Connection::open(DataDirectory::new(root.path()).genome()).unwrap();
        other.execute("UPDATE block SET hash = zeroblob(32) WHERE idx = 1", []).unwrap();
        let verification = Verification::new(DataDirectory::new(root.path()));
        verification.start().unwrap();
        assert!(matches!(ended(&verification).state, State::Broken { index: 1, .. }));
        let verification = Verification::new(DataDirectory::new(root.path().join("elsewhere")));
        verification.start().unwrap();
        assert!(matches!(ended(&verification).state, State::Failed(_)));
    }

    #[test]
    fn one_runs_at_a_time_and_can_be_told_to_stop() {
        let verification = Verification::new(DataDirectory::new("unused"));
        let work = Work {
            directory: DataDirectory::new("unused"),
            status: verification.status.clone(),
            cancelled: Arc::new(AtomicBool::new(false)),
        };
        verification.status.send_modify(|status| status.state = State::Running);
        assert_eq!(verification.start(), Err(NotStarted::Running));
        let cancelled = Arc::clone(&work.cancelled);
        *verification.job.lock().unwrap() = Job::Started { cancelled, thread: std::thread::spawn(|| {}) };
        assert!(work.advance(Progress { done: 1, total: 9 }));
        assert!(verification.cancel());
        assert!(!work.advance(Progress { done: 2, total: 9 }));
        assert_eq!(verification.watch().borrow().done, 2);
    }
}
