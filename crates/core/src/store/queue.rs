//! The bounded queue before the genome, and the one thread that writes it.
//!
//! The writer takes what is waiting, records it in one transaction and acknowledges after the commit (group commit).
//! A commit that fails poisons it: what is on disk is then in doubt, so nothing more is acknowledged until a restart
//! has read the file again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SendError, Sender, SyncSender, channel};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use kolibri_genome::{Chain, EventType};
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, TryAcquireError, watch};

use super::directory::{DataDirectory, Lock};
use super::record::{self, Event, Outcome};
use super::{BlockRef, Purpose, read, schema};
use crate::error::{CommandError, OpenError};
use crate::telemetry::Instruments;

/// The most events in one transaction.
const MAX_BATCH: usize = 4096;
/// How long a batch of nothing but ASKs may grow before it is committed. Their blocks are promised within 100 ms.
const ASK_LINGER: Duration = Duration::from_millis(10);
/// How often a write-ahead log that still holds erased text is tried again.
const SCRUB_RETRY: Duration = Duration::from_millis(100);
/// How long emptying the log waits for a reader; commands wait with it.
const SCRUB_PATIENCE: Duration = Duration::from_millis(20);
/// How often the log mentions a full queue.
const FULL_SAID_EVERY: Duration = Duration::from_secs(10);
/// How much text counts as one place in the queue.
const BYTES_PER_PLACE: usize = 4096;

/// What the writer tells about an event it has recorded.
#[derive(Debug)]
pub(crate) struct Committed {
    pub(crate) block: BlockRef,
    /// The blocks a FORGET erased.
    pub(crate) erased: Vec<u64>,
    /// From the intake until the writer took it.
    pub(crate) queued: Duration,
    /// From there until it was durable.
    pub(crate) commit: Duration,
}

/// Called once, on the writer's thread, when the event's fate is known. It must not block.
pub(crate) type Done = Box<dyn FnOnce(Result<Committed, CommandError>) + Send>;

struct Job {
    event: Event,
    time: u64,
    entered: Instant,
    done: Done,
    place: Place,
}

/// What an event holds while it waits: its room in the queue and, in a batch, in the share of batches.
type Place = (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>);

/// The way in: hands events to the writer, or refuses them when the queue is full.
pub(crate) struct Intake {
    /// `None` once the node stops: the writer ends when it has recorded what was sent before.
    sender: RwLock<Option<Sender<Job>>>,
    places: Arc<Semaphore>,
    /// The part of the places that batches may take: a long batch leaves room for everybody else.
    batch_places: Arc<Semaphore>,
    capacity: usize,
    /// Why the writer records nothing more, if it does not; its sender goes with the writer.
    poison: watch::Receiver<Option<String>>,
    /// When the log last said that the queue is full, in nanoseconds since the Unix epoch.
    full_said: AtomicU64,
}

/// The writer thread, to be joined.
pub(crate) struct WriterThread(JoinHandle<()>);

impl WriterThread {
    /// Whether the writer has ended, for whatever reason.
    pub(crate) fn has_ended(&self) -> bool {
        self.0.is_finished()
    }

    /// Waits for the writer to end and the file to be closed.
    pub(crate) fn join(self) {
        if self.0.join().is_err() {
            tracing::error!("the writer thread panicked");
        }
    }
}

