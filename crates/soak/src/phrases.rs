//! The texts of a drill. An association's number selects nine words, one of sixteen in each place. The last
//! word is a check digit: two stimuli differ in at least two words, so neither is taken for the other. The
//! words of a stimulus change their weights as a genome grows. But all words of a question are equally
//! similar to those of its stimulus, so the question's similarity does not depend on what else is taught or
//! indexed by then: a drill records the same on every machine.

use crate::seeded::{Draw, drawn};
use crate::words::{CHOICES, ENGLISH, Language, PLACES, RUSSIAN};

/// The texts of one drill; a different seed teaches different texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phrases {
    mask: u32,
}

impl Phrases {
    pub(super) fn new(seed: u64) -> Self {
        let [a, b, c, d, ..] = drawn(seed, Draw::Words, 0);
        Self { mask: u32::from_be_bytes([a, b, c, d]) }
    }

    /// What is taught as association `pair`.
    pub(super) fn stimulus(self, pair: u64) -> String {
        self.words(pair).join(" ")
    }

    /// A response of about 250 bytes, different for each version.
    pub(super) fn response(self, pair: u64, version: u32) -> String {
        let (one, other) = (self.stimulus(pair ^ 2), self.stimulus(pair ^ 4));
        format!("Answer {version} to question {pair}: {one}; {other}.")
    }

    /// The same question in another order.
    pub(super) fn reordered(self, pair: u64) -> String {
        let mut words = self.words(pair);
        words.reverse();
        format!("{}?", words.join(", "))
    }

    /// The same question with a typing error in each word.
    pub(super) fn misspelt(self, pair: u64) -> String {
        self.words(pair).map(slip).join(" ")
    }

    /// A question that is not similar to anything taught.
    pub(super) fn unknown(self, number: u64) -> String {
        let digits = low(number) ^ self.mask;
        [0, 4, 8].map(|shift| language(number).unknown[nibble(digits, shift)]).join(" ")
    }

    fn words(self, pair: u64) -> [&'static str; PLACES] {
        // The factor is odd, so no two numbers become the same; neighbouring numbers share few words.
        let digits = low(pair).wrapping_mul(0x9e37_79b1) ^ self.mask;
        let check = (0..8).map(|place| nibble(digits, 4 * place)).sum::<usize>() % CHOICES;
        let choice = |place: usize| if place < 8 { nibble(digits, 4 * place) } else { check };
        let subjects = &language(pair).subjects;
        std::array::from_fn(|place| subjects[place][choice(place)])
    }
}

fn language(number: u64) -> &'static Language {
    if number.is_multiple_of(2) { &ENGLISH } else { &RUSSIAN }
}

/// The last 32 bits.
fn low(number: u64) -> u32 {
    u32::try_from(number & u64::from(u32::MAX)).unwrap_or_default()
}

fn nibble(digits: u32, shift: usize) -> usize {
    (digits >> shift) as usize % CHOICES
}

/// Swaps two letters in the middle.
fn slip(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    letters.swap(3, 4);
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use kolibri_core::text::{Key, Term, is_cyrillic, latin, terms};

    fn term(word: &str) -> Term {
        let mut terms = terms(word);
        assert_eq!(terms.len(), 1, "{word} is one word");
        terms.remove(0)
    }

    fn every_word() -> Vec<&'static str> {
        let all = [&ENGLISH, &RUSSIAN].into_iter();
        all.flat_map(|language| language.subjects.iter().flatten().chain(&language.unknown))
            .copied()
            .collect()
    }

    fn edits(one: &str, other: &str) -> usize {
        strsim::osa_distance(one, other)
    }

    #[test]
    fn every_word_is_uncommon_and_is_recognised_after_a_typing_error() {
        for word in every_word() {
            let (whole, slipped) = (term(word), term(&slip(word)));
            assert_eq!(word.chars().count(), 8, "{word}");
            assert!(!whole.common && whole.asks.is_none(), "{word} is a common word");
            assert_eq!(edits(&whole.word, &slipped.word), 1, "{word}");
            assert_eq!(edits(&whole.stem, &slipped.stem), 1, "{word}: the index would not propose it");
            let stems = whole.stem.chars().count().max(slipped.stem.chars().count());
            assert!(stems <= 8, "{word}: the spelling of its stem would count for more than 7/8");
        }
    }

    #[test]
    fn no_two_words_are_taken_for_each_other() {
        let spelt = |word: &str| if is_cyrillic(word) { latin(word) } else { word.to_owned() };
        let forms: Vec<(usize, Term)> = every_word()
            .into_iter()
            .enumerate()
            .flat_map(|(number, word)| [(number, term(word)), (number, term(&slip(word)))])
            .collect();
        for (number, one) in &forms {
            for (_, other) in forms.iter().filter(|(another, _)| another != number) {
                let (a, b) = (spelt(&one.word), spelt(&other.word));
                let same = 1.0 - edits(&a, &b) as f64 / a.chars().count().max(b.chars().count()) as f64;
                let begins = a.chars().next() == b.chars().next();
                assert!(!begins || same < 0.7, "{} and {} are spelt alike", one.word, other.word);
                assert!(!other.word.starts_with(&one.stem), "{} begins like {}", other.word, one.word);
            }
        }
    }

    #[test]
    fn two_stimuli_differ_in_two_words_at_least() {
        let phrases = Phrases::new(7);
        let stimuli: Vec<_> = (0..400).step_by(2).map(|pair| phrases.words(pair)).collect();
        for (at, one) in stimuli.iter().enumerate() {
            for other in &stimuli[..at] {
                assert!(one.iter().zip(other).filter(|(a, b)| a != b).count() >= 2, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn every_association_of_the_longest_drill_has_a_stimulus_of_its_own() {
        let phrases = Phrases::new(1);
        let far = super::super::MAX_EVENTS;
        let keys: HashSet<Key> =
            (0..2000).chain(far - 2000..far).map(|pair| Key::of(&phrases.stimulus(pair))).collect();
        assert_eq!(keys.len(), 4000);
    }

    #[test]
    fn another_seed_teaches_other_things() {
        assert_ne!(Phrases::new(1).stimulus(0), Phrases::new(2).stimulus(0));
        assert_eq!(Phrases::new(1).stimulus(0), Phrases::new(1).stimulus(0));
    }
}
