//! Meaning: which stimuli mean nearly the same as a question.
//!
//! A model turns each text into a vector. The vectors of stimuli are derived from the genome by a follower
//! (`list`) and a thread behind it (`maker`), kept in a file, and searched in memory.

mod file;
mod list;
mod maker;
mod matrix;
mod model;
pub(crate) mod remote;
mod scale;
mod vectors;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kolibri_encoder::scan::{Query, quantise};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::background::{Crew, Waiting, Worker};
use crate::error::OpenError;
use crate::follow::{FollowStatus, Follower};
use crate::store::{Announced, Reader};

use file::FileError;
use list::List;
use maker::{Batch, Maker, stimuli};
use matrix::cosine;
pub use model::{Model, ModelError};
pub use remote::{ApiKey, Remote, RemoteError};
use scale::Scale;
use vectors::Vectors;

/// How long a question waits for its meaning before it is answered by words alone.
const PATIENCE: Duration = Duration::from_millis(1500);

/// How many bytes of stimuli without a vector a question waits for: they take about 50 ms.
const MADE_AT_ONCE: usize = 1600;

/// How near two single words are at least if they mean the same. Most synonyms are nearly as near as two wordings of one
/// question or nearer; other words of one kind (`payment` and `search`, `Windows` and `Linux`) are not.
const SYNONYMS: f32 = 1.0;
/// How near two single words are at least if one may be part of another phrasing: `cpu` and `memory` are not.
const RELATED: f32 = 0.5;

/// How far a node knows the meaning of what it was taught.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeaningStatus {
    /// The model, by its identity; `None` without one.
    pub model: Option<String>,
    /// Whether questions are answered by their meaning now.
    pub ready: bool,
    /// The host that texts are sent to for their meaning; `None` if they stay in this process.
    pub sent_to: Option<String>,
    /// How many stimuli have a vector.
    pub made: u64,
    /// How many are still without one.
    pub missing: u64,
    /// The last block that the list of vectors has reached.
    pub reached: Option<u64>,
    /// Why answers are found by words alone now; `None` if they are found by their meaning.
    pub problem: Option<String>,
}

impl MeaningStatus {
    /// The status of a node without a model, and why it has none.
    pub(super) fn without(why: &str) -> Self {
        Self { problem: Some(why.to_owned()), ..Self::default() }
    }

    /// What people should know of it, in words.
    pub fn note(&self) -> Option<String> {
        self.problem.as_ref().map(|why| format!("answers are found by words alone: {why}"))
    }
}

/// Finds what means nearly the same.
pub(super) struct Meaning {
    shared: Arc<Shared>,
    reader: Arc<Reader>,
    list: Follower,
    maker: Worker,
    /// Held by the question that makes vectors.
    completing: Mutex<()>,
}

/// What askers share with the thread that makes vectors.
struct Shared {
    model: Arc<dyn Model>,
    vectors: Arc<Vectors>,
    state: watch::Sender<State>,
    batch: Batch,
}

/// Whether the model can be used. Only the thread that makes vectors sets it to `Ready`; whoever sees the model
/// fail sets it to `Failed`. So no question waits for a failure that is known.
#[derive(Debug)]
enum State {
    /// It was not measured yet.
    New,
    Ready(Measured),
    /// Why.
    Failed(String),
}

/// What is known of a model that works.
#[derive(Debug, Clone, Copy)]
struct Measured {
    /// What its cosines mean.
    scale: Scale,
    /// How many dimensions its vectors have.
    dimensions: usize,
}

/// A question's meaning.
pub(super) struct Meant {
    query: Query,
    measured: Measured,
    /// When the question is answered by words alone at last.
    until: Instant,
    /// The rows of stimuli whose vectors were made for this question.
    made: HashMap<u64, Vec<u8>>,
}

