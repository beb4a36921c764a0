//! Which entries contain which words, as sets of places. A word counts in all its forms.

use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;

use crate::text::{SPELT, Term, is_cyrillic, stem, terms};

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

/// The words of an entry.
#[derive(Debug, Default)]
pub(super) struct Contained {
    stems: HashSet<String>,
    /// The words themselves, as far as they are not their own stems.
    forms: HashSet<String>,
}

/// What may follow a word that is begun, so that it becomes a form of another: its last letters may be those of an ending, or of
/// a vowel that other forms have not.
const LATIN_ENDS: [&str; 4] = ["d", "s", "g", "ng"];
const CYRILLIC_ENDS: [&str; 2] = ["к", "ц"];

/// The places of each word, in ascending order.
type Occurrences = BTreeMap<Box<str>, Vec<Place>>;

/// The places of each stem, and of each word that is not its own stem.
#[derive(Debug, Default)]
pub(super) struct Words {
    stems: Occurrences,
    forms: Occurrences,
}

impl Words {
    /// The entry at `place`, the highest so far, contains these words.
    pub(super) fn put(&mut self, place: Place, Contained { stems, forms }: Contained) {
        put(&mut self.stems, place, stems);
        put(&mut self.forms, place, forms);
    }

    /// Moves places to where `moved` says; those that went away are dropped, and words without a place too. `moved` keeps
    /// the order.
    pub(super) fn renumber(&mut self, moved: impl Fn(Place) -> Option<Place>) {
        for words in [&mut self.stems, &mut self.forms] {
            words.retain(|_, places| {
                let old = std::mem::take(places);
                places.extend(old.into_iter().filter_map(&moved));
                !places.is_empty()
            });
        }
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
        of(&self.stems, stem)
    }

    /// The places of what begins like a word, and of other forms of what it may become. If there are none, of the longest known
    /// word that begins it.
    fn begun(&self, term: &Term, most: usize) -> Places {
        let word = term.word.as_str();
        let others = others(term);
        let other_forms = others.iter().map(|stem| self.of(stem));
        let mut places = Places::none(most);
        let mut any = false;
        for more in beginning(&self.stems, word).chain(beginning(&self.forms, word)).chain(other_forms) {
            places.add(more);
            any |= !more.is_empty();
        }
        if !any {
            let ends = word.char_indices().skip(*SPELT.start()).take(*SPELT.end());
            let ends = ends.map(|(end, _)| &word[..end]);
            let known = ends.map(|begun| [self.of(&stem(begun)), of(&self.forms, begun)]);
            let longest = known.filter(|known| known.iter().any(|places| !places.is_empty())).last();
            longest.iter().flatten().for_each(|more| places.add(more));
        }
        places
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.stems.len()
    }
}

fn put(words: &mut Occurrences, place: Place, contained: HashSet<String>) {
    for word in contained {
        match words.get_mut(word.as_str()) {
            Some(places) => places.push(place),
            None => {
                words.insert(word.into(), vec![place]);
            }
        }
    }
}

fn of<'a>(words: &'a Occurrences, word: &str) -> &'a [Place] {
    words.get(word).map_or(&[], Vec::as_slice)
}

/// The places of each word with this beginning.
fn beginning<'a>(words: &'a Occurrences, begun: &'a str) -> impl Iterator<Item = &'a [Place]> {
    let from = (Bound::Included(begun), Bound::Unbounded);
    let range = words.range::<str, _>(from).take_while(move |(known, _)| known.starts_with(begun));
    range.map(|(_, places)| places.as_slice())
}

/// The stems of a word that is begun: as it is, and as what it may become.
fn others(term: &Term) -> Vec<String> {
    let ends: &[&str] = if is_cyrillic(&term.word) { &CYRILLIC_ENDS } else { &LATIN_ENDS };
    let completed = ends.iter().map(|end| stem(&format!("{}{end}", term.word)));
    std::iter::once(term.stem.clone()).chain(completed).collect()
}

/// The words of a question and its answer.
pub(super) fn contained(texts: [&str; 2]) -> Contained {
    let mut contained = Contained::default();
    for Term { word, stem, .. } in texts.iter().flat_map(|text| terms(text)) {
        if word != stem {
            contained.forms.insert(word);
        }
        contained.stems.insert(stem);
    }
    contained
}
