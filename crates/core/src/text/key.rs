//! What makes two stimuli the same, and the key that a stimulus is found by (ADR 0017).
//!
//! Keys are stored. Whoever changes what makes two stimuli the same adds a version to [`Keys`]: the table of answers is
//! then made anew at the next start.

use std::borrow::Cow;

use sha2::{Digest, Sha256};
use unicode_normalization::char::decompose_compatible;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfkc_quick};

use super::visible::{is_blank, shapes, shows_nothing};

/// What makes two stimuli the same: all that is left of a text when it does not matter how it was typed or drawn. Lower
/// case, single spaces, none at the ends, one form for each letter (Unicode NFC), one for the forms (`is_form`) that are
/// only drawn otherwise, and nothing that shows nothing (`visible`).
pub fn identity(text: &str) -> String {
    let lower = one_form(text).to_lowercase();
    words(&one_form(&lower), is_blank)
}

/// A text as recall compares it: its [`identity`], and then Unicode NFKC, for which `x²` is as good as `x2`. What shaped a sign
/// that NFKC took apart shows nothing any more, so it is the identity of that.
pub fn normalise(text: &str) -> String {
    let same = identity(text);
    // NFKC changes nothing of ASCII.
    if same.is_ascii() { same } else { identity(&nfkc_in_lower_case(&same)) }
}

fn nfkc_in_lower_case(text: &str) -> String {
    let lower = nfkc(text).to_lowercase();
    words(&nfkc(&lower), char::is_whitespace)
}

/// The words of a text, with single spaces between them.
fn words(text: &str, is_space: impl Fn(char) -> bool) -> String {
    let mut words = text.split(is_space).filter(|word| !word.is_empty());
    let mut out = String::with_capacity(text.len());
    out.extend(words.next());
    for word in words {
        out.push(' ');
        out.push_str(word);
    }
    out
}

/// Most text is already in this form, and checking that is faster than normalising it.
fn nfkc(text: &str) -> Cow<'_, str> {
    match is_nfkc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfkc().collect()),
    }
}

/// A text in NFC, without forms, and without what shows nothing.
fn one_form(text: &str) -> Cow<'_, str> {
    // Most signs are these, and need no look into tables.
    let is_typed = |sign: char| sign == ' ' || sign.is_ascii_graphic();
    let is_plain = |sign| is_typed(sign) || !is_form(sign) && !shows_nothing(sign);
    if text.chars().all(is_plain) && (text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes) {
        return Cow::Borrowed(text);
    }
    let (mut kept, mut before) = (String::with_capacity(text.len()), None);
    // Decomposed, so that texts that are canonically equal stay equal.
    for sign in text.nfd() {
        match sign {
            _ if is_blank(sign) => kept.push(' '),
            _ if shows_nothing(sign) && !shapes(before, sign) => continue,
            _ if is_form(sign) => decompose_compatible(sign, |part| kept.push(part)),
            _ => kept.push(sign),
        }
        before = Some(sign);
    }
    Cow::Owned(kept.nfc().collect())
}

/// Characters of Unicode's compatibility decompositions that are only another way to write or to draw others: wide and
/// narrow, small and vertical forms, ligatures, Arabic presentation forms, radicals that are the ideograph, and what
/// programs put in the place of what was typed (`…`).
///
/// What may mean something else is not among them: `²` `₂` `½` `①` `Ⅳ` `ℌ` `№` `™` `㎡`. To fold too little costs a detour
/// through recall. To fold too much makes one stimulus overwrite another.
///
/// From the tags in field 5 of [UnicodeData](https://www.unicode.org/Public/UCD/latest/ucd/UnicodeData.txt).
fn is_form(sign: char) -> bool {
    matches!(sign,
        'µ' | 'Ĳ' | 'ĳ' | 'Ŀ' | 'ŀ' | 'ŉ' | 'ſ' | 'ẚ' | 'ẛ' | 'Ǆ'..='ǌ' | 'Ǳ'..='ǳ'
        | 'և' // Armenian
        | '\u{675}'..='\u{678}' // Arabic
        | '\u{e33}' | '\u{eb3}' | '\u{edc}' | '\u{edd}' // Thai, Lao
        | '\u{f0c}' | '\u{f77}' | '\u{f79}' // Tibetan
        | '\u{2011}' | '\u{2024}'..='\u{2026}' // a hyphen, dots
        | '\u{2033}' | '\u{2034}' | '\u{2036}' | '\u{2037}' | '\u{2057}' // primes
        | '\u{203c}' | '\u{2047}'..='\u{2049}' // !! ?? ?! !?
        | '\u{2e9f}' | '\u{2ef3}' | '\u{2f00}'..='\u{2fd5}' // radicals
        | '\u{3131}'..='\u{318e}' // Hangul letters
        | '\u{fb00}'..='\u{fdff}' // ligatures, Hebrew and Arabic forms
        | '\u{fe10}'..='\u{fe19}' | '\u{fe30}'..='\u{fe6b}' // vertical and small
        | '\u{fe70}'..='\u{fefc}' // Arabic forms
        | '\u{ff01}'..='\u{ffee}') // wide and narrow
}

