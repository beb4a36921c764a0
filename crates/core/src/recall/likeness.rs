//! How like a question and a taught stimulus are, from 0 (nothing in common) to 1 (the same words).
//!
//! Both are sets of stemmed terms. Each term weighs as much as it is rare among the stimuli; function words weigh
//! little. The likeness is the weight of what both share, of all the weight there is on both sides:
//!
//! `likeness = (shared(question) + shared(stimulus)) / (weight(question) + weight(stimulus))`
//!
//! where a term counts as shared as far as the other side has it: wholly, or in part when it is only spelt alike.
//! Word order does not matter. Unlike a raw BM25 score this has a fixed range, so one threshold holds for any genome.

use std::collections::HashMap;

use crate::text::Term;

/// The least likeness that is an answer. Chosen on the labelled questions in `benches/recall`; see there for the
/// precision and recall it gives (`make bench`).
pub const THRESHOLD: f32 = 0.62;

/// What a function word weighs, beside another word that is as rare.
const COMMON_WEIGHT: f32 = 0.15;
/// Words shorter than this are not compared by their spelling: too many are one letter apart.
const SHORTEST_MISSPELT: usize = 4;
/// The least similarity of two spellings that may be one word.
const LEAST_SPELLING: f32 = 0.7;

/// What terms weigh among the stimuli of one genome.
pub(super) struct Weights<F> {
    documents_with: F,
    documents: u64,
    known: HashMap<String, f32>,
}

impl<F: Fn(&str) -> u64> Weights<F> {
    /// Weights for `documents` stimuli; `documents_with` counts those that hold a stem.
    pub(super) fn new(documents_with: F, documents: u64) -> Self {
        Self { documents_with, documents, known: HashMap::new() }
    }

    fn of(&mut self, term: &Term) -> f32 {
        let rarity = match self.known.get(&term.stem) {
            Some(rarity) => *rarity,
            None => {
                let holding = (self.documents_with)(&term.stem);
                let rarity = 1.0 + (1.0 + self.documents as f32 / (1 + holding) as f32).ln();
                self.known.insert(term.stem.clone(), rarity);
                rarity
            }
        };
        if term.common { rarity * COMMON_WEIGHT } else { rarity }
    }
}

/// The likeness of a question and a stimulus.
pub(super) fn likeness<F: Fn(&str) -> u64>(
    question: &[Term],
    stimulus: &[Term],
    weights: &mut Weights<F>,
) -> f32 {
    let (mut shared, mut whole) = (0.0, 0.0);
    for (side, other) in [(question, stimulus), (stimulus, question)] {
        for term in side {
            let weight = weights.of(term);
            whole += weight;
            shared += weight * presence(term, other);
        }
    }
    if whole > 0.0 { shared / whole } else { 0.0 }
}

/// How far `terms` hold `term`: 1 when they do, less when they hold one that is spelt like it.
fn presence(term: &Term, terms: &[Term]) -> f32 {
    if terms.iter().any(|other| other.stem == term.stem) {
        return 1.0;
    }
    terms.iter().map(|other| spelling(&term.stem, &other.stem)).fold(0.0, f32::max)
}

/// How alike two different stems are spelt, 0 when they are no misspelling of each other. Terms with digits are names
/// and numbers: another digit is another thing.
fn spelling(one: &str, other: &str) -> f32 {
    let (a, b) = (one.chars().count(), other.chars().count());
    let digits = |text: &str| text.chars().any(char::is_numeric);
    if a.min(b) < SHORTEST_MISSPELT || digits(one) || digits(other) {
        return 0.0;
    }
    let longest = a.max(b) as f32;
    let edits = 1.0 - strsim::osa_distance(one, other) as f32 / longest;
    if edits >= LEAST_SPELLING { edits } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::terms;
    use proptest::prelude::*;

    fn like(question: &str, stimulus: &str) -> f32 {
        likeness(&terms(question), &terms(stimulus), &mut Weights::new(|_| 1, 10))
    }

    #[test]
    fn word_order_and_inflection_do_not_matter() {
        assert_eq!(like("restart the payment service", "the payment services: restarting"), 1.0);
        assert_eq!(like("перезапустить сервис оплаты", "сервисы оплаты перезапустить"), 1.0);
    }

    #[test]
    fn a_misspelt_word_is_nearly_the_word() {
        let score = like("how to restrat the databse", "how to restart the database");
        assert!((THRESHOLD..1.0).contains(&score), "{score}");
    }

    #[test]
    fn another_number_is_another_thing() {
        assert!(like("error 5031", "error 5032") < THRESHOLD);
    }

    #[test]
    fn function_words_alone_do_not_make_a_likeness() {
        assert!(like("how do i cook the pasta", "how do i restart the server") < THRESHOLD);
    }

    proptest! {
        #[test]
        fn likeness_is_symmetric_and_within_its_range(one in ".{0,40}", other in ".{0,40}") {
            let (there, back) = (like(&one, &other), like(&other, &one));
            prop_assert!((0.0..=1.0).contains(&there));
            prop_assert!((there - back).abs() < 1e-5);
        }
    }
}
