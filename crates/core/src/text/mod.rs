//! Text as recall sees it: normalisation, the key of a stimulus, and the terms of a question.

mod common;
mod fold;
mod key;
mod number;
mod spoken;
mod stem;
mod symbol;
mod token;
mod unit;
mod unspaced;
mod visible;

use std::borrow::Cow;
use std::collections::HashSet;

pub use common::Asks;
pub(crate) use fold::{Marks, compare_marks, in_one_alphabet, spelt_out};
pub(crate) use key::Keys;
pub use key::{Key, identity, normalise};
pub(crate) use spoken::{Spoken, joined};
pub(crate) use stem::{SPELT, stem};
pub use stem::{is_cyrillic, latin};
pub use symbol::Class;
pub(crate) use visible::has_visible;

use spoken::spoken;
use token::{Token, scan};
use unit::unit;

/// One word of a text: a word proper, a number, a symbol, or a group of letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// The word, lower case, in one alphabet, without diacritics (`ё` is `е`).
    pub word: String,
    /// The word with its diacritics, or the number with its plus, if it has any.
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
    /// The unit or currency that it names.
    pub unit: Option<&'static str>,
    /// A Cyrillic word in Latin letters.
    pub latin: Option<String>,
    /// The number that the word says.
    pub(crate) spoken: Option<Spoken>,
    /// Where the text goes from it, or to it: `from Moscow to Kazan`.
    pub(crate) end: Option<End>,
}

/// An end of a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// Where it begins.
    From,
    /// Where it leads.
    To,
    /// `С`, where it begins, or what goes with it.
    Since,
    /// What takes the place of something, or goes with it.
    With,
}

impl End {
    /// The end that a preposition stands before.
    fn after(preposition: &str) -> Option<Self> {
        match preposition {
            "from" | "из" | "от" => Some(Self::From),
            "to" | "into" | "onto" | "в" | "во" | "на" | "до" | "к" => Some(Self::To),
            "с" | "со" => Some(Self::Since),
            "with" => Some(Self::With),
            _ => None,
        }
    }
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
    scan(&text, |token| terms.take(Term::of(token)));
    terms.end()
}

impl Term {
    fn of(token: Token<'_>) -> Self {
        match token {
            Token::Word(word) => Self::word(word),
            Token::Name(letter) => Self::name(letter),
            Token::Number(number) => Self::number(&number::canonical(&number)),
            Token::Gram(gram) => Self {
                common: gram.light,
                asks: common::asks(gram.text),
                ..Self::new(gram.text.to_owned(), gram.text.to_owned(), Kind::Gram)
            },
            Token::Symbol { text, class, light } => Self {
                common: light,
                ..Self::new(text.clone().into_owned(), text.into_owned(), Kind::Symbol(class))
            },
        }
    }

    /// A term with what follows from its word alone.
    fn new(word: String, stem: String, kind: Kind) -> Self {
        Self {
            unit: unit(&word),
            latin: is_cyrillic(&word).then(|| latin(&word)),
            marked: None,
            common: false,
            number: kind == Kind::Number,
            asks: None,
            spoken: None,
            end: None,
            word,
            stem,
            kind,
        }
    }

    /// The letter of `C++`: Latin if it looks so, and not an article or a preposition.
    fn name(letter: &str) -> Self {
        let word = fold::in_one_alphabet(letter, true).into_owned();
        Self::new(word.clone(), word, Kind::Word)
    }

    /// Whether it is the sign of a number that follows.
    fn is_minus(&self) -> bool {
        matches!(self.word.as_str(), "minus" | "минус")
    }

    /// The number with a minus before it; `None` if it is no number, or has a sign already.
    fn negative(&self) -> Option<Self> {
        let spoken = self.spoken.filter(|spoken| spoken.cardinal).map(|spoken| spoken.value.to_string());
        let digits = (self.kind == Kind::Number && self.marked.is_none()).then(|| self.word.clone());
        let value =
            spoken.or(digits).filter(|value| value.starts_with(|first: char| first.is_ascii_digit()))?;
        Some(Self::number(&format!("-{value}")))
    }

    fn number(written: &str) -> Self {
        // People leave it out, but `+1` is not `1`.
        let unsigned = written.strip_prefix('+');
        let word = fold::in_one_alphabet(&fold::bare(unsigned.unwrap_or(written)), true).into_owned();
        let marked = unsigned.map(|_| written.to_owned());
        Self { marked, ..Self::new(word.clone(), word, Kind::Number) }
    }

    fn word(written: &str) -> Self {
        let bare = fold::bare(written);
        let marked =
            matches!(bare, Cow::Owned(_)).then(|| written.to_owned()).filter(|marked| *marked != *bare);
        let word = fold::in_one_alphabet(&bare, false).into_owned();
        let spoken = spoken(&word);
        if let Some(Spoken { value, .. }) = spoken.filter(Spoken::is_number) {
            return Self { marked, spoken, ..Self::new(word, value.to_string(), Kind::Number) };
        }
        let stem = stem(&word);
        let (common, asks) = (common::is_common(&word, &stem), common::asks(&word));
        Self { marked, common, asks, spoken, ..Self::new(word, stem, Kind::Word) }
    }
}

