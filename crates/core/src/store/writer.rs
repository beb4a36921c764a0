//! The one thread that writes the genome.
//!
//! It takes what is waiting, records it in one transaction and acknowledges after the commit (group commit).
//! A commit that failed leaves in doubt what is on disk, so nothing more is acknowledged until the file was read back and can be
//! written again (`recovery`). What failed before the first write leaves no doubt: then it waits until it can write.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use kolibri_genome::{Broken, Chain, SALT_LEN};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::copy::{CopyError, CopyRequest, copy_between};
use super::decide::{self, Decision, Effect, Event, decide};
use super::directory::Lock;
use super::erasing::Erasing;
use super::feed::Feed;
use super::files::{Disturbed, Files};
use super::intake::{Committed, Failure, Left, Poison, Queued, Waiting};
use super::mark::MarkFile;
use super::recovery::{Pace, Place, StillFailing, try_to_write};
use super::rows::Snapshot;
use super::{BlockRef, GenomeSettings, Salts, apply, log, schema};
use crate::background::Stop;
use crate::error::{CommandError, OpenError};
use crate::observer::Observer;
use crate::trace::TraceId;

/// The most events in one transaction.
const MAX_BATCH: usize = 4096;
/// How long a batch of ASKs alone may grow before it is committed. Their blocks are promised within 100 ms.
const ASK_LINGER: Duration = Duration::from_millis(10);
/// How often a writer that has nothing to do looks whether its files are still there.
const LOOK: Duration = Duration::from_millis(250);
/// How long to wait before trying again to empty a write-ahead log that still contains erased text.
const SCRUB_RETRY: Duration = Duration::from_millis(100);
/// How long emptying the log waits for a reader; commands wait as well.
const SCRUB_PATIENCE: Duration = Duration::from_millis(20);

/// From this length on, in pages, the log is copied into the database after each commit, as far as readers let it.
const CHECKPOINT: u32 = 4096;
/// From this length on, in bytes, the log is emptied although somebody always reads. SQLite alone begins it anew only in a moment
/// without readers.
const LONG_LOG: u64 = 64 << 20;
/// How often the length of the log is looked at.
const MEASURE: Duration = Duration::from_secs(1);
/// How long emptying a long log waits for readers; commands wait as well.
const LONG_LOG_PATIENCE: Duration = Duration::from_millis(100);
/// How often emptying the log is tried when the node stops.
const CLOSE_TRIES: usize = 25;

/// The outcome of an event.
#[derive(Debug)]
enum Outcome {
    /// It is a block now, which for a TEACH replaces another or not; a FORGET also names the blocks it erased.
    Recorded { block: BlockRef, replaces: bool, erased: Vec<u64> },
    /// A FORGET found nothing under its key.
    NotTaught,
    /// A TEACH of what this block teaches already.
    Unchanged(BlockRef),
    /// Not what was expected answers, but this block, or nothing.
    Unexpected(Option<u64>),
}

