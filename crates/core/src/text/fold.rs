//! What people leave out or mix up in a word without meaning another one: diacritics, and letters of another
//! alphabet that look the same.
//!
//! A word without its diacritics is found by its bare letters. What was left out is kept beside them, since
//! `schön` is not `schon`.

use std::borrow::Cow;

use unicode_normalization::char::decompose_canonical;

/// A word without diacritics. Its letters are in Unicode NFKC and lower case.
pub(super) fn bare(word: &str) -> Cow<'_, str> {
    if word.chars().all(is_bare) {
        return Cow::Borrowed(word);
    }
    let mut bare = String::with_capacity(word.len());
    word.chars().for_each(|letter| push_bare(&mut bare, letter));
    Cow::Owned(bare)
}

/// Most letters have nothing to lose.
fn is_bare(letter: char) -> bool {
    letter.is_ascii() || matches!(letter, 'а'..='я')
}

fn push_bare(bare: &mut String, letter: char) {
    if is_bare(letter) {
        return bare.push(letter);
    }
    match letter {
        'ß' => bare.push_str("ss"),
        'æ' => bare.push_str("ae"),
        'œ' => bare.push_str("oe"),
        'þ' => bare.push_str("th"),
        'ø' => bare.push('o'),
        'đ' | 'ð' => bare.push('d'),
        'ł' => bare.push('l'),
        'ħ' => bare.push('h'),
        'ŧ' => bare.push('t'),
        'ı' => bare.push('i'),
        'ə' => bare.push('e'),
        'ς' => bare.push('σ'),
        'ґ' => bare.push('г'),
        // Final forms, and letters that Arabic and Persian keyboards type differently.
        'ٱ' => bare.push('ا'),
        'ى' | 'ی' => bare.push('ي'),
        'ة' => bare.push('ه'),
        'ک' => bare.push('ك'),
        // Hamza by itself, the line that only stretches a word, and apostrophes that are letters.
        'ء' | 'ـ' | 'ʹ'..='ʼ' | 'ʾ' | 'ʿ' => {}
        _ if is_mark(letter) => {}
        _ if has_marks(letter) => {
            decompose_canonical(letter, |part| {
                if !is_mark(part) {
                    bare.push(part)
                }
            });
        }
        _ => bare.push(letter),
    }
}

/// Letters of the scripts whose marks may be left out. In others, such as Devanagari and Hangul, the parts of
/// a letter are no decoration; and `й` is not `и`.
fn has_marks(letter: char) -> bool {
    matches!(letter,
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' // Latin
        | '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' // Greek
        | '\u{400}'..='\u{52f}' // Cyrillic
        | '\u{620}'..='\u{6d3}') // Arabic
        && letter != 'й'
}

/// Marks that may be left out: accents, Hebrew points, Arabic vowels, the nukta of Indic scripts.
fn is_mark(part: char) -> bool {
    matches!(part,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{93c}' | '\u{9bc}' | '\u{a3c}' | '\u{abc}' | '\u{b3c}')
}

/// How the marks of two words differ whose bare letters are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marks {
    /// Not at all.
    Same,
    /// Some are missing in one of them.
    Missing,
    /// A letter has one mark in this word and another in that one: `péché`, `pêche`.
    Different,
}

/// Compares the marks of two words whose bare letters are the same.
pub(crate) fn compare_marks(one: &str, other: &str) -> Marks {
    if one == other {
        return Marks::Same;
    }
    let differ = |(a, b): (char, char)| a != b && !is_less(a, b) && !is_less(b, a) && !is_arabic(a);
    let as_long = one.chars().count() == other.chars().count();
    if as_long && one.chars().zip(other.chars()).any(differ) { Marks::Different } else { Marks::Missing }
}

/// Whether `less` is `letter` without some of its marks.
fn is_less(less: char, letter: char) -> bool {
    let parts = |letter: char| {
        let mut parts = Vec::new();
        decompose_canonical(letter, |part| parts.push(part));
        parts
    };
    let (less_parts, parts) = (parts(less), parts(letter));
    less_parts.iter().all(|part| parts.contains(part))
        || *bare(letter.encode_utf8(&mut [0; 4])) == *less.encode_utf8(&mut [0; 4])
}

/// Arabic writers use the forms of one letter for each other.
fn is_arabic(letter: char) -> bool {
    matches!(letter, '\u{600}'..='\u{6ff}')
}

/// A word with the letters that are written as two, where no umlaut can be typed: `fuer` for `für`.
pub(crate) fn spelt_out(word: &str) -> Option<String> {
    if !word.contains(['ä', 'ö', 'ü', 'ø', 'å']) {
        return None;
    }
    let mut letters = String::with_capacity(word.len());
    for letter in word.chars() {
        match letter {
            'ä' => letters.push_str("ae"),
            'ö' | 'ø' => letters.push_str("oe"),
            'ü' => letters.push_str("ue"),
            'å' => letters.push_str("aa"),
            _ => push_bare(&mut letters, letter),
        }
    }
    Some(letters)
}

