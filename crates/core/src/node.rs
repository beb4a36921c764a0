//! The node: every command passes through here on its way from a door to the genome and back.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use kolibri_genome::{Head, Teach};

use crate::call::{Call, Cue};
use crate::command::{Command, MAX_RESPONSE, MAX_STIMULUS, UNKNOWN_COMMAND, check};
use crate::error::{CommandError, OpenError};
use crate::recall::{Found, IndexStatus, Recall};
use crate::store::{self, BlockRef, Committed, DataDirectory, Event, Intake, Purpose, Reader, WriterThread};
use crate::telemetry::history::{self, History};
use crate::telemetry::{Instruments, Telemetry};
use crate::text::Key;
use crate::trace::{Draft, Drill, TraceConfig, TraceId, TracedContent, Traces};
use crate::verification::Verification;

mod execution;

use execution::{Execution, Pending};

/// How a node is set up.
#[derive(Debug, Clone)]
pub struct NodeConfig {
    /// Where it keeps everything.
    pub directory: DataDirectory,
    /// Places in the queue before the genome: one for each event, and one more for each 4 KiB of its text.
    pub queue_capacity: usize,
    /// Where traces go; `None` keeps none.
    pub trace: Option<TraceConfig>,
}

/// A running node.
pub struct Node {
    purpose: Purpose,
    intake: Arc<Intake>,
    reader: Arc<Reader>,
    recall: Arc<Recall>,
    traces: Option<Arc<Traces>>,
    instruments: Arc<Instruments>,
    history: Option<History>,
    verification: Verification,
    writer: Mutex<Option<WriterThread>>,
}

/// A TEACH that was recorded.
#[derive(Debug, Clone)]
pub struct Taught {
    /// Its block.
    pub block: BlockRef,
}

/// A FORGET that was recorded.
#[derive(Debug, Clone)]
pub struct Forgotten {
    /// Its block.
    pub block: BlockRef,
    /// The blocks whose content it erased.
    pub erased: Vec<u64>,
}

/// One TEACH of a batch, on its way.
#[derive(Debug)]
pub struct InBatch(Result<Pending, CommandError>);

impl InBatch {
    /// Waits until it is durable.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn settled(self) -> Result<Taught, CommandError> {
        settled(self.0?).await.map(Taught::from)
    }
}

impl From<Committed> for Taught {
    fn from(committed: Committed) -> Self {
        Self { block: committed.block }
    }
}

/// An event whose writer ended without a word was not recorded.
async fn settled(pending: Pending) -> Result<Committed, CommandError> {
    pending.await.unwrap_or(Err(CommandError::Stopping))
}

/// Whether a node can do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ready {
    /// It can.
    Yes,
    /// It cannot, for these reasons.
    No(Vec<String>),
}

impl Node {
    /// Opens the data directory and starts the node's threads.
    ///
    /// # Errors
    /// When the directory is held by another process, or something in it cannot be opened.
    pub fn open(config: &NodeConfig, telemetry: &Telemetry) -> Result<Self, OpenError> {
        let instruments = Arc::new(Instruments::new(telemetry));
        let mut node = Self::open_for(Purpose::Knowledge, config, Arc::clone(&instruments), None)?;
        let depth = Arc::downgrade(&node.intake);
        instruments.observe_queue(move || depth.upgrade().map_or(0, |intake| intake.depth()));
        let directory = config.directory.clone();
        instruments.observe_disk(move || directory.available().ok());
        node.history = keep_history(telemetry, &node.reader);
        Ok(node)
    }

    /// Opens a node for `purpose` that counts in `instruments`; `drill` says whose traces it makes, if a drill's.
    pub(crate) fn open_for(
        purpose: Purpose,
        config: &NodeConfig,
        instruments: Arc<Instruments>,
        drill: Option<Drill>,
    ) -> Result<Self, OpenError> {
        let (wake, woken) = store::wake_channel();
        let (intake, writer) =
            Intake::open(&config.directory, config.queue_capacity, purpose, Arc::clone(&instruments), wake)?;
        let intake = Arc::new(intake);
        let reader = Arc::new(Reader::open(&config.directory)?);
        let recall = Arc::new(Recall::open(config.directory.index(), Arc::clone(&reader), woken)?);
        let traces = Traces::start(config.trace.as_ref(), Arc::clone(&instruments), drill).map(Arc::new);
        let verification = Verification::new(config.directory.clone());
        let writer = Mutex::new(Some(writer));
        Ok(Self { purpose, intake, reader, recall, traces, instruments, history: None, verification, writer })
    }

