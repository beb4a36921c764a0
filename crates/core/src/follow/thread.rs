//! A follower's thread.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::{Derived, FollowStatus};
use crate::background::{Stop, Waiting, lower_priority};
use crate::store::{Announced, Reader};

/// The most changes in one read of the genome: about 35 MB, if every text has its maximum length.
const CHUNK: usize = 512;
/// The most blocks in one read: a long read would keep erased text in the write-ahead log.
const SPAN: u64 = 4096;
/// The most blocks that are passed without a commit, since they are read again after a restart.
const MOST_UNCOMMITTED: u64 = 65_536;
/// How long the last round may take.
const LAST_ROUND: Duration = Duration::from_secs(1);
/// The minimum time between commits. What was taught becomes visible a little later than this; the promise is
/// 200 ms.
const COMMIT_INTERVAL: Duration = Duration::from_millis(50);
/// How often new questions are looked for, which wake nobody.
const ASKS_INTERVAL: Duration = Duration::from_secs(1);
/// During a long catch-up, the time between commits.
const CATCH_UP_INTERVAL: Duration = Duration::from_secs(5);
/// The minimum time from one tidying up to the next.
const TIDY_INTERVAL: Duration = Duration::from_millis(500);
/// Tidying up takes at most one part in this many of the time: it may rewrite whole files, and forgetting may
/// be frequent.
const TIDY_SHARE: u32 = 10;
/// How often tidying up is tried at the end, since background work may make it fail.
const TIDY_TRIES: usize = 3;
/// How long to wait after a failure before trying again. Doubled each time, up to the longest.
const RETRY: Duration = Duration::from_millis(250);
const LONGEST_RETRY: Duration = Duration::from_secs(8);

/// What the thread works with.
pub(super) struct Thread<D> {
    derived: D,
    reader: Arc<Reader>,
    announced: Announced,
    status: watch::Sender<FollowStatus>,
    waiting: Waiting,
    /// The first block that was not taken in yet.
    next: u64,
    /// Its value at the last commit, and the time of that commit.
    next_committed: u64,
    committed: Instant,
    tidy_not_before: Instant,
    /// How long to wait after the next failure.
    patience: Duration,
}

impl<D: Derived> Thread<D> {
    pub(super) fn new(
        derived: D,
        reader: Arc<Reader>,
        announced: Announced,
        status: watch::Sender<FollowStatus>,
    ) -> std::io::Result<Self> {
        let (next, now) = (resume_at(&derived), Instant::now());
        let waiting = Waiting::new()?;
        Ok(Self {
            derived,
            reader,
            announced,
            status,
            waiting,
            next,
            next_committed: next,
            committed: now,
            tidy_not_before: now,
            patience: RETRY,
        })
    }

    pub(super) fn run(mut self, stop: &Stop) {
        if D::NICENESS > 0 {
            lower_priority(D::NICENESS);
        }
        let mut sound = true;
        while !stop.is_set() {
            match self.round(stop) {
                Ok(()) => self.wait(stop),
                Err(error) => sound = self.recover(&error, stop),
            }
        }
        // After a failure it is unknown what the files contain; the next start finds out.
        if sound && let Err(error) = self.finish() {
            tracing::warn!(%error, "{} was not closed cleanly; the next start catches up", D::NAME);
        }
        self.derived.close();
    }

    fn round(&mut self, stop: &Stop) -> Result<(), D::Error> {
        self.catch_up(|| !stop.is_set())?;
        if self.derived.is_dirty() || self.next - self.next_committed >= MOST_UNCOMMITTED {
            self.commit()?;
        }
        if self.derived.is_untidy() && Instant::now() >= self.tidy_not_before {
            self.tidy()?;
        }
        let (reached, untidy) = (self.next.checked_sub(1), self.derived.is_untidy());
        self.status.send_replace(FollowStatus { caught_up: true, reached, untidy, problem: None });
        self.patience = RETRY;
        Ok(())
    }

