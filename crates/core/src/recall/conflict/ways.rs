//! The same two things, the other way round: from here to there, from there to here.

use crate::text::{End, Term};

/// Whether a text has an end of a way.
pub(super) fn has_way(terms: &[&Term]) -> bool {
    terms.iter().any(|term| term.end.is_some())
}

/// Whether a way of one text leads back in the other: `convert inches to cm`, `convert cm to inches`.
pub(super) fn are_reversed(one: &[&Term], other: &[&Term]) -> bool {
    let back = ways(other);
    ways(one).iter().any(|(from, to)| back.contains(&(*to, *from)))
}

/// Where each way begins and where it leads. The subject before the preposition is the other end: in `read it without
/// having to register`, nothing leads from reading to registering.
fn ways<'terms>(terms: &[&'terms Term]) -> Vec<(&'terms str, &'terms str)> {
    let subjects: Vec<&Term> = terms.iter().filter(|term| !term.common).copied().collect();
    let ways = subjects.windows(2).filter_map(|pair| {
        let [before, after] = pair else { return None };
        match after.end? {
            End::To => Some((before.stem.as_str(), after.stem.as_str())),
            End::From => Some((after.stem.as_str(), before.stem.as_str())),
        }
    });
    ways.collect()
}
