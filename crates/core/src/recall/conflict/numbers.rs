//! Numbers, letters and symbols of which each text has one that the other lacks.

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
        || perhaps_here && perhaps_there && same_neighbour(one, &names, other, &others)
        || letters_differ(one, other)
        || letters_differ(other, one)
        || parts_differ(one, other)
}

/// Whether a number that is only possible follows the same word in both texts, and another number in each: `Peter I` and
/// `Peter the Second`.
fn same_neighbour(one: &[&Term], names: &[Name<'_>], other: &[&Term], others: &[Name<'_>]) -> bool {
    names.iter().any(|name| {
        let word = subject_before(one, name);
        let same = |next: &Name<'_>| subject_before(other, next) == word && next.text != name.text;
        word.is_some() && others.iter().any(same)
    })
}

/// The stem of the subject that stands before a name.
fn subject_before<'terms>(terms: &[&'terms Term], name: &Name<'_>) -> Option<&'terms str> {
    terms[..name.at].iter().rev().find(|term| !term.common).map(|term| term.stem.as_str())
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
        let spoken = term.spoken.filter(|_| !is_pronoun(terms, at));
        let together = before.zip(spoken).and_then(|(before, next)| joined(before, next.value));
        let value = together.or(spoken.map(|spoken| spoken.value));
        before = value;
        match (together, value, names.last_mut()) {
            (Some(number), _, Some(name)) => {
                (name.text, name.certain, name.joined) = (number.to_string().into(), true, true);
            }
            (_, Some(number), _) => {
                let certain = spoken.is_some_and(|spoken| spoken.certain);
                names.push(Name { text: number.to_string().into(), certain, joined: false, at });
            }
            _ if term.stem == "полтор" => {
                names.push(Name { text: Cow::Borrowed("1.5"), certain: true, joined: false, at });
            }
            _ if is_name(term) => {
                names.push(Name { text: Cow::Borrowed(&term.stem), certain: true, joined: false, at });
            }
            _ => {}
        }
    }
    names
}

/// Whether it is the `I` of `how do I`, and not that of `World War I`.
fn is_pronoun(terms: &[&Term], at: usize) -> bool {
    terms[at].word == "i" && at.checked_sub(1).is_none_or(|before| terms[before].common)
}

/// Whether a term is, or may be, the name of one thing of its kind.
pub(super) fn may_be_name(term: &Term) -> bool {
    is_name(term) || is_letter(term) || term.spoken.is_some() || term.stem == "полтор"
}

/// A number as it is compared: on the hour it has no minutes, and after noon it goes on from twelve.
fn time<'name>(text: &'name str, terms: &[&Term], at: usize) -> Cow<'name, str> {
    let hour = text.strip_suffix(":00").unwrap_or(text);
    let afternoon =
        terms.get(at + 1).is_some_and(|next| matches!(next.word.as_str(), "pm" | "вечера" | "дня"));
    match hour.parse::<u8>() {
        Ok(hour) if afternoon && hour < 12 => Cow::Owned((hour + 12).to_string()),
        _ => Cow::Borrowed(hour),
    }
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
    let same_time = |next: &Name<'_>| time(&next.text, other, next.at) == time(&name.text, one, name.at);
    others.iter().any(|next| next.text == name.text || same_time(next))
        || !name.joined && other.iter().any(|word| word.stem == term.stem)
        || other.windows(2).any(|pair| is_compound(&term.word, pair[0], pair[1]))
        || one[at.saturating_sub(1)..one.len().min(at + 2)].windows(2).any(is_part)
}

/// Whether the same word is followed by a letter in `one`, and by another letter in `other`: `hepatitis A` and
/// `hepatitis B`, although `A` is usually an article.
fn letters_differ(one: &[&Term], other: &[&Term]) -> bool {
    let differs = |word: &Term, letter: &Term| {
        let at = other.iter().position(|term| term.stem == word.stem);
        let after = at.and_then(|at| other.get(at + 1)).filter(|term| is_letter(term));
        after.is_some_and(|other| other.stem != letter.stem)
    };
    one.windows(2).any(|pair| {
        let [word, letter] = pair else { return false };
        let named = is_letter(letter) && is_name(letter) && !word.common && !word.number;
        named && differs(word, letter)
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
const PARTS: &[&str] = &["half", "quarter", "половин", "пол", "четверт"];

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

/// Whether two texts are the same but for one short word, which is not common in one of them: `eu-west-1`, `us-west-1`.
pub(super) fn short_words_differ(one: &[&Term], other: &[&Term]) -> bool {
    if one.len() != other.len() || one.len() < 2 {
        return false;
    }
    let mut differ = (0..one.len()).filter(|at| one[*at].stem != other[*at].stem);
    let (Some(at), None) = (differ.next(), differ.next()) else { return false };
    let short = |term: &Term| term.kind == Kind::Word && term.word.chars().count() <= SHORT;
    // `units` compares those.
    if one[at].unit.is_some() && other[at].unit.is_some() {
        return false;
    }
    short(one[at]) && short(other[at]) && !(one[at].common && other[at].common)
}

/// The length in letters of words that are symbols and codes more often than names of things.
const SHORT: usize = 2;
