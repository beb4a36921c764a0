//! Decides which answer is meant: turns evidence into the probability that an answer is the right one.

use super::evidence::{Evidence, FEATURES};

/// How sure the node has to be before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// About 85 of 100 answers are right.
    P85,
    /// About 90 of 100.
    #[default]
    P90,
    /// About 95 of 100.
    P95,
}

/// How a node decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    /// By a probability that was fitted on public questions, to answer with this precision.
    Calibrated(Precision),
    /// By the likeness of the words alone. It does not depend on what else is taught, as long as nothing else
    /// comes close, so drills repeat to the last hash.
    Likeness,
}

/// What decided that an answer was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The question was taught word for word; case and white space make no difference.
    Exact,
    /// The words of the question: they alone would have been enough.
    Words,
    /// The meaning of the question: by its words alone, nothing would have been answered.
    Meaning,
}

impl Precision {
    /// Every precision, the least careful first.
    pub const ALL: [Self; 3] = [Self::P85, Self::P90, Self::P95];

    /// The share of right answers, 0 to 1.
    pub const fn value(self) -> f64 {
        match self {
            Self::P85 => 0.85,
            Self::P90 => 0.90,
            Self::P95 => 0.95,
        }
    }
}

impl Default for Judge {
    fn default() -> Self {
        Self::Calibrated(Precision::default())
    }
}

/// The minimum likeness of an answer, and how far the next one has to be behind, for [`Judge::Likeness`].
const LIKENESS: f32 = 0.75;
const LIKENESS_GAP: f32 = 0.05;
/// The highest probability of an answer that is refused. It is only suggested.
const REFUSED: f32 = 0.3;
/// An answer has the words of the question if its likeness is at least this: forms may differ, and diacritics may be
/// left out.
const SAME_WORDS: f32 = 0.985;
/// How much less another answer has to have them: less than one diacritic makes.
const SAME_WORDS_GAP: f32 = 1e-4;
/// How probable such an answer is. On the public questions, 64 of 65 were right.
const BY_SAME_WORDS: f32 = 0.98;

/// A logistic regression.
struct Calibration {
    /// One for each of [`FEATURES`](super::evidence::FEATURES).
    coefficients: [f32; FEATURES.len()],
    /// The least probability that gives a precision of 0.85, 0.90 and 0.95.
    least: [f32; 3],
}

/// Without meanings. Both are fitted by `cargo bench -p kolibri-core --bench recall -- fit DIRECTORY [MODEL]`.
const BY_WORDS: Calibration = Calibration {
    coefficients: [0.58, 0.0, 0.0, 0.0, -0.532, 5.807, -2.926, -3.651, 0.0],
    least: [0.76, 0.91, 0.97],
};

/// The thresholds were chosen on the tune questions. There the precision, questions without an answer included, is at least
/// 0.86, 0.90 and 0.93 in both languages.
const BY_MEANING: Calibration = Calibration {
    coefficients: [-0.777, 2.884, 8.443, -2.282, 0.0, 1.714, -0.962, -1.221, 0.314],
    least: [0.60, 0.73, 0.90],
};

impl Judge {
    /// How probable it is that this answer is the right one, 0 to 1.
    pub(super) fn probability(self, evidence: &Evidence) -> f32 {
        let probability = match self {
            Self::Calibrated(_) if has_same_words(evidence) => BY_SAME_WORDS,
            Self::Calibrated(_) => calibration(evidence).probability(evidence).min(BY_SAME_WORDS),
            Self::Likeness => evidence.words.value,
        };
        if self.refuses(evidence) { probability.min(REFUSED) } else { probability }
    }

    /// Whether an answer is never given, however probable it seems.
    fn refuses(self, evidence: &Evidence) -> bool {
        evidence.conflicting || (self != Self::Likeness && evidence.other_wanted)
    }

    /// Whether an answer with this probability would be given with the highest precision that can be chosen.
    pub(super) fn surely_accepts(self, evidence: &Evidence, probability: f32) -> bool {
        let judge = match self {
            Self::Calibrated(_) => Self::Calibrated(Precision::P95),
            Self::Likeness => Self::Likeness,
        };
        judge.accepts(evidence, probability)
    }

    /// Whether an answer with this probability is given.
    pub(super) fn accepts(self, evidence: &Evidence, probability: f32) -> bool {
        !self.refuses(evidence)
            && match self {
                Self::Calibrated(precision) => {
                    let [p85, p90, p95] = calibration(evidence).least;
                    probability
                        >= match precision {
                            Precision::P85 => p85,
                            Precision::P90 => p90,
                            Precision::P95 => p95,
                        }
                }
                Self::Likeness => probability >= LIKENESS && evidence.words.gap > LIKENESS_GAP,
            }
    }

    /// What decides for an answer that is accepted. Words and meaning are weighed together, so this asks what would be
    /// decided if the meaning were not known.
    pub(super) fn how(self, evidence: &Evidence) -> How {
        let words = Evidence { meaning: None, nearest: 0.0, ..*evidence };
        if self.accepts(&words, self.probability(&words)) { How::Words } else { How::Meaning }
    }
}

/// Whether an answer, and no other one, has the words of the question.
fn has_same_words(evidence: &Evidence) -> bool {
    evidence.words.value >= SAME_WORDS && evidence.words.gap > SAME_WORDS_GAP
}

fn calibration(evidence: &Evidence) -> &'static Calibration {
    if evidence.meaning.is_some() { &BY_MEANING } else { &BY_WORDS }
}

impl Calibration {
    fn probability(&self, evidence: &Evidence) -> f32 {
        let logit: f32 = self.coefficients.iter().zip(evidence.features()).map(|(a, b)| a * b).sum();
        1.0 / (1.0 + (-logit).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::super::evidence::Nearness;
    use super::*;

    const JUDGE: Judge = Judge::Calibrated(Precision::P90);

    /// An answer that is accepted, with words and a meaning that are as near as this.
    #[track_caller]
    fn accepted(judge: Judge, words: f32, meaning: Option<f32>) -> How {
        let near = |value: f32| Nearness { value, gap: value.min(0.3) };
        let nearest = meaning.unwrap_or(0.0);
        let evidence =
            Evidence { words: near(words), meaning: meaning.map(near), nearest, ..Evidence::default() };
        assert!(judge.accepts(&evidence, judge.probability(&evidence)), "{evidence:?}");
        judge.how(&evidence)
    }

    #[test]
    fn an_answer_is_given_by_meaning_if_its_words_are_not_enough() {
        assert_eq!(accepted(JUDGE, 0.1, Some(0.9)), How::Meaning);
    }

    #[test]
    fn an_answer_is_given_by_words_if_they_are_enough_whatever_its_meaning() {
        for meaning in [None, Some(0.2), Some(0.9)] {
            assert_eq!(accepted(JUDGE, 1.0, meaning), How::Words, "{meaning:?}");
        }
        assert_eq!(accepted(Judge::Likeness, 0.8, Some(0.9)), How::Words);
    }
}
