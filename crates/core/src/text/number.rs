//! Numbers as they are compared: with their sign and their separators.

use std::borrow::Cow;

/// One form for the spellings of a number that mean the same: `1,5` is `1.5`, `1,000` is `1000`, `٥` is `5`.
/// Otherwise the separators stay: `5-03` is not `503`, nor is `1.2.0` `1.20`.
pub(super) fn canonical(number: &str) -> Cow<'_, str> {
    let plain = |sign: char| {
        sign.is_ascii_digit() || sign.is_ascii_lowercase() || matches!(sign, '.' | '-' | '/' | ':')
    };
    // `v1.2` is version 1.2.
    let number =
        number.strip_prefix('v').filter(|version| version.starts_with(char::is_numeric)).unwrap_or(number);
    if number.starts_with('.') {
        return Cow::Owned(format!("0{number}"));
    }
    if number.chars().all(plain) && !is_grouped(number, '.') {
        return Cow::Borrowed(number);
    }
    let mut number: String = number.chars().map(latin_digit).collect();
    let grouped = [',', '\'', '.'].into_iter().find(|separator| is_grouped(&number, *separator));
    if let Some(separator) = grouped {
        number.retain(|sign| sign != separator);
    }
    Cow::Owned(number.replace(',', "."))
}

/// Whether a separator groups thousands: `1,000`, `12.000.000`. A single dot is a decimal point.
fn is_grouped(number: &str, separator: char) -> bool {
    let number = number.trim_start_matches(['-', '+']);
    let whole = match separator {
        ',' => number.split('.').next().unwrap_or(number),
        _ => number.split(',').next().unwrap_or(number),
    };
    let mut groups = whole.split(separator);
    let first = groups.next().unwrap_or_default();
    let digits = |group: &str| group.bytes().all(|digit| digit.is_ascii_digit());
    let least = if separator == '.' && whole.len() == number.len() { 2 } else { 1 };
    (1..=3).contains(&first.len())
        && digits(first)
        && !first.starts_with('0')
        && groups.clone().count() >= least
        && groups.all(|group| group.len() == 3 && digits(group))
}

/// Whether a number may be the beginning of a longer one that spaces group: `10` of `10 000`.
pub(super) fn is_first_group(number: &str) -> bool {
    (1..=3).contains(&number.len())
        && !number.starts_with('0')
        && number.bytes().all(|digit| digit.is_ascii_digit())
}

/// Whether a text continues with a group of three digits.
pub(super) fn is_next_group(text: &str) -> bool {
    let Some(group) = text.strip_prefix(' ') else { return false };
    let digits = group.bytes().take_while(u8::is_ascii_digit).count();
    let mut after = group[digits..].chars();
    let (next, following) = (after.next(), after.next());
    let ends = !next.is_some_and(char::is_alphanumeric);
    let joined = matches!(next, Some('-' | '/' | ':' | '.' | '×')) && following.is_some_and(char::is_numeric);
    digits == 3 && ends && !joined
}

/// The first digits of scripts that have their own; the others follow.
const ZEROS: [char; 16] = ['٠', '۰', '߀', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '០'];

fn latin_digit(digit: char) -> char {
    match digit {
        '٫' => '.',
        '٬' => ',',
        '’' => '\'',
        '–' | '‐' | '‑' | '−' => '-',
        '⁄' => '/',
        '×' => 'x',
        _ if digit.is_ascii() => digit,
        _ => {
            let value = ZEROS.iter().find_map(|zero| {
                let value = u32::from(digit).checked_sub(u32::from(*zero))?;
                char::from_digit(value, 10)
            });
            value.unwrap_or(digit)
        }
    }
}

/// The ending of an ordinal, which is no word: `2nd`, `5-й`.
pub(super) fn is_ordinal_ending(letters: &str) -> bool {
    matches!(
        letters,
        "st" | "nd"
            | "rd"
            | "th"
            | "й"
            | "я"
            | "е"
            | "го"
            | "му"
            | "х"
            | "ый"
            | "ой"
            | "ий"
            | "ая"
            | "ое"
            | "ого"
            | "ому"
            | "ую"
            | "ми"
            | "ти"
            | "мя"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_number_have_one_form() {
        let numbers = [
            ("1,5", "1.5"),
            ("1.5", "1.5"),
            ("1,000", "1000"),
            ("1,234.5", "1234.5"),
            ("1.234,5", "1234.5"),
            ("1.000.000", "1000000"),
            ("12'000", "12000"),
            ("0,500", "0.500"),
            ("1.500", "1.500"),
            ("-1,5", "-1.5"),
            ("٥٠٣", "503"),
            ("१२", "12"),
            ("۴۰۴", "404"),
            ("٣٫٥", "3.5"),
            ("2–3", "2-3"),
            ("10.0.0.1", "10.0.0.1"),
            (".5", "0.5"),
            ("v1.2", "1.2"),
            ("2/12", "2/12"),
            ("1.20", "1.20"),
            ("12:30", "12:30"),
        ];
        for (written, expected) in numbers {
            assert_eq!(canonical(written), expected, "{written}");
        }
    }
}
