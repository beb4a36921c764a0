//! The bounded queue before the genome: hands events to the writer, or refuses them when it is full.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SendError, Sender, channel};
use std::time::{Duration, Instant};

use kolibri_genome::EventType;
use parking_lot::RwLock;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, TryAcquireError, watch};

use super::BlockRef;
use super::decide::{Effect, Event};
use crate::clock;
use crate::error::CommandError;
use crate::trace::TraceId;

/// The minimum time between two log lines about a full queue.
const FULL_SAID_EVERY: Duration = Duration::from_secs(10);
/// How much text counts as one place in the queue.
const BYTES_PER_PLACE: usize = 4096;

/// What the writer reports about an event that it has recorded.
#[derive(Debug)]
pub(crate) struct Committed {
    /// The block that records it, or for an unchanged TEACH the one that recorded it before.
    pub(crate) block: BlockRef,
    /// What a TEACH did; of other events it says nothing.
    pub(crate) effect: Effect,
    /// The blocks a FORGET erased.
    pub(crate) erased: Vec<u64>,
    /// Whether their texts are in no file any more; `false` while the write-ahead log still has them.
    pub(crate) gone: bool,
    /// From the intake until the writer took it.
    pub(crate) queued: Duration,
    /// From there until it was durable.
    pub(crate) commit: Duration,
}

/// Called once, on the writer's thread, when the outcome of the event is known. It must not block.
pub(crate) type Done = Box<dyn FnOnce(Result<Committed, CommandError>) + Send>;

/// What a command hands over.
pub(crate) struct Entry {
    /// The command's trace.
    pub(crate) trace: TraceId,
    pub(crate) event: Event,
    /// When it happened, in nanoseconds since the Unix epoch.
    pub(crate) time: u64,
}

/// An event in the queue.
pub(super) struct Queued {
    pub(super) event: Event,
    pub(super) time: u64,
    pub(super) waiting: Waiting,
}

/// A caller who is answered when the outcome of the event is known.
pub(super) struct Waiting {
    pub(super) trace: TraceId,
    pub(super) event: EventType,
    pub(super) entered: Instant,
    done: Done,
    place: Place,
}

/// What an event occupies while it waits: its places in the queue and, in a batch, in the share of batches.
type Place = (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>);

impl Waiting {
    /// Whether a caller waits for the block to be durable.
    pub(super) fn is_awaited(&self) -> bool {
        self.event != EventType::Ask
    }

    /// Answers the caller, after freeing its place: it may send the next event as soon as it has the answer.
    pub(super) fn answer(self, result: Result<Committed, CommandError>) {
        drop(self.place);
        (self.done)(result);
    }
}

/// What a failure left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// Nothing: it failed before the first write.
    Nothing,
    /// A batch that may be on disk or not.
    Doubt,
}

/// Why the writer takes no events.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) left: Left,
    /// In words.
    pub(super) reason: String,
    /// The trace of the command that broke the store.
    pub(super) cause: Option<TraceId>,
}

impl Failure {
    /// What a command is told that noticed it.
    fn noticed(&self) -> CommandError {
        self.with_cause(self.cause)
    }

    /// What the command with this trace is told, which may be the cause.
    pub(super) fn told(&self, trace: TraceId) -> CommandError {
        self.with_cause(self.cause.filter(|cause| *cause != trace))
    }

    fn with_cause(&self, cause: Option<TraceId>) -> CommandError {
        let reason = self.reason.clone();
        match self.left {
            Left::Nothing => CommandError::StoreBusy(reason),
            Left::Doubt => CommandError::StoreFailed { reason, cause },
        }
    }
}

/// `None` while the writer takes events. The sender is dropped with the writer.
pub(super) type Poison = watch::Sender<Option<Failure>>;

/// Where events enter.
pub(crate) struct Intake {
    /// `None` once the node stops: the writer ends when it has recorded what was sent before.
    sender: RwLock<Option<Sender<Queued>>>,
    places: Arc<Semaphore>,
    /// The places that batches may take, so that a long batch leaves room for others.
    batch_places: Arc<Semaphore>,
    capacity: usize,
    poison: watch::Receiver<Option<Failure>>,
    /// When a full queue was last logged, in nanoseconds since the Unix epoch.
    full_said: AtomicU64,
}

