//! The first reading of a file that is to be taught: what is wrong with it, and which of its questions come again, so that the
//! second reading teaches each question once, with its last answer.

use std::collections::HashMap;

use kolibri_core::text::Key;
use kolibri_faq::{Fault, Limits, Pair, Place, Reader};

use crate::wire::limits::{MAX_RESPONSE, MAX_STIMULUS};

/// How long the texts of a file may be.
pub(crate) const LIMITS: Limits = Limits { question: MAX_STIMULUS, answer: MAX_RESPONSE };

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// Where each question stands for the last time, as the count of pairs before it.
    last: HashMap<Key, (u64, Place)>,
    /// How many pairs there are, and how many of them come again.
    pairs: u64,
    repeated: u64,
}

/// What is found on the way.
#[derive(Debug)]
pub(crate) enum Remark {
    /// A row that is not taught, or a note about one.
    Fault(Fault),
    /// The question at one place comes again at another, whose answer counts.
    Repeated { at: Place, again: Place },
}

impl Survey {
    /// Reads a file to its end, and tells what is found on the way.
    pub(crate) fn of(reader: Reader<'_>, mut tell: impl FnMut(Remark)) -> Self {
        let mut survey = Self::default();
        for entry in reader {
            match entry {
                Ok(Pair { place, question, .. }) => {
                    let before = survey.last.insert(Key::of(&question), (survey.pairs, place));
                    survey.pairs += 1;
                    if let Some((_, at)) = before {
                        survey.repeated += 1;
                        tell(Remark::Repeated { at, again: place });
                    }
                }
                Err(fault) => tell(Remark::Fault(fault)),
            }
        }
        survey
    }

    /// How many pairs count: those of different questions.
    pub(crate) fn counting(&self) -> u64 {
        self.pairs - self.repeated
    }

    /// The pairs of a second reading that count, in their order.
    pub(crate) fn pairs<'a>(&'a self, reader: Reader<'a>) -> impl Iterator<Item = Pair> + 'a {
        let pairs = (0_u64..).zip(reader.filter_map(Result::ok));
        let counts = |at: u64, pair: &Pair| {
            self.last.get(&Key::of(&pair.question)).is_some_and(|(last, _)| *last == at)
        };
        pairs.filter(move |(at, pair)| counts(*at, pair)).map(|(_, pair)| pair)
    }
}

#[cfg(test)]
mod tests {
    use kolibri_faq::Options;

    use super::*;

    #[test]
    fn the_last_answer_to_a_question_counts_and_the_others_are_told() {
        let text = "question,answer\nDorm,1\ndorm ,2\nother,\nDORM,3\nelse,4\n";
        let open = || Reader::open(text.as_bytes(), Some("a.csv"), Options::default()).unwrap();
        let mut told = Vec::new();
        let survey = Survey::of(open(), |remark| told.push(remark));
        assert_eq!(survey.counting(), 2);
        let lines: Vec<_> = told
            .iter()
            .map(|remark| match remark {
                Remark::Fault(fault) => (fault.place, None),
                Remark::Repeated { at, again } => (*at, Some(*again)),
            })
            .collect();
        let line = Place::Line;
        assert_eq!(lines, [(line(2), Some(line(3))), (line(4), None), (line(3), Some(line(5)))]);
        let kept: Vec<_> = survey.pairs(open()).map(|pair| (pair.place, pair.answer)).collect();
        assert_eq!(kept, [(line(5), "3".to_owned()), (line(6), "4".to_owned())]);
    }
}
