//! Verification as a job of a running node: one at a time, at a lower priority than commands. Its last result
//! is kept.

use kolibri_genome::Head;
use tokio::sync::watch;

use crate::background::{Control, Crew, Job, NotStarted, Status, lower_priority};
use crate::clock;
use crate::store::{DataDirectory, Verdict, VerifyProgress, verify};

/// The niceness of the job (`nice(2)`), so that commands get a core first. Not the maximum: a slow reader
/// keeps erased text in the write-ahead log for longer.
const NICENESS: i32 = 10;

/// What the job has found so far.
#[derive(Debug, Clone, Default)]
pub enum VerificationState {
    /// None was started since the node started.
    #[default]
    None,
    /// It is running.
    Running,
    /// Every block is as it was recorded.
    Sound {
        /// The last block that was checked.
        head: Head,
        /// How many blocks' content was erased by a FORGET.
        erased: u64,
    },
    /// A block is wrong; this is the first.
    Broken {
        /// The block's index.
        index: u64,
        /// What is wrong with it, in words.
        fault: String,
    },
    /// It was cancelled, or the node stopped.
    Cancelled,
    /// The genome could not be read, for this reason.
    Failed(String),
}

/// The last verification.
#[derive(Debug, Clone, Default)]
pub struct VerificationStatus {
    /// What it has found.
    pub state: VerificationState,
    /// Blocks and current answers checked.
    pub done: u64,
    /// Blocks and current answers when it began.
    pub total: u64,
    /// When it was started, in nanoseconds since the Unix epoch.
    pub started: Option<u64>,
    /// When it ended, in nanoseconds since the Unix epoch.
    pub ended: Option<u64>,
}

impl Status for VerificationStatus {
    fn is_running(&self) -> bool {
        matches!(self.state, VerificationState::Running)
    }

    fn panicked(&mut self) {
        self.end(VerificationState::Failed("an internal error; please report it".into()));
    }
}

impl VerificationStatus {
    fn end(&mut self, state: VerificationState) {
        self.state = state;
        self.ended = Some(clock::now());
    }
}

/// The verification of a node's genome.
pub struct VerificationJob {
    directory: DataDirectory,
    job: Job<VerificationStatus>,
}

impl VerificationJob {
    pub(crate) fn new(directory: DataDirectory, crew: Crew) -> Self {
        Self { directory, job: Job::new("kolibri-verify", crew) }
    }

    /// The status of the last one, now and from now on.
    pub fn watch(&self) -> watch::Receiver<VerificationStatus> {
        self.job.watch().unwrap_or_else(|| watch::channel(VerificationStatus::default()).1)
    }

    /// Starts one.
    ///
    /// # Errors
    /// When one is running, or the node is stopping.
    pub fn start(&self) -> Result<(), NotStarted> {
        self.job.start(|| {
            let (state, started) = (VerificationState::Running, Some(clock::now()));
            let status = VerificationStatus { state, started, ..VerificationStatus::default() };
            let directory = self.directory.clone();
            Ok((status, move |control: Control<VerificationStatus>| run(&directory, &control)))
        })
    }

    /// Asks the running one to stop soon; `false` if none is running.
    pub fn cancel(&self) -> bool {
        self.job.cancel(|_| true)
    }

    /// Stops the running one, and returns when its thread has ended. No other can be started.
    pub(crate) fn close(&self) {
        self.job.close();
    }
}

fn run(directory: &DataDirectory, control: &Control<VerificationStatus>) {
    lower_priority(NICENESS);
    let advance = |VerifyProgress { done, total }| {
        control.update(|status| (status.done, status.total) = (done, total));
        !control.stop.is_set()
    };
    let state = match verify(directory, advance) {
        Ok(Verdict::Sound { head, erased }) => VerificationState::Sound { head, erased },
        Ok(Verdict::Broken { index, fault }) => {
            let fault = fault.to_string();
            tracing::error!(block = index, fault, "the genome is broken: keep it, and restore a backup");
            VerificationState::Broken { index, fault }
        }
        Ok(Verdict::Cancelled) => VerificationState::Cancelled,
        Err(error) => VerificationState::Failed(error.to_string()),
    };
    control.update(|status| status.end(state));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{open, teach, until};

    fn ended(verification: &VerificationJob) -> VerificationStatus {
        until("the verification has ended", || !verification.watch().borrow().is_running());
        verification.watch().borrow().clone()
    }

    #[tokio::test]
    async fn a_node_verifies_itself_while_it_works_and_remembers_the_result() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        assert!(matches!(node.verification().watch().borrow().state, VerificationState::None));
        assert!(!node.verification().cancel(), "none is running");
        teach(&node, "a", "1").await;
        node.verification().start().unwrap();
        let VerificationStatus {
            state: VerificationState::Sound { head, erased: 0 },
            done: 3,
            total: 3,
            started,
            ended,
        } = ended(node.verification())
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
    async fn a_broken_genome_is_named_by_its_block_and_a_missing_one_fails() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        teach(&node, "a", "1").await;
        node.close();
        let other = rusqlite::Connection::open(DataDirectory::new(root.path()).genome()).unwrap();
        other.execute("UPDATE block SET hash = zeroblob(32) WHERE idx = 1", []).unwrap();
        let job = |path: std::path::PathBuf| VerificationJob::new(DataDirectory::new(path), Crew::default());
        let verification = job(root.path().into());
        verification.start().unwrap();
        assert!(matches!(ended(&verification).state, VerificationState::Broken { index: 1, .. }));
        let verification = job(root.path().join("elsewhere"));
        verification.start().unwrap();
        assert!(matches!(ended(&verification).state, VerificationState::Failed(_)));
    }

    #[tokio::test]
    async fn one_that_is_cancelled_says_so() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        for number in 0..2_000 {
            teach(&node, &number.to_string(), "x").await;
        }
        // A walk is quick, and no lock can delay it, so several may end before they are cancelled.
        until("one was cancelled before its end", || {
            node.verification().start().unwrap();
            node.verification().cancel();
            matches!(ended(node.verification()).state, VerificationState::Cancelled)
        });
    }
}
