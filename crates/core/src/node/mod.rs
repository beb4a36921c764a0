//! The node: every command passes through here on its way from a door to the genome and back.

mod chores;
mod clock_watch;
mod context;
mod execution;
mod failure_log;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use kolibri_genome::{Head, Teach};

use crate::background::{Crew, Worker};
use crate::backup::{self, LastBackup};
use crate::catalogue::Catalogue;
use crate::clock;
use crate::command::{Command, MAX_RESPONSE, MAX_STIMULUS, UNKNOWN_COMMAND, check};
use crate::error::{CommandError, ErrorKind, OpenError};
use crate::follow::FollowStatus;
use crate::observer::{Failed, Observer};
use crate::recall::{Considered, Found, Judge, MeaningStatus, Recall, RecallConfig, Same, Suggestion};
use crate::store::{
    Association, BlockRef, Committed, CopyError, DataDirectory, Effect, Entry, Event, Expected, GenomeCopy,
    GenomeSettings, Premise, Reader, Store, check_room,
};
use crate::telemetry::history::{self, History};
use crate::telemetry::{RecordQueue, Telemetry};
use crate::text::Key;
use crate::trace::{Draft, TraceConfig, TracedContent, Traces};
use crate::verdict::LastVerdict;
use crate::verification_job::VerificationJob;

use clock_watch::{ClockWatch, News};
pub use context::Context;
use execution::{Execution, Pending};
use failure_log::FailureLog;

/// How a node is set up.
#[derive(Debug, Clone)]
pub struct NodeConfig {
    /// Where it keeps everything.
    pub directory: DataDirectory,
    /// Places in the queue before the genome: one for each event, and one more for each 4 KiB of its text.
    pub queue_capacity: usize,
    /// Where traces go; `None` keeps none.
    pub trace: Option<TraceConfig>,
    /// How it finds answers.
    pub recall: RecallConfig,
    /// How old the last verdict on the genome may become before a serving node verifies it by itself; `None`: it
    /// never does.
    pub verify_every: Option<Duration>,
    /// The head of a genome to open although it is shorter or other than it was; no other is opened then.
    pub accepted_head: Option<BlockRef>,
}

/// A running node.
pub struct Node {
    directory: DataDirectory,
    crew: Crew,
    store: Store,
    reader: Arc<Reader>,
    recall: Arc<Recall>,
    traces: Option<Arc<Traces>>,
    /// Where the spans of commands go, if they are pushed.
    spans: Option<RecordQueue>,
    observer: Arc<dyn Observer>,
    failures: Arc<FailureLog>,
    history: Option<History>,
    /// For people who browse; drills have none.
    catalogue: Option<Catalogue>,
    verification: Arc<VerificationJob>,
    chores: Option<Worker>,
    /// Held while a copy of the genome is made.
    copying: tokio::sync::Mutex<()>,
}

/// A TEACH that was recorded, or had nothing to change.
#[derive(Debug, Clone)]
pub struct Taught {
    /// Its block, or if it changed nothing, the block that taught the same before.
    pub block: BlockRef,
    /// What it did.
    pub effect: Effect,
}

/// The most questions with the same answer that a preview names.
pub(crate) const MAX_SAME: usize = 50;

/// What a TEACH would do.
#[derive(Debug, Clone)]
pub struct Preview {
    /// What it would do to what is taught under its stimulus.
    pub effect: Effect,
    /// What is taught there now.
    pub current: Option<Association>,
    /// How many blocks taught that; 0 if nothing is taught.
    pub versions: usize,
    /// Other answers, taught to questions that are near to it, the nearest first.
    pub near: Vec<Suggestion>,
    /// The other questions that have the answer which is taught there now.
    pub same: Same,
}

/// A FORGET that was recorded.
#[derive(Debug, Clone)]
pub struct Forgotten {
    /// Its block.
    pub block: BlockRef,
    /// The blocks whose content it erased.
    pub erased: Vec<u64>,
    /// Whether their texts are in no file of the genome any more; `false`: they will be, as soon as another program stops
    /// reading it.
    pub gone: bool,
}

/// One TEACH of a batch, not yet settled.
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
        Self { block: committed.block, effect: committed.effect }
    }
}

/// If the writer ended without an answer, the event was not recorded.
async fn settled(pending: Pending) -> Result<Committed, CommandError> {
    pending.await.unwrap_or(Err(CommandError::Stopping))
}

