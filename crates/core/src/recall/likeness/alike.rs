//! How similar two words are: forms of one word, a misspelling, a beginning, a loanword in other letters.

use super::Weights;
use crate::text::{Class, Kind, Marks, SPELT, Term, compare_marks, in_one_alphabet, spelt_out, stem};

/// The minimum similarity of two spellings that may be one word.
const LEAST_SPELLING: f32 = 0.7;
/// The similarity of a word and its beginning: clipped (`prod` for `production`) or derived (`оформить`,
/// `оформление`).
const BEGINNING: f32 = 0.75;
/// The similarity of a word with diacritics and the same word without some of them: enough for a stimulus with
/// the right ones to be nearer.
const MARKS_MISSING: f32 = 0.99;
/// The length in bytes of the longest short name of a unit: `руб`.
const LONGEST_SHORT_NAME: usize = 6;

/// How well a term is matched on the other side.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::recall) struct Matched {
    /// The similarity of the most similar word; 0 if there is none.
    pub(in crate::recall) alike: f32,
    /// That word is common, and this one a misspelling of it.
    pub(super) common: bool,
}

impl Matched {
    fn or(&mut self, alike: f32, by: &Term) {
        if alike > self.alike {
            *self = Self { alike, common: by.common };
        }
    }
}

/// How well each term of either side is matched on the other.
pub(super) fn matches<'text, F: Fn(&str) -> u64>(
    one: &[&'text Term],
    other: &[&'text Term],
    weights: &mut Weights<'text, F>,
) -> (Vec<Matched>, Vec<Matched>) {
    let mut in_other = vec![Matched::default(); one.len()];
    let mut in_one = vec![Matched::default(); other.len()];
    for (term, in_other) in one.iter().zip(&mut in_other) {
        for (candidate, in_one) in other.iter().zip(&mut in_one) {
            let alike = alike(term, candidate, weights);
            in_other.or(alike, candidate);
            in_one.or(alike, term);
        }
    }
    match_compounds(one, &mut in_other, other, &mut in_one);
    match_compounds(other, &mut in_one, one, &mut in_other);
    (in_other, in_one)
}

/// Matches two neighbours of `parts` with one term of `wholes`: `on call` is `oncall`, `E 1207` is `E1207`.
fn match_compounds(parts: &[&Term], in_wholes: &mut [Matched], wholes: &[&Term], in_parts: &mut [Matched]) {
    for (at, pair) in parts.windows(2).enumerate() {
        let [first, second] = pair else { continue };
        for (whole, in_parts) in wholes.iter().zip(&mut *in_parts) {
            if in_parts.alike < 1.0 && is_compound(&whole.word, first, second) {
                *in_parts = Matched { alike: 1.0, common: false };
                in_wholes[at..at + 2].fill(Matched { alike: 1.0, common: false });
            }
        }
    }
}

/// Whether a word is two others written together. `2 12` is not `212`, nor is `- 1` `-1`.
pub(in crate::recall) fn is_compound(whole: &str, first: &Term, second: &Term) -> bool {
    let Some(rest) = whole.strip_prefix(first.word.as_str()).filter(|rest| !rest.is_empty()) else {
        return false;
    };
    let joins = !matches!(first.kind, Kind::Symbol(_) | Kind::Gram);
    let digits = first.word.ends_with(char::is_numeric) && rest.starts_with(char::is_numeric);
    let same_stem = || begin_alike(rest, &second.stem) && stem(rest) == second.stem;
    joins && !digits && (rest == second.word || same_stem())
}

/// How similar two words are: 1 for forms of the same word, less if one may be a misspelling, the beginning
/// or a transliteration of the other, otherwise 0. Numbers and symbols are names: another digit is another
/// thing.
fn alike<'text, F: Fn(&str) -> u64>(
    one: &'text Term,
    other: &'text Term,
    weights: &mut Weights<'text, F>,
) -> f32 {
    if one.stem == other.stem {
        return with_marks(one, other);
    }
    if names_same_unit(one, other) || says_same_number(one, other) {
        return 1.0;
    }
    if one.kind != Kind::Word || other.kind != Kind::Word {
        return 0.0;
    }
    match (&one.latin, &other.latin) {
        (Some(_), None) if looks_like(one, other) => MARKS_MISSING,
        (None, Some(_)) if looks_like(other, one) => MARKS_MISSING,
        _ if is_spelt_out(one, other) || is_spelt_out(other, one) => MARKS_MISSING,
        (Some(latin), None) if !one.common && !other.common => spelling(latin, &other.word),
        (None, Some(latin)) if !one.common && !other.common => spelling(&one.word, latin),
        _ if !begin_alike(&one.word, &other.word) => 0.0,
        _ if one.common || other.common => slip(one, other, weights),
        _ if is_beginning(one, other) || is_beginning(other, one) => BEGINNING,
        // If the genome knows both words, they are two words.
        _ if weights.holding(one) > 0 && weights.holding(other) > 0 => 0.0,
        // A typing error may hide the ending from the stemmer, and an ending how similar the words are.
        _ => match spelling(&one.stem, &other.stem).max(spelling(&one.word, &other.word)) {
            // `Iran` is no misspelt `Iraq`.
            alike if alike > 0.0 && (weights.is_word)(&one.word) && (weights.is_word)(&other.word) => 0.0,
            alike => alike,
        },
    }
}

