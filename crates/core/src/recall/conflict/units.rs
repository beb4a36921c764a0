//! Units and currencies of which each text has one that the other lacks.

use crate::text::{Kind, Term};

/// Whether the same number counts different things, or the texts name different currencies.
pub(super) fn units_differ(one: &[&Term], other: &[&Term]) -> bool {
    let same_number = one.iter().filter(|term| term.number).any(|number| {
        let (here, there) = (counted(one, number), counted(other, number));
        matches!((here, there), (Some(here), Some(there)) if are_other_units(here, there, one, other))
    });
    same_number || currencies_differ(one, other) || measures_differ(one, other)
}

/// What a number counts: the term after it, or the currency before it.
fn counted<'terms>(terms: &[&'terms Term], number: &Term) -> Option<&'terms Term> {
    let at = terms.iter().position(|term| term.stem == number.stem)?;
    let before = at.checked_sub(1).and_then(|before| terms.get(before)).filter(|term| is_currency(term));
    let after = terms.get(at + 1);
    after.filter(|term| term.unit.is_some()).or(before).or(after).copied()
}

/// Whether what two terms count is different: two units, or two short words of which each text has only one.
fn are_other_units(here: &Term, there: &Term, one: &[&Term], other: &[&Term]) -> bool {
    if let (Some(here), Some(there)) = (here.unit, there.unit) {
        return here != there;
    }
    let lacks = |terms: &[&Term], word: &Term| terms.iter().all(|term| term.stem != word.stem);
    let short = |term: &Term| {
        let letters = term.word.chars().count() <= LONGEST_SYMBOL;
        term.kind == Kind::Word && letters && (!term.common || COMMON_SYMBOLS.contains(&term.word.as_str()))
    };
    short(here) && short(there) && !(here.common && there.common) && lacks(other, here) && lacks(one, there)
}

/// The length in letters of the longest symbol of a unit that is not listed.
const LONGEST_SYMBOL: usize = 3;

/// Common words that are symbols of units too: ampere, before noon, the size of a country.
const COMMON_SYMBOLS: &[&str] = &["a", "am", "us", "а", "в"];

/// Whether each text asks for something in another unit: `the distance in miles`, `the distance in kilometres`. A unit of time
/// that nothing is told in may be a day of leave.
fn measures_differ(one: &[&Term], other: &[&Term]) -> bool {
    let measures = |terms: &[&Term]| -> Vec<&'static str> {
        let after = |pair: &[&Term]| match pair {
            [before, unit] if MEASURED.contains(&before.word.as_str()) => unit.unit,
            _ => None,
        };
        let told = terms.windows(2).filter_map(after);
        let named = terms.iter().filter(|term| is_quantity(term)).filter_map(|term| term.unit);
        told.chain(named).collect()
    };
    let (one, other) = (measures(one), measures(other));
    !one.is_empty() && !other.is_empty() && !one.iter().any(|unit| other.contains(unit))
}

/// Words before a unit in which something is told, or that is asked for: `how many miles`.
const MEASURED: &[&str] = &["in", "per", "into", "to", "by", "many", "much", "в", "за", "на", "сколько"];

/// Whether a word can be nothing but the unit of a length, a weight, or the like. Symbols of units are words, too.
fn is_quantity(term: &Term) -> bool {
    let is_time = matches!(term.unit, Some("ms" | "us" | "s" | "min" | "h" | "d" | "w" | "mo" | "y"));
    term.unit.is_some() && !is_time && !is_currency(term) && term.word.chars().count() > LONGEST_SYMBOL
}

fn currencies_differ(one: &[&Term], other: &[&Term]) -> bool {
    let named = |terms: &[&Term]| -> Vec<&str> {
        terms.iter().filter(|term| is_currency(term)).filter_map(|term| term.unit).collect()
    };
    let (one, other) = (named(one), named(other));
    !one.is_empty() && !other.is_empty() && !one.iter().any(|currency| other.contains(currency))
}

fn is_currency(term: &Term) -> bool {
    matches!(term.unit, Some("$" | "€" | "£" | "₽" | "¥" | "₸" | "₴" | "₹" | "₩" | "₺" | "Fr" | "zł" | "BYN"))
}
