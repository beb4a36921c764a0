//! Candidates for a question: the stimuli on the shelf that share most with it, by BM25.
//!
//! BM25 only proposes. It has no upper limit and rewards shared words without minding the others, so what
//! answers is decided elsewhere (`judge`).

use parking_lot::Mutex;

use super::best::Best;
use super::shelf::{Shelf, Slot};
use crate::text::{SPELT, Term, stem};

/// The most terms of a question that are searched for; of a longer question, the rarest.
const SEARCHED_TERMS: usize = 48;
/// The most stems that an unknown word may stand for, for each way of being misspelt.
const ALTERNATIVES: usize = 16;
/// BM25: how much length counts (its usual constants). Each stem counts once in a stimulus.
const K1: f32 = 1.2;
const B: f32 = 0.75;
/// When what was found is fewer than one in this many of the stimuli that contain a word, each is searched for among
/// them.
const SEARCHED_SHARE: usize = 16;
/// The most buffers that are kept for later questions.
const MOST_IDLE: usize = 8;

/// Finds candidates. Keeps buffers of one number for each slot, so that a question allocates none.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    idle: Mutex<Vec<Buffer>>,
}

/// The weight that each slot has collected.
#[derive(Debug, Default)]
struct Buffer {
    weights: Vec<f32>,
    touched: Vec<Slot>,
}

/// Slots that are searched for, and how much finding one of them weighs.
struct Clause<'shelf> {
    slots: &'shelf [Slot],
    weight: f32,
}

impl Candidates {
    /// The slots that share most with a question, best first; of equals, the latest first. May propose stimuli
    /// that are then rejected, but should miss none that would be accepted.
    pub(super) fn find(&self, question: &[Term], shelf: &Shelf, limit: usize) -> Vec<Slot> {
        let mut buffer = self.idle.lock().pop().unwrap_or_default();
        buffer.weights.resize(shelf.slots(), 0.0);
        buffer.collect(clauses(question, shelf), shelf, limit);
        let best = buffer.best(shelf, limit);
        buffer.clear();
        let mut idle = self.idle.lock();
        if idle.len() < MOST_IDLE {
            idle.push(buffer);
        }
        best.into_sorted().collect()
    }
}

impl Buffer {
    /// Weighs what contains the rarest words first. Once nothing without them can be among the best any more, the
    /// common ones, which very many stimuli contain, only add to what was found.
    fn collect(&mut self, mut clauses: Vec<Clause<'_>>, shelf: &Shelf, limit: usize) {
        clauses.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let mut rest: f32 = clauses.iter().map(|clause| clause.weight).sum();
        let mut is_settled = false;
        for clause in &clauses {
            let is_worth_it = clause.slots.len() > self.touched.len();
            is_settled = is_settled || is_worth_it && self.is_settled(rest, shelf, limit);
            if is_settled {
                self.add_to_found(clause)
            } else {
                self.add(clause)
            }
            rest -= clause.weight;
        }
    }

    /// Whether a stimulus that was not found yet, and has every word that is left, is too light.
    fn is_settled(&self, rest: f32, shelf: &Shelf, limit: usize) -> bool {
        // The sums are rounded.
        let highest = rest / length_factor(0.0) * 1.001;
        self.best(shelf, limit).least().is_some_and(|least| highest < least)
    }

    fn add(&mut self, clause: &Clause<'_>) {
        for slot in clause.slots {
            let weight = &mut self.weights[*slot as usize];
            if *weight == 0.0 {
                self.touched.push(*slot);
            }
            *weight += clause.weight;
        }
    }

    fn add_to_found(&mut self, clause: &Clause<'_>) {
        if self.touched.len() < clause.slots.len() / SEARCHED_SHARE {
            for slot in self.touched.iter().filter(|slot| clause.slots.binary_search(slot).is_ok()) {
                self.weights[*slot as usize] += clause.weight;
            }
        } else {
            for slot in clause.slots {
                let weight = &mut self.weights[*slot as usize];
                *weight += if *weight > 0.0 { clause.weight } else { 0.0 };
            }
        }
    }

    /// The heaviest slots.
    fn best(&self, shelf: &Shelf, limit: usize) -> Best<Slot> {
        let mean = shelf.mean_terms();
        let mut best = Best::new(limit);
        for slot in &self.touched {
            let weight = self.weights[*slot as usize];
            // Most are too light even if they had no other words.
            if best.least().is_some_and(|least| weight / length_factor(0.0) < least) {
                continue;
            }
            if let Some(entry) = shelf.entry(*slot) {
                best.see(weight / length_factor(entry.terms.len() as f32 / mean), *slot);
            }
        }
        best
    }

    fn clear(&mut self) {
        for slot in self.touched.drain(..) {
            self.weights[slot as usize] = 0.0;
        }
    }
}

/// What the weight of a stimulus is divided by, for its length relative to the mean.
fn length_factor(length: f32) -> f32 {
    1.0 + K1 * (1.0 - B + B * length)
}