    /// Takes in everything that was announced, while `go_on` says so.
    fn catch_up(&mut self, go_on: impl Fn() -> bool) -> Result<(), D::Error> {
        // What is announced now is durable, so the reads below see it.
        let mut announced = *self.announced.borrow_and_update();
        if D::ASKS {
            announced = announced.max(self.reader.head()?.index);
        }
        while self.next <= announced && go_on() {
            let end = (announced + 1).min(self.next + SPAN);
            let changes = self.reader.changes(self.next..end, D::ASKS, CHUNK)?;
            let next = match changes.last() {
                Some(last) if changes.len() == CHUNK => last.block.index + 1,
                _ => end,
            };
            for change in changes {
                let block = change.block;
                // Long texts may take a while each.
                if !go_on() {
                    return Ok(());
                }
                self.derived.apply(change)?;
                self.derived.passed(block);
                self.next = block.index + 1;
            }
            self.derived.passed(self.reader.reference(next - 1)?);
            self.next = next;
            if self.committed.elapsed() >= CATCH_UP_INTERVAL && next <= announced {
                self.commit()?;
                self.status.send_modify(|status| status.reached = next.checked_sub(1));
                tracing::info!(reached = next, of = announced + 1, "{} is catching up", D::NAME);
            }
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), D::Error> {
        self.derived.commit()?;
        (self.committed, self.next_committed) = (Instant::now(), self.next);
        Ok(())
    }

    fn tidy(&mut self) -> Result<(), D::Error> {
        let started = Instant::now();
        self.derived.tidy()?;
        self.tidy_not_before = Instant::now() + TIDY_INTERVAL.max(started.elapsed() * TIDY_SHARE);
        Ok(())
    }

    /// Waits for the next announcement, or until it is time to tidy up.
    fn wait(&mut self, stop: &Stop) {
        let (untidy, tidy_at) = (self.derived.is_untidy(), self.tidy_not_before);
        let announced = &mut self.announced;
        self.waiting.on(stop.or(async {
            tokio::select! {
                changed = announced.changed() => match changed {
                    Ok(()) => {}
                    // The writer has ended: nothing more comes before the stop.
                    Err(_) => std::future::pending().await,
                },
                () = tokio::time::sleep_until(tidy_at.into()), if untidy => {}
                () = tokio::time::sleep(ASKS_INTERVAL), if D::ASKS => {}
            }
        }));
        // What is taught in a burst is committed once.
        self.waiting.pause(COMMIT_INTERVAL.saturating_sub(self.committed.elapsed()), stop);
    }

    /// After a failure: logs it once, then reopens the files until that works; `false` if stopped first.
    fn recover(&mut self, error: &D::Error, stop: &Stop) -> bool {
        if self.status.borrow().problem.is_none() {
            tracing::error!(%error, "{} cannot follow the genome; {}. Check the disk", D::NAME, D::WITHOUT_IT);
        }
        self.status.send_modify(|status| status.problem = Some(error.to_string()));
        while !stop.is_set() {
            self.waiting.pause(self.patience, stop);
            self.patience = LONGEST_RETRY.min(self.patience * 2);
            match self.derived.reopen() {
                Ok(()) => {
                    self.next = resume_at(&self.derived);
                    self.next_committed = self.next;
                    return true;
                }
                Err(error) => tracing::debug!(%error, "{} could not be reopened yet", D::NAME),
            }
        }
        false
    }

    /// The last round, so that even what was forgotten a moment ago leaves nothing behind.
    fn finish(&mut self) -> Result<(), D::Error> {
        let began = Instant::now();
        let caught_up = self.catch_up(|| began.elapsed() < LAST_ROUND);
        if caught_up.is_ok() {
            self.commit()?;
        }
        for _ in 0..TIDY_TRIES {
            if self.derived.is_untidy() {
                self.derived.tidy()?;
            }
        }
        caught_up
    }
}

fn resume_at(derived: &impl Derived) -> u64 {
    derived.reached().map_or(0, |block| block.index + 1)
}