/// Why a batch was not recorded.
#[derive(Debug, thiserror::Error)]
enum CommitError {
    /// Nothing was written.
    #[error("{0}")]
    NotBegun(rusqlite::Error),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Broken(#[from] Broken),
    /// A statement of one event of the batch failed.
    #[error("{why}")]
    Event { at: usize, why: Box<CommitError> },
    /// Somebody else had its hands on a file.
    #[error(transparent)]
    Disturbed(#[from] Disturbed),
}

/// Everything the writer works with.
pub(super) struct Writer {
    pub(super) chain: Chain,
    pub(super) salts: Salts,
    pub(super) receiver: Receiver<Queued>,
    /// Copies that somebody wants.
    pub(super) copies: Receiver<CopyRequest>,
    pub(super) poison: Poison,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) feed: Feed,
    pub(super) mark: MarkFile,
    pub(super) files: Files,
    pub(super) place: Place,
    /// When it is tried again to read the genome back.
    pub(super) pace: Pace,
    /// The log may still contain erased text.
    pub(super) scrub_due: bool,
    /// When it was last tried in vain to empty it.
    pub(super) scrubbed: Option<Instant>,
    pub(super) erasing: Erasing,
    /// When the length of the log was looked at.
    pub(super) measured: Instant,
    pub(super) _lock: Lock,
}

/// Reads where the genome ends, or begins a new one.
pub(super) fn resume(
    connection: &mut Connection,
    path: &Path,
    settings: &GenomeSettings,
) -> Result<Chain, OpenError> {
    match Snapshot::of(connection).head().map_err(OpenError::sqlite(path))? {
        Some(Ok(head)) => return Ok(Chain::resume(head)),
        Some(Err(broken)) => {
            let problem = format!("its last block is damaged: {broken}; run `kolibri genome verify`");
            return Err(OpenError::NotOurs { path: path.to_owned(), problem });
        }
        None => {}
    }
    let transaction = connection.transaction().map_err(OpenError::sqlite(path))?;
    let (chain, genesis) = decide::begin(settings.begins, (settings.salts)(0), settings.id);
    apply::apply(&transaction, &genesis)
        .and_then(|_| transaction.commit())
        .map_err(OpenError::sqlite(path))?;
    Ok(chain)
}

/// Empties the write-ahead log into the database and truncates it, so that no erased text stays in it.
/// `false` while a reader still needs the log.
pub(super) fn scrub(connection: &Connection) -> rusqlite::Result<bool> {
    empty_log(connection, SCRUB_PATIENCE)
}

fn empty_log(connection: &Connection, patience: Duration) -> rusqlite::Result<bool> {
    connection.busy_timeout(patience)?;
    let done =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| Ok(row.get::<_, i64>(0)? == 0));
    connection.busy_timeout(schema::PATIENCE)?;
    done
}

impl Writer {
    pub(super) fn run(mut self, mut connection: Connection, stop: &Stop) {
        while let Some(first) = self.next(&mut connection, stop) {
            let batch = self.gather(first);
            self.commit(&connection, batch);
            self.copy(&connection);
            self.shorten_log(&connection);
        }
        self.close(connection);
    }

    /// The next event. `None` when the node stops.
    fn next(&mut self, connection: &mut Connection, stop: &Stop) -> Option<Queued> {
        loop {
            let patience = if self.scrub_due { SCRUB_RETRY } else { LOOK };
            match self.receiver.recv_timeout(patience) {
                Err(RecvTimeoutError::Timeout) => self.look_after(connection, stop),
                other => return other.ok(),
            }
        }
    }

    /// What there is to do while nobody wants anything.
    fn look_after(&mut self, connection: &mut Connection, stop: &Stop) {
        if self.left() != Some(Left::Doubt)
            && let Err(error) = self.check_files(connection)
        {
            self.fail(&error, Vec::new());
        }
        if self.scrub_due {
            self.scrub(connection);
        }
        if let Some(left) = self.left()
            && self.pace.is_due()
        {
            self.recover(connection, left, stop);
        }
        self.copy(connection);
    }

    fn check_files(&mut self, connection: &Connection) -> Result<(), CommitError> {
        self.files.check()?;
        Ok(self.files.read_on(log::committed(connection)?, false)?)
    }

    /// What the last failure left, until the genome can be written again.
    fn left(&self) -> Option<Left> {
        self.poison.borrow().as_ref().map(|failure| failure.left)
    }

    /// Takes events again if the genome can be written again.
    fn recover(&mut self, connection: &mut Connection, left: Left, stop: &Stop) {
        let found = match left {
            Left::Nothing => {
                let tried = try_to_write(connection, &self.place.directory.genome());
                self.files.leave();
                tried.map(|()| None)
            }
            Left::Doubt => self.place.read_back(connection, &mut self.files, stop).map(Some),
        };
        match found {
            Ok(chain) => {
                if let Some(chain) = chain {
                    self.chain = chain;
                    self.mark.advance(self.chain.head(), false);
                    self.feed.read_back(self.chain.head().index);
                }
                self.pace.recovered();
                tracing::warn!(
                    blocks = self.chain.head().index + 1,
                    "the genome can be written again: commands are taken"
                );
                self.poison.send_replace(None);
            }
            Err(still) => self.keep_failing(left, &still),
        }
    }

    /// Says why, when that is something new. What commands are told is what broke it.
    fn keep_failing(&mut self, left: Left, still: &StillFailing) {
        self.pace.failed(left);
        let why = still.to_string();
        if self.pace.is_news(&why) {
            tracing::warn!(%why, "the genome can still not be written");
        }
    }

