//! Negations that turn a question round. Most do not: `I can't log in` asks how to log in.

use crate::text::{Asks, Term};

/// Whether one text is the other with a negation, and both ask for the same: `why can I not log in` and `why
/// can I log in`. What remains must be the same, since a negation of something else turns nothing round.
pub(super) fn is_negated(one: &[&Term], other: &[&Term]) -> bool {
    // `If there is no internet` says what `without internet` says.
    let absent = one.iter().chain(other).any(|term| excludes(term));
    let denies = has_negation(one);
    if absent || denies == has_negation(other) {
        return false;
    }
    let (here, there) = (subject(one), subject(other));
    let same = here.len() == there.len() && here.iter().all(|stem| there.contains(stem));
    let asked = (asked(one), asked(other));
    let complains = asked.0 == (None, false) && (is_inability(one) || is_inability(other));
    // `Does it work at night?` and `Why does it not work at night?`
    let (denied, other_side) = if denies { (asked.0, other) } else { (asked.1, one) };
    let presumes = denied != (None, false) && asks_whether(other_side);
    same && !here.is_empty() && (asked.0 == asked.1 && !complains || presumes)
}

/// Whether a text asks whether something is so, without asking for more.
fn asks_whether(terms: &[&Term]) -> bool {
    let first = terms.first().map(|term| term.word.as_str());
    asked(terms) == (None, false)
        && (first.is_some_and(|first| WHETHER.contains(&first)) || terms.iter().any(|term| term.word == "ли"))
}

/// Words that begin a question for yes or no.
const WHETHER: &[&str] = &[
    "is", "are", "was", "were", "am", "do", "does", "did", "can", "could", "will", "would", "should", "may",
    "must", "has", "have", "had",
];

/// `I can't find my card` says what `I need to find my card` says.
fn is_inability(terms: &[&Term]) -> bool {
    terms.iter().any(|term| {
        matches!(
            term.word.as_str(),
            "ca" | "can"
                | "cannot"
                | "cant"
                | "could"
                | "couldn"
                | "able"
                | "могу"
                | "можем"
                | "получается"
                | "удается"
                | "выходит"
        )
    })
}

fn subject<'terms>(terms: &[&'terms Term]) -> Vec<&'terms str> {
    // `no longer`
    let emphasis = |term: &Term| matches!(term.word.as_str(), "longer" | "больше");
    let is_subject = |term: &&&Term| !term.common && !is_negation(term) && !excludes(term) && !emphasis(term);
    terms.iter().filter(is_subject).map(|term| term.stem.as_str()).collect()
}

/// What a text asks for; `what` is as good as a question word here.
fn asked(terms: &[&Term]) -> (Option<Asks>, bool) {
    let what = |term: &&Term| {
        matches!(term.word.as_str(), "what" | "which" | "что" | "какой" | "какая" | "какое" | "какие")
    };
    (terms.iter().find_map(|term| term.asks), terms.iter().any(what))
}

pub(super) fn has_negation(terms: &[&Term]) -> bool {
    // `part no. 12` is part 12.
    let is_numero = |at: usize| terms[at].word == "no" && terms.get(at + 1).is_none_or(|next| next.number);
    let negates =
        |(at, term): (usize, &&Term)| is_negation(term) && !is_alternative(terms, at) && !is_numero(at);
    // `I don't know where it is` asks where it is.
    let is_ignorance = terms.iter().any(|term| matches!(term.word.as_str(), "know" | "знаю" | "знаем"));
    !is_ignorance && (terms.iter().enumerate().any(negates) || is_contracted(terms))
}

/// `original or not` asks whether it is.
fn is_alternative(terms: &[&Term], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| matches!(terms[before].word.as_str(), "or" | "или"))
}

fn is_negation(term: &Term) -> bool {
    matches!(
        term.word.as_str(),
        "not"
            | "no"
            | "never"
            | "cannot"
            | "cant"
            | "dont"
            | "doesnt"
            | "didnt"
            | "isnt"
            | "wont"
            | "не"
            | "нет"
            | "нельзя"
            | "никогда"
    )
}

/// `don't`, `isn't`: a verb that ends in `n`, and a `t`.
fn is_contracted(terms: &[&Term]) -> bool {
    let has = |found: &dyn Fn(&str) -> bool| terms.iter().any(|term| found(&term.word));
    let verb = |word: &str| {
        word.strip_suffix('n').is_some_and(|verb| {
            matches!(
                verb,
                "do" | "ca"
                    | "wo"
                    | "is"
                    | "are"
                    | "was"
                    | "were"
                    | "did"
                    | "does"
                    | "has"
                    | "have"
                    | "had"
                    | "could"
                    | "would"
                    | "should"
            )
        })
    };
    has(&|word| word == "t") && has(&verb)
}

/// Whether one text says that something is absent, and the other that it is there: `log in without a
/// password`, `log in with a password`. The other must say so, or be the same but for the absence.
pub(super) fn is_excluded(one: &[&Term], other: &[&Term]) -> bool {
    let Some(at) = one.iter().position(|term| excludes(term)) else { return false };
    // `sugar free`; `without having to register` is about something else.
    let before = (one[at].word == "free").then(|| &one[at.saturating_sub(1)..at]);
    let thing = before.unwrap_or(&one[at + 1..]).iter().take(2).find(|term| !term.common);
    let Some(thing) = thing else { return false };
    let Some(there) = other.iter().position(|term| term.stem == thing.stem) else { return false };
    let with = |term: &&Term| matches!(term.word.as_str(), "with" | "using" | "с" | "со");
    let said = other[there.saturating_sub(2)..there].iter().any(with);
    let (here, all) = (subject(one), subject(other));
    let same = here.len() == all.len() && here.iter().all(|stem| all.contains(stem));
    !other.iter().any(|term| excludes(term)) && !has_negation(other) && (said || same)
}

pub(super) fn excludes(term: &Term) -> bool {
    matches!(term.word.as_str(), "without" | "lacking" | "non" | "free" | "без")
}
