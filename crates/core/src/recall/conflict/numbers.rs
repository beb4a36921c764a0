//! Numbers, units and symbols of which each text has one that the other lacks.

use crate::recall::likeness::is_compound;
use crate::text::{Class, Kind, Term};

/// How the numbers of two texts differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    /// Only in times of the day and dates.
    Moments,
    /// In other numbers or codes.
    Numbers,
}

/// The difference if each text has a number, a code or a letter that the other lacks. A number on one side only is an
/// addition: `I waited 20 minutes, how do I restart it?`
pub(super) fn numbers_differ(one: &[&Term], other: &[&Term]) -> Option<Difference> {
    let lacking = |one: &[&Term], other: &[&Term]| -> Vec<usize> {
        (0..one.len()).filter(|at| is_name(one[*at]) && !has_name(other, one, *at)).collect()
    };
    let (here, there) = (lacking(one, other), lacking(other, one));
    if here.is_empty() || there.is_empty() {
        return None;
    }
    let moments = |terms: &[&Term], lacking: &[usize]| lacking.iter().all(|at| is_moment(terms, *at));
    let only_moments = moments(one, &here) && moments(other, &there);
    Some(if only_moments { Difference::Moments } else { Difference::Numbers })
}

/// Whether a number is a time of the day or belongs to a date: `5 pm`, `12:30`, `8 мая`.
fn is_moment(terms: &[&Term], at: usize) -> bool {
    let names = |term: &Term| MOMENTS.split(' ').any(|name| name == term.word);
    let beside =
        [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|beside| terms.get(beside));
    terms[at].word.contains(':') || beside.into_iter().any(|term| names(term))
}

const MOMENTS: &str = "am pm p o morning evening noon утра вечера дня ночи часов \
    january february march april may june july august september october november december \
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря";

/// Whether a term names one thing of its kind: a number, a code, or a letter, as in `vitamin C`. Not the letter
/// of `p.m.`.
pub(super) fn is_name(term: &Term) -> bool {
    let letter =
        term.kind == Kind::Word && !term.common && term.word.chars().count() == 1 && term.word != "p";
    term.number || letter
}

/// Whether `other` has the name at `at`, alone, within a compound, or in two parts.
fn has_name(other: &[&Term], one: &[&Term], at: usize) -> bool {
    let term = &one[at];
    let is_part = |pair: &[&Term]| match pair {
        [first, second] => other.iter().any(|whole| is_compound(&whole.word, first, second)),
        _ => false,
    };
    other.iter().any(|word| word.stem == term.stem)
        || other.windows(2).any(|pair| is_compound(&term.word, pair[0], pair[1]))
        || one[at.saturating_sub(1)..one.len().min(at + 2)].windows(2).any(is_part)
}

/// Whether each text has a symbol that the other lacks, of the same class; or one has a sign at a name of a
/// single letter, and the other has only the letter: `C++`, `C`.
pub(super) fn symbols_differ(one: &[&Term], other: &[&Term]) -> bool {
    let lacking = |one: &[&Term], other: &[&Term]| -> Vec<Class> {
        let lacks = |term: &&&Term| !other.iter().any(|word| word.stem == term.stem);
        let class = |term: &Term| if let Kind::Symbol(class) = term.kind { Some(class) } else { None };
        one.iter().filter(lacks).filter_map(|term| class(term)).collect()
    };
    let (here, there) = (lacking(one, other), lacking(other, one));
    here.iter().any(|class| there.contains(class)) || is_signed(one, other) || is_signed(other, one)
}

fn is_signed(one: &[&Term], other: &[&Term]) -> bool {
    let has = |term: &Term| other.iter().any(|word| word.stem == term.stem);
    one.windows(2).any(|pair| {
        let [name, sign] = pair else { return false };
        let named = name.kind == Kind::Word && name.word.chars().count() == 1;
        named && matches!(sign.word.as_str(), "+" | "++" | "#" | "-" | "*") && has(name) && !has(sign)
    })
}

/// Whether the same number counts different things, or the texts name different currencies.
pub(super) fn units_differ(one: &[&Term], other: &[&Term]) -> bool {
    let counted = |terms: &[&Term], number: &str| {
        let at = terms.iter().position(|term| term.stem == number)?;
        let before = at.checked_sub(1).and_then(|before| terms.get(before)).filter(|term| is_currency(term));
        terms.get(at + 1).and_then(|term| term.unit).or(before.and_then(|term| term.unit))
    };
    let same_number = one.iter().filter(|term| term.number).any(|term| {
        match (counted(one, &term.stem), counted(other, &term.stem)) {
            (Some(one), Some(other)) => one != other,
            _ => false,
        }
    });
    same_number || currencies_differ(one, other)
}

fn currencies_differ(one: &[&Term], other: &[&Term]) -> bool {
    let named = |terms: &[&Term]| -> Vec<&str> {
        terms.iter().filter(|term| is_currency(term)).filter_map(|term| term.unit).collect()
    };
    let (one, other) = (named(one), named(other));
    !one.is_empty() && !other.is_empty() && !one.iter().any(|currency| other.contains(currency))
}

pub(super) fn is_currency(term: &Term) -> bool {
    matches!(term.unit, Some("$" | "€" | "£" | "₽" | "¥"))
}