    /// What the last hour was like; `None` when telemetry is off.
    pub fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }

    /// What can be read back.
    pub fn reader(&self) -> &Arc<Reader> {
        &self.reader
    }

    /// How far the search index follows the genome.
    pub fn index(&self) -> IndexStatus {
        self.recall.status()
    }

    /// How commands were executed; `None` when tracing is off.
    pub fn traces(&self) -> Option<&Arc<Traces>> {
        self.traces.as_ref()
    }

    /// What everything that happens here is counted in.
    pub fn instruments(&self) -> &Arc<Instruments> {
        &self.instruments
    }

    /// Waits until what the block at `index` changed can be found by likeness, or is not to be expected any more: the
    /// index has failed, or the writer takes no more events.
    pub(crate) async fn indexed(&self, index: u64) {
        tokio::select! {
            () = self.recall.reached(index) => {}
            () = self.intake.ended() => {}
        }
    }

    /// The verification of the genome, when somebody asks for it.
    pub fn verification(&self) -> &Verification {
        &self.verification
    }

    /// Teaches an association, and returns when it is durable.
    ///
    /// # Errors
    /// See [`CommandError`]; on any of them nothing was acknowledged.
    pub async fn teach(
        &self,
        call: impl Into<Call>,
        stimulus: String,
        response: String,
    ) -> Result<Taught, CommandError> {
        let execution = self.begin(Command::Teach, call, || (stimulus.clone(), Some(response.clone())));
        match teach_event(stimulus, response) {
            Ok(event) => settled(self.submit(execution, event).await).await.map(Taught::from),
            Err(error) => Err(execution.fail(error)),
        }
    }

    /// Hands over one TEACH of many, waiting for room in the queue; what is returned resolves when it is durable.
    pub async fn teach_in_batch(&self, trace: TraceId, stimulus: String, response: String) -> InBatch {
        let execution = self.begin(Command::Teach, trace, || (stimulus.clone(), Some(response.clone())));
        match teach_event(stimulus, response) {
            Ok(event) => {
                let time = execution.draft.time;
                let (done, pending) = execution.pending();
                self.intake.submit_when_free(event, time, done).await;
                InBatch(Ok(pending))
            }
            Err(error) => InBatch(Err(execution.fail(error))),
        }
    }

    /// Answers a question. The block that records it is durable within 100 ms.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn ask(&self, call: impl Into<Call>, stimulus: String) -> Result<Found, CommandError> {
        let mut execution = self.begin(Command::Ask, call, || (stimulus.clone(), None));
        if let Err(error) =
            check("stimulus", &stimulus, MAX_STIMULUS).and_then(|()| self.intake.check_health())
        {
            return Err(execution.fail(error));
        }
        let started = Instant::now();
        let found = match self.find(stimulus).await {
            Ok(found) => found,
            Err(error) => return Err(execution.fail(error)),
        };
        execution.draft.recall = started.elapsed();
        if let (Some(content), Some(answer)) = (&mut execution.draft.content, &found.answer) {
            content.response = Some(answer.teach.response.clone());
        }
        let began = execution.draft.started;
        // The answer does not wait for its block, but a block that was refused at once refuses the answer.
        match self.submit(execution, Event::Ask(found.as_recorded())).await.try_recv() {
            Ok(Err(error)) => Err(error),
            Ok(Ok(_)) | Err(_) => {
                if self.purpose == Purpose::Knowledge {
                    self.instruments.executed(Command::Ask, began.elapsed());
                }
                Ok(found)
            }
        }
    }

    /// Finds an answer and records nothing.
    pub(crate) async fn find(&self, stimulus: String) -> Result<Found, CommandError> {
        let recall = Arc::clone(&self.recall);
        tokio::task::spawn_blocking(move || recall.find(&stimulus))
            .await
            .unwrap_or_else(|error| Err(CommandError::Unreadable(error.to_string())))
    }

    /// Forgets an association, and returns when its content is erased.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn forget(&self, call: impl Into<Call>, stimulus: String) -> Result<Forgotten, CommandError> {
        let execution = self.begin(Command::Forget, call, || (stimulus.clone(), None));
        if let Err(error) = check("stimulus", &stimulus, MAX_STIMULUS) {
            return Err(execution.fail(error));
        }
        let event = Event::Forget { key: Key::of(&stimulus) };
        let Committed { block, erased, .. } = settled(self.submit(execution, event).await).await?;
        Ok(Forgotten { block, erased })
    }

    /// Refuses a command of an unknown type.
    pub fn refuse_unknown(&self, trace: TraceId) -> CommandError {
        self.execution(None, trace.into(), None).fail(CommandError::UnknownCommand)
    }

    fn begin(
        &self,
        command: Command,
        call: impl Into<Call>,
        content: impl FnOnce() -> (String, Option<String>),
    ) -> Execution {
        let wanted = self.traces.as_ref().is_some_and(|traces| traces.wants_content());
        let content = wanted.then(content).map(|(stimulus, response)| TracedContent { stimulus, response });
        self.execution(Some(command), call.into(), content)
    }

    fn execution(
        &self,
        command: Option<Command>,
        Call { trace, cue }: Call,
        content: Option<TracedContent>,
    ) -> Execution {
        Execution {
            purpose: self.purpose,
            traces: self.traces.clone(),
            instruments: Arc::clone(&self.instruments),
            command,
            cue,
            draft: Draft::begin(trace, command.map_or(UNKNOWN_COMMAND, Command::name), content),
        }
    }

    /// Hands an event to the writer, unless the queue is full. In a drill it waits for its turn, and for room.
    async fn submit(&self, mut execution: Execution, event: Event) -> Pending {
        let (cue, now) = (execution.cue.take(), execution.draft.time);
        let (done, pending) = execution.pending();
        match cue {
            None => self.intake.submit(event, now, done),
            Some(Cue { time, mut turn }) => {
                turn.come().await;
                self.intake.submit_when_free(event, time, done).await;
            }
        }
        pending
    }

    /// Has `kolibri_backend_ready` tell from now on what [`Node::ready`] tells.
    pub fn publish_readiness(self: &Arc<Self>) {
        let node = Arc::downgrade(self);
        self.instruments.observe_ready(move || node.upgrade().is_some_and(|node| node.ready() == Ready::Yes));
    }

    /// Whether the writer still takes events.
    pub(crate) fn healthy(&self) -> Result<(), CommandError> {
        self.intake.check_health()
    }

    /// Whether the node can do its work; reads the store.
    pub fn ready(&self) -> Ready {
        let mut problems = Vec::new();
        if let Err(error) = self.intake.check_health() {
            problems.push(error.to_string());
        } else if self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .is_none_or(WriterThread::has_ended)
        {
            problems.push("the writer has ended".to_owned());
        }
        match self.reader.head() {
            Err(error) => problems.push(error.to_string()),
            Ok(head) => problems.extend(self.index_problem(head)),
        }
        if problems.is_empty() { Ready::Yes } else { Ready::No(problems) }
    }

    fn index_problem(&self, head: Head) -> Option<String> {
        let status = self.index();
        match (status.problem, status.caught_up) {
            (Some(problem), _) => Some(format!("the search index does not follow the genome: {problem}")),
            (None, false) => {
                let reached = status.reached.map_or(0, |reached| reached + 1);
                Some(format!("the search index is catching up: {reached} of {} blocks", head.index + 1))
            }
            (None, true) => None,
        }
    }

    /// Takes no more commands, finishes those that were taken, and closes every file. Blocks; call it off the async
    /// runtime.
    pub fn close(&self) {
        if let Some(history) = &self.history {
            history.close();
        }
        self.verification.close();
        self.intake.close();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            writer.join();
        }
        self.recall.close();
        if let Some(traces) = &self.traces {
            traces.close();
        }
    }
}

/// A node that was not closed is closed now: its threads hold the data directory.
impl Drop for Node {
    fn drop(&mut self) {
        self.close();
    }
}

/// A node without a history still does its work.
fn keep_history(telemetry: &Telemetry, reader: &Arc<Reader>) -> Option<History> {
    let reader = Arc::clone(reader);
    let length = move || reader.head().ok().map(|head| head.index + 1);
    let history = History::start(telemetry.registry()?, history::STEP, length);
    history.inspect_err(|error| tracing::error!(%error, "no history is kept: its thread does not start")).ok()
}

fn teach_event(stimulus: String, response: String) -> Result<Event, CommandError> {
    check("stimulus", &stimulus, MAX_STIMULUS)?;
    check("response", &response, MAX_RESPONSE)?;
    Ok(Event::Teach { key: Key::of(&stimulus), teach: Teach { stimulus, response } })
}

#[cfg(test)]
mod tests;