impl Intake {
    /// Opens the genome, begins it if it is new, and starts the writer. `wake` is signalled after commits that change
    /// what can be asked.
    pub(crate) fn open(
        directory: &DataDirectory,
        capacity: usize,
        purpose: Purpose,
        instruments: Arc<Instruments>,
        wake: SyncSender<()>,
    ) -> Result<(Self, WriterThread), OpenError> {
        directory.create()?;
        let lock = directory.lock()?;
        directory.check_not_lost()?;
        let path = directory.genome();
        let mut connection = schema::open_writer(&path, purpose)?;
        let chain = resume(&mut connection, &path, purpose)?;
        let scrubbed = scrub(&connection).map_err(OpenError::sqlite(&path))?;
        if purpose == Purpose::Knowledge {
            instruments.genome_opened(chain.head());
        }

        let (sender, receiver) = channel();
        let (poison, poisoned) = watch::channel(None);
        let writer = Writer {
            connection,
            chain,
            purpose,
            receiver,
            poison,
            instruments,
            wake,
            scrub_due: !scrubbed,
            _lock: lock,
        };
        let thread = std::thread::Builder::new()
            .name("kolibri-writer".into())
            .spawn(move || writer.run())
            .map_err(OpenError::io(&path))?;
        let places = Arc::new(Semaphore::new(capacity));
        let batch_places = Arc::new(Semaphore::new(batch_share(capacity)));
        let sender = RwLock::new(Some(sender));
        let intake =
            Self { sender, places, batch_places, capacity, poison: poisoned, full_said: AtomicU64::new(0) };
        Ok((intake, WriterThread(thread)))
    }

    /// Hands over an event, or refuses it at once when there is no room for it. Either way `done` is called.
    pub(crate) fn submit(&self, event: Event, time: u64, done: Done) {
        let place = Arc::clone(&self.places).try_acquire_many_owned(weight(&event, self.capacity));
        let place = place.map(|place| (place, None)).map_err(|error| match error {
            TryAcquireError::NoPermits => {
                self.say_full(time);
                CommandError::QueueFull
            }
            TryAcquireError::Closed => CommandError::Stopping,
        });
        self.send(event, time, done, place);
    }

    /// Metrics count every refusal; the log mentions them now and then.
    fn say_full(&self, now: u64) {
        let said = self.full_said.load(Ordering::Relaxed);
        let due = now.saturating_sub(said) >= FULL_SAID_EVERY.as_nanos() as u64;
        if due && self.full_said.compare_exchange(said, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            tracing::warn!(
                capacity = self.capacity,
                "the queue before the genome is full and commands are refused: more comes in than the disk takes. \
                 kolibri_backend_queue_refused_total counts them"
            );
        }
    }

    /// Hands over an event of a batch when there is room for it.
    pub(crate) async fn submit_when_free(&self, event: Event, time: u64, done: Done) {
        let place = self.place_in_batch(&event).await.map_err(|_| CommandError::Stopping);
        self.send(event, time, done, place);
    }

    async fn place_in_batch(&self, event: &Event) -> Result<Place, AcquireError> {
        let batch_weight = weight(event, batch_share(self.capacity));
        let share = Arc::clone(&self.batch_places).acquire_many_owned(batch_weight).await?;
        let place = Arc::clone(&self.places).acquire_many_owned(weight(event, self.capacity)).await?;
        Ok((place, Some(share)))
    }

    fn send(&self, event: Event, time: u64, done: Done, place: Result<Place, CommandError>) {
        let place = match self.check_health().and(place) {
            Ok(place) => place,
            Err(error) => return done(Err(error)),
        };
        let job = Job { event, time, entered: Instant::now(), done, place };
        let sender = self.sender.read().unwrap_or_else(PoisonError::into_inner);
        let sent = match &*sender {
            Some(sender) => sender.send(job),
            None => Err(SendError(job)),
        };
        if let Err(SendError(job)) = sent {
            (job.done)(Err(CommandError::Stopping));
        }
    }

    /// Places in use: 1 for an event, and 1 more for each [`BYTES_PER_PLACE`] of its text.
    pub(crate) fn depth(&self) -> usize {
        self.capacity.saturating_sub(self.places.available_permits())
    }

    /// Whether the writer still takes events.
    pub(crate) fn check_health(&self) -> Result<(), CommandError> {
        match &*self.poison.borrow() {
            Some(reason) => Err(CommandError::StoreFailed(reason.clone())),
            None => Ok(()),
        }
    }