impl Meaning {
    /// Follows the genome with the vectors in the file at `path`.
    pub(super) fn open(
        model: Arc<dyn Model>,
        path: &Path,
        reader: Arc<Reader>,
        announced: Announced,
        crew: &Crew,
    ) -> Result<Self, OpenError> {
        let at = |error: FileError| OpenError::Vectors { path: path.to_owned(), problem: error.to_string() };
        let vectors = Arc::new(Vectors::open(path, &reader, model.identity()).map_err(at)?);
        let list = List::new(path.to_owned(), Arc::clone(&reader), Arc::clone(&vectors)).map_err(at)?;
        let list = Follower::start(list, Arc::clone(&reader), announced, crew).map_err(OpenError::System)?;
        let (state, batch) = (watch::Sender::new(State::New), Batch::default());
        let shared = Shared { model, vectors, state, batch };
        let shared = Arc::new(shared);
        let waiting = Waiting::new().map_err(OpenError::System)?;
        let maker = Maker { shared: Arc::clone(&shared), reader: Arc::clone(&reader), waiting };
        let maker = crew.spawn("kolibri-vectors", move |stop| maker.run(stop)).map_err(OpenError::System)?;
        Ok(Self { shared, reader, list, maker, completing: Mutex::default() })
    }

    /// The meaning of a question; `None` while the model cannot be used, and if the question means nothing to it.
    pub(super) fn of(&self, question: &str) -> Option<Meant> {
        let measured = self.shared.ready()?;
        let until = Instant::now() + PATIENCE;
        let mut encoded = self.shared.encode(measured, &[question], until);
        if encoded.as_ref().is_ok_and(|vectors| vectors.iter().all(|vector| is_zero(vector))) {
            // It knows no word of the question, or it is broken: then it does not know this text either.
            encoded = self.shared.encode(measured, &[scale::KNOWN, question], until);
        }
        let encoded = encoded.inspect_err(|error| self.shared.failed(&format!("the model {error}")));
        let vector = encoded.ok()?.pop().filter(|vector| !is_zero(vector))?;
        Some(Meant { query: Query::new(&vector), measured, until, made: HashMap::new() })
    }

    /// The blocks whose stimuli are nearest in meaning, nearest first.
    pub(super) fn nearest(&self, meant: &Meant, limit: usize) -> Vec<u64> {
        self.shared.vectors.matrix.nearest(&meant.query, limit)
    }

    /// Makes the vectors that the first of these blocks still lack, so that a question need not wait until all are made.
    /// Those of the others stay unknown, and so do all of them while another question makes some: many askers at once
    /// would only keep each other waiting. `false` if the model fails.
    pub(super) fn complete(&self, meant: &mut Meant, blocks: &[u64]) -> bool {
        let lacking = blocks.iter().filter(|block| self.nearness(meant, **block).is_none());
        let lacking: Vec<u64> = lacking.copied().collect();
        if lacking.is_empty() {
            return true;
        }
        let Some(_turn) = self.completing.try_lock() else { return true };
        let Ok(mut stimuli) = stimuli(&self.reader, &lacking) else { return false };
        stimuli.truncate(self.first_few(&stimuli));
        let texts: Vec<&str> = stimuli.iter().map(|(_, stimulus)| stimulus.as_str()).collect();
        let Ok(vectors) = self.shared.encode(meant.measured, &texts, meant.until) else { return false };
        let rows = vectors.iter().map(|vector| quantise(vector));
        let made: Vec<(u64, Vec<u8>)> = stimuli.iter().map(|(block, _)| *block).zip(rows).collect();
        meant.made.extend(made.iter().cloned());
        if self.shared.model.sent_to().is_none() {
            // The next question need not make them again. A server may have another model by now: what it made for a
            // question is not kept. If they cannot be stored, the thread that makes vectors says so.
            let _ = self.shared.vectors.store(made);
        }
        true
    }

    /// How many of these stimuli a question waits for; one at least. A server takes about a quarter of a second for a
    /// batch.
    fn first_few(&self, stimuli: &[(u64, String)]) -> usize {
        match self.shared.model.sent_to() {
            Some(_) => (self.shared.batch.size() as usize / 4).max(1),
            None => within(stimuli, MADE_AT_ONCE),
        }
    }

    /// Whether this is surely a word, and not a misspelt one.
    pub(super) fn has_word(&self, word: &str) -> bool {
        self.shared.model.has_word(word)
    }

    /// How near a stimulus is in meaning: 0 for unrelated ones, about 1 for the same meaning. `None` if it has no
    /// vector.
    pub(super) fn nearness(&self, meant: &Meant, block: u64) -> Option<f32> {
        let cosine = match meant.made.get(&block) {
            Some(row) => cosine(&meant.query, row),
            None => self.shared.vectors.matrix.cosine(&meant.query, block),
        };
        cosine.map(|cosine| meant.measured.scale.nearness(cosine))
    }