/// Whether a node can do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ready {
    /// It can.
    Yes,
    /// It cannot, for these reasons.
    No(Vec<NotReady>),
}

/// Why a node cannot do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotReady {
    /// What kind of reason it is.
    pub kind: NotReadyKind,
    /// The reason in words.
    pub detail: String,
}

/// The kinds of reasons for which a node is not ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReadyKind {
    /// One of its threads has ended or panicked.
    ThreadFailed,
    /// The store does not accept events since it failed.
    StoreFailed,
    /// The end of the genome cannot be read.
    GenomeUnreadable,
    /// The search index cannot follow the genome.
    IndexFailed,
    /// The search index has not caught up with the genome yet.
    IndexCatchingUp,
}

impl std::fmt::Display for NotReady {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)
    }
}

impl Node {
    /// Opens the data directory and starts the node's threads. What happens is counted in `telemetry`.
    ///
    /// # Errors
    /// When the directory is held by another process, or something in it cannot be opened.
    pub fn open(config: &NodeConfig, telemetry: &Telemetry) -> Result<Self, OpenError> {
        let instruments = telemetry.instruments();
        let mut node = Self::open_with(config, &GenomeSettings::default(), Arc::clone(instruments) as _)?;
        if let Ok(head) = node.reader.head() {
            tracing::info!(blocks = head.index + 1, head = %head.hash, "the genome is open");
        }
        let intake = Arc::downgrade(&node.store.intake);
        instruments.observe_queue(move || intake.upgrade().map_or(0, |intake| intake.depth()));
        let directory = config.directory.clone();
        instruments.observe_disk(move || directory.available().ok());
        let unfinished = Arc::clone(&node.store.unfinished);
        instruments.observe_erasing(move || unfinished.load(Ordering::Relaxed));
        let reader = Arc::clone(&node.reader);
        instruments.observe_clock(move || Some(clock_watch::behind(reader.head().ok()?, clock::now())));
        let directory = config.directory.clone();
        instruments.observe_backup(move || backup::last(&directory));
        let recall = Arc::downgrade(&node.recall);
        instruments
            .observe_meaning(move || recall.upgrade().map_or_else(MeaningStatus::default, |it| it.meaning()));
        let verification = Arc::downgrade(&node.verification);
        instruments.observe_verdict(move || verification.upgrade()?.verdict());
        node.spans = telemetry.spans();
        node.history = keep_history(telemetry, &node.reader, &node.directory, &node.crew);
        let catalogue = Catalogue::start(&node.reader, node.store.announced.clone(), &node.crew);
        node.catalogue = Some(catalogue.map_err(OpenError::System)?);
        let failures = Arc::clone(&node.failures);
        let (verification, verify_every) = (Arc::clone(&node.verification), config.verify_every);
        let mark = node.store.mark.clone();
        let mut was_killed = node.store.was_killed;
        let (reader, started, mut clock_watch) =
            (Arc::clone(&node.reader), Instant::now(), ClockWatch::default());
        let chores = chores::start(&node.crew, move || {
            mark.flush();
            let news = clock_watch.look(clock::now(), started.elapsed(), reader.head().ok());
            news.iter().for_each(News::tell);
            failures.tell_left_out();
            if std::mem::take(&mut was_killed) && verify_every.is_some() {
                verification.start_after_crash();
            }
            verify_every.inspect(|every| verification.start_if_due(*every));
        });
        node.chores = Some(chores.map_err(OpenError::System)?);
        Ok(node)
    }

    /// Opens a node with these genome settings, which reports what happens to `observer`.
    ///
    /// # Errors
    /// See [`Node::open`].
    pub fn open_with(
        config: &NodeConfig,
        genome: &GenomeSettings,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, OpenError> {
        let NodeConfig { directory, queue_capacity, trace, recall, accepted_head, .. } = config;
        let crew = Crew::default();
        let told = Arc::clone(&observer);
        let store = Store::open(directory, *queue_capacity, genome, *accepted_head, told, &crew)?;
        let reader = Arc::new(Reader::open(directory)?);
        let (announced, told) = (store.announced.clone(), Arc::clone(&observer));
        let recall = Recall::open(recall, directory, Arc::clone(&reader), announced, &crew, told)?;
        let recall = Arc::new(recall);
        let lost = Arc::clone(&observer);
        let lost = Arc::new(move || lost.failed(Failed::Trace));
        // Nothing failed before the genome began.
        let is_new = matches!(reader.block(0), Ok(Some(first)) if first.block.time == genome.begins);
        let traces = Traces::start(trace.as_ref(), is_new, lost, &crew).map(Arc::new);
        let verification = Arc::new(VerificationJob::new(directory.clone(), &reader, crew.clone()));
        let failures = Arc::default();
        Ok(Self {
            directory: directory.clone(),
            crew,
            store,
            reader,
            recall,
            traces,
            spans: None,
            observer,
            failures,
            history: None,
            catalogue: None,
            verification,
            chores: None,
            copying: tokio::sync::Mutex::default(),
        })
    }

    /// The node's threads.
    pub fn crew(&self) -> &Crew {
        &self.crew
    }

    /// What the last day was like; `None` when telemetry is off.
    pub fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }

    /// Everything that is taught, to be browsed; `None` in a drill.
    pub fn catalogue(&self) -> Option<&Catalogue> {
        self.catalogue.as_ref()
    }

    /// Bytes that are free for the data directory; `None` when its file system cannot be asked.
    pub fn disk_available(&self) -> Option<u64> {
        self.directory.available().ok()
    }

    /// By how much the clock is behind the last block, if it is a minute or more: block times stand still.
    pub fn clock_behind(&self) -> Option<Duration> {
        clock_watch::much_behind(self.reader.head().ok()?, clock::now())
    }

    /// The reader of the genome.
    pub fn reader(&self) -> &Arc<Reader> {
        &self.reader
    }

    /// How far the search index has followed the genome.
    pub fn index(&self) -> FollowStatus {
        self.recall.status()
    }

    /// How it decides which answer is meant.
    pub fn judge(&self) -> Judge {
        self.recall.judge()
    }

    /// How far the node knows the meaning of what it was taught.
    pub fn meaning(&self) -> MeaningStatus {
        self.recall.meaning()
    }

    /// How commands were executed; `None` when tracing is off.
    pub fn traces(&self) -> Option<&Arc<Traces>> {
        self.traces.as_ref()
    }

    /// What followers such as the index listen to.
    #[cfg(test)]
    pub(crate) fn announced(&self) -> crate::store::Announced {
        self.store.announced.clone()
    }

    /// Waits until what the block at `index` changed can be found by similarity, or is no longer to be
    /// expected: the index has failed, or the writer takes no more events.
    pub async fn indexed(&self, index: u64) {
        tokio::select! {
            () = self.recall.reached(index) => {}
            () = self.store.intake.ended() => {}
        }
    }

    /// What people have to know before they believe an answer: the last verification found the genome broken.
    pub fn broken(&self) -> Option<LastVerdict> {
        self.verification.verdict().filter(|verdict| verdict.broken.is_some())
    }

    /// The verification of the genome.
    pub fn verification(&self) -> &VerificationJob {
        &self.verification
    }

    /// Copies the genome, as it is when the copy is complete. Commands are recorded meanwhile.
    ///
    /// # Errors
    /// See [`CopyError`].
    pub async fn copy_genome(&self) -> Result<GenomeCopy, CopyError> {
        let _one_at_a_time = self.copying.try_lock().map_err(|_| CopyError::Running)?;
        check_room(&self.directory)?;
        let path = self.directory.copy();
        let taken = match self.store.copy_to(path.clone()).await {
            Ok(head) => {
                let path = path.clone();
                let taken = tokio::task::spawn_blocking(move || GenomeCopy::take(&path, head)).await;
                taken.unwrap_or(Err(CopyError::Stopping))
            }
            Err(error) => Err(error),
        };
        if taken.is_err() {
            // It may not even be there.
            let _ = std::fs::remove_file(&path);
        }
        taken
    }

    /// Notes that a backup is stored.
    ///
    /// # Errors
    /// When the data directory cannot be written.
    pub fn note_backup(&self, stored: &LastBackup) -> std::io::Result<()> {
        backup::note(&self.directory, stored)
    }

    /// Teaches an association, and returns when it is durable.
    ///
    /// # Errors
    /// See [`CommandError`]; on any of them nothing was acknowledged.
    pub async fn teach(
        &self,
        context: impl Into<Context>,
        stimulus: String,
        response: String,
    ) -> Result<Taught, CommandError> {
        self.teach_over(context, stimulus, response, Expected::Anything).await
    }

