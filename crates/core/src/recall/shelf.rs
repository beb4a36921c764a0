//! What can be asked, in memory: the terms of every stimulus, which stimuli contain a stem, and which
//! stimuli share an answer.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use super::conflict::Claims;
use super::spelling::Spellings;
use crate::text::{Key, Term};
use sha2::{Digest, Sha256};

/// A place on the shelf. Later stimuli have higher ones.
pub(super) type Slot = u32;

/// The shelf is put together anew when at least this many places are empty, and more than are taken.
const LEAST_EMPTY: usize = 4096;

/// Which answer a stimulus has: stimuli with the same response have the same answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Answer(u64);

impl Answer {
    /// The answer that a response gives. White space around it makes no difference.
    pub(super) fn of(response: &str) -> Self {
        let digest: [u8; 32] = Sha256::digest(response.trim()).into();
        let [a, b, c, d, e, f, g, h, ..] = digest;
        Self(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
    }
}

/// One stimulus that can be asked.
#[derive(Debug)]
pub(super) struct Entry {
    /// The block that taught it.
    pub(super) block: u64,
    /// The key of the stimulus, which its answer is read by.
    pub(super) key: Key,
    pub(super) answer: Answer,
    pub(super) terms: Box<[Arc<Term>]>,
    pub(super) claims: Claims,
}

impl Entry {
    pub(super) fn terms(&self) -> Vec<&Term> {
        self.terms.iter().map(AsRef::as_ref).collect()
    }
}

/// Everything that can be asked.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    entries: Vec<Option<Entry>>,
    by_block: HashMap<u64, Slot>,
    by_answer: HashMap<Answer, Vec<Slot>>,
    /// Each word once, however many stimuli contain it.
    words: HashSet<Arc<Term>>,
    /// The slots that contain a stem, in ascending order.
    stems: HashMap<Arc<str>, Vec<Slot>>,
    /// The same stems in alphabetical order.
    ordered: BTreeSet<Arc<str>>,
    spellings: Spellings,
    /// The number of terms of all entries.
    terms: usize,
}

impl Shelf {
    /// How many stimuli can be asked.
    pub(super) fn len(&self) -> usize {
        self.by_block.len()
    }

    /// How many terms a stimulus has on average; at least 1.
    pub(super) fn mean_terms(&self) -> f32 {
        (self.terms as f32 / self.len().max(1) as f32).max(1.0)
    }

    /// One more than the highest slot.
    pub(super) fn slots(&self) -> usize {
        self.entries.len()
    }

    /// The stimulus at a slot.
    pub(super) fn entry(&self, slot: Slot) -> Option<&Entry> {
        self.entries.get(slot as usize)?.as_ref()
    }

    /// Where the stimulus that `block` teaches is.
    pub(super) fn slot(&self, block: u64) -> Option<Slot> {
        self.by_block.get(&block).copied()
    }

    /// All wordings of an answer, in the order in which they were taught.
    pub(super) fn wordings(&self, answer: Answer) -> &[Slot] {
        self.by_answer.get(&answer).map_or(&[], Vec::as_slice)
    }

    /// The slots whose stimuli contain a stem.
    pub(super) fn containing(&self, stem: &str) -> &[Slot] {
        self.stems.get(stem).map_or(&[], Vec::as_slice)
    }

    /// The stems that begin with `beginning`, in alphabetical order.
    pub(super) fn beginning_with(&self, beginning: &str) -> impl Iterator<Item = &[Slot]> {
        self.ordered
            .range::<str, _>((Bound::Excluded(beginning), Bound::Unbounded))
            .take_while(move |stem| stem.starts_with(beginning))
            .map(|stem| self.containing(stem))
    }

    /// The slots of each stem that is one typing error away from `word`.
    pub(super) fn spelt_like(&self, word: &str) -> impl Iterator<Item = &[Slot]> {
        self.spellings.near(word).into_iter().map(|stem| self.containing(stem))
    }

    /// Puts a stimulus on the shelf; what its block put there before is taken off.
    pub(super) fn put(&mut self, block: u64, key: Key, answer: Answer, terms: Vec<Term>) {
        self.take(block);
        let claims = Claims::of(&terms.iter().collect::<Vec<_>>());
        let terms = terms.into_iter().map(|term| self.intern(term)).collect();
        self.place(Entry { block, key, answer, terms, claims });
    }

    fn place(&mut self, entry: Entry) {
        let Ok(slot) = Slot::try_from(self.entries.len()) else { return };
        for term in &entry.terms {
            match self.stems.get_mut(term.stem.as_str()) {
                Some(slots) => slots.push(slot),
                None => {
                    let stem: Arc<str> = Arc::from(term.stem.as_str());
                    self.spellings.add(&stem);
                    self.ordered.insert(Arc::clone(&stem));
                    self.stems.insert(stem, vec![slot]);
                }
            }
        }
        self.terms += entry.terms.len();
        self.by_block.insert(entry.block, slot);
        self.by_answer.entry(entry.answer).or_default().push(slot);
        self.entries.push(Some(entry));
    }