/// The key a stimulus is found by: SHA-256 of its identity. It never leaves the data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub [u8; 32]);

impl Key {
    /// The key of `stimulus`.
    pub fn of(stimulus: &str) -> Self {
        Keys::Second.of(stimulus)
    }
}

/// The versions of what makes two stimuli the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// Unicode NFKC, in genomes that no later version has opened for writing.
    First,
    /// [`identity`].
    Second,
}

impl Keys {
    /// The key of `stimulus`.
    pub(crate) fn of(self, stimulus: &str) -> Key {
        let identity = match self {
            Self::First => nfkc_in_lower_case(stimulus),
            Self::Second => identity(stimulus),
        };
        Key(Sha256::digest(identity).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn assert_same(same: &[&[&str]]) {
        for texts in same {
            for text in *texts {
                assert_eq!(Key::of(text), Key::of(texts[0]), "{text:?} {:?}", texts[0]);
            }
        }
    }

    #[test]
    fn a_joiner_does_not_outlive_the_sign_that_it_shaped() {
        assert_eq!(normalise("⑩\u{200d}💻"), normalise(&normalise("⑩\u{200d}💻")));
    }

    #[test]
    fn case_width_and_white_space_do_not_matter() {
        assert_eq!(identity("  Ｗhat\tIS\n\u{a0}ﬁle? "), "what is file?");
        assert_eq!(Key::of("Как  ДЕЛА?"), Key::of("как дела?"));
        assert_ne!(Key::of("как дела?"), Key::of("как дела"));
    }

    #[test]
    fn what_is_only_written_or_drawn_otherwise_is_the_same() {
        assert_same(&[
            &["é", "e\u{301}", "E\u{301}", "É"],
            &["ＡＢＣ１２３", "abc123"],
            &["ｶﾞｷﾞ", "ガギ"],
            &["ﬁne oﬀer", "fine offer"],
            &["ſtraße ẛ", "straße ṡ"],
            &["5 µs", "5 μs"],
            &["ǆ Ǉ", "dž lj"],
            &["Å", "Å", "A\u{30a}"],
            &["ﷲ", "الله"],
            &["ﻻ", "لا"],
            &["豈", "豈"],
            &["⽇本", "日本"],
            &["ㄱㅏ", "가", "ﾡￂ"],
            &["น้ำ", "น\u{e49}\u{e4d}\u{e32}"],
            &["wait…", "wait..."],
            &["a\u{a0}b", "a\u{3000}b", "a\u{2003}b", "a b", "a\u{2800}b", "a\u{3164}b"],
            &["on‑call", "on‐call"],
            &["﹖", "?"],
        ]);
    }

    #[test]
    fn what_may_mean_something_else_is_another_stimulus() {
        for (one, other) in [
            ("x²", "x2"),
            ("x₂", "x2"),
            ("x²", "x₂"),
            ("½", "1/2"),
            ("½", "1⁄2"),
            ("1½", "11/2"),
            ("①", "1"),
            ("⑴", "(1)"),
            ("⒈", "1."),
            ("Ⅳ", "IV"),
            ("Ⅰ", "I"),
            ("ℌ", "H"),
            ("ℝ", "R"),
            ("𝐱", "x"),
            ("№ 5", "No 5"),
            ("Acme™", "AcmeTM"),
            ("1ª", "1a"),
            ("㎡", "m2"),
            ("㎏", "kg"),
            ("℃", "°C"),
            ("ʰ", "h"),
            ("∬", "∫∫"),
            ("schön", "schon"),
            ("é", "e"),
            ("ß", "ss"),
            ("c++", "c#"),
            ("👩\u{200d}💻", "👩💻"),
            ("🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}", "🏴"),
            ("می\u{200c}خواهم", "میخواهم"),
            ("क\u{94d}\u{200d}ष", "क\u{94d}ष"),
        ] {
            assert_ne!(Key::of(one), Key::of(other), "{one} {other}");
        }
    }

    #[test]
    fn what_shows_nothing_makes_no_difference() {
        assert_same(&[
            &["password", "pass\u{200b}word", "pass\u{ad}word", "\u{feff}pass\u{200d}word\u{200c}"],
            &["пароль", "па\u{2060}роль", "\u{202e}пароль\u{202c}", "пароль\0"],
            &["é", "e\u{200b}\u{301}"],
            &["❤", "❤\u{fe0f}", "❤\u{fe0e}"],
            &["1\u{20e3}", "1\u{fe0f}\u{20e3}"],
            &["漢字", "漢\u{200d}字"],
            &["สวัสดีครับ", "สวัสดี\u{200b}ครับ"],
            &["hi", "hi\u{e0068}\u{e0069}"],
        ]);
    }

    #[test]
    fn recall_compares_what_nearly_looks_the_same() {
        for (one, other) in [("x²", "X2"), ("½", "1⁄2"), ("ℌ①", "h1"), ("pass\u{200b}word", "password")]
        {
            assert_eq!(normalise(one), normalise(other));
        }
    }

    /// Every plane in which characters are assigned.
    fn characters() -> impl Iterator<Item = char> {
        ('\u{0}'..='\u{3ffff}').chain('\u{e0000}'..='\u{e0fff}')
    }

    /// Keys are stored, so what a newer Unicode changes in them needs a version of [`Keys`], too.
    #[test]
    fn every_character_has_the_identity_that_it_has_in_stored_keys() {
        let digest = |identity: fn(&str) -> String| {
            let mut all = Sha256::new();
            characters().for_each(|sign| all.update(identity(&format!("a{sign}"))));
            all.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        assert_eq!([digest(nfkc_in_lower_case), digest(identity)], ["080e8851863bb4ee", "1589f551f4b18b09"]);
    }

    #[test]
    fn texts_that_are_canonically_equal_are_the_same() {
        for sign in characters() {
            let composed = format!("{sign}\u{301}");
            let decomposed: String = composed.nfd().collect();
            assert_eq!(identity(&composed), identity(&decomposed), "{sign:?}");
        }
    }

    proptest! {
        #[test]
        fn an_identity_is_its_own(text in any::<String>()) {
            for once in [identity(&text), normalise(&text)] {
                prop_assert_eq!(identity(&once), &*once);
            }
        }

        #[test]
        fn an_identity_of_odd_characters_is_its_own(
            text in "[a-cﬁ²½ǅſẛ΅\u{300}-\u{310}\u{200b}-\u{200f}\u{3131}-\u{3164}ｱﾞｶﷲ🏴\u{e0067}\u{e007f}ษำ\u{2800} \u{0}ΣΟ]{0,12}"
        ) {
            let once = identity(&text);
            prop_assert_eq!(identity(&once), &*once);
            prop_assert!(!once.starts_with(' ') && !once.ends_with(' ') && !once.contains("  "));
        }

        #[test]
        fn case_and_what_shows_nothing_do_not_matter_anywhere(words in "[a-zа-яё²½]{1,9}( [a-zа-я]{1,5}){0,3}", at in 0..9usize) {
            let mut letters: Vec<char> = words.to_uppercase().chars().collect();
            letters.insert(at.min(letters.len()), '\u{200b}');
            prop_assert_eq!(Key::of(&letters.into_iter().collect::<String>()), Key::of(&words));
        }

        #[test]
        fn text_that_is_plain_already_is_recognised(text in r"[ -~а-яё\u{300}-\u{310}Ａ-Ｚﬁ²½ǅ ]*") {
            let folded: String = text.nfkc().collect::<String>().to_lowercase().nfkc().collect();
            prop_assert_eq!(nfkc_in_lower_case(&text), folded.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
}
