//! Recall: finding what was taught. First by key, exactly; otherwise the taught stimulus that is most similar
//! to the question.
//!
//! The search index only proposes candidates. What it proposes is read from the genome's file and scored
//! there, so a stale index can miss an answer for a moment, but never give a wrong or forgotten one.

mod index;
mod likeness;
mod schema;
mod search;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use kolibri_genome::{Ask, Match};

use crate::background::Crew;
use crate::error::{CommandError, OpenError};
use crate::follow::{FollowStatus, Follower};
use crate::store::{Announced, Association, Reader};
use crate::text::{Key, Term, terms};

use index::{Index, Searchers};
pub use likeness::THRESHOLD;
use likeness::{Weights, likeness};
use search::Search;

/// Two stimuli count as equally similar to the question if their likeness differs by at most this. If they
/// ask for different things, the question is ambiguous and gets suggestions: `restart the service`, when two
/// services can be restarted.
pub const MARGIN: f32 = 0.05;
/// The most candidates that are scored for a question.
const CANDIDATES: usize = 32;
/// The most suggestions that are made when nothing is similar enough.
const SUGGESTIONS: usize = 3;
/// A stimulus that is less similar to the question than this is not suggested.
const SUGGESTION_THRESHOLD: f32 = 0.25;

/// Finds answers.
pub struct Recall {
    reader: Arc<Reader>,
    searchers: Searchers,
    index: Follower,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// How, and by which block.
    pub by: Match,
    /// Similarity, 0 to 1; 1 if exact. Without an answer, that of the most similar stimulus, which may be
    /// above the threshold if others are equally similar.
    pub score: f32,
    /// The association that answers.
    pub answer: Option<Association>,
    /// Similar stimuli, most similar first; only if there is no answer.
    pub suggestions: Vec<Suggestion>,
}

/// A stimulus that is similar to the question.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The stimulus, as it was taught.
    pub stimulus: String,
    /// Its similarity, 0 to 1.
    pub score: f32,
}

impl Found {
    /// How the genome records it.
    pub(crate) fn as_recorded(&self) -> Ask {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a score is 0 to 1, and a million is exact in f32"
        )]
        let millionths = (self.score * Ask::FULL_SCORE as f32).round() as u32;
        Ask::new(self.by, millionths)
    }
}