    /// Makes a copy if one is wanted. Between its steps commands are recorded as ever.
    fn copy(&mut self, connection: &Connection) {
        let Ok(CopyRequest { path, done }) = self.copies.try_recv() else { return };
        let copied = copy_between(connection, &path, || match self.receiver.try_recv() {
            Ok(first) => {
                let batch = self.gather(first);
                self.commit(connection, batch);
                Ok(())
            }
            Err(TryRecvError::Empty) => Ok(()),
            Err(TryRecvError::Disconnected) => Err(CopyError::Stopping),
        });
        // Whoever asked may have gone.
        let _ = done.send(copied);
    }

    /// Empties a log that has become long. A reader that does not go away makes it longer still.
    fn shorten_log(&mut self, connection: &Connection) {
        if self.measured.elapsed() < MEASURE {
            return;
        }
        self.measured = Instant::now();
        let log = schema::beside(&self.place.directory.genome(), "-wal");
        if log.metadata().is_ok_and(|found| found.len() > LONG_LOG)
            && let Err(error) = self.empty_log(connection, LONG_LOG_PATIENCE)
        {
            tracing::warn!(%error, "the write-ahead log could not be emptied; trying again");
        }
    }

    /// Looks whether the log is what was committed, and copies it into the database when it has become long enough. SQLite would
    /// copy it by itself, within any commit, and then nobody could tell who wrote the database.
    fn see_to_log(&mut self, connection: &Connection) {
        if let Err(error) = self.checkpoint(connection) {
            match error {
                CommitError::Disturbed(_) => self.fail(&error, Vec::new()),
                _ => tracing::debug!(%error, "the log was not copied; the next commit tries again"),
            }
        }
    }

