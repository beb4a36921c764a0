//! Numbers that are written as words: `twenty five`, `двадцать пятый`, `VIII`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A word that says a number, or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Spoken {
    pub(crate) value: u64,
    /// It is meant as a number. `one`, `first` and `second` seldom are, and `thousands` is many.
    pub(crate) certain: bool,
    pub(super) cardinal: bool,
}

impl Spoken {
    /// Whether the word is as good as digits: the cardinals up to twelve, and a hundred, whose Russian word has the stem of
    /// another one. Larger ones stay words for the search, since people write them in digits.
    pub(super) fn is_number(&self) -> bool {
        self.certain && self.cardinal && (self.value <= 12 || self.value == 100)
    }
}

/// The number that a word says.
pub(super) fn spoken(word: &str) -> Option<Spoken> {
    static WORDS: LazyLock<HashMap<&str, Spoken>> = LazyLock::new(|| {
        let says = |value: u64, word: &str, cardinal: bool| {
            let certain = value != 1
                && value < 1_000
                && !matches!(word, "second" | "double" | "pair" | "couple" | "пара" | "пару");
            Spoken { value, certain, cardinal }
        };
        let words = |(value, cardinals, others): &'static (u64, &'static str, &'static str)| {
            let cardinals = cardinals.split(' ').map(move |word| (word, says(*value, word, true)));
            cardinals.chain(others.split_whitespace().map(move |word| (word, says(*value, word, false))))
        };
        NUMBERS.iter().flat_map(words).collect()
    });
    WORDS.get(word).copied().or_else(|| russian_ordinal(word)).or_else(|| roman(word))
}

/// The number that two neighbours say together, if they do: 20 and 5, 2 and 100, 2000 and 300.
pub(crate) fn joined(before: u64, next: u64) -> Option<u64> {
    let tens = (20..=90).contains(&(before % 100)) && before.is_multiple_of(10);
    let scale = matches!(next, 100 | 1_000 | 1_000_000 | 1_000_000_000);
    let counted = if scale { before % next } else { 0 };
    match next {
        1..=9 if tens => Some(before + next),
        1..=99 if before >= 100 && before.is_multiple_of(100) => Some(before + next),
        100..=999 if before >= 1_000 && before.is_multiple_of(1_000) && !scale => Some(before + next),
        100 if (1..=9).contains(&counted) => Some(before - counted + counted * next),
        1_000.. if scale && (1..1_000).contains(&counted) => Some(before - counted + counted * next),
        _ => None,
    }
}

/// Numbers of both languages: the cardinals; English ordinals and what else counts as the number.
#[rustfmt::skip]
const NUMBERS: &[(u64, &str, &str)] = &[
    (0, "zero ноль нуль нуля", ""), (1, "one один одна одно одного одной одну одном одним", "first once single i однажды"),
    (2, "two два две двух двум двумя", "second twice double pair couple пара пару дважды"),
    (3, "three три трех трем тремя", "third thrice трижды третий третья третье третьего третьей третью третьем третьему третьих третьим"),
    (4, "four четыре четырех четырем четырьмя", "fourth"), (5, "five пять пяти пятью", "fifth"), (6, "six шесть шести шестью", "sixth"),
    (7, "seven семь семи", "seventh"), (8, "eight восемь восьми восемью восьмью", "eighth"), (9, "nine девять девяти девятью", "ninth"),
    (10, "ten десять десяти десятью", "tenth"), (11, "eleven одиннадцать одиннадцати", "eleventh"),
    (12, "twelve двенадцать двенадцати", "twelfth dozen дюжина дюжины дюжину"),
    (13, "thirteen тринадцать тринадцати", "thirteenth"), (14, "fourteen четырнадцать четырнадцати", "fourteenth"),
    (15, "fifteen пятнадцать пятнадцати", "fifteenth"), (16, "sixteen шестнадцать шестнадцати", "sixteenth"),
    (17, "seventeen семнадцать семнадцати", "seventeenth"), (18, "eighteen восемнадцать восемнадцати", "eighteenth"),
    (19, "nineteen девятнадцать девятнадцати", "nineteenth"), (20, "twenty двадцать двадцати", "twentieth"),
    (30, "thirty тридцать тридцати", "thirtieth"), (40, "forty сорок сорока", "fortieth"), (50, "fifty пятьдесят пятидесяти", "fiftieth"),
    (60, "sixty шестьдесят шестидесяти", "sixtieth"), (70, "seventy семьдесят семидесяти", "seventieth"),
    (80, "eighty восемьдесят восьмидесяти", "eightieth"), (90, "ninety девяносто девяноста", "ninetieth"),
    (100, "hundred сто ста", "hundredth"), (200, "двести двухсот", ""), (300, "триста трехсот", ""), (400, "четыреста четырехсот", ""),
    (500, "пятьсот пятисот", ""), (600, "шестьсот шестисот", ""), (700, "семьсот семисот", ""), (800, "восемьсот восьмисот", ""),
    (900, "девятьсот девятисот", ""), (1_000, "thousand тысяча тысячи тысяч тысячу", ""), (1_000_000, "million миллион миллиона миллионов", ""),
    (1_000_000_000, "billion миллиард миллиарда миллиардов", ""),
];

