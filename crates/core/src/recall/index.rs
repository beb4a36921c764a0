//! The search index: tantivy over the stems of every stimulus that can be asked. It is derived from the genome and
//! disposable: it notes the block it has reached, and is rebuilt when it is missing, damaged or of another genome.
//!
//! It stores stems and block numbers, no text; stems of what was forgotten are purged from its files by `follow`.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, FuzzyTermQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{IndexReader, ReloadPolicy, Searcher, TantivyError};

use super::follow::{Follower, State};
use crate::error::OpenError;
use crate::store::Reader;
use crate::text::Term;

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
        self.state.status()
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
    /// their spelling.
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
        counted
            .into_iter()
            .filter_map(|(holding, term)| Some((Occur::Should, self.clause(holding, term)?)))
            .collect()
    }

    fn clause(&self, holding: u64, term: &Term) -> Option<Box<dyn Query>> {
        let sought = self.term(&term.stem);
        if holding > 0 {
            return Some(Box::new(TermQuery::new(sought, IndexRecordOption::Basic)));
        }
        let distance = match term.stem.chars().count() {
            _ if term.stem.chars().any(char::is_numeric) => return None,
            0..=3 => return None,
            4..=7 => 1,
            _ => 2,
        };
        // Fuzzy matches score 1; a misspelt word is most likely a rare one, and should weigh like one.
        let weight = 1.0 + (1.0 + self.documents() as f32).ln();
        Some(Box::new(BoostQuery::new(Box::new(FuzzyTermQuery::new(sought, distance, true)), weight)))
    }

    fn term(&self, stem: &str) -> tantivy::Term {
        tantivy::Term::from_field_text(self.fields.terms, stem)
    }
}

const TERMS: &str = "terms";
const BLOCK: &str = "block";

/// Creates an empty index at `path`, in place of whatever is there.
pub(super) fn create(path: &Path) -> Result<tantivy::Index, TantivyError> {
    if path.exists() {
        std::fs::remove_dir_all(path)?;
    }
    std::fs::create_dir_all(path)?;
    let mut schema = Schema::builder();
    // Stems come from `text::terms`, one place for the index and for scoring; each counts once in a stimulus.
    let indexing =
        TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::Basic);
    schema.add_text_field(TERMS, TextOptions::default().set_indexing_options(indexing));
    schema.add_u64_field(BLOCK, INDEXED | FAST);
    tantivy::Index::create_in_dir(path, schema.build())
}

pub(super) fn fields(index: &tantivy::Index) -> Result<Fields, TantivyError> {
    let schema = index.schema();
    Ok(Fields { terms: schema.get_field(TERMS)?, block: schema.get_field(BLOCK)? })
}

pub(super) fn searchers(index: &tantivy::Index) -> Result<IndexReader, TantivyError> {
    index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()
}
