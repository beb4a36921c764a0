//! Recall: finding what was taught. First by key, exactly; otherwise the answer that is most probably meant.
//!
//! | file here | what it is for |
//! |---|---|
//! | `index`, `shelf`, `spelling` | what can be asked, in memory: a follower of the genome |
//! | `candidates`, `best` | the stimuli that share most words with a question; the best few of many |
//! | `meaning` | the stimuli whose meaning is nearest: models, and vectors as a second follower |
//! | `likeness`, `conflict` | two texts, compared by their words |
//! | `evidence` | what speaks for each answer |
//! | `judge`, `twins` | the decision; stimuli between which a question may leave it open |
//!
//! All of this only proposes. What is answered or suggested is read from the genome's file and checked there,
//! so a stale index can miss an answer for a moment, but never give a wrong or forgotten one.

mod best;
mod candidates;
pub(crate) mod conflict;
mod evidence;
mod index;
mod judge;
mod likeness;
pub(crate) mod meaning;
mod shelf;
mod spelling;
mod twins;
#[cfg(test)]
mod words;

use std::io::ErrorKind;
use std::sync::Arc;

use kolibri_genome::{Ask, Match};

use crate::background::Crew;
use crate::error::{CommandError, OpenError};
use crate::follow::{FollowStatus, Follower};
use crate::observer::Observer;
use crate::store::{Announced, Association, DataDirectory, Reader};
use crate::text::{Key, Term, terms};

use candidates::Candidates;
use evidence::Candidate;
pub use evidence::{Evidence, FEATURES, Nearness};
use index::{Index, Shelves};
pub use judge::{How, Judge, Precision};
use likeness::Exchanged;
use meaning::Meaning;
pub use meaning::{ApiKey, MeaningStatus, Model, ModelError, Remote, RemoteError};
use shelf::{Answer, Entry, Slot};

/// The most stimuli that are compared with a question because they share words with it.
const BY_WORDS: usize = 32;
/// The most stimuli that are compared with a question because their meaning is near.
const BY_MEANING: usize = 32;
/// The most suggestions that are made when nothing is probable enough.
const SUGGESTIONS: usize = 3;
/// What is less probable than this is not suggested.
const SUGGESTED: f32 = 0.005;

/// How a node finds answers.
#[derive(Clone)]
pub struct RecallConfig {
    /// How it decides which answer is meant.
    pub judge: Judge,
    /// What tells the meaning of texts, or why there is nothing that does: then answers are found by words alone.
    pub model: Result<Arc<dyn Model>, String>,
}

impl Default for RecallConfig {
    fn default() -> Self {
        Self { judge: Judge::default(), model: Err("no model was chosen".to_owned()) }
    }
}

impl std::fmt::Debug for RecallConfig {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let model = self.model.as_ref().map(|model| model.identity().to_owned());
        out.debug_struct("RecallConfig").field("judge", &self.judge).field("model", &model).finish()
    }
}

/// Finds answers.
pub struct Recall {
    reader: Arc<Reader>,
    judge: Judge,
    shelves: Shelves,
    candidates: Candidates,
    index: Follower,
    /// Or why there is none.
    meaning: Result<Meaning, String>,
    observer: Arc<dyn Observer>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// How, and by which block.
    pub by: Match,
    /// The probability that this answer is the right one, 0 to 1; 1 if exact. Without an answer, that of the most
    /// probable one.
    pub score: f32,
    /// The association that answers.
    pub answer: Option<Association>,
    /// What decided that it does; `None` without an answer.
    pub how: Option<How>,
    /// The most probable answers, each by its nearest wording; only if there is no answer.
    pub suggestions: Vec<Suggestion>,
}

/// An answer that may be meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The wording that is nearest to the question, and its answer.
    pub association: Association,
    /// The probability that it is the right one, 0 to 1.
    pub score: f32,
}

/// Associations that have the same answer; white space around it makes no difference.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Same {
    /// Some of them, the latest first.
    pub associations: Vec<Association>,
    /// How many there are.
    pub total: u64,
}

