//! Numbers, units and symbols of which each text has one that the other lacks.

use std::borrow::Cow;

use crate::recall::likeness::is_compound;
use crate::text::{Class, Kind, Term, joined};

/// Whether each text has a number, a code or a letter that the other lacks. A number on one side only is an addition:
/// `I waited 20 minutes, how do I restart it?`
pub(super) fn numbers_differ(one: &[&Term], other: &[&Term]) -> bool {
    let (names, others) = (names(one), names(other));
    let lacking = |one: &[&Term], names: &[Name<'_>], other: &[&Term], others: &[Name<'_>]| {
        let lacks = |name: &&Name<'_>| !has_name(other, others, one, name);
        let (certain, possible): (Vec<_>, Vec<_>) = names.iter().filter(lacks).partition(|name| name.certain);
        (!certain.is_empty(), !possible.is_empty())
    };
    let (here, perhaps_here) = lacking(one, &names, other, &others);
    let (there, perhaps_there) = lacking(other, &others, one, &names);
    here && (there || perhaps_there)
        || there && perhaps_here
        || letters_differ(one, other)
        || letters_differ(other, one)
        || parts_differ(one, other)
}

/// What names one thing of its kind: a number, a code, or a letter, as in `vitamin C`.
struct Name<'terms> {
    text: Cow<'terms, str>,
    /// `one` and `second` are names only if the other text has another one in their place: `World War I`.
    certain: bool,
    /// Several words say it.
    joined: bool,
    at: usize,
}

fn names<'terms>(terms: &[&'terms Term]) -> Vec<Name<'terms>> {
    let mut names: Vec<Name<'_>> = Vec::new();
    let mut before: Option<u64> = None;
    for (at, term) in terms.iter().enumerate() {
        let together = before.zip(term.spoken).and_then(|(before, next)| joined(before, next.value));
        let value = together.or(term.spoken.map(|spoken| spoken.value));
        before = value;
        match (together, value, names.last_mut()) {
            (Some(number), _, Some(name)) => {
                (name.text, name.certain, name.joined) = (number.to_string().into(), true, true);
            }
            (_, Some(number), _) => {
                let certain = term.spoken.is_some_and(|spoken| spoken.certain);
                names.push(Name { text: number.to_string().into(), certain, joined: false, at });
            }
            _ if is_name(term) => {
                names.push(Name { text: Cow::Borrowed(&term.stem), certain: true, joined: false, at });
            }
            _ => {}
        }
    }
    names
}

/// Whether a term is, or may be, the name of one thing of its kind.
pub(super) fn may_be_name(term: &Term) -> bool {
    is_name(term) || is_letter(term) || term.spoken.is_some()
}

/// Not the letter of `p.m.`.
fn is_name(term: &Term) -> bool {
    term.number || is_letter(term) && !term.common && term.word != "p"
}

fn is_letter(term: &Term) -> bool {
    term.kind == Kind::Word && term.word.chars().count() == 1
}

/// Whether `other` has a name of `one`, alone, within a compound, or in two parts.
fn has_name(other: &[&Term], others: &[Name<'_>], one: &[&Term], name: &Name<'_>) -> bool {
    let (term, at) = (&one[name.at], name.at);
    let is_part = |pair: &[&Term]| match pair {
        [first, second] => other.iter().any(|whole| is_compound(&whole.word, first, second)),
        _ => false,
    };
    others.iter().any(|other| other.text == name.text)
        || !name.joined && other.iter().any(|word| word.stem == term.stem)
        || other.windows(2).any(|pair| is_compound(&term.word, pair[0], pair[1]))
        || one[at.saturating_sub(1)..one.len().min(at + 2)].windows(2).any(is_part)
}

/// Whether the same word is followed by a letter in `one`, and by another letter in `other`: `hepatitis A` and
/// `hepatitis B`, although `A` is usually an article.
fn letters_differ(one: &[&Term], other: &[&Term]) -> bool {
    let after = |terms: &[&Term], word: &Term| {
        let at = terms.iter().position(|term| term.stem == word.stem)?;
        terms.get(at + 1).filter(|term| is_letter(term)).map(|term| term.stem.clone())
    };
    one.windows(2).any(|pair| {
        let [word, letter] = pair else { return false };
        let named = is_letter(letter) && is_name(letter) && !word.common && !word.number;
        named && after(other, word).is_some_and(|other| other != letter.stem)
    })
}

/// Whether one text speaks of a half or a quarter, the other does not, and both have numbers: `a dozen`, `half a dozen`.
fn parts_differ(one: &[&Term], other: &[&Term]) -> bool {
    let part = |terms: &[&Term]| terms.iter().any(|term| PARTS.contains(&term.stem.as_str()));
    let counts = |terms: &[&Term]| {
        terms.iter().any(|term| term.number || term.spoken.is_some_and(|spoken| spoken.certain))
    };
    counts(one) && counts(other) && part(one) != part(other)
}

/// Stems.
const PARTS: &[&str] = &["half", "quarter", "половин", "пол", "полтор", "четверт"];

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
    let same_number = one.iter().filter(|term| term.number).any(|number| {
        let (here, there) = (counted(one, number), counted(other, number));
        matches!((here, there), (Some(here), Some(there)) if are_other_units(here, there, one, other))
    });
    same_number || currencies_differ(one, other)
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

fn currencies_differ(one: &[&Term], other: &[&Term]) -> bool {
    let named = |terms: &[&Term]| -> Vec<&str> {
        terms.iter().filter(|term| is_currency(term)).filter_map(|term| term.unit).collect()
    };
    let (one, other) = (named(one), named(other));
    !one.is_empty() && !other.is_empty() && !one.iter().any(|currency| other.contains(currency))
}

pub(super) fn is_currency(term: &Term) -> bool {
    matches!(term.unit, Some("$" | "€" | "£" | "₽" | "¥" | "₸" | "₴" | "₹" | "₩" | "₺" | "Fr" | "zł" | "BYN"))
}
