//! Cuts a normalised text into words, numbers, symbols, and groups of letters where words are not separated.

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;

use super::number;
use super::stem::has_digit;
use super::symbol::{self, Beside, Class, Place};
use super::unspaced::{self, Gram, is_unspaced};

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Word(&'a str),
    /// A single letter to which a sign belongs: `C++`, `A+`.
    Name(&'a str),
    /// A number, or a code with digits.
    Number(Cow<'a, str>),
    Gram(Gram<'a>),
    Symbol {
        text: Cow<'a, str>,
        class: Class,
        light: bool,
    },
}

/// Calls `found` with each token of `text`, in order. Takes time in proportion to the text.
pub(super) fn scan<'a>(text: &'a str, found: impl FnMut(Token<'a>)) {
    let mut scanner = Scanner { text, at: 0, before: Beside::Nothing, after_number: false, found };
    while let Some(first) = scanner.peek() {
        scanner.step(first);
    }
}

/// The length in letters of the letters in a code: `E-1207`, `v2`. Longer ones are words of their own, as in
/// `GPT-4`.
const CODE_LETTERS: usize = 2;

struct Scanner<'a, F> {
    text: &'a str,
    at: usize,
    before: Beside,
    /// The last token was a number.
    after_number: bool,
    found: F,
}

impl<'a, F: FnMut(Token<'a>)> Scanner<'a, F> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn step(&mut self, first: char) {
        if is_gap(first) {
            self.at += first.len_utf8();
            self.before = Beside::Nothing;
        } else if symbol::is_emoji(first) {
            self.emoji();
        } else if is_unspaced(first) {
            self.unspaced();
        } else if first.is_numeric() {
            self.number("", self.at);
        } else if is_letter(first) {
            self.word();
        } else {
            self.symbol();
        }
    }

    fn word(&mut self) {
        let run = run(self.rest());
        let letters = &run[..run.find(char::is_numeric).unwrap_or(run.len())];
        let hyphen = if letters.len() == run.len() {
            hyphen_before(&self.rest()[run.len()..], char::is_numeric)
        } else {
            0
        };
        let short = letters.chars().count() <= CODE_LETTERS;
        if short && (hyphen > 0 || letters.len() < run.len()) {
            return self.number(letters, self.at + letters.len() + hyphen);
        }
        self.at += letters.len();
        let is_name = self.rest().starts_with(['+', '#']) && letters.chars().count() == 1;
        let word = if is_name { Token::Name(letters) } else { Token::Word(letters) };
        self.emit(word, if short { Beside::ShortWord } else { Beside::Word });
        // The hyphen of `ERR-5031` is no sign, that of `UTC-3` is one.
        if hyphen > 0 && !matches!(letters, "utc" | "gmt" | "msk" | "мск") {
            self.at += hyphen;
            self.before = Beside::Nothing;
        }
    }

    /// A number whose digits begin at `digits`, after its sign or the letters of its code.
    fn number(&mut self, prefix: &'a str, digits: usize) {
        let text = self.text;
        let end = joined_end(text, digits);
        let is_code = prefix.contains(is_letter);
        let letters = if is_code { "" } else { ending(&text[digits..end]) };
        let kept = end - letters.len();
        let mut written = if digits == self.at + prefix.len() {
            Cow::Borrowed(&text[self.at..kept])
        } else {
            Cow::Owned(format!("{prefix}{}", &text[digits..kept]))
        };
        self.at = if letters.is_empty() || number::is_ordinal_ending(letters) { end } else { kept };
        if self.at == end && letters.is_empty() && !is_code {
            self.rest_of_number(&mut written);
        }
        self.emit(Token::Number(written), Beside::Number);
    }

    /// What belongs to a number although a space or a hyphen is between: `10 000`, `5-й`, `1-а`.
    fn rest_of_number(&mut self, written: &mut Cow<'a, str>) {
        let begins_groups = number::is_first_group(written);
        while begins_groups && number::is_next_group(self.rest()) {
            written.to_mut().push_str(&self.rest()[1..4]);
            self.at += 4;
            // `1 000,50`
            let decimals =
                self.rest().strip_prefix(',').map(run).filter(|next| next.starts_with(char::is_numeric));
            if let Some(decimals) = decimals {
                let written = written.to_mut();
                written.push('.');
                written.push_str(decimals);
                self.at += 1 + decimals.len();
            }
        }
        let hyphen = hyphen_before(self.rest(), is_letter);
        if hyphen == 0 || !written.chars().all(char::is_numeric) {
            return;
        }
        let letters = run(&self.rest()[hyphen..]);
        // With a hyphen it is no metre.
        if number::is_ordinal_ending(letters) || letters == "м" {
            self.at += hyphen + letters.len();
        } else if letters.chars().count() == 1 {
            written.to_mut().push_str(letters);
            self.at += hyphen + letters.len();
        }
    }

    fn unspaced(&mut self) {
        let rest = self.rest();
        let end = rest.find(|letter| !is_unspaced(letter)).unwrap_or(rest.len());
        unspaced::grams(&rest[..end], &mut |gram| (self.found)(Token::Gram(gram)));
        self.at += end;
        (self.before, self.after_number) = (Beside::Word, false);
    }

    fn emoji(&mut self) {
        let mut signs = self.rest().chars().peekable();
        let mut emoji = String::new();
        let mut joined = true;
        while let Some(sign) = signs.next_if(|sign| {
            let flag = symbol::is_flag_letter(*sign)
                && emoji.chars().all(symbol::is_flag_letter)
                && emoji.len() <= 4;
            symbol::is_emoji_style(*sign) || symbol::is_emoji(*sign) && (joined || flag)
        }) {
            self.at += sign.len_utf8();
            joined = sign == JOINER;
            if !symbol::is_emoji_style(sign) {
                emoji.push(sign);
            }
        }
        self.emit(Token::Symbol { text: emoji.into(), class: Class::Emoji, light: true }, Beside::Nothing);
    }

    fn symbol(&mut self) {
        let rest = self.rest();
        let end = rest.find(|sign| !is_sign(sign)).unwrap_or(rest.len());
        let next = rest[end..].chars().next();
        let digit_follows = next.is_some_and(char::is_numeric);
        let sign = if digit_follows { sign_at_end(&rest[..end], self.before) } else { "" };
        let run = &rest[..end - sign.len()];
        let after = match next {
            Some(next) if next.is_numeric() => Beside::Number,
            Some(next) if is_letter(next) => Beside::Word,
            _ => Beside::Nothing,
        };
        let following = rest[end..].chars().find(|next| !is_gap(*next));
        let between_numbers = self.after_number && following.is_some_and(char::is_numeric);
        let place = Place { before: self.before, after, last: following.is_none(), between_numbers };
        self.at += run.len();
        match symbol::symbol(run, place) {
            Some(symbol::Symbol { text, class, light }) => {
                let text = Cow::Borrowed(symbol::canonical(text));
                self.emit(Token::Symbol { text, class, light }, Beside::Nothing);
            }
            None => self.before = Beside::Nothing,
        }
        if !sign.is_empty() {
            self.number(sign, self.at + sign.len());
        }
    }

    fn emit(&mut self, token: Token<'a>, before: Beside) {
        self.after_number = matches!(token, Token::Number(_));
        self.before = before;
        (self.found)(token);
    }
}