/// Russian ordinals without their ending, which is an adjective's.
#[rustfmt::skip]
const ORDINALS: &[(&str, u64)] = &[
    ("перв", 1), ("втор", 2), ("четверт", 4), ("пят", 5), ("шест", 6), ("седьм", 7), ("восьм", 8), ("девят", 9), ("десят", 10),
    ("одиннадцат", 11), ("двенадцат", 12), ("тринадцат", 13), ("четырнадцат", 14), ("пятнадцат", 15), ("шестнадцат", 16),
    ("семнадцат", 17), ("восемнадцат", 18), ("девятнадцат", 19), ("двадцат", 20), ("тридцат", 30), ("сороков", 40), ("пятидесят", 50),
    ("шестидесят", 60), ("семидесят", 70), ("восьмидесят", 80), ("девяност", 90), ("сот", 100), ("тысячн", 1000),
];

const ENDINGS: &str = "ый ой ая ое ого ому ым ом ую ые ых ыми";

fn russian_ordinal(word: &str) -> Option<Spoken> {
    let ends = |ending: &str| ENDINGS.split(' ').any(|adjective| adjective == ending);
    let (_, value) = ORDINALS.iter().find(|(stem, _)| word.strip_prefix(stem).is_some_and(ends))?;
    Some(Spoken { value: *value, certain: *value > 2, cardinal: false })
}

/// A Roman numeral of at least two letters, up to 39: as far as people count wars, kings and volumes. Larger ones
/// are mostly other words: `XL`, `CD`, `MIX`.
fn roman(word: &str) -> Option<Spoken> {
    const TENS: [&str; 4] = ["", "x", "xx", "xxx"];
    const UNITS: [&str; 10] = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"];
    if word.len() < 2 || !word.bytes().all(|letter| matches!(letter, b'i' | b'v' | b'x')) {
        return None;
    }
    let numerals = (0u64..)
        .zip(TENS)
        .flat_map(|(tens, x)| (0u64..).zip(UNITS).map(move |(units, i)| (tens * 10 + units, x, i)));
    let mut numerals = numerals.filter(|(value, ..)| !matches!(value, 20 | 30));
    let (value, ..) = numerals.find(|(_, x, i)| word.strip_prefix(x) == Some(i))?;
    Some(Spoken { value, certain: true, cardinal: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(word: &str) -> Option<(u64, bool)> {
        spoken(word).map(|spoken| (spoken.value, spoken.certain))
    }

    #[test]
    fn words_say_numbers() {
        for (words, number) in [
            ("fifteen fifteenth пятнадцать пятнадцати пятнадцатый пятнадцатого", 15),
            ("third третий третьего", 3),
            ("четвертый четвертой", 4),
            ("шестой шестую", 6),
            ("сороковой forty", 40),
            ("dozen twelve дюжина", 12),
            ("двести", 200),
        ] {
            for word in words.split(' ') {
                assert_eq!(value(word), Some((number, true)), "{word}");
            }
        }
    }

    #[test]
    fn some_words_are_seldom_meant_as_numbers() {
        for (word, number) in [
            ("one", 1),
            ("single", 1),
            ("second", 2),
            ("double", 2),
            ("второго", 2),
            ("первая", 1),
            ("i", 1),
            ("thousand", 1000),
        ] {
            assert_eq!(value(word), Some((number, false)), "{word}");
        }
        for word in ["пятница", "четверть", "шестерня", "xl", "mix", "x", "сотня", "server", ""]
        {
            assert_eq!(value(word), None, "{word}");
        }
    }

    #[test]
    fn neighbours_say_a_number_together() {
        for (parts, number) in [
            (&[20, 5][..], 25),
            (&[100, 20, 3], 123),
            (&[2, 1_000, 5, 100], 2_500),
            (&[2, 1_000_000, 500, 1_000], 2_500_000),
            (&[3, 100, 1_000], 300_000),
        ] {
            let together = parts[1..].iter().try_fold(parts[0], |before, next| joined(before, *next));
            assert_eq!(together, Some(number), "{parts:?}");
        }
        for (before, next) in [(5, 2), (19, 84), (20, 20), (25, 5), (110, 5), (1, 1)] {
            assert_eq!(joined(before, next), None, "{before} {next}");
        }
    }

    #[test]
    fn roman_numerals_have_their_value() {
        for (numeral, number) in
            [("ii", 2), ("iv", 4), ("ix", 9), ("xi", 11), ("xiv", 14), ("xxi", 21), ("xxxix", 39)]
        {
            assert_eq!(roman(numeral).map(|spoken| spoken.value), Some(number), "{numeral}");
        }
        for other in ["i", "x", "xx", "iiii", "vx", "xxxx", "ivi", "vv"] {
            assert_eq!(roman(other), None, "{other}");
        }
    }
}