impl Recall {
    /// Opens or rebuilds the index at `path`, and follows the genome from then on.
    pub(crate) fn open(
        path: &Path,
        reader: Arc<Reader>,
        announced: Announced,
        crew: &Crew,
    ) -> Result<Self, OpenError> {
        let at = |problem: String| OpenError::Index { path: path.to_owned(), problem };
        let index = Index::open(path, Arc::clone(&reader)).map_err(|error| at(error.to_string()))?;
        let searchers = index.searchers();
        let index = Follower::start(index, Arc::clone(&reader), announced, crew)
            .map_err(|error| at(error.to_string()))?;
        Ok(Self { reader, searchers, index })
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
        let search = self.searchers.search();
        let mut weights = Weights::new(|stem: &str| search.documents_with(stem), search.documents());
        let mut scored = self.score_candidates(question, &search, &mut weights)?;
        // Of two that are equally similar, the one that was taught last.
        scored.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.block.cmp(&a.block)));
        while let Some(best) = scored.first().filter(|best| best.score >= THRESHOLD) {
            let mut rivals = scored.iter().skip(1).take_while(|other| best.score - other.score <= MARGIN);
            if rivals.any(|rival| likeness(&best.terms, &rival.terms, &mut weights) < THRESHOLD) {
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
        let mut suggestions = Vec::with_capacity(SUGGESTIONS);
        for Scored { block, score, .. } in
            scored.into_iter().filter(|near| near.score >= SUGGESTION_THRESHOLD)
        {
            // Checked before it is shown. It may have been forgotten since it was proposed.
            let Some(Association { teach, .. }) = self.reader.taught(block)? else { continue };
            suggestions.push(Suggestion { stimulus: teach.stimulus, score });
            if suggestions.len() == SUGGESTIONS {
                break;
            }
        }
        Ok(Found { by: Match::None, score, answer: None, suggestions })
    }

    /// The candidates, scored by the stimuli that they seem to teach.
    fn score_candidates<F: Fn(&str) -> u64>(
        &self,
        question: &[Term],
        search: &Search,
        weights: &mut Weights<F>,
    ) -> Result<Vec<Scored>, CommandError> {
        let candidates = search.candidates(question, CANDIDATES).map_err(unreadable)?;
        let mut scored: Vec<Scored> = Vec::with_capacity(candidates.len());
        let mut seen = HashSet::new();
        for block in candidates {
            let Some(stimulus) = self.reader.proposed(block)? else { continue };
            // Taught again a moment ago: the index may still contain both.
            if seen.insert(Key::of(&stimulus)) {
                let terms = terms(&stimulus);
                let score = likeness(question, &terms, weights);
                scored.push(Scored { block, stimulus, terms, score });
            }
        }
        Ok(scored)
    }

    /// How far the index is.
    pub(crate) fn status(&self) -> FollowStatus {
        self.index.status()
    }

    /// Waits until the index holds what the block at `index` changed, or is no longer to be expected.
    pub(crate) async fn reached(&self, index: u64) {
        self.index.reached(index).await;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Node;
    use crate::store::DataDirectory;
    use crate::testing::{answer, ask, open, teach, until_indexed};

    /// A node that was taught these stimuli; each is answered by itself.
    async fn taught(stimuli: &[&str]) -> (Node, tempfile::TempDir) {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        for stimulus in stimuli {
            teach(&node, stimulus, stimulus).await;
        }
        until_indexed(&node);
        (node, root)
    }

    #[tokio::test]
    async fn a_single_word_is_found_however_it_is_written() {
        let stimuli = ["notifications", "Redis", "healthcheck", "оформление", "certificate"];
        let (node, _root) = taught(&stimuli).await;
        let questions = ["notificaton", "редис", "health check", "оформить", "cert"];
        for (question, stimulus) in questions.into_iter().zip(stimuli) {
            assert_eq!(answer(&node, question).await.as_deref(), Some(stimulus), "{question}");
        }
    }

    #[tokio::test]
    async fn an_ambiguous_question_gets_suggestions() {
        let (node, _root) = taught(&["restart the payment service", "restart the search service"]).await;
        let found = ask(&node, "how do I restart the service?").await;
        assert_eq!((found.by, found.suggestions.len()), (Match::None, 2));
        assert!(found.score >= THRESHOLD, "{}", found.score);
        assert!(answer(&node, "how do I restart the search service?").await.is_some());
    }

    #[tokio::test]
    async fn of_two_wordings_of_one_stimulus_the_one_taught_last_answers() {
        let (node, _root) = taught(&["restart the server", "restarting the server"]).await;
        assert_eq!(answer(&node, "server restart").await.as_deref(), Some("restarting the server"));
    }

    #[tokio::test]
    async fn what_does_not_match_its_digest_is_neither_answered_nor_suggested() {
        let (node, root) = taught(&["restart the payment service", "cook borscht"]).await;
        let asked = "who owns the payment service";
        assert_eq!(ask(&node, asked).await.suggestions.len(), 1);
        // The stimulus is changed, the block's digest is not; the length is the same, so that only the digest
        // shows it.
        rusqlite::Connection::open(DataDirectory::new(root.path()).genome())
            .unwrap()
            .execute(
                "UPDATE block SET content = CAST(replace(content, 'payment', 'paYment') AS BLOB) WHERE idx = 1",
                [],
            )
            .unwrap();
        for question in [asked, "restarting the payment service"] {
            let refused = node.ask(crate::trace::TraceId::random(), question.into()).await;
            assert!(matches!(refused, Err(CommandError::Unreadable(_))), "{question}: {refused:?}");
        }
        assert_eq!(answer(&node, "cooking borscht").await.as_deref(), Some("cook borscht"));
    }

    #[tokio::test]
    async fn nothing_is_found_for_a_question_without_words() {
        let (node, _root) = taught(&["restart the server"]).await;
        assert_eq!(ask(&node, "?!").await.by, Match::None);
    }
}
