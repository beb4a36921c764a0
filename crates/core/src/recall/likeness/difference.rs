//! What tells two texts apart, if it is only a word that stands in the place of another.

use crate::text::{Kind, Term};

/// The most common words that only one of the texts has. With more, the texts are put differently.
const MOST_LIGHT: usize = 4;
/// With more of them than this, words that stand in the place of others may be part of another phrasing.
const LIGHT_ALONE: usize = 1;

/// A word of a question that stands where its stimulus has another: their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::recall) struct Exchanged {
    pub(in crate::recall) asked: usize,
    pub(in crate::recall) taught: usize,
    /// At most a common word differs besides.
    pub(in crate::recall) alone: bool,
}

/// What tells two texts apart.
#[derive(Debug, Default)]
pub(super) struct Differences {
    /// How many subject words each has for itself, and the place of the last one.
    subjects: [(usize, usize); 2],
    /// How many common words only one of them has.
    light: usize,
    /// How many subject words both have.
    shared: usize,
}

impl Differences {
    pub(super) fn see(&mut self, side: usize, at: usize, is_light: bool, is_matched: bool) {
        match (is_light, is_matched) {
            (false, false) => self.subjects[side] = (self.subjects[side].0 + 1, at),
            (true, false) => self.light += 1,
            (false, true) => self.shared += 1,
            (true, true) => {}
        }
    }

    /// The word that was exchanged, if that is all that matters.
    pub(super) fn exchanged(&self, question: &[&Term], stimulus: &[&Term]) -> Option<Exchanged> {
        let [(1, asked), (1, taught)] = self.subjects else { return None };
        let words = question[asked].kind == Kind::Word && stimulus[taught].kind == Kind::Word;
        let alone = self.light <= LIGHT_ALONE;
        (words && self.light <= MOST_LIGHT && self.shared > 0).then_some(Exchanged { asked, taught, alone })
    }
}