const JOINER: char = '\u{200d}';

/// The letters, digits and marks that `text` begins with, none of a script without spaces.
fn run(text: &str) -> &str {
    &text[..text.find(|sign: char| !is_letter(sign) && !sign.is_numeric()).unwrap_or(text.len())]
}

/// Where the number ends whose digits begin at `start`, with the parts that separators join to it.
fn joined_end(text: &str, start: usize) -> usize {
    let mut end = start + run(&text[start..]).len();
    let in_list = text[..start].ends_with(',');
    loop {
        let mut rest = text[end..].chars();
        let Some(separator) = rest.next() else { return end };
        let next = run(rest.as_str());
        let digit = next.starts_with(char::is_numeric);
        let joins = match separator {
            '.' => has_digit(next),
            ':' => digit && !text[start..end].contains('.'),
            ',' => digit && !in_list && !begins_list(next, &rest.as_str()[next.len()..]),
            '/' | '⁄' | '\'' | '’' | '٫' | '٬' | '×' => digit,
            _ => digit && is_hyphen(separator),
        };
        if !joins {
            return end;
        }
        end += separator.len_utf8() + next.len();
    }
}

/// Whether commas separate numbers from each other, as in `1,2,3`: `next` follows a comma, and `rest` that.
fn begins_list(next: &str, rest: &str) -> bool {
    let another = rest.strip_prefix(',').is_some_and(|rest| rest.starts_with(char::is_numeric));
    another && next.len() != 3
}

