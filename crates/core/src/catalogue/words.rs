//! Which entries contain which words, as sets of places. A word counts in all its forms.

use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;

use crate::text::{SPELT, Term, terms};

/// The place of an entry.
pub(super) type Place = u32;

/// A set of places.
#[derive(Debug, Clone)]
pub(super) struct Places(Vec<u64>);

impl Places {
    fn none(places: usize) -> Self {
        Self(vec![0; places.div_ceil(64)])
    }

    fn add(&mut self, places: &[Place]) {
        for place in places {
            if let Some(bits) = self.0.get_mut(*place as usize / 64) {
                *bits |= 1 << (place % 64);
            }
        }
    }

    fn keep(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(bits, other)| *bits &= other);
    }

    /// Whether a place is in it.
    pub(super) fn has(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|bits| bits >> (place % 64) & 1 == 1)
    }
}

/// The places of each stem, in ascending order.
#[derive(Debug, Default)]
pub(super) struct Words(BTreeMap<Box<str>, Vec<Place>>);

impl Words {
    /// The entry at `place`, the highest so far, contains these texts.
    pub(super) fn put(&mut self, place: Place, stems: HashSet<String>) {
        for stem in stems {
            match self.0.get_mut(stem.as_str()) {
                Some(places) => places.push(place),
                None => {
                    self.0.insert(stem.into(), vec![place]);
                }
            }
        }
    }

    /// Moves places to where `moved` says; those that went away are dropped, and words without a place too. `moved` keeps
    /// the order.
    pub(super) fn renumber(&mut self, moved: impl Fn(Place) -> Option<Place>) {
        self.0.retain(|_, places| {
            let old = std::mem::take(places);
            places.extend(old.into_iter().filter_map(&moved));
            !places.is_empty()
        });
    }

    /// The places below `most` that contain every word of a text, the last of which may be only begun; `None` if the text
    /// has no words. Words that say little do not count if there are others.
    pub(super) fn containing(&self, text: &str, most: usize) -> Option<Places> {
        let all = terms(text);
        let is_begun = text.chars().next_back().is_some_and(|last| !last.is_whitespace());
        let last = all.last().filter(|_| is_begun).cloned();
        let telling = |term: &Term| !term.common && Some(term) != last.as_ref();
        let mut wanted: Vec<&Term> = all.iter().filter(|term| telling(term)).collect();
        if wanted.is_empty() {
            wanted = all.iter().filter(|term| Some(*term) != last.as_ref()).collect();
        }
        let mut found: Option<Places> = None;
        let mut narrow = |places: Places| match &mut found {
            Some(found) => found.keep(&places),
            None => found = Some(places),
        };
        for term in wanted {
            let mut places = Places::none(most);
            places.add(self.of(&term.stem));
            narrow(places);
        }
        if let Some(last) = &last {
            narrow(self.begun(last, most));
        }
        found
    }

    fn of(&self, stem: &str) -> &[Place] {
        self.0.get(stem).map_or(&[], Vec::as_slice)
    }

    /// The places of what begins like a word. While a word is typed, its ending may be begun: then its stem is what begins
    /// the word.
    fn begun(&self, term: &Term, most: usize) -> Places {
        let mut places = Places::none(most);
        places.add(self.of(&term.stem));
        let mut any = !self.of(&term.stem).is_empty();
        let from = (Bound::Included(term.word.as_str()), Bound::Unbounded);
        for (_, more) in self.0.range::<str, _>(from).take_while(|(stem, _)| stem.starts_with(&term.word)) {
            places.add(more);
            any = true;
        }
        if !any {
            let ends = term.word.char_indices().skip(*SPELT.start()).map(|(end, _)| end);
            let known = ends.map(|end| self.of(&term.word[..end])).filter(|known| !known.is_empty());
            places.add(known.last().unwrap_or(&[]));
        }
        places
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// The stems of a question and its answer.
pub(super) fn stems(texts: [&str; 2]) -> HashSet<String> {
    texts.iter().flat_map(|text| terms(text)).map(|term| term.stem).collect()
}
