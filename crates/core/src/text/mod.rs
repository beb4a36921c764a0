//! Text as recall sees it: normalisation, the key of a stimulus, and the terms of a question.

mod common;
mod fold;
mod key;
mod number;
mod stem;
mod symbol;
mod token;
mod unspaced;

use std::borrow::Cow;
use std::collections::HashSet;

pub use common::Asks;
pub(crate) use fold::{Marks, compare_marks, spelt_out};
pub use key::{Key, normalise};
pub(crate) use stem::{SPELT, stem};
pub use stem::{is_cyrillic, latin};
pub use symbol::Class;

use token::{Token, scan};

/// One word of a text: a word proper, a number, a symbol, or a group of letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// The word, lower case, in one alphabet, without diacritics (`ё` is `е`).
    pub word: String,
    /// The word with its diacritics, if it has any.
    pub marked: Option<String>,
    /// What all forms of the word share.
    pub stem: String,
    /// What kind of a word it is.
    pub kind: Kind,
    /// It says little about the subject (`the`, `please`, `find`; `как`, `пожалуйста`, `найти`).
    pub common: bool,
    /// It is, or contains, a number, and so names one thing only.
    pub number: bool,
    /// What it asks for, if it is a question word.
    pub asks: Option<Asks>,
}

/// A kind of word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Letters between spaces.
    Word,
    /// A number, or a code with digits.
    Number,
    /// A few letters of a text that has no spaces.
    Gram,
    /// A symbol or an emoji.
    Symbol(Class),
}

/// The words of a text, in order, each stem once. Cyrillic words are stemmed as Russian, others as English;
/// numbers and symbols are not stemmed.
pub fn terms(text: &str) -> Vec<Term> {
    // Unicode would make it a word: `no`.
    let text = if text.contains('№') { Cow::Owned(text.replace('№', " ")) } else { Cow::Borrowed(text) };
    let text = normalise(&text);
    let mut terms = Terms::default();
    scan(&text, |token| terms.add(Term::of(token)));
    terms.all
}

impl Term {
    fn of(token: Token<'_>) -> Self {
        match token {
            Token::Word(word) => Self::word(word),
            Token::Number(number) => {
                let number = number::canonical(&number);
                let word = fold::in_one_alphabet(&fold::bare(&number), true).into_owned();
                Self {
                    stem: word.clone(),
                    word,
                    marked: None,
                    kind: Kind::Number,
                    common: false,
                    number: true,
                    asks: None,
                }
            }
            Token::Gram(gram) => Self {
                word: gram.text.to_owned(),
                marked: None,
                stem: gram.text.to_owned(),
                kind: Kind::Gram,
                common: gram.light,
                number: false,
                asks: common::asks(gram.text),
            },
            Token::Symbol { text, class, light } => Self {
                word: text.clone().into_owned(),
                marked: None,
                stem: text.into_owned(),
                kind: Kind::Symbol(class),
                common: light,
                number: false,
                asks: None,
            },
        }
    }

    fn word(written: &str) -> Self {
        let bare = fold::bare(written);
        let marked =
            matches!(bare, Cow::Owned(_)).then(|| written.to_owned()).filter(|marked| *marked != *bare);
        let word = fold::in_one_alphabet(&bare, false).into_owned();
        if let Some(number) = number::spoken(&word) {
            return Self {
                word,
                marked,
                stem: number.to_owned(),
                kind: Kind::Number,
                common: false,
                number: true,
                asks: None,
            };
        }
        let stem = stem(&word);
        let (common, asks) = (common::is_common(&word, &stem), common::asks(&word));
        Self { word, marked, stem, kind: Kind::Word, common, number: false, asks }
    }
}

/// The terms of a text so far.
#[derive(Default)]
struct Terms {
    all: Vec<Term>,
    /// The stems of `all`, once there are too many to look through.
    stems: HashSet<String>,
}

impl Terms {
    /// How many terms are looked through.
    const FEW: usize = 24;

    fn add(&mut self, term: Term) {
        let is_new = match self.all.len() {
            ..Self::FEW => self.all.iter().all(|other| other.stem != term.stem),
            Self::FEW => {
                self.stems.extend(self.all.iter().map(|term| term.stem.clone()));
                self.stems.insert(term.stem.clone())
            }
            _ => self.stems.insert(term.stem.clone()),
        };
        if is_new && !term.word.is_empty() {
            self.all.push(term);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(text: &str) -> Vec<String> {
        terms(text).into_iter().map(|term| term.stem).collect()
    }

    fn subject(text: &str) -> Vec<String> {
        terms(text).into_iter().filter(|term| !term.common).map(|term| term.word).collect()
    }

    #[test]
    fn inflected_words_share_a_stem() {
        assert_eq!(stems("restarting servers"), stems("restart server"));
        assert_eq!(stems("перезапуска серверов"), stems("перезапуск сервера"));
        assert_eq!(stems("список ошибок"), stems("списка ошибки"));
        assert_eq!(stems("ещё"), stems("еще"));
    }

    #[test]
    fn a_short_word_keeps_its_vowel() {
        assert_eq!(stems("срок век кот"), ["срок", "век", "кот"]);
    }

    #[test]
    fn words_with_digits_stay_whole() {
        assert_eq!(stems("ERR-5031 on v2.14."), ["err", "5031", "on", "v2.14"]);
        assert_eq!(stems("api.example.com at 10.0.0.1"), ["api", "exampl", "com", "at", "10.0.0.1"]);
    }

    #[test]
    fn a_repeated_word_is_one_term() {
        assert_eq!(stems("restart, restarted, RESTART!"), ["restart"]);
    }

    #[test]
    fn courtesy_and_the_most_general_verbs_are_not_the_subject() {
        assert_eq!(
            subject("Hi, could you please tell me where I can find the release notes?"),
            ["release", "notes"]
        );
        assert_eq!(subject("Подскажите, пожалуйста, где найти график дежурств"), ["график", "дежурств"]);
    }

    #[test]
    fn negations_are_part_of_the_subject() {
        assert_eq!(subject("the VPN does not connect"), ["vpn", "not", "connect"]);
        assert_eq!(subject("VPN не подключается"), ["vpn", "не", "подключается"]);
    }
}