/// The letters that a number ends with, if they are a word of their own: a unit (`5GB`), an ordinal's ending.
fn ending(number: &str) -> &str {
    let digits = number.trim_end_matches(|sign: char| !sign.is_numeric());
    let letters = &number[digits.len()..];
    let is_word = letters.chars().count() > 1 || letters == "й";
    if is_word && !digits.contains(is_letter) { letters } else { "" }
}

/// The sign of the number that follows a run of symbols, or the dot of `.5`.
fn sign_at_end(run: &str, before: Beside) -> &str {
    if run == "." && before == Beside::Nothing {
        return run;
    }
    let Some(sign) = run.chars().next_back().filter(|sign| *sign == '+' || *sign == '−' || is_hyphen(*sign))
    else {
        return "";
    };
    let (others, written) = run.split_at(run.len() - sign.len_utf8());
    let is_sign = match before {
        _ if !others.is_empty() => !others.ends_with(['+', '-']),
        Beside::Nothing => true,
        // `UTC+3`, and time zones alone may be followed by a minus.
        Beside::Word => true,
        Beside::ShortWord => sign == '+',
        Beside::Number => false,
    };
    if is_sign { written } else { "" }
}

/// The length of the hyphen that `text` begins with, if `next` follows it; otherwise 0.
fn hyphen_before(text: &str, next: impl Fn(char) -> bool) -> usize {
    let mut signs = text.chars();
    let hyphen = signs.next().filter(|sign| is_hyphen(*sign));
    hyphen.filter(|_| signs.next().is_some_and(next)).map_or(0, char::len_utf8)
}

fn is_hyphen(sign: char) -> bool {
    matches!(sign, '-' | '‐' | '‑' | '–')
}

/// A letter or a mark of a script that separates words.
fn is_letter(sign: char) -> bool {
    if sign.is_ascii() {
        return sign.is_ascii_alphabetic();
    }
    (sign.is_alphabetic() && !sign.is_numeric() || is_combining_mark(sign))
        && !is_unspaced(sign)
        && !symbol::is_emoji_style(sign)
}