impl Intake {
    /// A queue of `capacity` places, and its receiving end.
    pub(super) fn new(capacity: usize, poison: watch::Receiver<Option<Failure>>) -> (Self, Receiver<Queued>) {
        let (sender, receiver) = channel();
        let intake = Self {
            sender: RwLock::new(Some(sender)),
            places: Arc::new(Semaphore::new(capacity)),
            batch_places: Arc::new(Semaphore::new(batch_share(capacity))),
            capacity,
            poison,
            full_said: AtomicU64::new(0),
        };
        (intake, receiver)
    }

    /// Hands over an event, or refuses it at once when there is no room for it. Either way `done` is called.
    pub(crate) fn submit(&self, entry: Entry, done: Done) {
        let place = Arc::clone(&self.places).try_acquire_many_owned(weight(&entry.event, self.capacity));
        let place = place.map(|place| (place, None)).map_err(|error| match error {
            TryAcquireError::NoPermits => {
                self.say_full(entry.time);
                CommandError::QueueFull
            }
            TryAcquireError::Closed => CommandError::Stopping,
        });
        self.send(entry, done, place);
    }

    /// Metrics count every refusal; the log mentions them only occasionally.
    fn say_full(&self, now: u64) {
        let said = self.full_said.load(Ordering::Relaxed);
        let due = now.saturating_sub(said) >= clock::nanoseconds(FULL_SAID_EVERY);
        if due && self.full_said.compare_exchange(said, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            tracing::warn!(
                capacity = self.capacity,
                "the queue is full and commands are refused: they arrive faster than the disk can record them. \
                 kolibri_backend_queue_refused_total counts them"
            );
        }
    }

    /// Hands over an event of a batch when there is room for it.
    pub(crate) async fn submit_when_free(&self, entry: Entry, done: Done) {
        let place = self.place_in_batch(&entry.event).await.map_err(|_| CommandError::Stopping);
        self.send(entry, done, place);
    }

    async fn place_in_batch(&self, event: &Event) -> Result<Place, AcquireError> {
        let batch_weight = weight(event, batch_share(self.capacity));
        let share = Arc::clone(&self.batch_places).acquire_many_owned(batch_weight).await?;
        let place = Arc::clone(&self.places).acquire_many_owned(weight(event, self.capacity)).await?;
        Ok((place, Some(share)))
    }

    fn send(&self, entry: Entry, done: Done, place: Result<Place, CommandError>) {
        let place = match self.check_health().and(place) {
            Ok(place) => place,
            Err(error) => return done(Err(error)),
        };
        let Entry { trace, event, time } = entry;
        let waiting = Waiting { trace, event: event.event_type(), entered: Instant::now(), done, place };
        let queued = Queued { event, time, waiting };
        let sent = match &*self.sender.read() {
            Some(sender) => sender.send(queued),
            None => Err(SendError(queued)),
        };
        if let Err(SendError(queued)) = sent {
            queued.waiting.answer(Err(CommandError::Stopping));
        }
    }

    /// Places in use: 1 for an event, and 1 more for each [`BYTES_PER_PLACE`] of its text.
    pub(crate) fn depth(&self) -> usize {
        self.capacity.saturating_sub(self.places.available_permits())
    }

    /// Whether the writer still takes events.
    pub(crate) fn check_health(&self) -> Result<(), CommandError> {
        match &*self.poison.borrow() {
            Some(failure) => Err(failure.noticed()),
            None => Ok(()),
        }
    }

    /// Waits until the writer takes no more events: it has failed, or ended.
    pub(crate) async fn ended(&self) {
        // An error means that the writer is gone.
        let _ = self.poison.clone().wait_for(Option::is_some).await;
    }

    /// Accepts no more events; the writer ends when it has recorded those that were accepted.
    pub(crate) fn close(&self) {
        self.batch_places.close();
        self.places.close();
        drop(self.sender.write().take());
    }
}

/// The places that an event takes. A queue that is too small for a long text still accepts it, alone.
fn weight(event: &Event, capacity: usize) -> u32 {
    let places = (1 + event.text_len() / BYTES_PER_PLACE).min(capacity);
    u32::try_from(places).unwrap_or(u32::MAX)
}

/// The places that batches may take together.
fn batch_share(capacity: usize) -> usize {
    capacity.div_ceil(2)
}