    fn checkpoint(&mut self, connection: &Connection) -> Result<(), CommitError> {
        let pages = log::committed(connection)?;
        self.files.read_on(pages, true)?;
        if pages < CHECKPOINT {
            return Ok(());
        }
        self.files.check_new(pages)?;
        self.write_database(|| connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())))
    }

    /// Empties the log into the database, if all of it is what was committed. `false` while a reader still needs it.
    fn empty_log(&mut self, connection: &Connection, patience: Duration) -> Result<bool, CommitError> {
        self.files.check_new(log::committed(connection)?)?;
        self.write_database(|| empty_log(connection, patience))
    }

    /// Lets `write` copy the log into the database, unless somebody else has written either of them.
    fn write_database<T>(&mut self, write: impl FnOnce() -> rusqlite::Result<T>) -> Result<T, CommitError> {
        self.files.check()?;
        let written = write();
        self.files.leave();
        Ok(written?)
    }

    /// Everything that waits behind `first`. If no caller waits for durability, also what arrives a little
    /// later.
    fn gather(&self, first: Queued) -> Vec<Queued> {
        let deadline = Instant::now() + ASK_LINGER;
        let mut awaited = first.waiting.is_awaited();
        let mut batch = vec![first];
        while batch.len() < MAX_BATCH {
            let waiting = match awaited {
                true => self.receiver.try_recv().ok(),
                false => self.receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok(),
            };
            let Some(queued) = waiting else { break };
            awaited |= queued.waiting.is_awaited();
            batch.push(queued);
        }
        batch
    }

    fn commit(&mut self, connection: &Connection, batch: Vec<Queued>) {
        let taken = Instant::now();
        let (waiting, events): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|queued| (queued.waiting, (queued.event, queued.time))).unzip();
        let poison = self.poison.borrow().clone();
        if let Some(failure) = poison {
            return refuse(waiting, &failure);
        }
        let mut chain = self.chain.clone();
        match self.write(connection, &mut chain, events) {
            Ok(outcomes) => {
                // The commit point: from here on, every block of the batch survives a crash.
                self.chain = chain;
                self.mark.advance(self.chain.head(), false);
                self.acknowledge(connection, waiting, outcomes, taken);
                self.see_to_log(connection);
            }
            Err(error) => self.fail(&error, waiting),
        }
    }

    /// Records a batch into files that nobody else has touched, before or meanwhile.
    fn write(
        &mut self,
        connection: &Connection,
        chain: &mut Chain,
        events: Vec<(Event, u64)>,
    ) -> Result<Vec<Outcome>, CommitError> {
        self.files.check()?;
        let recorded = self.record(connection, chain, events);
        match &recorded {
            Ok(outcomes) if outcomes.iter().any(|outcome| matches!(outcome, Outcome::Recorded { .. })) => {
                self.files.check_committed()?;
            }
            // It had nothing to write.
            Ok(_) => self.files.check()?,
            Err(_) => self.files.leave(),
        }
        recorded
    }

    /// Records a batch in one transaction: all of it, or nothing.
    fn record(
        &self,
        connection: &Connection,
        chain: &mut Chain,
        events: Vec<(Event, u64)>,
    ) -> Result<Vec<Outcome>, CommitError> {
        // No other is open: this is the one thread that writes.
        let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
            .map_err(CommitError::NotBegun)?;
        let mut outcomes = Vec::with_capacity(events.len());
        for (at, (event, time)) in events.into_iter().enumerate() {
            let salt = (self.salts)(chain.head().index + 1);
            let outcome = record(&transaction, chain, event, time, salt);
            outcomes.push(outcome.map_err(|why| CommitError::Event { at, why: Box::new(why) })?);
        }
        transaction.commit()?;
        Ok(outcomes)
    }

    fn acknowledge(
        &mut self,
        connection: &Connection,
        waiting: Vec<Waiting>,
        outcomes: Vec<Outcome>,
        taken: Instant,
    ) {
        let commit = taken.elapsed();
        self.observer.committed(commit);
        self.scrub_due |= outcomes.iter().any(Outcome::erased_something);
        if self.scrub_due && self.scrubbed.is_none_or(|tried| tried.elapsed() >= SCRUB_RETRY) {
            self.scrub(connection);
        }
        let recorded: Vec<_> = std::iter::zip(&waiting, &outcomes)
            .filter(|(_, outcome)| matches!(outcome, Outcome::Recorded { .. }))
            .map(|(waiting, _)| waiting.event)
            .collect();
        // Before the answers, so that whoever has one can wait for the followers.
        self.feed.committed(recorded, self.chain.head().index);
        for (waiting, outcome) in waiting.into_iter().zip(outcomes) {
            let queued = taken.duration_since(waiting.entered);
            let event = waiting.event;
            let (block, effect, erased) = match outcome {
                Outcome::NotTaught => {
                    waiting.answer(Err(CommandError::NotTaught));
                    continue;
                }
                Outcome::Unexpected(now) => {
                    waiting.answer(Err(CommandError::ChangedMeanwhile { now }));
                    continue;
                }
                Outcome::Unchanged(block) => (block, Effect::Unchanged, Vec::new()),
                Outcome::Recorded { block, replaces, erased } => {
                    self.observer.recorded(event, block.index + 1);
                    (block, if replaces { Effect::Replaced } else { Effect::New }, erased)
                }
            };
            let gone = erased.is_empty() || !self.scrub_due;
            let committed = Committed { block, effect, erased, gone, queued, commit };
            match gone {
                true => waiting.answer(Ok(committed)),
                false => self.erasing.keep(waiting, committed),
            }
        }
    }

    /// Refuses a batch, and everything else until the genome can be written again.
    fn fail(&mut self, error: &CommitError, waiting: Vec<Waiting>) {
        let left = match error {
            CommitError::NotBegun(_) => Left::Nothing,
            _ => Left::Doubt,
        };
        let failure = Failure { left, reason: error.to_string(), cause: cause(error, &waiting) };
        self.pace.failed(left);
        // The others have traces that name it.
        let (commands, trace_id) = (waiting.len(), failure.cause.map(tracing::field::display));
        match left {
            Left::Nothing => tracing::warn!(
                error = %failure.reason, trace_id, commands,
                "a commit could not begin, so nothing is in doubt: commands are refused until the genome can be written. Another \
                 program may have locked it"
            ),
            Left::Doubt => tracing::error!(
                error = %failure.reason, trace_id, commands,
                "a commit failed: nothing is recorded until the genome is read back and can be written again, which is tried again \
                 and again. Check the disk (space, permissions, hardware). `kolibri genome verify` checks the genome"
            ),
        }
        self.poison.send_replace(Some(failure.clone()));
        refuse(waiting, &failure);
    }

    fn scrub(&mut self, connection: &Connection) {
        let emptied = self.empty_log(connection, SCRUB_PATIENCE);
        self.scrub_due = !matches!(emptied, Ok(true));
        self.scrubbed = self.scrub_due.then(Instant::now);
        if let Err(error) = emptied
            && self.left() != Some(Left::Doubt)
        {
            match error {
                CommitError::Disturbed(_) => self.fail(&error, Vec::new()),
                _ => tracing::warn!(%error, "erased text is still in the write-ahead log; trying again"),
            }
        }
        match self.scrub_due {
            true => self.erasing.not_gone(),
            false => self.erasing.gone(),
        }
    }

    /// Leaves the whole genome in one file. SQLite does not do that by itself, since this process still has
    /// readers open.
    fn close(mut self, connection: Connection) {
        if !self.files.is_locked() {
            tracing::warn!("the lock is gone, and another node may be writing: the genome is left as it is");
            return self.erasing.close();
        }
        let emptied = self.empty_at_last(&connection);
        if !matches!(emptied, Ok(true)) {
            tracing::warn!(?emptied, "the newest blocks are still in genome.db-wal; a copy needs both files");
        }
        match emptied {
            Ok(true) => self.erasing.gone(),
            _ => self.erasing.close(),
        }
        self.mark.advance(self.chain.head(), matches!(emptied, Ok(true)));
        self.mark.flusher().flush();
        if let Err((_, error)) = connection.close() {
            tracing::warn!(%error, "the genome was not closed cleanly; the next start recovers it");
        }
    }

    /// Leaves what somebody else has written as it is: the next start reads the log and knows what belongs there. A file that was
    /// deleted takes the blocks that only its log has.
    fn empty_at_last(&self, connection: &Connection) -> rusqlite::Result<bool> {
        let is_open = connection.path().is_some_and(|path| !path.is_empty());
        if !is_open || matches!(self.files.check(), Err(Disturbed::Written(_))) {
            return Ok(false);
        }
        if self.files.check_log(log::committed(connection)?).is_err() {
            return Ok(false);
        }
        // A follower may be reading at this moment.
        let emptied = (0..CLOSE_TRIES).map(|_| scrub(connection)).find(|done| !matches!(done, Ok(false)));
        emptied.unwrap_or(Ok(false))
    }
}

