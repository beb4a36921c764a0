//! Verification as a job of a running node: one at a time, at a lower priority than commands, on request and by
//! itself from time to time. Its verdict is kept.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kolibri_genome::Head;
use tokio::sync::watch;

use crate::background::{Control, Crew, Job, NotStarted, Status, lower_priority};
use crate::clock;
use crate::store::{DataDirectory, Reader, Verdict, VerifyProgress, verify};
use crate::verdict::{BrokenBlock, Kept, LastVerdict};

/// The niceness of the job (`nice(2)`), so that commands get a core first. Not the maximum: a slow reader
/// keeps erased text in the write-ahead log for longer.
const NICENESS: i32 = 10;
/// How long a node runs before it verifies by itself: one that crashes again and again shall not do it each time.
const GRACE: Duration = Duration::from_secs(60);
/// How long it waits after one that failed or was cancelled, unless they are due more often.
const RETRY: Duration = Duration::from_secs(3600);

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
    kept: Arc<Kept>,
    /// When the node started, in nanoseconds since the Unix epoch and by a monotonic clock.
    born: (u64, Instant),
}

impl VerificationJob {
    pub(crate) fn new(directory: DataDirectory, reader: &Reader, crew: Crew) -> Self {
        let kept = Arc::new(Kept::open(&directory, reader));
        let born = (clock::now(), Instant::now());
        Self { directory, job: Job::new("kolibri-verify", crew), kept, born }
    }

    /// The verdict of the last verification that came to its end: of this job, of an earlier process, or of
    /// `kolibri genome verify`.
    pub fn verdict(&self) -> Option<LastVerdict> {
        self.kept.last()
    }

    /// Starts one if the last is older than `every`.
    pub(crate) fn start_if_due(&self, every: Duration) {
        let Some(began) = self.job.watch().map_or(Some(None), |run| {
            let run = run.borrow();
            (!run.is_running()).then_some(run.started)
        }) else {
            return;
        };
        let (born, running_for) = (self.born.0, self.born.1.elapsed());
        if is_due(self.verdict().as_ref(), began, born, running_for, clock::now(), every)
            && let Err(error) = self.start()
        {
            tracing::debug!(%error, "a verification that is due was not started");
        }
    }