    /// The same, but only if what the caller takes for true is so until then: which block answers, or which block the answer is
    /// of.
    ///
    /// # Errors
    /// [`CommandError::ChangedMeanwhile`] if it is not; see [`CommandError`] for others.
    pub async fn teach_over(
        &self,
        context: impl Into<Context>,
        stimulus: String,
        response: String,
        premise: impl Into<Premise>,
    ) -> Result<Taught, CommandError> {
        let execution =
            self.begin(Command::Teach, context.into(), || (stimulus.clone(), Some(response.clone())));
        match teach_event(stimulus, response, false, premise.into()) {
            Ok(event) => settled(self.submit(execution, event).await).await.map(Taught::from),
            Err(error) => Err(execution.fail(error)),
        }
    }

    /// Hands over one TEACH of a batch, waiting for room in the queue. [`InBatch::settled`] waits until it is
    /// durable.
    pub async fn teach_in_batch(
        &self,
        context: impl Into<Context>,
        stimulus: String,
        response: String,
    ) -> InBatch {
        self.batched(context.into(), stimulus, response, false).await
    }

    /// The same, but a TEACH of what is already taught, word for word, is no block. The writer decides, so nothing can come
    /// between the comparison and the block.
    pub async fn teach_if_changed(
        &self,
        context: impl Into<Context>,
        stimulus: String,
        response: String,
    ) -> InBatch {
        self.batched(context.into(), stimulus, response, true).await
    }

    async fn batched(
        &self,
        context: Context,
        stimulus: String,
        response: String,
        if_changed: bool,
    ) -> InBatch {
        let context = context.patient();
        let execution = self.begin(Command::Teach, context, || (stimulus.clone(), Some(response.clone())));
        InBatch(match teach_event(stimulus, response, if_changed, Premise::default()) {
            Ok(event) => Ok(self.submit(execution, event).await),
            Err(error) => Err(execution.fail(error)),
        })
    }