    /// Waits until the writer takes no more events: it has failed, or ended.
    pub(crate) async fn ended(&self) {
        // An error says that the writer is gone.
        let _ = self.poison.clone().wait_for(Option::is_some).await;
    }

    /// Takes no more; the writer ends when it has recorded what was taken.
    pub(crate) fn close(&self) {
        self.batch_places.close();
        self.places.close();
        drop(self.sender.write().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// The places that an event takes. A queue smaller than one long text still takes it, alone.
fn weight(event: &Event, capacity: usize) -> u32 {
    (1 + event.text_len() / BYTES_PER_PLACE).min(capacity) as u32
}

/// The places that batches may take together.
fn batch_share(capacity: usize) -> usize {
    capacity.div_ceil(2)
}

/// Reads where the genome ends, or begins a new one.
fn resume(connection: &mut Connection, path: &std::path::Path, purpose: Purpose) -> Result<Chain, OpenError> {
    match read::head(connection).map_err(OpenError::sqlite(path))? {
        Some(Ok(head)) => return Ok(Chain::resume(head)),
        Some(Err(broken)) => {
            let problem = format!("its last block is damaged: {broken}; see `kolibri genome verify`");
            return Err(OpenError::NotOurs { path: path.to_owned(), problem });
        }
        None => {}
    }
    let transaction = connection.transaction().map_err(OpenError::sqlite(path))?;
    record::begin(&transaction, purpose.begins(), &purpose.salt(0), purpose.genome_id())
        .and_then(|chain| transaction.commit().map(|()| chain))
        .map_err(OpenError::sqlite(path))
}

/// Empties the write-ahead log into the database and truncates it, so that no erased text stays in it.
/// `false` while a reader still needs the log.
fn scrub(connection: &Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(SCRUB_PATIENCE)?;
    let done =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| Ok(row.get::<_, i64>(0)? == 0));
    connection.busy_timeout(schema::PATIENCE)?;
    done
}

struct Writer {
    connection: Connection,
    chain: Chain,
    purpose: Purpose,
    receiver: Receiver<Job>,
    poison: watch::Sender<Option<String>>,
    instruments: Arc<Instruments>,
    wake: SyncSender<()>,
    scrub_due: bool,
    _lock: Lock,
}

impl Writer {
    fn run(mut self) {
        while let Some(first) = self.next() {
            let batch = self.gather(first);
            self.commit(batch);
        }
        self.close();
    }

    /// The next event; tidies the log while there is none. `None` when the node stops.
    fn next(&mut self) -> Option<Job> {
        while self.scrub_due {
            match self.receiver.recv_timeout(SCRUB_RETRY) {
                Err(RecvTimeoutError::Timeout) => self.scrub(),
                other => return other.ok(),
            }
        }
        self.receiver.recv().ok()
    }

    /// Everything that waits behind `first`, and a little more while nobody waits for a block to be durable.
    fn gather(&self, first: Job) -> Vec<Job> {
        let deadline = Instant::now() + ASK_LINGER;
        let mut awaited = first.event.is_awaited();
        let mut batch = vec![first];
        while batch.len() < MAX_BATCH {
            let waiting = match awaited {
                true => self.receiver.try_recv().ok(),
                false => self.receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok(),
            };
            let Some(job) = waiting else { break };
            awaited |= job.event.is_awaited();
            batch.push(job);
        }
        batch
    }

    fn commit(&mut self, batch: Vec<Job>) {
        let taken = Instant::now();
        let mut chain = self.chain.clone();
        let (waiting, events): (Vec<_>, Vec<_>) = batch.into_iter().map(Job::split).unzip();
        let poison = self.poison.borrow().clone();
        if let Some(reason) = poison {
            return refuse(waiting, &reason);
        }
        match record_all(&mut self.connection, &mut chain, self.purpose, events) {
            Ok(outcomes) => {
                // The commit point: from here on, every block of the batch survives a crash.
                self.chain = chain;
                self.acknowledge(waiting, outcomes, taken);
            }
            Err(error) => self.fail(&error, waiting),
        }
    }

    fn acknowledge(&mut self, waiting: Vec<Waiting>, outcomes: Vec<Outcome>, taken: Instant) {
        let commit = taken.elapsed();
        if self.purpose == Purpose::Knowledge {
            self.instruments.committed(commit);
        }
        self.scrub_due |= outcomes.iter().any(Outcome::erased_something);
        if self.scrub_due {
            self.scrub();
        }
        for (Waiting { event, entered, done, place }, outcome) in waiting.into_iter().zip(outcomes) {
            // Whoever is told is free to send the next one.
            drop(place);
            done(match outcome {
                Outcome::Recorded { block, erased } => {
                    match self.purpose {
                        Purpose::Knowledge => self.instruments.recorded(event, block.index + 1),
                        Purpose::Drill { .. } => self.instruments.recorded_in_drill(event),
                    }
                    Ok(Committed { block, erased, queued: taken.duration_since(entered), commit })
                }
                Outcome::NotTaught => Err(CommandError::NotTaught),
            });
        }
        // A full channel means that the wake-up is pending already.
        let _ = self.wake.try_send(());
    }

    /// What is on disk is in doubt now: it may hold the batch or not. Only a restart can tell.
    fn fail(&self, error: &rusqlite::Error, waiting: Vec<Waiting>) {
        let reason = error.to_string();
        tracing::error!(
            error = %reason,
            "a commit failed; nothing more is recorded. Check the disk (space, permissions, hardware), then restart \
             the node: it reads back what is durable. `kolibri genome verify` checks the genome"
        );
        self.poison.send_replace(Some(reason.clone()));
        refuse(waiting, &reason);
    }

    fn scrub(&mut self) {
        match scrub(&self.connection) {
            Ok(done) => self.scrub_due = !done,
            Err(error) => {
                self.scrub_due = true;
                tracing::warn!(%error, "erased text is still in the write-ahead log; trying again");
            }
        }
    }

    /// Leaves the whole genome in one file. SQLite does not by itself: this process still has readers open.
    fn close(self) {
        let emptied = scrub(&self.connection);
        if !matches!(emptied, Ok(true)) {
            tracing::warn!(?emptied, "the newest blocks are still in genome.db-wal; a copy needs both files");
        }
        if let Err((_, error)) = self.connection.close() {
            tracing::warn!(%error, "the genome was not closed cleanly; the next start recovers it");
        }
    }
}

/// Somebody to be told about an event.
struct Waiting {
    event: EventType,
    entered: Instant,
    done: Done,
    place: Place,
}

impl Job {
    fn split(self) -> (Waiting, (Event, u64)) {
        let Self { event, time, entered, done, place } = self;
        (Waiting { event: event.event_type(), entered, done, place }, (event, time))
    }
}

fn refuse(waiting: Vec<Waiting>, reason: &str) {
    for Waiting { done, place, .. } in waiting {
        drop(place);
        done(Err(CommandError::StoreFailed(reason.to_owned())));
    }
}

/// Records a batch in one transaction: all of it, or nothing.
fn record_all(
    connection: &mut Connection,
    chain: &mut Chain,
    purpose: Purpose,
    events: Vec<(Event, u64)>,
) -> rusqlite::Result<Vec<Outcome>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let outcomes = events
        .into_iter()
        .map(|(event, time)| {
            let salt = purpose.salt(chain.head().index + 1);
            record::apply(&transaction, chain, time, &salt, event)
        })
        .collect::<rusqlite::Result<_>>()?;
    transaction.commit()?;
    Ok(outcomes)
}

/// A channel that holds at most one wake-up.
pub(crate) fn wake_channel() -> (SyncSender<()>, Receiver<()>) {
    std::sync::mpsc::sync_channel(1)
}