impl Outcome {
    /// Whether text was overwritten in the database.
    fn erased_something(&self) -> bool {
        matches!(self, Self::Recorded { erased, .. } if !erased.is_empty())
    }
}

/// Records one event of a batch.
fn record(
    transaction: &Transaction<'_>,
    chain: &mut Chain,
    event: Event,
    time: u64,
    salt: [u8; SALT_LEN],
) -> Result<Outcome, CommitError> {
    let known = apply::known(transaction, &event)?;
    let changes = match decide(chain, time, salt, event, known)? {
        Decision::Record(changes) => changes,
        Decision::NotTaught => return Ok(Outcome::NotTaught),
        Decision::Unexpected(now) => return Ok(Outcome::Unexpected(now)),
        Decision::Unchanged(block) => return Ok(Outcome::Unchanged(block)),
    };
    let block = apply::apply(transaction, &changes)?;
    Ok(Outcome::Recorded { block, replaces: changes.replaces.is_some(), erased: changes.erased })
}

/// The trace of the command of a batch that broke the store: whose statement failed. If the commit failed, which is
/// everybody's, the first whose caller waits for it.
fn cause(error: &CommitError, waiting: &[Waiting]) -> Option<TraceId> {
    let faulty = match error {
        CommitError::Event { at, .. } => waiting.get(*at),
        _ => waiting.iter().find(|waiting| waiting.is_awaited()),
    };
    faulty.or(waiting.first()).map(|waiting| waiting.trace)
}

fn refuse(waiting: Vec<Waiting>, failure: &Failure) {
    for waiting in waiting {
        let told = failure.told(waiting.trace);
        waiting.answer(Err(told));
    }
}