    fn intern(&mut self, term: Term) -> Arc<Term> {
        if let Some(known) = self.words.get(&term) {
            return Arc::clone(known);
        }
        let term = Arc::new(term);
        self.words.insert(Arc::clone(&term));
        term
    }

    /// Takes the stimulus that `block` taught off the shelf; nothing of its text stays.
    pub(super) fn take(&mut self, block: u64) {
        let Some(slot) = self.by_block.remove(&block) else { return };
        let Some(entry) = self.entries.get_mut(slot as usize).and_then(Option::take) else { return };
        self.terms -= entry.terms.len();
        if let Some(wordings) = self.by_answer.get_mut(&entry.answer) {
            remove(wordings, slot);
            if wordings.is_empty() {
                self.by_answer.remove(&entry.answer);
            }
        }
        for term in entry.terms {
            self.take_stem(&term.stem, slot);
            // The set's own, and this one.
            if Arc::strong_count(&term) == 2 {
                self.words.remove(&term);
            }
        }
        if self.entries.len() - self.len() > LEAST_EMPTY.max(self.len()) {
            self.close_gaps();
        }
    }

    fn take_stem(&mut self, stem: &str, slot: Slot) {
        if let Some(slots) = self.stems.get_mut(stem) {
            remove(slots, slot);
            if slots.is_empty() {
                self.stems.remove(stem);
                self.ordered.remove(stem);
                self.spellings.remove(stem);
            }
        }
    }

    /// Moves everything to the lowest slots, in the same order.
    fn close_gaps(&mut self) {
        let entries = std::mem::take(&mut self.entries);
        self.by_answer.clear();
        self.stems.values_mut().for_each(Vec::clear);
        self.terms = 0;
        entries.into_iter().flatten().for_each(|entry| self.place(entry));
    }
}

/// Removes a slot from a list in ascending order.
fn remove(slots: &mut Vec<Slot>, slot: Slot) {
    if let Ok(at) = slots.binary_search(&slot) {
        slots.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::terms;
    use proptest::prelude::*;

    fn put(shelf: &mut Shelf, block: u64, stimulus: &str, response: &str) {
        shelf.put(block, Key::of(stimulus), Answer::of(response), terms(stimulus));
    }

    fn blocks(shelf: &Shelf, slots: &[Slot]) -> Vec<u64> {
        slots.iter().map(|slot| shelf.entry(*slot).unwrap().block).collect()
    }

    #[test]
    fn stimuli_are_found_by_their_stems_and_by_their_answer() {
        let mut shelf = Shelf::default();
        put(&mut shelf, 1, "restart the server", "a");
        put(&mut shelf, 2, "restarting it", " a\n");
        put(&mut shelf, 3, "stop the server", "b");
        assert_eq!(blocks(&shelf, shelf.containing("restart")), [1, 2]);
        assert_eq!(blocks(&shelf, shelf.containing("server")), [1, 3]);
        assert_eq!(blocks(&shelf, shelf.wordings(Answer::of("a"))), [1, 2]);
        assert_eq!(shelf.beginning_with("serv").count(), 1);
        assert_eq!(shelf.spelt_like("srever").count(), 1);
    }

    #[test]
    fn what_is_taken_off_leaves_no_word_behind() {
        let mut shelf = Shelf::default();
        put(&mut shelf, 1, "restart the secret server", "a");
        put(&mut shelf, 2, "restart the server", "b");
        shelf.take(1);
        assert!(!format!("{shelf:?}").contains("secret"));
        assert_eq!((shelf.len(), shelf.containing("server").len()), (1, 1));
        shelf.take(2);
        assert!(!format!("{shelf:?}").contains("server"));
        assert!(
            shelf.words.is_empty() && shelf.stems.is_empty() && shelf.ordered.is_empty() && shelf.terms == 0
        );
    }

    proptest! {
        #[test]
        fn putting_and_taking_in_any_order_leaves_what_was_not_taken(
            steps in prop::collection::vec((0..6u64, prop::option::of("[ab]{1,2}( [ab]{1,2}){0,3}")), 1..60)
        ) {
            let (mut shelf, mut expected) = (Shelf::default(), std::collections::BTreeMap::new());
            for (block, stimulus) in steps {
                match stimulus {
                    Some(stimulus) => { put(&mut shelf, block, &stimulus, "x"); expected.insert(block, stimulus); }
                    None => { shelf.take(block); expected.remove(&block); }
                }
            }
            shelf.close_gaps();
            prop_assert_eq!(shelf.len(), expected.len());
            prop_assert_eq!(shelf.slots(), expected.len());
            for (block, stimulus) in expected {
                let slot = shelf.slot(block).unwrap();
                for term in terms(&stimulus) {
                    prop_assert!(shelf.containing(&term.stem).contains(&slot));
                }
            }
        }
    }
}