    /// Whether a word may stand in the place of another; `false` if that cannot be told in time. If nothing else differs
    /// (`alone`), they have to mean the same.
    pub(super) fn may_replace(&self, meant: &Meant, one: &str, other: &str, alone: bool) -> bool {
        let encoded = self.shared.encode(meant.measured, &[one, other], meant.until);
        let Ok([one, other]) = encoded.as_deref() else { return false };
        let least = if alone { SYNONYMS } else { RELATED };
        meant.measured.scale.nearness(scale::cosine(one, other)) >= least
    }

    /// How far it is.
    pub(super) fn status(&self) -> MeaningStatus {
        let missing = *self.shared.vectors.missing().borrow();
        let made = self.shared.vectors.matrix.len() as u64;
        let FollowStatus { reached, problem, .. } = self.list.status();
        let problem = problem.or_else(|| self.shared.problem());
        let ready = self.shared.ready().is_some();
        let model = Some(self.shared.model.identity().to_owned());
        let sent_to = self.shared.model.sent_to().map(str::to_owned);
        MeaningStatus { model, ready, sent_to, made, missing, reached, problem }
    }

    /// Ends the threads.
    pub(super) fn close(&self) {
        self.maker.stop();
        self.shared.model.close();
        self.maker.close();
        self.list.close();
    }
}

impl Shared {
    /// What is known of the model; `None` while it cannot be used.
    fn ready(&self) -> Option<Measured> {
        match &*self.state.borrow() {
            State::Ready(measured) => Some(*measured),
            State::New | State::Failed(_) => None,
        }
    }

    fn problem(&self) -> Option<String> {
        match &*self.state.borrow() {
            State::Failed(problem) => Some(problem.clone()),
            State::New | State::Ready(_) => None,
        }
    }

    /// The vector of each text, from a model that is still as it was measured.
    fn encode(
        &self,
        measured: Measured,
        texts: &[&str],
        until: Instant,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let vectors = self.model.encode(texts, until)?;
        if vectors.len() != texts.len() || vectors.iter().any(|vector| vector.len() != measured.dimensions) {
            return Err(ModelError("is not the one that it was: its vectors have another size".into()));
        }
        Ok(vectors)
    }

    /// Measures the model, unless it is still as it was `before`, and checks that it is the one that made the
    /// vectors.
    fn measure(&self, before: Option<Measured>) -> Result<Measured, MeaningError> {
        // A model that is too slow for questions would let each of them wait in vain.
        let known = self.model.encode(&[scale::KNOWN], Instant::now() + PATIENCE)?;
        if let (Some(before), Some(known)) = (before, known.first())
            && self.vectors.are_of(known)?
        {
            return Ok(before);
        }
        let (scale, first) = Scale::of(&*self.model, Instant::now() + maker::PATIENCE)?;
        self.vectors.recognise(self.model.identity(), &first)?;
        Ok(Measured { scale, dimensions: first.len() })
    }

    /// The model or the file failed. Before its next use the model is looked at, since it may be another one
    /// then.
    fn failed(&self, problem: &str) {
        let before = self.state.send_replace(State::Failed(problem.to_owned()));
        if !matches!(before, State::Failed(_)) {
            let (model, sent_to) = (self.model.identity(), self.model.sent_to());
            tracing::warn!(
                model,
                sent_to,
                problem,
                "meanings are not known; answers are found by words alone"
            );
        }
    }

    fn works(&self, measured: Measured) {
        let before = self.state.send_replace(State::Ready(measured));
        if matches!(before, State::Failed(_)) {
            tracing::info!(model = self.model.identity(), "meanings are known again");
        }
    }
}

/// How many of the first stimuli have so many bytes together; one at least.
fn within(stimuli: &[(u64, String)], bytes: usize) -> usize {
    let sizes = stimuli.iter().scan(0, |size, (_, stimulus)| {
        *size += stimulus.len();
        Some(*size)
    });
    sizes.take_while(|size| *size <= bytes).count().max(1)
}

/// Why meanings are not known.
#[derive(Debug, thiserror::Error)]
enum MeaningError {
    #[error("the model {0}")]
    Model(#[from] ModelError),
    #[error("the vectors cannot be stored: {0}")]
    File(#[from] FileError),
}

/// Whether a vector has no direction, and is near nothing.
fn is_zero(vector: &[f32]) -> bool {
    vector.iter().all(|number| *number == 0.0)
}

#[cfg(test)]
mod tests;