fn clauses<'shelf>(question: &[Term], shelf: &'shelf Shelf) -> Vec<Clause<'shelf>> {
    let found = |terms: &mut dyn Iterator<Item = &Term>| -> Vec<Clause<'shelf>> {
        terms.flat_map(|term| meant_by(term, shelf)).collect()
    };
    let mut clauses = found(&mut rarest(question.iter().filter(|term| !term.common), shelf).into_iter());
    clauses.extend(compounds(question, shelf));
    if clauses.is_empty() {
        clauses = found(&mut rarest(question.iter().filter(|term| term.common), shelf).into_iter());
    }
    clauses
}

fn rarest<'question>(terms: impl Iterator<Item = &'question Term>, shelf: &Shelf) -> Vec<&'question Term> {
    let mut terms: Vec<&Term> = terms.collect();
    if terms.len() > SEARCHED_TERMS {
        terms.sort_by_cached_key(|term| shelf.containing(&term.stem).len());
        terms.truncate(SEARCHED_TERMS);
    }
    terms
}

/// The stimuli that a word of the question speaks for: those that contain it or, if there are none, those that
/// contain what it may stand for.
fn meant_by<'shelf>(term: &Term, shelf: &'shelf Shelf) -> Vec<Clause<'shelf>> {
    let slots = shelf.containing(&term.stem);
    if slots.is_empty() { unknown(term, shelf) } else { vec![known(slots, shelf)] }
}

fn known<'shelf>(slots: &'shelf [Slot], shelf: &Shelf) -> Clause<'shelf> {
    Clause { slots, weight: rarity(slots.len(), shelf) }
}

/// The inverse document frequency of BM25.
fn rarity(containing: usize, shelf: &Shelf) -> f32 {
    let (all, containing) = (shelf.len() as f32, containing as f32);
    (1.0 + (all - containing + 0.5) / (containing + 0.5)).ln()
}

/// Words that stimuli write as one and the question as two: `health check` is `healthcheck`.
fn compounds<'shelf>(question: &[Term], shelf: &'shelf Shelf) -> impl Iterator<Item = Clause<'shelf>> {
    question.windows(2).take(SEARCHED_TERMS).filter_map(|pair| {
        let whole = stem(&pair.iter().map(|term| term.word.as_str()).collect::<String>());
        let slots = shelf.containing(&whole);
        (!slots.is_empty()).then(|| known(slots, shelf))
    })
}

/// What a word that no stimulus contains may stand for: a misspelt word, a longer or shorter one that begins
/// like it, or a loanword in Latin letters. Words with digits stand only for themselves.
fn unknown<'shelf>(term: &Term, shelf: &'shelf Shelf) -> Vec<Clause<'shelf>> {
    if term.number {
        return Vec::new();
    }
    // A misspelt word is most likely a rare one, and should weigh like one.
    let weight = rarity(1, shelf);
    let mut meant: Vec<&[Slot]> = shelf.spelt_like(&term.stem).take(ALTERNATIVES).collect();
    if SPELT.contains(&term.stem.chars().count()) {
        meant.extend(shelf.beginning_with(&term.stem).take(ALTERNATIVES));
        meant.extend(known_beginning(&term.stem, shelf));
    }
    if let Some(latin) = &term.latin {
        let loanword = stem(latin);
        meant.push(shelf.containing(&loanword));
        meant.extend(shelf.spelt_like(&loanword).take(ALTERNATIVES));
    }
    meant.into_iter().map(|slots| Clause { slots, weight }).collect()
}

/// The longest beginning of a stem that is itself a stem of some stimulus.
fn known_beginning<'shelf>(stem: &str, shelf: &'shelf Shelf) -> Option<&'shelf [Slot]> {
    let ends = stem.char_indices().skip(*SPELT.start()).map(|(end, _)| end);
    ends.map(|end| shelf.containing(&stem[..end])).filter(|slots| !slots.is_empty()).last()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recall::shelf::Answer;
    use crate::text::{Key, terms};

    /// Texts of a few words, some of them far more frequent than others.
    fn texts() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            8 => Just("server"),
            4 => Just("printer"),
            2 => Just("invoice"),
            1 => prop::sample::select(vec!["badge", "canteen", "lockers", "parking", "visitor", "window"]),
        ];
        prop::collection::vec(word, 1..6).prop_map(|words| words.join(" "))
    }

    proptest! {
        #[test]
        fn what_has_only_common_words_is_left_out_only_if_it_is_not_among_the_best(
            stimuli in prop::collection::vec(texts(), 1..80), question in texts(), limit in 1..6usize
        ) {
            let mut shelf = Shelf::default();
            for (block, stimulus) in stimuli.iter().enumerate() {
                shelf.put(block as u64, Key::of(stimulus), Answer::of("x"), terms(stimulus));
            }
            let question = terms(&question);
            let mut whole = Buffer { weights: vec![0.0; shelf.slots()], touched: Vec::new() };
            let mut clauses = clauses(&question, &shelf);
            clauses.sort_by(|a, b| b.weight.total_cmp(&a.weight));
            clauses.iter().for_each(|clause| whole.add(clause));
            let best: Vec<Slot> = whole.best(&shelf, limit).into_sorted().collect();
            let candidates = Candidates::default();
            prop_assert_eq!(&candidates.find(&question, &shelf, limit), &best);
            // The buffer was left empty.
            prop_assert_eq!(&candidates.find(&question, &shelf, limit), &best);
        }
    }
}
