//! Numbers, units and symbols of which each text has one that the other lacks.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::recall::likeness::is_compound;
use crate::text::{Class, Kind, Term};

/// How the numbers of two texts differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    /// Only in times of the day and dates.
    Moments,
    /// In other numbers or codes.
    Numbers,
}

/// The difference if each text has a number or a code that the other lacks. A number on one side only is an
/// addition: `I waited 20 minutes, how do I restart it?`
pub(super) fn numbers_differ(one: &[&Term], other: &[&Term]) -> Option<Difference> {
    let lacking = |one: &[&Term], other: &[&Term]| -> Vec<usize> {
        (0..one.len()).filter(|at| one[*at].number && !has_number(other, one, *at)).collect()
    };
    let (here, there) = (lacking(one, other), lacking(other, one));
    if here.is_empty() || there.is_empty() {
        return None;
    }
    let moments = |terms: &[&Term], lacking: &[usize]| lacking.iter().all(|at| is_moment(terms, *at));
    let only_moments = moments(one, &here) && moments(other, &there);
    Some(if only_moments { Difference::Moments } else { Difference::Numbers })
}

/// Whether a number is a time of the day or belongs to a date: `5 pm`, `12:30`, `8 мая`.
fn is_moment(terms: &[&Term], at: usize) -> bool {
    let names = |term: &Term| MOMENTS.split(' ').any(|name| name == term.word);
    let beside =
        [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|beside| terms.get(beside));
    terms[at].word.contains(':') || beside.into_iter().any(|term| names(term))
}

const MOMENTS: &str = "am pm p o morning evening noon утра вечера дня ночи часов \
    january february march april may june july august september october november december \
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря";

/// Whether `other` has the number at `at`, alone, within a compound, or in two parts.
fn has_number(other: &[&Term], one: &[&Term], at: usize) -> bool {
    let term = &one[at];
    let is_part = |pair: &[&Term]| match pair {
        [first, second] => other.iter().any(|whole| is_compound(&whole.word, first, second)),
        _ => false,
    };
    other.iter().any(|word| word.stem == term.stem)
        || other.windows(2).any(|pair| is_compound(&term.word, &pair[0], &pair[1]))
        || one[at.saturating_sub(1)..one.len().min(at + 2)].windows(2).any(is_part)
}

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

/// Whether the same number counts different things, or the texts name different currencies.
pub(super) fn units_differ(one: &[&Term], other: &[&Term]) -> bool {
    let counted = |terms: &[&Term], number: &str| {
        let at = terms.iter().position(|term| term.stem == number)?;
        let before = at.checked_sub(1).and_then(|before| terms.get(before)).filter(|term| is_currency(term));
        terms.get(at + 1).and_then(|term| unit(term)).or(before.and_then(|term| unit(term)))
    };
    let same_number = one.iter().filter(|term| term.number).any(|term| {
        match (counted(one, &term.stem), counted(other, &term.stem)) {
            (Some(one), Some(other)) => one != other,
            _ => false,
        }
    });
    same_number || currencies_differ(one, other)
}

fn currencies_differ(one: &[&Term], other: &[&Term]) -> bool {
    let named = |terms: &[&Term]| -> Vec<&str> {
        terms.iter().filter(|term| is_currency(term)).filter_map(|term| unit(term)).collect()
    };
    let (one, other) = (named(one), named(other));
    !one.is_empty() && !other.is_empty() && !one.iter().any(|currency| other.contains(currency))
}

fn is_currency(term: &Term) -> bool {
    matches!(unit(term), Some("$" | "€" | "£" | "₽" | "¥"))
}

/// The unit that a term names.
fn unit(term: &Term) -> Option<&'static str> {
    static BY_NAME: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        UNITS.iter().flat_map(|(unit, names)| names.split(' ').map(move |name| (name, *unit))).collect()
    });
    BY_NAME.get(term.word.as_str()).copied()
}

/// Units, and their names in both languages; a name has one meaning.
#[rustfmt::skip]
const UNITS: &[(&str, &str)] = &[
    ("kB", "kb kib кб kilobyte kilobytes килобайт килобайта"), ("MB", "mb mib мб megabyte megabytes мегабайт мегабайта"),
    ("GB", "gb gib гб gigabyte gigabytes гигабайт гигабайта"), ("TB", "tb tib тб terabyte terabytes терабайт терабайта"),
    ("Mbit", "mbit мбит"), ("Gbit", "gbit гбит"),
    ("ms", "ms мс millisecond milliseconds миллисекунд"), ("us", "us μs мкс microsecond microseconds"), ("s", "s sec secs second seconds с сек секунда секунды секунд"),
    ("min", "min mins minute minutes мин минута минуты минут"), ("h", "h hr hrs hour hours ч час часа часов"), ("d", "d day days день дня дней"),
    ("w", "w week weeks неделя недели недель"), ("mo", "month months мес месяц месяца месяцев"), ("y", "y yr year years год года лет"),
    ("mm", "mm мм"), ("cm", "cm см"), ("m", "m м meter meters metre metres метр метра метров"), ("km", "km км kilometer kilometers kilometre kilometres километр километра километров"), ("mi", "mile miles миля мили миль"),
    ("ft", "ft foot feet фут фута футов"), ("in", "inch inches дюйм дюйма дюймов"),
    ("g", "g г gram grams грамм грамма граммов"), ("kg", "kg кг kilogram kilograms килограмм килограмма"), ("lb", "lb lbs pounds"), ("t", "т тонна тонны тонн ton tons"),
    ("ml", "ml мл"), ("l", "l л liter liters litre litres литр литра литров"),
    ("V", "v в volt volts вольт"), ("W", "w вт watt watts ватт"), ("kW", "kw квт"), ("Hz", "hz гц"), ("MHz", "mhz мгц"), ("GHz", "ghz ггц"),
    ("%", "% percent процент процента процентов"), ("°", "°"),
    ("$", "$ usd dollar dollars доллар доллара долларов долларах долл"), ("€", "€ eur euro euros евро"), ("£", "£ gbp sterling фунт фунта фунтов"),
    ("₽", "₽ rub rur ruble rubles рубль рубля рублей рублях руб"), ("¥", "¥ jpy yen cny yuan иена юань юаней"),
];
