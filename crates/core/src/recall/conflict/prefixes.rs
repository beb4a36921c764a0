//! Words that differ only in prefixes that are opposed to each other: `накатить` and `откатить`.

use crate::text::{Kind, Term};

/// The least letters that two words share after their prefixes.
const LEAST_SHARED: usize = 3;

/// Prefixes that are opposed to each other. Those that only turn a word round are in `opposites`.
#[rustfmt::skip]
const PAIRS: &[(&str, &str)] = &[
    ("в", "вы"), ("на", "от"), ("за", "раз"), ("за", "рас"), ("за", "от"), ("под", "от"), ("при", "от"), ("при", "у"), ("со", "разо"),
    ("с", "раз"), ("с", "рас"), ("до", "от"), ("вз", "раз"), ("над", "под"), ("пред", "после"),
    ("up", "down"), ("in", "out"), ("over", "under"), ("pre", "post"), ("inter", "intra"), ("hyper", "hypo"), ("multi", "single"),
    ("macro", "micro"), ("super", "sub"), ("fore", "back"), ("front", "back"), ("im", "ex"), ("in", "ex"), ("en", "de"),
];

/// What remains of a word without each prefix that has an opposite: the pair, its side, and the rest.
pub(super) fn paired(term: &Term) -> impl Iterator<Item = (usize, bool, &str)> {
    let stem = if term.kind == Kind::Word && !term.common { term.stem.as_str() } else { "" };
    PAIRS.iter().enumerate().flat_map(move |(pair, (first, second))| {
        let rest =
            |prefix: &str| stem.strip_prefix(prefix).filter(|rest| rest.chars().count() >= LEAST_SHARED);
        let first = rest(first).map(|rest| (pair, true, rest));
        first.into_iter().chain(rest(second).map(|rest| (pair, false, rest)))
    })
}

/// Whether each text has a word with a prefix that is opposed to that of the same word in the other one.
pub(super) fn are_opposed(one: &[&Term], other: &[&Term]) -> bool {
    let lacks = |terms: &[&Term], word: &Term| terms.iter().all(|term| term.stem != word.stem);
    let there = || other.iter().filter(|term| lacks(one, term)).flat_map(|term| paired(term));
    one.iter().filter(|term| lacks(other, term)).flat_map(|term| paired(term)).any(|(pair, side, rest)| {
        there()
            .any(|(other_pair, other_side, other)| pair == other_pair && side != other_side && rest == other)
    })
}
