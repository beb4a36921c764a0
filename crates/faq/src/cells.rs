//! What the texts of a column are: words, or numbers, dates and the like, which are seldom a question and seldom an answer.

/// What stands in a column or field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cells {
    /// Mostly words.
    Words,
    /// Yes and no only: the answers to questions, or marks on them.
    YesOrNo,
    /// Mostly numbers, dates, truth values, codes, addresses, or nothing.
    Bare,
}

const YES_OR_NO: &[&str] = &["yes", "no", "y", "n", "да", "нет", "ja", "nein", "oui", "non", "sí", "si"];
const TRUTH: &[&str] = &["true", "false", "null", "none", "nan", "n/a", "истина", "ложь"];

impl Cells {
    /// Decides by the texts of a column.
    pub(crate) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let texts: Vec<_> = texts.map(str::trim).filter(|text| !text.is_empty()).collect();
        let words = texts.iter().filter(|text| is_words(text)).count();
        match () {
            () if words * 2 < texts.len() || texts.is_empty() => Self::Bare,
            () if texts.iter().all(|text| is_one_of(text, YES_OR_NO)) => Self::YesOrNo,
            () => Self::Words,
        }
    }
}

fn is_one_of(text: &str, known: &[&str]) -> bool {
    text.len() < 10 && known.contains(&text.to_lowercase().as_str())
}

/// Whether a text is more than a number, a date, a truth value, a code such as `KB-17`, or an address.
pub(crate) fn is_words(text: &str) -> bool {
    let text = text.trim();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    let is_one_word = !text.contains(char::is_whitespace);
    let is_code = is_one_word && digits > 0 && !text.contains(char::is_lowercase);
    let is_address = is_one_word && (text.contains("://") || text.contains('@'));
    letters > digits && !is_code && !is_address && !is_one_of(text, TRUTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_what_only_counts_dates_or_points() {
        for text in ["How?", "Paris", "Где?", "IPv6", "in 2 days", "日本語", "see https://example.invalid/a"]
        {
            assert!(is_words(text), "{text}");
        }
        for text in [
            "",
            " ",
            "12",
            "-1.5",
            "2025-03-01",
            "01.03.2025 10:00",
            "3 May 2025",
            "true",
            "False",
            "KB-17",
            "INC000123",
            "https://example.invalid/a",
            "ann@example.invalid",
            "v2.1",
            "50 %",
            "+",
        ] {
            assert!(!is_words(text), "{text}");
        }
    }

    #[test]
    fn a_column_is_what_most_of_its_texts_are() {
        let of = |texts: &[&str]| Cells::of(texts.iter().copied());
        assert_eq!(of(&["a", "", "7"]), Cells::Words);
        assert_eq!(of(&["Yes", "no", ""]), Cells::YesOrNo);
        assert_eq!(of(&["Да", "Нет, нельзя"]), Cells::Words);
        assert_eq!(of(&["1", "2", "three"]), Cells::Bare);
        assert_eq!(of(&["", " "]), Cells::Bare);
    }
}