/// The terms of a text so far.
#[derive(Default)]
struct Terms {
    all: Vec<Term>,
    /// The stems of `all`, once there are too many to look through.
    stems: HashSet<String>,
    /// The preposition of a way that stands before the next subject.
    end: Option<End>,
    /// The word `minus`, which may be the sign of the number that comes next.
    minus: Option<Term>,
    after_number: bool,
}

impl Terms {
    /// How many terms are looked through.
    const FEW: usize = 24;

    /// Takes the next term. `Minus 5` is `-5`, but in `7 minus 5` it is a word.
    fn take(&mut self, term: Term) {
        let Some(minus) = self.minus.take() else {
            if term.is_minus() && !self.after_number {
                self.minus = Some(term);
            } else {
                self.add(term);
            }
            return;
        };
        match term.negative() {
            Some(negative) => self.add(negative),
            None => {
                self.add(minus);
                self.add(term);
            }
        }
    }

    fn end(mut self) -> Vec<Term> {
        if let Some(minus) = self.minus.take() {
            self.add(minus);
        }
        self.all
    }

    fn add(&mut self, mut term: Term) {
        self.after_number = term.number;
        // `Во сколько` asks when.
        if term.word == "сколько" && self.all.last().is_some_and(|before| before.word == "во") {
            term.asks = Some(Asks::Time);
        }
        match End::after(&term.word) {
            Some(end) => self.end = Some(end),
            None if !term.common => term.end = self.end.take(),
            None => {}
        }
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
    use proptest::prelude::*;

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
        assert_eq!(stems("ERR-5031 on v2.14."), ["err", "5031", "on", "2.14"]);
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

    #[test]
    fn what_may_be_left_out_is_not_in_the_stem() {
        for (written, typed) in [
            ("Cât costă cazarea în căminul studențesc?", "cat costa cazarea in caminul studentesc"),
            ("Làm thế nào để đổi mật khẩu?", "lam the nao de doi mat khau"),
            ("كيف أُعيد تعيين كلمة المرور؟", "كيف اعيد تعيين كلمه المرور"),
            ("Straße nach Łódź", "STRASSE NACH LODZ"),
            ("ещё счёт", "еще счет"),
            ("Ошибка Е-42", "ошибка E42"),
            ("cервер", "сервер"),
            ("С++ и С#", "C++ и C#"),
            ("1,5 ГБ", "1.5 ГБ"),
            ("10 000", "10,000"),
            ("+5", "5"),
            ("two factors", "2 factor"),
            ("minus 3 degrees", "-3 degrees"),
            ("минус двадцать", "-20"),
            ("exit code minus one", "exit code -1"),
            ("счёт № 5", "счет #5"),
            ("❤️ 👍🏽", "❤ 👍"),
        ] {
            assert_eq!(stems(written), stems(typed), "{written}");
        }
    }

    #[test]
    fn what_tells_stimuli_apart_is_in_the_stem_or_in_the_marks() {
        for (one, other) in [
            ("C++", "C#"),
            ("C", "C++"),
            ("a == b", "a = b"),
            ("+x", "-x"),
            ("$5", "€5"),
            ("1,5", "15"),
            ("2/12", "212"),
            ("5-03", "503"),
            ("-1", "1"),
            ("+1", "1"),
            ("minus 3", "3"),
            ("7 minus 5", "7 5"),
            ("UTC+3", "UTC-3"),
            ("5 - 3", "5 + 3"),
            ("4A", "A4"),
            ("1.10", "1.1"),
            ("schön", "schon"),
            ("осёл", "осел"),
            ("майка", "маика"),
            ("हिन्दी", "हन्द"),
            ("ดี", "ดา"),
            ("µs", "ms"),
        ] {
            let told_by = |text: &str| -> Vec<_> {
                terms(text).into_iter().map(|term| (term.stem, term.marked)).collect()
            };
            assert_ne!(told_by(one), told_by(other), "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_at_most_as_many_terms_as_characters(
            text in r"([a-c0-3а-вäñ ]|[-+.,/:'’(\[\])!?#$%<>=–№]|[👍🏽🇷🇺\u{200d}\u{fe0f}一二あアกิ\u{301}\u{94d}ﬁ²½٣]){0,40}|.{0,40}"
        ) {
            let terms = terms(&text);
            // A few characters stand for several: `½` is `1/2`.
            prop_assert!(terms.len() <= normalise(&text).chars().count());
            prop_assert!(terms.iter().all(|term| !term.stem.is_empty() && !term.word.is_empty()));
        }

        #[test]
        fn spaces_and_case_do_not_change_the_terms(words in prop::collection::vec("[a-zа-я0-9]{1,8}|[+#=<>]{1,2}|\\$5|5-0[1-3]", 0..8)) {
            prop_assert_eq!(terms(&words.join(" ")), terms(&format!("  {} ", words.join("  ").to_uppercase())));
        }
    }
}
