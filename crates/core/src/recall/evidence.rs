//! What speaks for each answer that may be meant by a question. Decisions are made by answer, not by stimulus:
//! an answer is as near as its nearest wordings, and what counts is how far the next *other answer* is behind.

use std::collections::HashMap;

use super::conflict::{Claims, Text, agree, conflict};
use super::likeness::{Comparison, Exchanged, Share, Weights, compare};
use super::shelf::{Answer, Shelf, Slot};
use crate::text::Term;

/// An answer's meaning is as near as its nearest wording, and this much of the mean of its nearest ones.
const MORE_WORDINGS: f32 = 0.3;
/// How many of the nearest wordings are averaged.
const AVERAGED: usize = 3;
/// How near in meaning another answer is taken to be at least. Among many answers one is always about as near as this to an
/// unrelated question. Without it, the only answer of a new node would be far ahead of no other, and answer everything.
const RIVAL: f32 = 0.6;
/// The most wordings of one answer that are looked at.
const MOST_WORDINGS: usize = 64;

/// What speaks for one answer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evidence {
    /// How near its meaning is; `None` if that is not known yet.
    pub meaning: Option<Nearness>,
    /// How near the meaning of its nearest wording is; 0 if meanings are not known.
    pub nearest: f32,
    /// How similar its words are (`recall/likeness.rs`).
    pub words: Nearness,
    /// The share of the question's weight in words that no wording of this answer contains, but other stimuli
    /// do: they speak for another subject. 0 to 1.
    pub elsewhere: f32,
    /// The share of the question's weight in words that no stimulus contains. 0 to 1.
    pub unknown: f32,
    /// Whether its nearest wording asks for something else, such as who instead of how much. It is never given, but
    /// it is a rival.
    pub other_wanted: bool,
    /// Whether each of its wordings contradicts the question, such as by another number. Then it is never given,
    /// and a rival only of answers that have no more of the question's words.
    pub conflicting: bool,
}

/// What the features are, in their order.
pub const FEATURES: [&str; 9] = [
    "bias",
    "meaning",
    "meaning gap",
    "nearest",
    "words",
    "words gap",
    "elsewhere",
    "unknown",
    "meaning x unknown",
];

impl Evidence {
    /// Whether this answer may keep another one from being given. One that contradicts the question does not, if the
    /// other has more of the question's words: of `error 500` and `error 503`, only one is meant by a question about
    /// 503. But it does if neither has them: a question about error 504 is not one about errors.
    fn is_rival_of(&self, other: &Self) -> bool {
        let lacks = |evidence: &Self| evidence.elsewhere + evidence.unknown;
        !self.conflicting || lacks(other) >= lacks(self)
    }

    /// What would speak for it without rivals.
    pub(super) fn alone(mut self) -> Self {
        self.words.gap = self.words.value;
        if let Some(meaning) = &mut self.meaning {
            meaning.gap = meaning.value - RIVAL;
        }
        self
    }

    /// The evidence as numbers, in the order of [`FEATURES`].
    pub fn features(&self) -> [f32; FEATURES.len()] {
        let meaning = self.meaning.unwrap_or_default();
        [
            1.0,
            meaning.value,
            meaning.gap,
            self.nearest,
            self.words.value,
            self.words.gap,
            self.elsewhere,
            self.unknown,
            // Near in meaning although it is put in unknown words is better than because the other words are the
            // same.
            meaning.value * self.unknown,
        ]
    }
}

/// How near an answer is to the question.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Nearness {
    /// 0 (unrelated) to 1 (the same); a meaning may be a little below 0.
    pub value: f32,
    /// How much nearer it is than the nearest other answer; negative if another one is nearer.
    pub gap: f32,
}

/// An answer that may be meant.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) evidence: Evidence,
    /// Its wording that is nearest to the question.
    pub(super) nearest: Slot,
    /// The word of the question that stands where that wording has another, if nothing else differs.
    pub(super) exchanged: Option<Exchanged>,
}

/// A stimulus, compared with the question.
struct Wording {
    slot: Slot,
    comparison: Comparison,
    meaning: Option<f32>,
    conflicting: bool,
}

