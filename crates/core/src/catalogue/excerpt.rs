//! The line of an answer that shows why it was found.

use crate::text::terms;

/// The longest excerpt, in characters.
pub const MAX_EXCERPT: usize = 240;
/// How much of a long line stands before the word that was found, in characters.
const BEFORE: usize = 60;

/// The first line of a text that has most of the words of a search, or its first line; at most [`MAX_EXCERPT`] characters
/// of it, with `…` where it is cut.
pub fn excerpt(text: &str, searched: &str) -> String {
    let words: Vec<String> =
        terms(searched).into_iter().filter(|term| !term.common).map(|term| term.stem).collect();
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut best = (lines().next().unwrap_or_default(), 0, 0);
    if !words.is_empty() {
        for line in lines() {
            let lower = line.to_lowercase();
            let found = words.iter().filter_map(|word| lower.find(word.as_str()));
            let (count, first) = found.fold((0, usize::MAX), |(count, first), at| (count + 1, first.min(at)));
            if count > best.1 {
                // As many characters, as a rule: lower case may be longer or shorter.
                best = (line, count, lower[..first].chars().count());
            }
        }
    }
    cut(best.0, best.2)
}

fn cut(line: &str, found: usize) -> String {
    let length = line.chars().count();
    if length <= MAX_EXCERPT {
        return line.to_owned();
    }
    let room = MAX_EXCERPT - 2;
    let start = found.saturating_sub(BEFORE).min(length - room);
    let mut shown: String = line.chars().skip(start).take(room).collect();
    if start > 0 {
        shown.insert(0, '…');
    }
    if start + room < length {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_line_with_the_words_is_shown_or_else_the_first_one() {
        let text = "\n  Restart it:\n\nsystemctl restart payments\nsystemctl status payments\n";
        for (searched, shown) in [
            ("", "Restart it:"),
            ("payments", "systemctl restart payments"),
            ("status payments", "systemctl status payments"),
            ("something else", "Restart it:"),
        ] {
            assert_eq!(excerpt(text, searched), shown, "{searched}");
        }
        assert_eq!(excerpt(" \n", "x"), "");
    }

    #[test]
    fn a_long_line_is_cut_around_the_word() {
        let text = format!("{}needle {}", "hay ".repeat(100), "straw ".repeat(100));
        let shown = excerpt(&text, "needle");
        assert!(shown.contains("needle") && shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert_eq!(shown.chars().count(), MAX_EXCERPT);
        assert!(excerpt(&text, "").starts_with("hay hay") && excerpt(&text, "").ends_with('…'));
    }

    proptest! {
        #[test]
        fn no_text_breaks_it_and_none_is_too_long(text in "\\PC{0,600}|([İßäé ]{0,400}\n?){0,3}", searched in "\\PC{0,20}") {
            prop_assert!(excerpt(&text, &searched).chars().count() <= MAX_EXCERPT);
        }
    }
}