/// Whether two words have the same first letter, and so their stems.
fn begin_alike(one: &str, other: &str) -> bool {
    one.chars().next() == other.chars().next()
}

/// How similar two forms of a word are by their diacritics. People leave them out, but those that they write
/// they mean.
fn with_marks(one: &Term, other: &Term) -> f32 {
    if one.word != other.word || one.marked == other.marked {
        return 1.0;
    }
    let written = |term: &Term| term.marked.clone().unwrap_or_else(|| term.word.clone());
    match compare_marks(&written(one), &written(other)) {
        Marks::Same => 1.0,
        Marks::Missing => MARKS_MISSING,
        Marks::Different => LEAST_SPELLING,
    }
}

/// `third` and `3rd`, `fifteen` and `15`.
fn says_same_number(one: &Term, other: &Term) -> bool {
    let says = |word: &Term, digits: &Term| {
        word.spoken.is_some_and(|spoken| spoken.certain && spoken.value.to_string() == digits.stem)
    };
    says(one, other) || says(other, one)
}

/// `GB` and `ГБ`, `$` and `dollars`. Not a single letter, which may be anything.
fn names_same_unit(one: &Term, other: &Term) -> bool {
    let is_name = |term: &Term| {
        let is_long =
            matches!(term.kind, Kind::Symbol(Class::Unit)) || term.kind == Kind::Word && term.word.len() > 1;
        is_long && !term.common
    };
    // One of two names is a short one.
    let is_short = one.word.len().min(other.word.len()) <= LONGEST_SHORT_NAME;
    one.unit.is_some() && one.unit == other.unit && is_short && is_name(one) && is_name(other)
}

/// Whether a Cyrillic word was typed in Latin letters that look the same: `МТС`, `MTC`.
fn looks_like(cyrillic: &Term, latin: &Term) -> bool {
    cyrillic.word.len() == 2 * latin.word.len() && in_one_alphabet(&cyrillic.word, true) == latin.word
}

/// Whether one word is the other without umlauts: `fuer`, `für`.
fn is_spelt_out(spelt: &Term, marked: &Term) -> bool {
    marked.marked.as_deref().and_then(spelt_out).is_some_and(|letters| letters == spelt.word)
}

/// How similar a common word and another one are, if that is a word only by mistake: the genome does not know
/// it. Short words must have the same letters, since `cat` is not `can`: two swapped, or one doubled.
fn slip<'text, F: Fn(&str) -> u64>(
    one: &'text Term,
    other: &'text Term,
    weights: &mut Weights<'text, F>,
) -> f32 {
    let typed = match (one.common, other.common) {
        (true, false) => other,
        (false, true) => one,
        _ => return 0.0,
    };
    if weights.holding(typed) > 0 {
        return 0.0;
    }
    let spelling = spelling(&one.word, &other.word);
    if has_same_letters(&one.word, &other.word) { spelling.max(LEAST_SPELLING) } else { spelling }
}

/// Whether two words that begin alike differ in two swapped neighbours or in one doubled letter.
fn has_same_letters(one: &str, other: &str) -> bool {
    let undoubled = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.dedup();
        letters
    };
    let (a, b) = (undoubled(one), undoubled(other));
    if a.first() != b.first() || a.len() < 2 || a.len() != b.len() {
        return false;
    }
    let differ: Vec<usize> = (0..a.len()).filter(|at| a[*at] != b[*at]).collect();
    match differ[..] {
        [] => one.chars().count().abs_diff(other.chars().count()) <= 1,
        [first, second] => second == first + 1 && a[first] == b[second] && a[second] == b[first],
        _ => false,
    }
}

fn is_beginning(short: &Term, long: &Term) -> bool {
    let begins = |short: &str, long: &str| long.starts_with(short) && SPELT.contains(&short.chars().count());
    begins(&short.word, &long.word) || begins(&short.stem, &long.stem)
}

/// How similar the spellings of two words are: the part of the longer one that needs no edits. 0 if that is
/// too little, or if they begin with different letters: errors in the first letter are rare, and pairs such
/// as `import` and `export` are not.
fn spelling(one: &str, other: &str) -> f32 {
    if !begin_alike(one, other) {
        return 0.0;
    }
    let (a, b) = (one.chars().count(), other.chars().count());
    let (shorter, longer) = (a.min(b), a.max(b));
    let hopeless = (shorter as f32) < LEAST_SPELLING * longer as f32;
    if !SPELT.contains(&shorter) || hopeless {
        return 0.0;
    }
    let edits = strsim::osa_distance(one, other);
    let same = (longer - edits) as f32 / longer as f32;
    if same >= LEAST_SPELLING { same } else { 0.0 }
}
