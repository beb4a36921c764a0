//! Candidates for a question: the stimuli in the index that share most with it.

use tantivy::collector::TopDocs;
use tantivy::query::{
    BooleanQuery, BoostQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, Query, TermQuery,
};
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, TantivyError};

use super::schema::{BLOCK, Fields};
use crate::text::{SPELT, Term, is_cyrillic, latin, stem};

/// The most terms of a question that are searched for; of a longer question, the rarest.
const SEARCHED_TERMS: usize = 48;

/// One question's view of the index.
pub(super) struct Search {
    searcher: Searcher,
    fields: Fields,
}

impl Search {
    pub(super) fn new(searcher: Searcher, fields: Fields) -> Self {
        Self { searcher, fields }
    }

    /// Stimuli in the index.
    pub(super) fn documents(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// Stimuli that contain a stem.
    pub(super) fn documents_with(&self, stem: &str) -> u64 {
        self.searcher.doc_freq(&self.term(stem)).unwrap_or(0)
    }

    /// The blocks whose stimuli share most with a question, by BM25. Words that no stimulus contains are
    /// searched for by their spelling. May propose stimuli that `likeness` then rejects, but should miss none
    /// that it accepts.
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

    /// What a word that no stimulus contains may stand for: a misspelt word, a longer or shorter one that
    /// begins like it, or a loanword in Latin letters. Words with digits stand only for themselves.
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

    /// One typing error: two in one word are rare, and then the other words of the question find the
    /// stimulus.
    fn spelt_like(&self, stem: &str) -> FuzzyTermQuery {
        FuzzyTermQuery::new(self.term(stem), 1, true)
    }

    /// The longest beginning of a stem that is itself a stem of some stimulus.
    fn known_beginning<'stem>(&self, stem: &'stem str) -> Option<&'stem str> {
        let ends = stem.char_indices().skip(*SPELT.start()).map(|(end, _)| end);
        ends.map(|end| &stem[..end]).filter(|beginning| self.documents_with(beginning) > 0).last()
    }

    fn term(&self, stem: &str) -> tantivy::Term {
        tantivy::Term::from_field_text(self.fields.terms, stem)
    }
}