/// White space, quotation marks, and what cannot be seen.
fn is_gap(sign: char) -> bool {
    sign.is_whitespace()
        || matches!(sign, '"' | '\'' | '`' | '´' | '«' | '»' | '‘'..='‟' | '‹' | '›' | '「'..='』' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        || symbol::is_emoji_style(sign)
}

fn is_sign(sign: char) -> bool {
    !(is_gap(sign) || sign.is_numeric() || is_letter(sign) || is_unspaced(sign) || symbol::is_emoji(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let mut tokens = Vec::new();
        scan(text, |token| {
            tokens.push(match token {
                Token::Word(word) | Token::Name(word) => word.to_owned(),
                Token::Number(number) => number.into_owned(),
                Token::Gram(gram) => gram.text.to_owned(),
                Token::Symbol { text, .. } => text.into_owned(),
            });
        });
        tokens
    }

    #[track_caller]
    fn assert_tokens(cases: &[(&str, &[&str])]) {
        for (text, expected) in cases {
            assert_eq!(tokens(text), *expected, "{text}");
        }
    }

    #[test]
    fn symbols_are_words_where_they_name_something() {
        assert_tokens(&[
            ("what is c++?", &["what", "is", "c", "++"]),
            ("what is c#?", &["what", "is", "c", "#"]),
            ("what does == do?", &["what", "does", "==", "do"]),
            ("what is ===?", &["what", "is", "==="]),
            ("a != b", &["a", "!=", "b"]),
            ("a ≠ b", &["a", "!=", "b"]),
            ("price in $?", &["price", "in", "$"]),
            ("price ($)", &["price", "$"]),
            ("$5 or 5€", &["$", "5", "or", "5", "€"]),
            ("discount > 10%?", &["discount", ">", "10", "%"]),
            ("chmod +x or -x", &["chmod", "+", "x", "or", "-", "x"]),
            ("grade a- or a+", &["grade", "a", "-", "or", "a", "+"]),
            ("what is !important", &["what", "is", "!", "important"]),
            ("what does [] mean", &["what", "does", "[]", "mean"]),
            ("what does ?? do", &["what", "does", "??", "do"]),
            ("5 - 3", &["5", "-", "3"]),
            ("2+2", &["2", "+", "2"]),
            ("run --force", &["run", "--", "force"]),
            ("'==' or '!='", &["==", "or", "!="]),
        ]);
    }

    #[test]
    fn punctuation_is_not() {
        assert_tokens(&[
            ("hello, world! how? (well)…", &["hello", "world", "how", "well"]),
            ("redis - how - why", &["redis", "how", "why"]),
            ("редис — это: что?!", &["редис", "это", "что"]),
            ("and/or, on-call; «так»", &["and", "or", "on", "call", "так"]),
            ("issue #5 at example.com/path_x", &["issue", "5", "at", "example", "com", "path", "x"]),
            ("so ... what now?", &["so", "what", "now"]),
            ("?!", &[]),
            ("¿qué tal?", &["qué", "tal"]),
        ]);
    }

    #[test]
    fn emoji_are_words_however_they_are_drawn() {
        assert_tokens(&[
            ("👍🏽 or 👎", &["👍", "or", "👎"]),
            ("❤️❤", &["❤", "❤"]),
            ("👩‍💻 🇷🇺🇺🇸", &["👩💻", "🇷🇺", "🇺🇸"]),
        ]);
    }

    #[test]
    fn numbers_keep_signs_and_separators() {
        assert_tokens(&[
            ("1,5 1.5 15", &["1,5", "1.5", "15"]),
            ("2/12, 5-03; 1-15.", &["2/12", "5-03", "1-15"]),
            ("-1 and (−2) and +3", &["-1", "and", "−2", "and", "+3"]),
            ("utc+3 utc-3 err-3", &["utc", "+3", "utc", "-3", "err", "3"]),
            ("v2.14. 10.0.0.1:8080", &["v2.14", "10.0.0.1", "8080"]),
            ("12:30 16:9", &["12:30", "16:9"]),
            ("10 000 и 5 031", &["10000", "и", "5031"]),
            ("1, 2,3,4", &["1", "2", "3", "4"]),
            ("1920x1080 1920×1080", &["1920x1080", "1920×1080"]),
            ("-5°c", &["-5", "°", "c"]),
        ]);
    }

    #[test]
    fn codes_are_one_word_with_and_without_a_hyphen() {
        assert_tokens(&[
            ("e-1207 e1207", &["e1207", "e1207"]),
            ("err-5031 err5031", &["err", "5031", "err", "5031"]),
            ("gpt-4.5 gpt4.5", &["gpt", "4.5", "gpt", "4.5"]),
            ("5gb 5-gb 5 gb", &["5", "gb", "5", "gb", "5", "gb"]),
            ("дом 1-а, 1а", &["дом", "1а", "1а"]),
            ("2nd 5-й 5й 3-го", &["2", "5", "5", "3"]),
            ("a4 4a", &["a4", "4a"]),
        ]);
    }
}