/// An answer that was considered, and why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Considered {
    /// The block that taught the nearest wording.
    pub block: u64,
    /// The key of that wording, which its answer is read by.
    pub(crate) key: Key,
    /// What speaks for it.
    pub evidence: Evidence,
    /// The probability that it is the right answer, 0 to 1.
    pub probability: f32,
}

/// An answer that was considered, and the words of the question and of its stimulus that were exchanged.
struct Weighed {
    considered: Considered,
    exchanged: Option<Words>,
}

/// A word that stands in the place of another. `alone`: at most a common word differs besides.
struct Words {
    asked: String,
    taught: String,
    alone: bool,
}

/// The most probable first; of equals, the one that was taught last.
fn sort(weighed: &mut [Weighed]) {
    weighed.sort_by(|a, b| {
        let (a, b) = (&a.considered, &b.considered);
        b.probability.total_cmp(&a.probability).then(b.block.cmp(&a.block))
    });
}

impl Found {
    /// An answer to the very question that was taught.
    pub(crate) fn exactly(answer: Association) -> Self {
        let by = Match::Exact { block: answer.source.index };
        Self { by, score: 1.0, answer: Some(answer), how: Some(How::Exact), suggestions: Vec::new() }
    }

    fn nothing() -> Self {
        Self { by: Match::None, score: 0.0, answer: None, how: None, suggestions: Vec::new() }
    }

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
    /// Follows the genome from its first block on.
    pub(crate) fn open(
        config: &RecallConfig,
        directory: &DataDirectory,
        reader: Arc<Reader>,
        announced: Announced,
        crew: &Crew,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, OpenError> {
        remove_former_index(directory)?;
        let index = Index::default();
        let shelves = index.shelves();
        let index = Follower::start(index, Arc::clone(&reader), announced.clone(), crew)
            .map_err(OpenError::System)?;
        let meaning = |model: &Arc<dyn Model>| {
            Meaning::open(Arc::clone(model), &directory.vectors(), Arc::clone(&reader), announced, crew)
        };
        let meaning = match &config.model {
            Ok(model) => Ok(meaning(model)?),
            Err(why) => {
                if config.judge != Judge::Likeness {
                    tracing::info!(why, "answers are found by words alone");
                }
                Err(why.clone())
            }
        };
        let (judge, candidates) = (config.judge, Candidates::default());
        Ok(Self { reader, judge, shelves, candidates, index, meaning, observer })
    }

    /// Finds the answer to a question. Reads files: call it off the async runtime.
    pub(crate) fn find(&self, question: &str) -> Result<Found, CommandError> {
        match self.reader.answer(Key::of(question))? {
            Some(answer) => Ok(Found::exactly(answer)),
            None => self.find_similar(question),
        }
    }

    /// The same for a question that was not taught word for word.
    pub(crate) fn find_similar(&self, question: &str) -> Result<Found, CommandError> {
        let considered = self.consider(question);
        for (at, best) in considered.iter().enumerate() {
            // Forgotten since the index has seen it.
            let Some(answer) = self.reader.answer(best.key)? else { continue };
            let score = best.probability;
            if self.judge.accepts(&best.evidence, score) {
                let by = Match::Similar { block: answer.source.index };
                let how = Some(self.judge.how(&best.evidence));
                return Ok(Found { by, score, answer: Some(answer), how, suggestions: Vec::new() });
            }
            return Ok(Found {
                score,
                suggestions: self.suggestions(&considered[at..])?,
                ..Found::nothing()
            });
        }
        Ok(Found::nothing())
    }

    /// What is taught to other questions that are near to a stimulus, the nearest first, at most three: answers that the most
    /// careful node would give to it, if it were asked and nothing else were taught: of two that contradict each other, both are
    /// near.
    pub(crate) fn near(&self, stimulus: &str) -> Result<Vec<Suggestion>, CommandError> {
        let key = Key::of(stimulus);
        let others = self.consider(stimulus).into_iter().filter(|considered| considered.key != key);
        let mut near: Vec<Considered> = others.filter_map(|considered| self.alone(considered)).collect();
        near.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        self.suggestions(&near)
    }

    /// An answer that would surely be given if it had no rivals.
    fn alone(&self, considered: Considered) -> Option<Considered> {
        let evidence = considered.evidence.alone();
        let probability = self.judge.probability(&evidence);
        self.judge.surely_accepts(&evidence, probability).then_some(Considered {
            evidence,
            probability,
            ..considered
        })
    }

    /// The other associations that have the answer of this one, at most `limit`. Reads files: call it off the async runtime.
    pub(crate) fn with_same_answer(&self, of: &Association, limit: usize) -> Result<Same, CommandError> {
        let mut others: Vec<(u64, Key)> = {
            let shelf = self.shelves.read();
            let wordings = shelf.wordings(Answer::of(&of.teach.response)).iter();
            let entries = wordings.filter_map(|slot| shelf.entry(*slot));
            entries
                .map(|entry| (entry.block, entry.key))
                .filter(|(block, _)| *block != of.source.index)
                .collect()
        };
        let total = others.len() as u64;
        others.sort_unstable_by_key(|(block, _)| std::cmp::Reverse(*block));
        others.truncate(limit);
        let mut associations = Vec::with_capacity(others.len());
        for (block, key) in others {
            // What was changed or forgotten since is no copy any more.
            associations.extend(self.reader.answer(key)?.filter(|found| found.source.index == block));
        }
        Ok(Same { associations, total })
    }

    fn suggestions(&self, considered: &[Considered]) -> Result<Vec<Suggestion>, CommandError> {
        let mut suggestions: Vec<Suggestion> = Vec::with_capacity(SUGGESTIONS);
        for Considered { key, probability: score, .. } in considered {
            if *score < SUGGESTED || suggestions.len() == SUGGESTIONS {
                break;
            }
            if let Some(association) = self.reader.answer(*key)? {
                suggestions.push(Suggestion { association, score: *score });
            }
        }
        Ok(suggestions)
    }

    /// Every answer that was considered for a question, the most probable first; of equals, the one that was
    /// taught last.
    pub(crate) fn consider(&self, question: &str) -> Vec<Considered> {
        let terms: Vec<Term> = terms(question);
        let mut meant = self.meaning.as_ref().ok().and_then(|meaning| Some((meaning, meaning.of(question)?)));
        let mut pool = self.near_in_words(&terms);
        if let Some((meaning, query)) = &mut meant {
            let near = meaning.nearest(query, BY_MEANING);
            pool.extend(near.into_iter().filter(|block| !pool.contains(block)).collect::<Vec<_>>());
            if !meaning.complete(query, &pool) {
                meant = None;
            }
        }
        if self.meaning.is_ok() && meant.is_none() {
            self.observer.fell_back();
        }
        let nearness = |block| meant.as_ref().and_then(|(meaning, query)| meaning.nearness(query, block));
        let mut weighed = self.weigh(&terms, &pool, nearness);
        sort(&mut weighed);
        if self.judge != Judge::Likeness {
            let may_replace = |Words { asked, taught, alone }: &Words| {
                meant
                    .as_ref()
                    .is_some_and(|(meaning, query)| meaning.may_replace(query, asked, taught, *alone))
            };
            self.refuse(&terms, &mut weighed, may_replace);
        }
        weighed.into_iter().map(|weighed| weighed.considered).collect()
    }

    /// An answer that would be given is only suggested if the question leaves open whether its twin is meant, or if
    /// words of the question stand where its stimulus has others that mean something else.
    fn refuse(&self, question: &[Term], weighed: &mut [Weighed], may_replace: impl Fn(&Words) -> bool) {
        while let Some(Weighed { considered, exchanged }) = weighed.first() {
            let given = self.judge.accepts(&considered.evidence, considered.probability);
            let other = exchanged.as_ref().is_some_and(|words| !may_replace(words));
            if !given || !other && !self.has_open_twin(question, weighed) {
                break;
            }
            let Considered { evidence, probability, .. } = &mut weighed[0].considered;
            evidence.conflicting = true;
            *probability = self.judge.probability(evidence);
            sort(weighed);
        }
    }

    /// Whether the question leaves open if the first answer is meant or another one.
    fn has_open_twin(&self, question: &[Term], weighed: &[Weighed]) -> bool {
        let shelf = self.shelves.read();
        let entry = |weighed: &Weighed| shelf.entry(shelf.slot(weighed.considered.block)?);
        let mut entries = weighed.iter().filter_map(entry).map(Entry::terms);
        let Some(first) = entries.next() else { return false };
        entries.any(|other| twins::leaves_open(question, &first, &other))
    }

    /// The blocks whose stimuli share most words with a question.
    fn near_in_words(&self, question: &[Term]) -> Vec<u64> {
        let shelf = self.shelves.read();
        let slots = self.candidates.find(question, &shelf, BY_WORDS);
        slots.into_iter().filter_map(|slot| Some(shelf.entry(slot)?.block)).collect()
    }

    fn weigh(&self, question: &[Term], pool: &[u64], nearness: impl Fn(u64) -> Option<f32>) -> Vec<Weighed> {
        let shelf = self.shelves.read();
        let mut slots: Vec<Slot> = pool.iter().filter_map(|block| shelf.slot(*block)).collect();
        if slots.len() < pool.len() {
            // Some were forgotten since they were found, or taught anew: then they are somewhere else.
            let anew = self.candidates.find(question, &shelf, BY_WORDS);
            slots.extend(anew.into_iter().filter(|slot| !slots.contains(slot)).collect::<Vec<_>>());
        }
        let nearness = |slot| shelf.entry(slot).and_then(|entry| nearness(entry.block));
        let is_word = |word: &str| {
            self.judge != Judge::Likeness && self.meaning.as_ref().is_ok_and(|meaning| meaning.has_word(word))
        };
        let candidates = evidence::weigh(question, &slots, &shelf, nearness, &is_word).into_iter();
        let weighed = candidates.filter_map(|Candidate { evidence, nearest, exchanged }| {
            let entry = shelf.entry(nearest)?;
            let probability = self.judge.probability(&evidence);
            let considered = Considered { block: entry.block, key: entry.key, evidence, probability };
            let words = |Exchanged { asked, taught, alone }: Exchanged| {
                let (asked, taught) = (question.get(asked)?, *entry.terms().get(taught)?);
                Some(Words { asked: asked.word.clone(), taught: taught.word.clone(), alone })
            };
            Some(Weighed { considered, exchanged: exchanged.and_then(words) })
        });
        weighed.collect()
    }

    /// How far the index is.
    pub(crate) fn status(&self) -> FollowStatus {
        self.index.status()
    }

    /// Waits until the index holds what the block at `index` changed, or is no longer to be expected.
    pub(crate) async fn reached(&self, index: u64) {
        self.index.reached(index).await;
    }

    /// How far the meanings are known.
    pub(crate) fn meaning(&self) -> MeaningStatus {
        self.meaning.as_ref().map_or_else(|why| MeaningStatus::without(why), Meaning::status)
    }

    /// How it decides.
    pub(crate) fn judge(&self) -> Judge {
        self.judge
    }

    /// Ends the threads.
    pub(crate) fn close(&self) {
        if let Ok(meaning) = &self.meaning {
            meaning.close();
        }
        self.index.close();
    }
}

/// Removes the index that earlier versions kept on disk, with stems of what was taught.
fn remove_former_index(directory: &DataDirectory) -> Result<(), OpenError> {
    let former = directory.former_index();
    match std::fs::remove_dir_all(&former) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(OpenError::Io { path: former, source }),
        _ => Ok(()),
    }
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
        assert!(answer(&node, "how do I restart the search service?").await.is_some());
    }

    #[tokio::test]
    async fn of_two_answers_that_are_equally_near_neither_is_given() {
        let (node, _root) = taught(&["restart the server", "restarting the server"]).await;
        let found = ask(&node, "server restart").await;
        assert_eq!((found.by, found.suggestions.len()), (Match::None, 2));
    }

    #[tokio::test]
    async fn wordings_of_one_answer_are_no_rivals_and_it_is_suggested_once() {
        let (root, wordings) = (
            tempfile::tempdir().unwrap(),
            ["restart the server", "restarting the server", "server restarts"],
        );
        let node = open(root.path());
        for wording in wordings {
            teach(&node, wording, "systemctl restart").await;
        }
        teach(&node, "restart the printer of the third floor", "press the button").await;
        until_indexed(&node);
        assert_eq!(answer(&node, "the servers restart").await.as_deref(), Some("systemctl restart"));
        let found = ask(&node, "what happens during a restart at night on weekends").await;
        let suggested: Vec<_> =
            found.suggestions.iter().map(|near| near.association.teach.response.as_str()).collect();
        assert_eq!(suggested.len(), 2, "{suggested:?}");
    }

    #[tokio::test]
    async fn what_another_number_rules_out_is_not_answered_by_its_neighbour() {
        for (taught_, question) in [
            (
                ["What is the wifi password in room 305?", "How do I change the wifi password?"],
                "what is the wifi password in room 306",
            ),
            (["Какой пароль в кабинете 305?", "Как сменить пароль?"], "какой пароль в кабинете 306"),
            (["Install version 2 of the app", "Install the app"], "install version 3 of the app"),
            (["Flight SU-1042 gate", "Where do I find the flight gate?"], "flight SU-1043 gate"),
        ] {
            let (node, _root) = taught(&taught_).await;
            assert_eq!(ask(&node, question).await.by, Match::None, "{question}");
        }
        let (node, _root) = taught(&["What does error 503 mean?", "What does error 500 mean?"]).await;
        assert_eq!(answer(&node, "meaning of error 503").await.as_deref(), Some("What does error 503 mean?"));
    }

    #[tokio::test]
    async fn what_does_not_match_its_digest_is_neither_answered_nor_suggested() {
        let (node, root) = taught(&["restart the payment service", "cook borscht"]).await;
        let asked = "who owns the payment service";
        // Without blocks for the questions: the writer does not go on with a file that somebody else has written.
        let find = async |question: &str| node.find(question.into()).await;
        assert_eq!(find(asked).await.unwrap().suggestions.len(), 1);
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
            let refused = find(question).await;
            assert!(matches!(refused, Err(CommandError::Unreadable(_))), "{question}: {refused:?}");
        }
        let answer = find("cooking borscht").await.unwrap().answer;
        assert_eq!(answer.map(|answer| answer.teach.response).as_deref(), Some("cook borscht"));
    }

    #[tokio::test]
    async fn near_is_what_asks_the_same_and_not_what_is_about_the_same() {
        let same = ["How do I restart the payment service?", "restarting the payment service"];
        let (node, _root) = taught(&[same[0], same[1], "Who owns the payment service?"]).await;
        let near = |stimulus: &str| {
            let near = node.preview(stimulus, "x").unwrap().near.into_iter();
            near.map(|near| near.association.teach.stimulus).collect::<Vec<_>>()
        };
        let both = near("How to restart payment services?");
        assert!(both.len() == 2 && same.iter().all(|one| both.iter().any(|near| near == one)), "{both:?}");
        assert_eq!(near(same[0]), [same[1]], "of two that are taught, the other");
        assert_eq!(near("Where are the logs of the payment service?"), [""; 0]);
        assert_eq!(near("long answer?"), [""; 0]);
    }

    #[tokio::test]
    async fn other_questions_with_an_answer_are_named_while_they_have_it() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        for (stimulus, response) in [("a", "1"), ("b", "1"), ("c", "2"), ("d", " 1")] {
            teach(&node, stimulus, response).await;
        }
        until_indexed(&node);
        let same = |node: &Node| {
            let Same { associations, total } = node.preview("a", "x").unwrap().same;
            (associations.into_iter().map(|one| one.teach.stimulus).collect::<Vec<_>>(), total)
        };
        assert_eq!(same(&node), (vec!["d".to_owned(), "b".to_owned()], 2));
        teach(&node, "b", "3").await;
        assert!(!same(&node).0.contains(&"b".to_owned()), "even before the index knows");
    }

    #[tokio::test]
    async fn nothing_is_found_for_a_question_without_words() {
        let (node, _root) = taught(&["restart the server"]).await;
        assert_eq!(ask(&node, "?!").await.by, Match::None);
    }
}
