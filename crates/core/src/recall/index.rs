//! The search index: tantivy over the stems of every stimulus that can be asked. It is derived from the genome and
//! disposable: it notes the block it has reached, and is rebuilt when it is missing, damaged or of another genome.
//!
//! It stores stems and block numbers, no text; stems of what was forgotten are purged from its files by `follow`.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tantivy::collector::TopDocs;
use tantivy::query::{
    BooleanQuery, BoostQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, Query, TermQuery,
};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{IndexReader, ReloadPolicy, Searcher, TantivyError};

use super::follow::{Follower, State};
use crate::error::OpenError;
use crate::store::Reader;
use crate::text::{SPELT, Term, is_cyrillic, latin, stem};

/// Terms of a question that are searched for; the rarest of a longer one.
const SEARCHED_TERMS: usize = 48;

/// How far the index follows the genome.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexStatus {
    /// Whether it has caught up with the genome since the start.
    pub caught_up: bool,
    /// The last block it holds.
    pub reached: Option<u64>,
    /// Whether its files still hold stems of what was forgotten.
    pub purge_due: bool,
    /// Why it does not follow the genome now.
    pub problem: Option<String>,
}

/// The fields of an indexed stimulus.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub(super) terms: Field,
    pub(super) block: Field,
}

/// The index, and the thread that keeps it up to date.
pub(super) struct Index {
    state: Arc<State>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Index {
    pub(super) fn open(path: PathBuf, reader: Arc<Reader>, wake: Receiver<()>) -> Result<Self, OpenError> {
        let at = |problem: String| OpenError::Index { path: path.clone(), problem };
        let (follower, state) = Follower::open(&path, reader, wake).map_err(|error| at(error.to_string()))?;
        let thread = std::thread::Builder::new()
            .name("kolibri-index".into())
            .spawn(move || follower.run())
            .map_err(|error| at(error.to_string()))?;
        Ok(Self { state, thread: Mutex::new(Some(thread)) })
    }

    pub(super) fn status(&self) -> IndexStatus {
        let mut status = self.state.status();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.as_ref().is_some_and(JoinHandle::is_finished) {
            status.problem.get_or_insert_with(|| "its thread has ended".to_owned());
        }
        status
    }

    /// Waits until the index holds what the block at `index` changed, or has failed.
    pub(super) async fn reached(&self, index: u64) {
        self.state.reached(index).await;
    }

    /// The index as it is now.
    pub(super) fn search(&self) -> Search {
        let (searcher, fields) = self.state.searcher();
        Search { searcher, fields }
    }

    pub(super) fn close(&self) {
        self.state.stop();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the index thread panicked");
        }
    }
}

/// One question's view of the index.
pub(super) struct Search {
    searcher: Searcher,
    fields: Fields,
}

