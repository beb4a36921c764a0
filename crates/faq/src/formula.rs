//! Keeps spreadsheet programs from running a text that begins like a formula, in a way that can be undone exactly.
//!
//! A cell whose first character (behind apostrophes, blanks, controls and invisible characters) is `=`, `+`, `-` or `@`, or that begins with a tab or
//! a line end, gets an apostrophe in front. Reading takes one apostrophe away from such a cell. Since the rule looks behind
//! apostrophes, what it says about a text does not change by adding or taking one, so the two undo each other.

use std::borrow::Cow;

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;

const GUARD: char = '\'';

/// Whether a character shows nothing: blanks and what looks like them, controls, and what programs may pass over, which Unicode
/// calls [Default_Ignorable_Code_Point](https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point).
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{2800}' | '\u{fff9}'..='\u{fffb}' | '\u{13430}'..='\u{13442}' | '\u{1d159}')
        || c.is_whitespace()
        || c.is_control()
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Whether a program may take the cell for a formula, or a person for a guarded one.
fn is_live(text: &str) -> bool {
    let text = text.trim_start_matches(GUARD);
    text.starts_with(['\t', '\r', '\n'])
        || text.trim_start_matches(is_hidden).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// The text as a cell that is never a formula.
pub(crate) fn guard(text: &str) -> Cow<'_, str> {
    if is_live(text) { Cow::Owned(format!("{GUARD}{text}")) } else { Cow::Borrowed(text) }
}

/// The text of a cell that [`guard`] made.
pub(crate) fn unguard(cell: &str) -> &str {
    match cell.strip_prefix(GUARD) {
        Some(text) if is_live(cell) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_formula_becomes_a_text() {
        for text in
            ["=1+1", "+7 900", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n-x", " =1", "\u{feff}=1", "'=1", "＝1"]
        {
            assert_eq!(guard(text), format!("'{text}"), "{text:?}");
        }
        for text in ["", "a=b", "1-2", "'tis", "''", "C++", "«=»"] {
            assert_eq!(guard(text), text, "{text:?}");
        }
    }

    #[test]
    fn nothing_invisible_hides_a_formula() {
        let hidden = ('\0'..='\u{10ffff}').filter(|c| is_hidden(*c));
        let mut count = 0;
        for c in hidden {
            count += 1;
            for text in [format!("{c}=1"), format!("{c}{c}@x"), format!("'{c}-1"), format!(" {c}\t＝1")] {
                let cell = guard(&text);
                assert_eq!(cell, format!("'{text}"), "{text:?}");
                assert_eq!(unguard(&cell), text);
            }
        }
        for c in
            "\u{ad}\u{34f}\u{61c}\u{180e}\u{200b}\u{202e}\u{2060}\u{2066}\u{3164}\u{fe0f}\u{feff}\u{e0020}"
                .chars()
        {
            assert!(is_hidden(c), "{c:?}");
        }
        assert!(count > 4000, "the tags and what is kept free for such characters count: {count}");
    }

    /// What a formula may hide behind, and what it begins with.
    fn live() -> impl Strategy<Value = String> {
        let hidden = prop_oneof![
            prop::sample::select(vec!['\'', '=', '+', '-', '@', ' ', '\t', '\r', '\n', 'a', '＝']),
            prop::char::range('\u{2000}', '\u{206f}'),
            prop::char::range('\u{fe00}', '\u{fe0f}'),
            prop::char::range('\u{e0000}', '\u{e0fff}'),
        ];
        prop::collection::vec(hidden, 0..6).prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn reading_undoes_it_exactly(text in prop_oneof![live(), any::<String>()]) {
            let cell = guard(&text);
            prop_assert_eq!(unguard(&cell), text.as_str());
            let seen = cell.trim_start_matches(is_hidden);
            prop_assert!(!seen.starts_with(['=', '+', '-', '@', '＝']), "{cell:?}");
            prop_assert!(!cell.starts_with(['\t', '\r', '\n']));
        }
    }
}
