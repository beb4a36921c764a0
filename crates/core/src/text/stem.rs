//! What the forms of a word share, and loanwords in the letters of their language.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};

/// The length in letters of words that are compared by spelling: too many shorter words differ in one letter
/// only, and longer ones are codes.
pub(crate) const SPELT: RangeInclusive<usize> = 4..=40;

/// Whether a word is, or contains, a number.
pub(super) fn has_digit(word: &str) -> bool {
    word.chars().any(char::is_numeric)
}

/// Whether a word is written in Cyrillic letters.
pub fn is_cyrillic(word: &str) -> bool {
    word.chars().any(|letter| ('\u{400}'..='\u{4ff}').contains(&letter))
}

/// What the forms of `word` share.
pub(crate) fn stem(word: &str) -> String {
    static ENGLISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::English));
    static RUSSIAN: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::Russian));
    if has_digit(word) {
        word.to_owned()
    } else if is_cyrillic(word) {
        without_fleeting_vowel(RUSSIAN.stem(word).into_owned())
    } else {
        ENGLISH.stem(word).into_owned()
    }
}

/// The stemmer does not know that `список` is a form of `списка`: a final `-ок`, `-ек` or `-ец` loses its
/// vowel.
fn without_fleeting_vowel(stem: String) -> String {
    let mut letters = stem.chars().rev();
    match (letters.next(), letters.next(), letters.count()) {
        (Some(last @ 'к'), Some('о' | 'е'), 3..) | (Some(last @ 'ц'), Some('е'), 3..) => {
            let kept = stem.chars().count() - 2;
            stem.chars().take(kept).chain([last]).collect()
        }
        _ => stem,
    }
}

/// A Cyrillic word in Latin letters, to recognise loanwords: `редис` is `redis`.
pub fn latin(word: &str) -> String {
    let mut latin = String::with_capacity(word.len());
    for letter in word.chars() {
        match LATIN.iter().find(|(cyrillic, _)| *cyrillic == letter) {
            Some((_, letters)) => latin.push_str(letters),
            None => latin.push(letter),
        }
    }
    latin
}

#[rustfmt::skip]
const LATIN: &[(char, &str)] = &[
    ('а', "a"), ('б', "b"), ('в', "v"), ('г', "g"), ('д', "d"), ('е', "e"), ('ж', "j"), ('з', "z"), ('и', "i"), ('й', "y"),
    ('к', "k"), ('л', "l"), ('м', "m"), ('н', "n"), ('о', "o"), ('п', "p"), ('р', "r"), ('с', "s"), ('т', "t"), ('у', "u"),
    ('ф', "f"), ('х', "h"), ('ц', "c"), ('ч', "ch"), ('ш', "sh"), ('щ', "sch"), ('ъ', ""), ('ы', "y"), ('ь', ""),
    ('э', "e"), ('ю', "iu"), ('я', "ia"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loanwords_are_written_back_in_latin_letters() {
        assert_eq!(latin("редис"), "redis");
        assert_eq!(latin("redis-кеш"), "redis-kesh");
    }
}