    /// Starts one because the last process was not stopped in order: what it left may be damaged where no head shows it.
    pub(crate) fn start_after_crash(&self) {
        tracing::info!("the node was not stopped in order the last time: its genome is being verified");
        if let Err(error) = self.start() {
            tracing::warn!(%error, "the genome is not verified after a crash");
        }
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
            let (directory, kept) = (self.directory.clone(), Arc::clone(&self.kept));
            Ok((status, move |control: Control<VerificationStatus>| run(&directory, &kept, &control)))
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

/// Whether a verification should be started: the last one is older than `every`, or there was none, or it was of an
/// earlier process and found the genome broken, which may have been restored since. `began` is when the last one of
/// this process began, `born` when the process did; all times are in nanoseconds since the Unix epoch.
fn is_due(
    last: Option<&LastVerdict>,
    began: Option<u64>,
    born: u64,
    running_for: Duration,
    now: u64,
    every: Duration,
) -> bool {
    // A clock that was set back leaves times in the future: they tell nothing.
    let is_past =
        |time: u64, age: Duration| now.checked_sub(time).is_none_or(|past| past >= clock::nanoseconds(age));
    let tried_lately = began.is_some_and(|began| !is_past(began, every.min(RETRY)));
    if running_for < GRACE || tried_lately {
        return false;
    }
    last.is_none_or(|last| {
        let from_before = last.broken.is_some() && last.ended < born;
        from_before || is_past(last.ended, every)
    })
}

fn run(directory: &DataDirectory, kept: &Kept, control: &Control<VerificationStatus>) {
    lower_priority(NICENESS);
    let advance = |VerifyProgress { done, total }| {
        control.update(|status| (status.done, status.total) = (done, total));
        !control.stop.is_set()
    };
    let verdict = verify(directory, advance);
    let found = verdict.as_ref().ok().and_then(LastVerdict::now).map(|found| found.judged(directory));
    let broken = found.as_ref().and_then(|found| found.broken.clone());
    if let Some(found) = found {
        kept.record(found);
    }
    let state = match (verdict, broken) {
        (Ok(Verdict::Sound { .. }), Some(BrokenBlock { block: index, fault })) => {
            tracing::error!(block = index, fault, "the genome was broken, and nobody can check it any more");
            VerificationState::Broken { index, fault }
        }
        (Ok(Verdict::Sound { head, erased }), None) => {
            tracing::info!(blocks = head.index + 1, erased, head = %head.hash, "the genome is sound");
            VerificationState::Sound { head, erased }
        }
        (Ok(Verdict::Broken { index, fault, .. }), _) => {
            let fault = fault.to_string();
            tracing::error!(block = index, fault, "the genome is broken: keep it, and restore a backup");
            VerificationState::Broken { index, fault }
        }
        (Ok(Verdict::Cancelled), _) => VerificationState::Cancelled,
        (Err(error), _) => VerificationState::Failed(error.to_string()),
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
        let job = |path: std::path::PathBuf| {
            VerificationJob::new(DataDirectory::new(path), node.reader(), Crew::default())
        };
        let verification = job(root.path().into());
        verification.start().unwrap();
        assert!(matches!(ended(&verification).state, VerificationState::Broken { index: 1, .. }));
        let verdict = job(root.path().into()).verdict().expect("it is kept");
        assert_eq!((verdict.length, verdict.sound_blocks(), verdict.erased), (2, 1, None));
        assert_eq!(verdict.broken.map(|broken| broken.block), Some(1));
        let verification = job(root.path().join("elsewhere"));
        verification.start().unwrap();
        assert!(matches!(ended(&verification).state, VerificationState::Failed(_)));
        assert_eq!(verification.verdict(), None, "that it could not be read is no verdict");
    }

    /// Whether one is due after this many seconds of a process that began at second 1,000,000.
    fn due(last: Option<&LastVerdict>, began: Option<u64>, after: u64) -> bool {
        let (second, day) = (1_000_000_000, Duration::from_secs(86_400));
        let (born, running_for) = (1_000_000 * second, Duration::from_secs(after));
        is_due(last, began.map(|began| born + began * second), born, running_for, born + after * second, day)
    }

    fn verdict(ended: u64, broken: bool) -> LastVerdict {
        let broken = broken.then(|| BrokenBlock { block: 0, fault: String::new() });
        LastVerdict { ended: ended * 1_000_000_000, length: 1, head: None, erased: None, broken }
    }

    #[test]
    fn one_is_due_when_the_last_is_too_old_but_never_in_the_first_minute() {
        let (fresh, old) = (verdict(999_000, false), verdict(900_000, false));
        assert!(!due(None, None, 59) && !due(Some(&old), None, 59));
        assert!(due(None, None, 60) && due(Some(&old), None, 60));
        assert!(!due(Some(&fresh), None, 60) && !due(Some(&fresh), None, 85_399));
        assert!(due(Some(&fresh), None, 85_400));
        assert!(due(Some(&verdict(2_000_000, false)), None, 60), "of a clock that was set back since");
    }

    #[test]
    fn a_broken_genome_is_verified_anew_after_a_restart_since_it_may_have_been_restored() {
        assert!(due(Some(&verdict(999_000, true)), None, 60));
        assert!(!due(Some(&verdict(1_000_070, true)), Some(60), 80), "found by this process");
    }

    #[test]
    fn after_one_that_failed_or_was_cancelled_the_next_is_not_tried_at_once() {
        assert!(!due(None, Some(60), 61) && !due(None, Some(60), 3659));
        assert!(due(None, Some(60), 3660));
    }

    #[tokio::test]
    async fn a_node_starts_one_by_itself_when_it_is_due() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        let job = |running_for| VerificationJob {
            born: (clock::now(), Instant::now().checked_sub(running_for).unwrap()),
            ..VerificationJob::new(DataDirectory::new(root.path()), node.reader(), Crew::default())
        };
        let young = job(Duration::ZERO);
        young.start_if_due(RETRY);
        assert!(young.job.watch().is_none(), "not in the first minute");
        let verification = job(GRACE);
        verification.start_if_due(RETRY);
        until("there is a verdict", || verification.verdict().is_some());
        let first = ended(&verification).started;
        verification.start_if_due(RETRY);
        assert_eq!(ended(&verification).started, first, "it is not due again");
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
