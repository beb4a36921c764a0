//! Stems by their spelling: finds those that differ from a word by one typing error in a few look-ups.
//!
//! Each stem is filed under itself and under what remains of it when any one letter is left out. Two words
//! that are one insertion, deletion, substitution or transposition apart share such a remainder (the method
//! of SymSpell), so nothing walks through the vocabulary.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// The length in letters of the stems that are filed. Most words of two letters are one letter apart, and
/// longer ones are codes.
const FILED: RangeInclusive<usize> = 2..=40;

/// A vocabulary by spelling.
#[derive(Debug, Default)]
pub(super) struct Spellings {
    hasher: RandomState,
    filed: HashMap<u64, Vec<Arc<str>>>,
}

impl Spellings {
    /// Files a stem; it must not be there yet.
    pub(super) fn add(&mut self, stem: &Arc<str>) {
        for key in self.keys(stem) {
            self.filed.entry(key).or_default().push(Arc::clone(stem));
        }
    }

    /// Takes a stem out.
    pub(super) fn remove(&mut self, stem: &str) {
        for key in self.keys(stem) {
            if let Some(stems) = self.filed.get_mut(&key) {
                stems.retain(|filed| **filed != *stem);
                if stems.is_empty() {
                    self.filed.remove(&key);
                }
            }
        }
    }

    /// The stems that are one typing error away from `word`, in no particular order.
    pub(super) fn near(&self, word: &str) -> Vec<&Arc<str>> {
        let mut near: Vec<&Arc<str>> = Vec::new();
        for stem in self.keys(word).iter().filter_map(|key| self.filed.get(key)).flatten() {
            if !near.contains(&stem) && strsim::osa_distance(word, stem) == 1 {
                near.push(stem);
            }
        }
        near
    }

    /// What a word is filed under, each once.
    fn keys(&self, word: &str) -> Vec<u64> {
        let letters = word.chars().count();
        if !FILED.contains(&letters) || word.chars().any(char::is_numeric) {
            return Vec::new();
        }
        let mut keys = Vec::with_capacity(letters + 1);
        keys.push(self.hasher.hash_one(word));
        let mut shorter = String::with_capacity(word.len());
        for (at, letter) in word.char_indices() {
            shorter.clear();
            shorter.push_str(&word[..at]);
            shorter.push_str(&word[at + letter.len_utf8()..]);
            keys.push(self.hasher.hash_one(shorter.as_str()));
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filed(stems: &[&str]) -> Spellings {
        let mut spellings = Spellings::default();
        stems.iter().for_each(|stem| spellings.add(&Arc::from(*stem)));
        spellings
    }

    #[test]
    fn each_kind_of_typing_error_is_found() {
        let spellings = filed(&["restart", "сервис"]);
        for misspelt in ["resart", "restaart", "restarq", "restrat", "estart", "restar"] {
            assert_eq!(spellings.near(misspelt), [&Arc::from("restart")], "{misspelt}");
        }
        assert_eq!(spellings.near("сервсис"), [&Arc::from("сервис")]);
    }

    #[test]
    fn the_word_itself_two_errors_and_numbers_are_not() {
        let spellings = filed(&["restart", "e1207", "ab"]);
        for other in ["restart", "rstrt", "e1208", "a"] {
            assert!(spellings.near(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn what_was_taken_out_leaves_nothing_behind() {
        let mut spellings = filed(&["restart", "restarts"]);
        spellings.remove("restart");
        assert_eq!(spellings.near("restar"), [] as [&Arc<str>; 0]);
        spellings.remove("restarts");
        assert!(spellings.filed.is_empty());
    }

    proptest! {
        #[test]
        fn exactly_the_stems_at_distance_one_are_found(
            stems in prop::collection::hash_set("[abв]{2,6}", 1..30), word in "[abв]{2,6}"
        ) {
            let mut spellings = Spellings::default();
            stems.iter().for_each(|stem| spellings.add(&Arc::from(stem.as_str())));
            let mut near: Vec<&str> = spellings.near(&word).into_iter().map(|stem| &**stem).collect();
            let mut expected: Vec<&str> =
                stems.iter().map(String::as_str).filter(|stem| strsim::osa_distance(&word, stem) == 1).collect();
            near.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(near, expected);
        }
    }
}
