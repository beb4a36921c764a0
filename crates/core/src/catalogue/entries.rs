//! What the catalogue knows, in memory: one entry for each association, in the order in which they were taught last.

use kolibri_genome::Match;

use super::days::Days;
use super::words::{Contained, Place, Words};

/// Places of what is gone are closed up when at least this many are empty, and more than are taken.
const LEAST_EMPTY: usize = 4096;

/// One association.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The block that teaches it now.
    pub(crate) block: u64,
    /// When that was, in nanoseconds since 1970.
    pub(crate) taught: u64,
    /// How many blocks taught it, with this one.
    pub(crate) versions: u32,
    /// How many questions it answered.
    pub(crate) asked: u32,
    /// The time of the last of them.
    pub(crate) last_asked: Option<u64>,
}

/// Everything that is taught.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    /// With rising blocks. What is gone leaves its block behind.
    places: Vec<(u64, Option<Entry>)>,
    pub(super) words: Words,
    pub(super) days: Days,
    len: usize,
    /// Something was forgotten whose words are still here.
    forgotten: bool,
}

impl Entries {
    /// How many places there are: every entry's is below.
    pub(super) fn places(&self) -> usize {
        self.places.len()
    }

    /// The entries with their places, the latest first.
    pub(super) fn latest_first(&self) -> impl Iterator<Item = (usize, &Entry)> {
        let places = self.places.iter().enumerate().rev();
        places.filter_map(|(place, (_, entry))| Some((place, entry.as_ref()?)))
    }

    /// Takes in a TEACH. Blocks come in their order.
    pub(super) fn teach(&mut self, block: u64, taught: u64, replaces: Option<u64>, words: Contained) {
        let Ok(place) = Place::try_from(self.places.len()) else { return };
        if self.places.last().is_some_and(|(last, _)| *last >= block) {
            return;
        }
        let mut entry = Entry { block, taught, versions: 1, asked: 0, last_asked: None };
        if let Some(replaced) = replaces.and_then(|replaced| self.take(replaced)) {
            let Entry { versions, asked, last_asked, .. } = replaced;
            entry = Entry { versions: versions.saturating_add(1), asked, last_asked, ..entry };
        }
        self.words.put(place, words);
        self.places.push((block, Some(entry)));
        self.len += 1;
    }

    /// Takes in that a block was forgotten.
    pub(super) fn forget(&mut self, block: u64) {
        self.forgotten |= self.take(block).is_some();
    }

    /// Takes in a question.
    pub(super) fn ask(&mut self, time: u64, found: Match) {
        self.days.add(time, found.block().is_some());
        if let Some(entry) = found.block().and_then(|block| self.entry(block)) {
            entry.asked = entry.asked.saturating_add(1);
            entry.last_asked = Some(time);
        }
    }

    fn place(&self, block: u64) -> Option<usize> {
        self.places.binary_search_by_key(&block, |(block, _)| *block).ok()
    }

    fn entry(&mut self, block: u64) -> Option<&mut Entry> {
        let place = self.place(block)?;
        self.places[place].1.as_mut()
    }

    fn take(&mut self, block: u64) -> Option<Entry> {
        let place = self.place(block)?;
        let taken = self.places[place].1.take();
        self.len -= usize::from(taken.is_some());
        taken
    }

    /// Whether words of what is gone should be dropped.
    pub(super) fn is_untidy(&self) -> bool {
        self.forgotten || self.places.len() - self.len > LEAST_EMPTY.max(self.len)
    }

    /// Drops what is gone, with its words.
    pub(super) fn tidy(&mut self) {
        let mut next: Place = 0;
        let moved: Vec<Option<Place>> = self
            .places
            .iter()
            .map(|(_, entry)| {
                entry.is_some().then(|| {
                    next += 1;
                    next - 1
                })
            })
            .collect();
        self.words.renumber(|place| moved[place as usize]);
        self.places.retain(|(_, entry)| entry.is_some());
        self.forgotten = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::words::contained;

    fn taught(texts: &[(u64, Option<u64>, &str)]) -> Entries {
        let mut entries = Entries::default();
        for (block, replaces, text) in texts {
            entries.teach(*block, *block, *replaces, contained([text, "answer"]));
        }
        entries
    }

    fn blocks(entries: &Entries) -> Vec<u64> {
        entries.latest_first().map(|(_, entry)| entry.block).collect()
    }

    #[test]
    fn a_version_takes_the_place_of_the_one_it_replaces_with_its_questions() {
        let mut entries = taught(&[(1, None, "a"), (2, None, "b")]);
        entries.ask(7, Match::Exact { block: 1 });
        entries.ask(8, Match::Similar { block: 1 });
        entries.ask(9, Match::None);
        entries.teach(6, 60, Some(1), contained(["a", "new"]));
        assert_eq!(blocks(&entries), [6, 2]);
        let newest = entries.latest_first().next().unwrap().1;
        let expected = Entry { block: 6, taught: 60, versions: 2, asked: 2, last_asked: Some(8) };
        assert_eq!(*newest, expected);
    }

    #[test]
    fn what_was_forgotten_leaves_no_word_behind() {
        let mut entries = taught(&[(1, None, "secret plan"), (2, None, "plan"), (3, Some(1), "secret idea")]);
        assert!(!entries.is_untidy());
        entries.forget(1);
        assert!(!entries.is_untidy(), "it was replaced before");
        entries.forget(3);
        assert!(entries.is_untidy());
        entries.tidy();
        assert!(!entries.is_untidy() && !format!("{entries:?}").contains("secret"));
        assert_eq!((blocks(&entries), entries.places()), (vec![2], 1));
        assert!(entries.words.containing("plan", 1).unwrap().has(0));
        assert_eq!(entries.words.len(), 2);
    }

    #[test]
    fn blocks_that_come_again_change_nothing() {
        let mut entries = taught(&[(1, None, "a"), (2, None, "b")]);
        entries.teach(2, 2, None, contained(["b", "answer"]));
        entries.teach(1, 1, None, contained(["a", "answer"]));
        assert_eq!((blocks(&entries), entries.places()), (vec![2, 1], 2));
    }

    #[test]
    fn many_versions_do_not_fill_the_memory() {
        let mut entries = Entries::default();
        for block in 1..20_000_u64 {
            entries.teach(block, block, Some(block - 1), contained(["same", "answer"]));
            if entries.is_untidy() {
                entries.tidy();
            }
        }
        assert!(entries.places() <= LEAST_EMPTY + 2, "{}", entries.places());
        assert_eq!(entries.latest_first().next().unwrap().1.versions, 19_999);
    }
}
