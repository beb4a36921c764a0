//! Recall: finding what was taught. First by key, exactly; otherwise the taught stimulus that is most like the question.
//!
//! The search index only proposes candidates. What it proposes is read from the genome's file and scored there, so a
//! stale index can miss an answer for a moment but never give a wrong or a forgotten one.

mod follow;
mod index;
mod likeness;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use kolibri_genome::{Ask, Match};

use crate::error::{CommandError, OpenError};
use crate::store::{Association, Reader};
use crate::text::{Key, Term, terms};

use index::Index;
pub use index::IndexStatus;
pub use likeness::THRESHOLD;
use likeness::{Weights, likeness};

/// Two stimuli that are like the question within this are equally like it. When they ask for different things, the
/// question does not tell which, and gets suggestions: `restart the service`, when two services can be restarted.
pub const MARGIN: f32 = 0.05;
/// Candidates that are scored for a question.
const CANDIDATES: usize = 32;
/// Suggestions that are made when nothing is near enough.
const SUGGESTIONS: usize = 3;
/// A stimulus less like the question than this is not worth suggesting.
const SUGGESTION_THRESHOLD: f32 = 0.25;

/// Finds answers.
pub struct Recall {
    reader: Arc<Reader>,
    index: Index,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// How, and by which block.
    pub by: Match,
    /// Likeness, 0 to 1; 1 when exact. Without an answer, that of the nearest stimulus, which may be above the
    /// threshold when others are as near.
    pub score: f32,
    /// The association that answers.
    pub answer: Option<Association>,
    /// Near stimuli, nearest first; only when there is no answer.
    pub suggestions: Vec<Suggestion>,
}

/// A stimulus that is near the question.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The stimulus, as it was taught.
    pub stimulus: String,
    /// Its likeness, 0 to 1.
    pub score: f32,
}

impl Found {
    /// How the genome records it.
    pub(crate) fn as_recorded(&self) -> Ask {
        Ask::new(self.by, (self.score * Ask::FULL_SCORE as f32).round() as u32)
    }
}

impl Recall {
    /// Opens or rebuilds the index at `path` and follows the genome from then on, whenever `wake` is signalled.
    pub(crate) fn open(path: PathBuf, reader: Arc<Reader>, wake: Receiver<()>) -> Result<Self, OpenError> {
        let index = Index::open(path, Arc::clone(&reader), wake)?;
        Ok(Self { reader, index })
    }

    /// Finds the answer to a question. Reads files: call it off the async runtime.
    pub(crate) fn find(&self, question: &str) -> Result<Found, CommandError> {
        if let Some(answer) = self.reader.answer(Key::of(question))? {
            let by = Match::Exact { block: answer.source.index };
            return Ok(Found { by, score: 1.0, answer: Some(answer), suggestions: Vec::new() });
        }
        self.find_similar(&terms(question))
    }

    fn find_similar(&self, question: &[Term]) -> Result<Found, CommandError> {
        let (mut scored, mut weights) = self.score_candidates(question)?;
        // Of two that are as near, what was taught last.
        scored.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.block.cmp(&a.block)));
        while let Some(best) = scored.first().filter(|best| best.score >= THRESHOLD) {
            let rivals = scored.iter().skip(1).take_while(|other| best.score - other.score <= MARGIN);
            if rivals.into_iter().any(|rival| likeness(&best.terms, &rival.terms, &mut weights) < THRESHOLD) {
                break;
            }
            if let Some(answer) = self.reader.answer(Key::of(&best.stimulus))? {
                let by = Match::Similar { block: answer.source.index };
                return Ok(Found { by, score: best.score, answer: Some(answer), suggestions: Vec::new() });
            }
            // Forgotten since the candidate was read.
            scored.remove(0);
        }
        let score = scored.first().map_or(0.0, |best| best.score);
        let suggestions = scored
            .into_iter()
            .filter(|candidate| candidate.score >= SUGGESTION_THRESHOLD)
            .take(SUGGESTIONS)
            .map(|Scored { stimulus, score, .. }| Suggestion { stimulus, score })
            .collect();
        Ok(Found { by: Match::None, score, answer: None, suggestions })
    }

    fn score_candidates(
        &self,
        question: &[Term],
    ) -> Result<(Vec<Scored>, Weights<impl Fn(&str) -> u64>), CommandError> {
        let search = self.index.search();
        let candidates = search.candidates(question, CANDIDATES).map_err(unreadable)?;
        let documents = search.documents();
        let mut weights = Weights::new(move |stem: &str| search.documents_with(stem), documents);
        let mut scored: Vec<Scored> = Vec::with_capacity(candidates.len());
        let mut seen = HashSet::new();
        for block in candidates {
            let Some(stimulus) = self.reader.stimulus(block)? else { continue };
            // Taught again a moment ago: the index may still hold both.
            if seen.insert(Key::of(&stimulus)) {
                let terms = terms(&stimulus);
                let score = likeness(question, &terms, &mut weights);
                scored.push(Scored { block, stimulus, terms, score });
            }
        }
        Ok((scored, weights))
    }

    /// How far the index is.
    pub fn status(&self) -> IndexStatus {
        self.index.status()
    }

    /// Ends the index's thread.
    pub(crate) fn close(&self) {
        self.index.close();
    }
}

struct Scored {
    block: u64,
    stimulus: String,
    terms: Vec<Term>,
    score: f32,
}

fn unreadable(error: tantivy::TantivyError) -> CommandError {
    CommandError::Unreadable(format!("the search index: {error}"))
}