/// A word in one alphabet, if its letters are of two and those of one look like letters of the other. The
/// letters of a code (`code`: the word has digits) are Latin if they look so: `Е-42` may be typed with either.
pub(crate) fn in_one_alphabet(word: &str, code: bool) -> Cow<'_, str> {
    if word.is_ascii() {
        return Cow::Borrowed(word);
    }
    let (mut latin, mut cyrillic, mut greek) = (0, 0, 0);
    for letter in word.chars() {
        match letter {
            'a'..='z' => latin += 1,
            '\u{400}'..='\u{4ff}' => cyrillic += 1,
            '\u{370}'..='\u{3ff}' => greek += 1,
            _ => {}
        }
    }
    let to_latin = || {
        rewritten(word, |letter| {
            LOOK_ALIKES.iter().find(|(_, others)| others.contains(letter)).map(|it| it.0)
        })
    };
    let to_cyrillic = || {
        rewritten(word, |letter| {
            LOOK_ALIKES.iter().find(|it| it.0 == letter)?.1.chars().next().filter(is_cyrillic)
        })
    };
    let written = match (latin, cyrillic, greek) {
        (0, 1.., 0) if code => to_latin(),
        (1.., 0, 1..) => to_latin(),
        (1.., 1.., 0) if latin > cyrillic => to_latin().or_else(to_cyrillic),
        (1.., 1.., 0) => to_cyrillic().or_else(to_latin),
        _ => None,
    };
    written.map_or(Cow::Borrowed(word), Cow::Owned)
}

/// A word with every letter replaced that has a look-alike in the other alphabet; `None` if the word still
/// has letters of two.
fn rewritten(word: &str, other: impl Fn(char) -> Option<char>) -> Option<String> {
    let written: String = word.chars().map(|letter| other(letter).unwrap_or(letter)).collect();
    let (mut latin, mut others) = (false, false);
    for letter in written.chars() {
        latin |= letter.is_ascii_alphabetic();
        others |= matches!(letter, '\u{370}'..='\u{4ff}');
    }
    (latin != others).then_some(written)
}

fn is_cyrillic(letter: &char) -> bool {
    matches!(letter, '\u{400}'..='\u{4ff}')
}

/// Latin letters, and the Cyrillic (first, if there is one) and Greek letters that look like them, small or
/// capital. Not `μ`: `µs` are not `ms`.
const LOOK_ALIKES: &[(char, &str)] = &[
    ('a', "аα"),
    ('b', "вβ"),
    ('c', "с"),
    ('e', "еε"),
    ('h', "нη"),
    ('i', "іι"),
    ('j', "ј"),
    ('k', "кκ"),
    ('m', "м"),
    ('o', "оο"),
    ('p', "рρ"),
    ('s', "ѕ"),
    ('t', "тτ"),
    ('v', "ν"),
    ('x', "хχ"),
    ('y', "уυ"),
    ('z', "ζ"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_may_be_left_out() {
        let words = [
            ("cazarea", "cazarea"),
            ("căminul", "caminul"),
            ("studențesc", "studentesc"),
            ("đổi", "doi"),
            ("mật", "mat"),
            ("khẩu", "khau"),
            ("straße", "strasse"),
            ("łódź", "lodz"),
            ("smørrebrød", "smorrebrod"),
            ("žluťoučký", "zlutoucky"),
            ("ığdır", "igdir"),
            ("cœur", "coeur"),
            ("façade", "facade"),
            ("niño", "nino"),
            ("oʻzbek", "ozbek"),
            ("ёлка", "елка"),
            ("за́мок", "замок"),
            ("қазақ", "қазақ"),
            ("أُعيد", "اعيد"),
            ("إلى", "الي"),
            ("مُحَمَّد", "محمد"),
            ("كـتاب", "كتاب"),
            ("مسؤول", "مسوول"),
            ("مدرسة", "مدرسه"),
            ("שָׁלוֹם", "שלום"),
            ("οδός", "οδοσ"),
            ("άνθρωπος", "ανθρωποσ"),
        ];
        for (written, expected) in words {
            assert_eq!(bare(written), expected, "{written}");
        }
    }

    #[test]
    fn parts_of_a_letter_are_no_marks() {
        for word in ["й", "майка", "हिन्दी", "ดี", "が", "한국어", "தமிழ்", "ខ្មែរ", "ລາວ"]
        {
            assert_eq!(bare(word), word);
        }
    }

    #[test]
    fn missing_marks_are_not_other_marks() {
        let words = [
            ("élève", "élève", Marks::Same),
            ("élève", "eleve", Marks::Missing),
            ("élève", "éleve", Marks::Missing),
            ("ổ", "ô", Marks::Missing),
            ("straße", "strasse", Marks::Missing),
            ("أمر", "امر", Marks::Missing),
            ("أمر", "إمر", Marks::Missing),
            ("péché", "pêche", Marks::Different),
            ("sữa", "sửa", Marks::Different),
            ("mã", "má", Marks::Different),
        ];
        for (one, other, marks) in words {
            assert_eq!(
                (compare_marks(one, other), compare_marks(other, one)),
                (marks, marks),
                "{one} {other}"
            );
        }
    }

    #[test]
    fn look_alikes_are_written_in_one_alphabet() {
        let words = [
            ("cервер", "сервер"),
            ("еrror", "error"),
            ("пaроль", "пароль"),
            ("rеdis", "redis"),
            ("tест", "тест"),
            ("αpi", "api"),
            ("sqlзапрос", "sqlзапрос"),
            ("μs", "μs"),
            ("сервер", "сервер"),
            ("нет", "нет"),
        ];
        for (typed, expected) in words {
            assert_eq!(in_one_alphabet(typed, false), expected, "{typed}");
        }
        assert_eq!(in_one_alphabet("е42", true), "e42");
        assert_eq!(in_one_alphabet("ж42", true), "ж42");
    }

    #[test]
    fn an_umlaut_may_be_spelt_out() {
        assert_eq!(spelt_out("für").as_deref(), Some("fuer"));
        assert_eq!(spelt_out("größe").as_deref(), Some("groesse"));
        assert_eq!(spelt_out("fur"), None);
    }
}