/// Weighs every answer that one of the stimuli in `pool` has. `meaning` tells how near the meaning of a
/// stimulus is, and `is_word` what is surely no misspelt word.
pub(super) fn weigh(
    question: &[Term],
    pool: &[Slot],
    shelf: &Shelf,
    meaning: impl Fn(Slot) -> Option<f32>,
    is_word: &dyn Fn(&str) -> bool,
) -> Vec<Candidate> {
    let weights = Weights::new(|stem: &str| shelf.containing(stem).len() as u64, shelf.len() as u64);
    let mut weights = weights.with_words(is_word);
    let mut answers: HashMap<Answer, Vec<Wording>> = HashMap::new();
    let asked: Vec<&Term> = question.iter().collect();
    let question = Text { terms: &asked, claims: Claims::of(&asked) };
    for (slot, entry) in pool.iter().filter_map(|slot| Some((*slot, shelf.entry(*slot)?))) {
        let terms = entry.terms();
        let stimulus = Text { terms: &terms, claims: entry.claims };
        let wordings = answers.entry(entry.answer).or_default();
        let mut comparison = compare(&asked, &terms, &mut weights);
        comparison.exchanged = comparison.exchanged.filter(|exchanged| !agree(&asked, &terms, *exchanged));
        wordings.push(Wording {
            slot,
            comparison,
            meaning: meaning(slot),
            conflicting: conflict(question, stimulus).is_some(),
        });
    }
    let shares = weights.shares(&asked);
    let mut candidates: Vec<Candidate> = answers
        .into_iter()
        .filter_map(|(answer, wordings)| {
            let all = shelf.wordings(answer);
            one(&wordings, &shares, all, &meaning)
        })
        .collect();
    set_gaps(&mut candidates);
    candidates
}

/// Weighs one answer by itself.
fn one(
    wordings: &[Wording],
    shares: &[Share],
    all: &[Slot],
    meaning: &impl Fn(Slot) -> Option<f32>,
) -> Option<Candidate> {
    let conflicting = wordings.iter().all(|wording| wording.conflicting);
    let counted: Vec<&Wording> =
        wordings.iter().filter(|wording| conflicting || !wording.conflicting).collect();
    let nearest =
        counted.iter().max_by(|a, b| a.nearness().total_cmp(&b.nearness()).then(a.slot.cmp(&b.slot)))?;
    let value = |value: f32| Nearness { value, gap: 0.0 };
    let mut evidence = Evidence {
        meaning: nearest.meaning.map(|_| value(meaning_of(&counted, wordings, all, meaning))),
        nearest: nearest.meaning.unwrap_or(0.0),
        words: value(counted.iter().map(|wording| wording.comparison.likeness).fold(0.0, f32::max)),
        other_wanted: nearest.comparison.other_wanted,
        conflicting,
        ..Evidence::default()
    };
    for (at, share) in shares.iter().enumerate() {
        let missing = |wording: &&Wording| {
            wording.comparison.in_stimulus.get(at).is_none_or(|matched| matched.alike == 0.0)
        };
        if counted.iter().all(missing) {
            *(if share.known { &mut evidence.elsewhere } else { &mut evidence.unknown }) += share.weight;
        }
    }
    Some(Candidate { evidence, nearest: nearest.slot, exchanged: nearest.comparison.exchanged })
}

impl Wording {
    fn nearness(&self) -> f32 {
        self.meaning.unwrap_or(0.0) + self.comparison.likeness
    }
}

/// How near the meaning of an answer is: that of its nearest wording, and a part of the mean of its nearest ones.
fn meaning_of(
    counted: &[&Wording],
    wordings: &[Wording],
    all: &[Slot],
    meaning: &impl Fn(Slot) -> Option<f32>,
) -> f32 {
    let compared = |slot: &Slot| wordings.iter().any(|wording| wording.slot == *slot);
    let others =
        all.iter().filter(|slot| !compared(slot)).take(MOST_WORDINGS).filter_map(|slot| meaning(*slot));
    let counted = counted.iter().filter_map(|wording| wording.meaning);
    let mut values: Vec<f32> = counted.chain(others).collect();
    values.sort_by(|a, b| b.total_cmp(a));
    values.truncate(AVERAGED);
    let Some(first) = values.first() else { return 0.0 };
    let mean = values.iter().sum::<f32>() / values.len() as f32;
    (first + MORE_WORDINGS * mean) / (1.0 + MORE_WORDINGS)
}

/// Sets how much nearer each answer is than the nearest of its rivals.
fn set_gaps(candidates: &mut [Candidate]) {
    let near = |evidence: &Evidence| evidence.meaning.map_or(0.0, |meaning| meaning.value);
    for at in 0..candidates.len() {
        let evidence = candidates[at].evidence;
        let others = candidates.iter().enumerate().filter(|(other, _)| *other != at);
        let (mut words, mut meaning) = (0.0f32, RIVAL);
        for rival in others.map(|(_, other)| &other.evidence).filter(|other| other.is_rival_of(&evidence)) {
            (words, meaning) = (words.max(rival.words.value), meaning.max(near(rival)));
        }
        let evidence = &mut candidates[at].evidence;
        evidence.words.gap = evidence.words.value - words;
        if let Some(own) = &mut evidence.meaning {
            own.gap = own.value - meaning;
        }
    }
}