    /// What [`Node::teach_if_changed`] would do now, and the block that it would replace or leave. Records and counts nothing, and
    /// reads the store: call it off the async runtime.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub fn would_teach(
        &self,
        stimulus: &str,
        response: &str,
    ) -> Result<(Effect, Option<BlockRef>), CommandError> {
        let (effect, current) = self.compare(stimulus, response)?;
        Ok((effect, current.map(|current| current.source)))
    }

    /// What is taught to a stimulus now, and what a TEACH would do to that.
    fn compare(&self, stimulus: &str, response: &str) -> Result<(Effect, Option<Association>), CommandError> {
        check_texts(stimulus, response)?;
        let current = self.reader.answer(Key::of(stimulus))?;
        let effect = match &current {
            None => Effect::New,
            Some(Association { teach, .. }) if teach.stimulus == stimulus && teach.response == response => {
                Effect::Unchanged
            }
            Some(_) => Effect::Replaced,
        };
        Ok((effect, current))
    }

    /// What a TEACH would do now, and what is taught to questions near to it. Records and counts nothing, and takes as long
    /// as an ASK: call it off the async runtime.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub fn preview(&self, stimulus: &str, response: &str) -> Result<Preview, CommandError> {
        let (effect, current) = self.compare(stimulus, response)?;
        let versions = match &current {
            Some(current) => self.reader.versions(current.source.index)?.map_or(1, |all| all.blocks.len()),
            None => 0,
        };
        let mut near = self.recall.near(stimulus)?;
        let mut same = Same::default();
        if let Some(current) = &current {
            near.retain(|near| near.association.teach.response != current.teach.response);
            same = self.recall.with_same_answer(current, MAX_SAME)?;
        }
        Ok(Preview { effect, current, versions, near, same })
    }

    /// Answers a question. The block that records it is durable within 100 ms.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn ask(&self, context: impl Into<Context>, stimulus: String) -> Result<Found, CommandError> {
        let mut execution = self.begin(Command::Ask, context.into(), || (stimulus.clone(), None));
        if let Err(error) =
            check("stimulus", &stimulus, MAX_STIMULUS).and_then(|()| self.store.intake.check_health())
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
        // The answer does not wait for its block. But if the block was refused at once, so is the answer.
        match self.submit(execution, Event::Ask(found.as_recorded())).await.try_recv() {
            Ok(Err(error)) => Err(error),
            Ok(Ok(_)) | Err(_) => {
                self.observer.executed(Command::Ask, began.elapsed());
                Ok(found)
            }
        }
    }

    /// Finds an answer and records nothing.
    pub(crate) async fn find(&self, stimulus: String) -> Result<Found, CommandError> {
        // To go to another thread and back would take longer than the look-up.
        let exact = self.reader.answer_at_once(Key::of(&stimulus));
        if let Ok(Some(answer)) = exact {
            return Ok(Found::exactly(answer));
        }
        let recall = Arc::clone(&self.recall);
        let find = move || match exact {
            Ok(_) => recall.find_similar(&stimulus),
            Err(_) => recall.find(&stimulus),
        };
        tokio::task::spawn_blocking(find)
            .await
            .unwrap_or_else(|error| Err(CommandError::Unreadable(error.to_string())))
    }

    /// Every answer that is considered for a question that was not taught word for word, the most probable first.
    /// Records nothing, and takes as long as an ASK: call it off the async runtime.
    pub fn consider(&self, question: &str) -> Vec<Considered> {
        self.recall.consider(question)
    }

    /// Forgets an association, and returns when its content is erased; after two seconds at the latest, if another program
    /// that reads the genome keeps it in the write-ahead log.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn forget(
        &self,
        context: impl Into<Context>,
        stimulus: String,
    ) -> Result<Forgotten, CommandError> {
        self.forget_if(context, stimulus, Expected::Anything).await
    }

    /// The same, but only if what the caller expects answers until then: no version is erased that was taught after the one
    /// that the caller knows.
    ///
    /// # Errors
    /// [`CommandError::ChangedMeanwhile`] if another answers; see [`CommandError`] for others.
    pub async fn forget_if(
        &self,
        context: impl Into<Context>,
        stimulus: String,
        expected: Expected,
    ) -> Result<Forgotten, CommandError> {
        let execution = self.begin(Command::Forget, context.into(), || (stimulus.clone(), None));
        let key = Key::of(&stimulus);
        if let Err(error) = check("stimulus", &stimulus, MAX_STIMULUS)
            && !self.was_once_allowed(&stimulus, key)
        {
            return Err(execution.fail(error));
        }
        let event = Event::Forget { key, expected };
        let Committed { block, erased, gone, .. } = settled(self.submit(execution, event).await).await?;
        Ok(Forgotten { block, erased, gone })
    }

    /// Whether a stimulus that cannot be taught is taught nevertheless: earlier versions took some in which nothing can be
    /// seen, and what is taught can be forgotten.
    fn was_once_allowed(&self, stimulus: &str, key: Key) -> bool {
        let within_limits = !stimulus.is_empty() && stimulus.len() <= MAX_STIMULUS;
        within_limits && self.reader.current(key).is_ok_and(|current| current.is_some())
    }

    /// Refuses a command of an unknown type.
    pub fn refuse_unknown(&self, context: impl Into<Context>) -> CommandError {
        self.execution(None, context.into(), None).fail(CommandError::UnknownCommand)
    }

    fn begin(
        &self,
        command: Command,
        context: Context,
        content: impl FnOnce() -> (String, Option<String>),
    ) -> Execution {
        let wanted = self.traces.as_ref().is_some_and(|traces| traces.wants_content());
        let content = wanted.then(content).map(|(stimulus, response)| TracedContent { stimulus, response });
        self.execution(Some(command), context, content)
    }

    fn execution(
        &self,
        command: Option<Command>,
        mut context: Context,
        content: Option<TracedContent>,
    ) -> Execution {
        let event = command.map_or(UNKNOWN_COMMAND, Command::name);
        let draft = Draft::begin(context.trace, event, context.caller.take(), content);
        let sampled = context.parent.is_none_or(|parent| parent.sampled);
        Execution {
            traces: self.traces.clone(),
            spans: self.spans.clone().filter(|_| sampled),
            observer: Arc::clone(&self.observer),
            failures: Arc::clone(&self.failures),
            command,
            draft,
            context,
        }
    }

    /// Hands an event to the writer as its context says: in its turn, and either waiting for room in the
    /// queue or not.
    async fn submit(&self, mut execution: Execution, event: Event) -> Pending {
        let time = execution.context.time.unwrap_or(execution.draft.time);
        let entry = Entry { trace: execution.draft.trace_id, event, time };
        // Held until the event is handed over: then the next turn comes.
        let mut turn = execution.context.turn.take();
        let patient = execution.context.patient;
        let (done, pending) = execution.pending();
        if let Some(turn) = &mut turn {
            turn.come().await;
        }
        match patient {
            true => self.store.intake.submit_when_free(entry, done).await,
            false => self.store.intake.submit(entry, done),
        }
        pending
    }

    /// Makes `kolibri_backend_ready` report from now on what [`Node::ready`] returns.
    pub fn publish_readiness(self: &Arc<Self>, telemetry: &Telemetry) {
        let node = Arc::downgrade(self);
        telemetry
            .instruments()
            .observe_ready(move || node.upgrade().is_some_and(|node| node.ready() == Ready::Yes));
    }

    /// Why the node cannot continue, if so: its store has failed, or one of its threads has panicked.
    pub fn failure(&self) -> Option<String> {
        // What passes by itself is no reason to give up.
        let store = self.store.intake.check_health().err();
        let store = store.filter(|error| error.kind() != ErrorKind::StoreBusy);
        store.map(|error| error.to_string()).or_else(|| self.crew.problems().pop())
    }

    /// Whether the node can do its work; reads the store.
    pub fn ready(&self) -> Ready {
        let of = |kind| move |detail: String| NotReady { kind, detail };
        let mut problems: Vec<_> =
            self.crew.problems().into_iter().map(of(NotReadyKind::ThreadFailed)).collect();
        match self.store.intake.check_health() {
            Err(error) => problems.push(of(NotReadyKind::StoreFailed)(error.to_string())),
            Ok(()) if self.store.has_ended() && problems.is_empty() => {
                problems.push(of(NotReadyKind::ThreadFailed)("the writer thread has ended".to_owned()));
            }
            Ok(()) => {}
        }
        match self.reader.head() {
            Err(error) => problems.push(of(NotReadyKind::GenomeUnreadable)(error.to_string())),
            Ok(head) => problems.extend(self.index_problem(head)),
        }
        if problems.is_empty() { Ready::Yes } else { Ready::No(problems) }
    }

    fn index_problem(&self, head: Head) -> Option<NotReady> {
        let status = self.index();
        match (status.problem, status.caught_up) {
            (Some(problem), _) => {
                let detail = format!("the search index cannot follow the genome: {problem}");
                Some(NotReady { kind: NotReadyKind::IndexFailed, detail })
            }
            (None, false) => {
                let reached = status.reached.map_or(0, |reached| reached + 1);
                let detail =
                    format!("the search index is catching up: {reached} of {} blocks", head.index + 1);
                Some(NotReady { kind: NotReadyKind::IndexCatchingUp, detail })
            }
            (None, true) => None,
        }
    }

    /// Accepts no more commands, finishes those that were accepted, and closes every file. Blocks; call it
    /// off the async runtime.
    pub fn close(&self) {
        if let Some(chores) = &self.chores {
            chores.close();
        }
        if let Some(history) = &self.history {
            history.close();
        }
        self.verification.close();
        self.store.close();
        self.failures.close();
        self.recall.close();
        if let Some(catalogue) = &self.catalogue {
            catalogue.close();
        }
        if let Some(traces) = &self.traces {
            traces.close();
        }
    }
}

/// Closes a node that was not closed, since its threads hold the data directory.
impl Drop for Node {
    fn drop(&mut self) {
        self.close();
    }
}

/// A node works without it, so a failure is only logged.
fn keep_history(
    telemetry: &Telemetry,
    reader: &Arc<Reader>,
    directory: &DataDirectory,
    crew: &Crew,
) -> Option<History> {
    let reader = Arc::clone(reader);
    let length = move || reader.head().ok().map(|head| head.index + 1);
    History::start(telemetry.registry()?, history::STEP, directory, crew, length)
        .inspect_err(|error| tracing::error!(%error, "no history is kept: its thread could not be started"))
        .ok()
}

fn check_texts(stimulus: &str, response: &str) -> Result<(), CommandError> {
    check("stimulus", stimulus, MAX_STIMULUS)?;
    check("response", response, MAX_RESPONSE)
}

fn teach_event(
    stimulus: String,
    response: String,
    if_changed: bool,
    premise: Premise,
) -> Result<Event, CommandError> {
    check_texts(&stimulus, &response)?;
    let key = Key::of(&stimulus);
    Ok(Event::Teach { key, teach: Teach { stimulus, response }, if_changed, premise })
}

#[cfg(test)]
mod tests;
