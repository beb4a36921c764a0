//! The callers of a drill. One dispatcher takes the steps in order and hands each to a free caller. Commands
//! on the same association wait for each other, and every event enters the genome in its turn, so that the
//! genome does not depend on which caller is fast.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kolibri_genome::{EventType, Match};
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, OwnedSemaphorePermit, RwLock, Semaphore};

use crate::instruments::SoakInstruments;
use crate::parameters::{Pace, Parameters};
use crate::phrases::Phrases;
use crate::script::{Act, Script, Step};
use crate::seeded::DRILL_BEGINS;
use crate::tally::Tally;
use kolibri_core::background::Stop;
use kolibri_core::order::{Line, Turn};
use kolibri_core::recall::Found;
use kolibri_core::trace::TraceId;
use kolibri_core::{CommandError, Context, Node};

/// Locks that associations share: many more than callers, so that two callers rarely want the same one.
const LOCKS: usize = 4096;

/// Everything the callers share.
pub(super) struct Callers {
    pub(super) node: Arc<Node>,
    pub(super) phrases: Phrases,
    pub(super) tally: Arc<Tally>,
    pub(super) instruments: Arc<SoakInstruments>,
    pub(super) stop: Stop,
}

/// Keeps commands on one association in order.
enum Hold {
    Alone { _guard: OwnedRwLockWriteGuard<()> },
    Shared { _guard: OwnedRwLockReadGuard<()> },
    Nothing,
}

impl Callers {
    /// Executes the steps of `script` until it ends, is stopped, or the node cannot continue, and waits for
    /// every caller. Returns why the node cannot continue, if so.
    pub(super) async fn run(
        self: &Arc<Self>,
        script: &mut Script,
        parameters: &Parameters,
    ) -> Option<String> {
        let callers = Arc::new(Semaphore::new(parameters.concurrency as usize));
        let locks: Vec<Arc<RwLock<()>>> = (0..LOCKS).map(|_| Arc::default()).collect();
        let mut line = Line::default();
        let began = Instant::now();
        while !self.stop.is_set() && self.node.failure().is_none() {
            let Some(step) = script.next() else { break };
            if parameters.pace == Pace::Real {
                let due = began + Duration::from_nanos(step.time - DRILL_BEGINS);
                self.stop.or(tokio::time::sleep_until(due.into())).await;
            }
            // The semaphore is never closed.
            let Ok(caller) = Arc::clone(&callers).acquire_owned().await else { break };
            let hold = hold(&locks, step.act).await;
            if let Act::AskSimilar { block, .. } = step.act {
                self.stop.or(self.node.indexed(block)).await;
            }
            tokio::spawn(Arc::clone(self).call(step, line.turn(), hold, caller));
        }
        // All permits are back when every caller is done.
        let _ = callers.acquire_many(parameters.concurrency).await;
        self.node.failure()
    }

    async fn call(self: Arc<Self>, step: Step, turn: Turn, hold: Hold, caller: OwnedSemaphorePermit) {
        // Nothing is refused in a drill: a full queue only slows it down.
        let context = Context::from(TraceId::random()).at(step.time).in_turn(turn).patient();
        let began = Instant::now();
        let (event, result) = self.act(step.act, context).await;
        self.tally.done(event, began.elapsed());
        if let Err(kind) = result {
            self.tally.error(kind);
        }
        drop((hold, caller));
    }

    /// Executes a step; an error is returned as its kind.
    async fn act(&self, act: Act, context: Context) -> (EventType, Result<(), &'static str>) {
        let phrases = self.phrases;
        match act {
            Act::Teach { pair, version } => {
                let taught =
                    self.node.teach(context, phrases.stimulus(pair), phrases.response(pair, version)).await;
                (EventType::Teach, taught.map(drop).map_err(kind))
            }
            Act::AskHit { pair, version } => {
                let found = self.node.ask(context, phrases.stimulus(pair)).await;
                (EventType::Ask, self.expect(found, Some((pair, version, true))))
            }
            Act::AskSimilar { pair, version, misspelt, .. } => {
                let question = if misspelt { phrases.misspelt(pair) } else { phrases.reordered(pair) };
                let found = self.node.ask(context, question).await;
                (EventType::Ask, self.expect(found, Some((pair, version, false))))
            }
            Act::AskMiss { number } => {
                let found = self.node.ask(context, phrases.unknown(number)).await;
                (EventType::Ask, self.expect(found, None))
            }
            Act::Forget { pair } => {
                let forgotten = self.node.forget(context, phrases.stimulus(pair)).await;
                (EventType::Forget, forgotten.map(drop).map_err(kind))
            }
        }
    }

    /// Compares an answer with the expected one: a version of an association, found exactly or by similarity,
    /// or nothing.
    fn expect(
        &self,
        found: Result<Found, CommandError>,
        expected: Option<(u64, u32, bool)>,
    ) -> Result<(), &'static str> {
        let found = found.map_err(kind)?;
        let right = match (expected, &found.answer) {
            (None, answer) => answer.is_none(),
            (Some(_), None) => false,
            (Some((pair, version, exactly)), Some(answer)) => {
                matches!(found.by, Match::Exact { .. }) == exactly
                    && answer.teach.response == self.phrases.response(pair, version)
            }
        };
        if right {
            return Ok(());
        }
        // The node has answered, so only the drill knows.
        self.instruments.failed();
        Err("wrong_answer")
    }
}

fn kind(error: CommandError) -> &'static str {
    error.kind().name()
}

/// Waits for earlier commands on the same association; a change of it excludes all others.
async fn hold(locks: &[Arc<RwLock<()>>], act: Act) -> Hold {
    let lock = |pair: u64| Arc::clone(&locks[usize::try_from(pair).unwrap_or(usize::MAX) % LOCKS]);
    match act {
        Act::Teach { pair, .. } | Act::Forget { pair } => {
            Hold::Alone { _guard: lock(pair).write_owned().await }
        }
        Act::AskHit { pair, .. } | Act::AskSimilar { pair, .. } => {
            Hold::Shared { _guard: lock(pair).read_owned().await }
        }
        Act::AskMiss { .. } => Hold::Nothing,
    }
}
