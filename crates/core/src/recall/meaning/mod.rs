//! Meaning: which stimuli mean nearly the same as a question.
//!
//! A model turns each text into a vector. The vectors of stimuli are derived from the genome by a follower
//! (`list`) and a thread behind it (`maker`), kept in a file, and searched in memory.

mod file;
mod list;
mod maker;
mod matrix;
mod model;
mod scale;
#[cfg(test)]
mod tests;
mod vectors;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use kolibri_encoder::scan::{Query, quantise};
use parking_lot::RwLock;

use crate::background::{Crew, Waiting, Worker};
use crate::error::OpenError;
use crate::follow::{FollowStatus, Follower};
use crate::store::{Announced, Reader};

use file::FileError;
use list::List;
use maker::{Maker, stimuli};
use matrix::cosine;
pub use model::{Model, ModelError};
use scale::Scale;
use vectors::Vectors;

/// How far a node knows the meaning of what it was taught.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeaningStatus {
    /// The model, by its identity; `None` without one.
    pub model: Option<String>,
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
}

/// What askers share with the thread that makes vectors.
struct Shared {
    model: Arc<dyn Model>,
    vectors: Arc<Vectors>,
    /// What the model's cosines mean; `None` until it was measured, and after a failure.
    scale: RwLock<Option<Scale>>,
    problem: RwLock<Option<String>>,
}

/// A question's meaning.
pub(super) struct Meant {
    query: Query,
    scale: Scale,
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
        let shared = Shared { model, vectors, scale: RwLock::default(), problem: RwLock::default() };
        let shared = Arc::new(shared);
        let waiting = Waiting::new().map_err(OpenError::System)?;
        let maker = Maker { shared: Arc::clone(&shared), reader: Arc::clone(&reader), waiting };
        let maker = crew.spawn("kolibri-vectors", move |stop| maker.run(stop)).map_err(OpenError::System)?;
        Ok(Self { shared, reader, list, maker })
    }

    /// The meaning of a question; `None` while the model cannot be used.
    pub(super) fn of(&self, question: &str) -> Option<Meant> {
        let scale = (*self.shared.scale.read())?;
        let encoded = self.shared.model.encode(&[question]);
        let vector = encoded.inspect_err(|error| self.shared.failed(&format!("the model {error}"))).ok()?;
        let vector = vector.first().filter(|vector| !vector.is_empty())?;
        Some(Meant { query: Query::new(vector), scale, made: HashMap::new() })
    }

    /// The blocks whose stimuli are nearest in meaning, nearest first.
    pub(super) fn nearest(&self, meant: &Meant, limit: usize) -> Vec<u64> {
        self.shared.vectors.matrix.nearest(&meant.query, limit)
    }

    /// Makes the vectors that these blocks still lack, so that a question need not wait for all of them. `false`
    /// if some are missing all the same.
    pub(super) fn complete(&self, meant: &mut Meant, blocks: &[u64]) -> bool {
        let lacking: Vec<u64> =
            blocks.iter().filter(|block| self.nearness(meant, **block).is_none()).copied().collect();
        if lacking.is_empty() {
            return true;
        }
        let Ok(stimuli) = stimuli(&self.reader, &lacking) else { return false };
        let texts: Vec<&str> = stimuli.iter().map(|(_, stimulus)| stimulus.as_str()).collect();
        let Ok(vectors) = self.shared.model.encode(&texts) else { return false };
        let blocks = stimuli.iter().map(|(block, _)| *block);
        meant.made.extend(blocks.zip(vectors.iter().map(|vector| quantise(vector))));
        true
    }

    /// How near a stimulus is in meaning: 0 for unrelated ones, about 1 for the same meaning. `None` if it has no
    /// vector.
    pub(super) fn nearness(&self, meant: &Meant, block: u64) -> Option<f32> {
        let cosine = match meant.made.get(&block) {
            Some(row) => cosine(&meant.query, row),
            None => self.shared.vectors.matrix.cosine(&meant.query, block),
        };
        cosine.map(|cosine| meant.scale.nearness(cosine))
    }

    /// How far it is.
    pub(super) fn status(&self) -> MeaningStatus {
        let missing = *self.shared.vectors.missing().borrow();
        let made = self.shared.vectors.matrix.len() as u64;
        let FollowStatus { reached, problem, .. } = self.list.status();
        let problem = problem.or_else(|| self.shared.problem.read().clone());
        let model = Some(self.shared.model.identity().to_owned());
        let sent_to = self.shared.model.sent_to().map(str::to_owned);
        MeaningStatus { model, sent_to, made, missing, reached, problem }
    }

    /// Ends the threads.
    pub(super) fn close(&self) {
        self.maker.close();
        self.list.close();
    }
}

impl Shared {
    /// Measures the model, unless that was done, and checks that it is still the same.
    fn measure(&self) -> Result<(), MeaningError> {
        if self.scale.read().is_none() {
            let (scale, first) = Scale::of(&*self.model)?;
            self.vectors.recognise(self.model.identity(), &first)?;
            *self.scale.write() = Some(scale);
        }
        Ok(())
    }

    /// The model or the file failed. It is measured again before its next use, since it may be another one then.
    fn failed(&self, problem: &str) {
        *self.scale.write() = None;
        let before = self.problem.write().replace(problem.to_owned());
        if before.is_none() {
            tracing::warn!(problem, "meanings are not known; answers are found by words alone");
        }
    }

    fn recovered(&self) {
        if self.problem.write().take().is_some() {
            tracing::info!("meanings are known again");
        }
    }
}

/// Why meanings are not known.
#[derive(Debug, thiserror::Error)]
enum MeaningError {
    #[error("the model {0}")]
    Model(#[from] ModelError),
    #[error("the vectors cannot be stored: {0}")]
    File(#[from] FileError),
}