impl Search {
    /// Stimuli in the index.
    pub(super) fn documents(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// Stimuli that hold a stem.
    pub(super) fn documents_with(&self, stem: &str) -> u64 {
        self.searcher.doc_freq(&self.term(stem)).unwrap_or(0)
    }

    /// The blocks whose stimuli share most with a question, by BM25. Words that no stimulus holds are searched for by
    /// their spelling. Proposes more than `likeness` lets pass, and should propose no less.
    pub(super) fn candidates(&self, question: &[Term], limit: usize) -> Result<Vec<u64>, TantivyError> {
        let query = BooleanQuery::new(self.clauses(question));
        let best = self.searcher.search(&query, &TopDocs::with_limit(limit).order_by_score())?;
        best.into_iter()
            .map(|(_, address)| {
                let segment = self.searcher.segment_reader(address.segment_ord);
                let blocks = segment.fast_fields().u64(BLOCK)?;
                blocks
                    .first(address.doc_id)
                    .ok_or_else(|| TantivyError::InternalError("a stimulus without a block".into()))
            })
            .collect()
    }

    fn clauses(&self, question: &[Term]) -> Vec<(Occur, Box<dyn Query>)> {
        let subject = question.iter().any(|term| !term.common);
        let mut counted: Vec<_> = question
            .iter()
            .filter(|term| !(subject && term.common))
            .map(|term| (self.documents_with(&term.stem), term))
            .collect();
        counted.sort_by_key(|(holding, _)| *holding);
        counted.truncate(SEARCHED_TERMS);
        let words = counted.into_iter().filter_map(|(holding, term)| match holding {
            0 => self.unknown(term),
            _ => Some(self.known(&term.stem)),
        });
        words.chain(self.compounds(question)).map(|clause| (Occur::Should, clause)).collect()
    }

    /// Words that stimuli write as one and the question as two: `health check` is `healthcheck`.
    fn compounds(&self, question: &[Term]) -> impl Iterator<Item = Box<dyn Query>> {
        question.windows(2).take(SEARCHED_TERMS).filter_map(|pair| {
            let whole = stem(&pair.iter().map(|term| term.word.as_str()).collect::<String>());
            (self.documents_with(&whole) > 0).then(|| self.known(&whole))
        })
    }

    fn known(&self, stem: &str) -> Box<dyn Query> {
        Box::new(TermQuery::new(self.term(stem), IndexRecordOption::Basic))
    }

    /// What a word that no stimulus holds may stand for: a misspelt word, a longer or a shorter one that begins like
    /// it, or a loanword in Latin letters. Words with digits stand for themselves.
    fn unknown(&self, term: &Term) -> Option<Box<dyn Query>> {
        if term.number || !SPELT.contains(&term.stem.chars().count()) {
            return None;
        }
        // Matches by spelling score 1; a misspelt word is most likely a rare one, and should weigh like one.
        let weight = 1.0 + (1.0 + self.documents() as f32).ln();
        let rare =
            |query: FuzzyTermQuery| Box::new(BoostQuery::new(Box::new(query), weight)) as Box<dyn Query>;
        let misspelt = self.spelt_like(&term.stem);
        let longer = FuzzyTermQuery::new_prefix(self.term(&term.stem), 0, true);
        let shorter = self.known_beginning(&term.stem).map(|beginning| self.known(beginning));
        let loanword = is_cyrillic(&term.word).then(|| self.spelt_like(&stem(&latin(&term.word))));
        let meant = [Some(misspelt), Some(longer), loanword].into_iter().flatten().map(rare).chain(shorter);
        Some(Box::new(DisjunctionMaxQuery::new(meant.collect())))
    }

    /// One slip: two in one word are rare, and then the other words of the question propose what is meant.
    fn spelt_like(&self, stem: &str) -> FuzzyTermQuery {
        FuzzyTermQuery::new(self.term(stem), 1, true)
    }

    /// The longest beginning of a stem that some stimulus holds as a stem.
    fn known_beginning<'stem>(&self, stem: &'stem str) -> Option<&'stem str> {
        let ends = stem.char_indices().skip(*SPELT.start()).map(|(end, _)| end);
        ends.map(|end| &stem[..end]).filter(|beginning| self.documents_with(beginning) > 0).last()
    }

    fn term(&self, stem: &str) -> tantivy::Term {
        tantivy::Term::from_field_text(self.fields.terms, stem)
    }
}

const TERMS: &str = "terms";
pub(super) const BLOCK: &str = "block";

/// Creates an empty index at `path`, in place of whatever is there.
pub(super) fn create(path: &Path) -> Result<tantivy::Index, TantivyError> {
    if path.exists() {
        std::fs::remove_dir_all(path)?;
    }
    std::fs::create_dir_all(path)?;
    tantivy::Index::create_in_dir(path, schema())
}

pub(super) fn schema() -> Schema {
    let mut schema = Schema::builder();
    // Stems come from `text::terms`, one place for the index and for scoring; each counts once in a stimulus.
    let indexing =
        TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::Basic);
    schema.add_text_field(TERMS, TextOptions::default().set_indexing_options(indexing));
    schema.add_u64_field(BLOCK, INDEXED | FAST);
    schema.build()
}

pub(super) fn fields(index: &tantivy::Index) -> Result<Fields, TantivyError> {
    let schema = index.schema();
    Ok(Fields { terms: schema.get_field(TERMS)?, block: schema.get_field(BLOCK)? })
}

pub(super) fn searchers(index: &tantivy::Index) -> Result<IndexReader, TantivyError> {
    index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()
}
