//! The same two things, the other way round: from here to there, from there to here.

use crate::text::{End, Term};

/// Whether a text has an end of a way.
pub(super) fn has_way(terms: &[&Term]) -> bool {
    terms.iter().any(|term| term.end.is_some())
}

/// Whether a way of one text leads back in the other: `convert inches to cm`, `convert cm to inches`; or leads into the
/// same thing, and in the other out of it.
pub(super) fn are_reversed(one: &[&Term], other: &[&Term]) -> bool {
    let back = ways(other);
    let ends = |terms: &[&Term], end: End, stem: &str| {
        terms.iter().any(|term| term.end == Some(end) && is_same(&term.stem, stem))
    };
    let turned = |term: &&Term| match term.end {
        Some(End::From) => ends(other, End::To, &term.stem),
        Some(End::To) => ends(other, End::From, &term.stem),
        Some(End::Since | End::With) | None => false,
    };
    ways(one).iter().any(|(from, to)| back.contains(&(*to, *from))) || one.iter().any(turned)
}

/// Whether two stems are of one word: the Russian stemmer sometimes takes off more of one form than of another.
fn is_same(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    one == other || short.chars().count() >= 3 && long.starts_with(short)
}

/// Whether two English texts are the same but for two words that changed places around a third, which is most often a
/// verb: `does Alice manage Bob`. Russian says by its cases who manages whom.
pub(super) fn changed_places(one: &[&Term], other: &[&Term]) -> bool {
    let (one, other) = (subjects(one), subjects(other));
    if one.len() != other.len() || !one.iter().all(|term| term.stem.is_ascii()) {
        return false;
    }
    let same = |at: usize, there: usize| one[at].stem == other[there].stem;
    let mut differ = (0..one.len()).filter(|at| !same(*at, *at));
    match (differ.next(), differ.next(), differ.next()) {
        (Some(first), Some(last), None) => last == first + 2 && same(first, last) && same(last, first),
        _ => false,
    }
}

/// Where each way begins and where it leads. The subject before the preposition is the other end: in `read it without
/// having to register`, nothing leads from reading to registering.
fn ways<'terms>(terms: &[&'terms Term]) -> Vec<(&'terms str, &'terms str)> {
    let subjects = subjects(terms);
    let ways = subjects.windows(2).filter_map(|pair| {
        let [before, after] = pair else { return None };
        match after.end? {
            End::To | End::With => Some((before.stem.as_str(), after.stem.as_str())),
            End::From | End::Since => Some((after.stem.as_str(), before.stem.as_str())),
        }
    });
    ways.collect()
}

fn subjects<'terms>(terms: &[&'terms Term]) -> Vec<&'terms Term> {
    terms.iter().filter(|term| !term.common).copied().collect()
}
