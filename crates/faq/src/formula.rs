//! Keeps spreadsheet programs from running a text that begins like a formula, in a way that can be undone exactly.
//!
//! A cell whose first character (behind apostrophes, blanks and controls) is `=`, `+`, `-` or `@`, or that begins with a tab or
//! a line end, gets an apostrophe in front. Reading takes one apostrophe away from such a cell. Since the rule looks behind
//! apostrophes, what it says about a text does not change by adding or taking one, so the two undo each other.

use std::borrow::Cow;

const GUARD: char = '\'';

/// Whether a program may take the cell for a formula, or a person for a guarded one.
fn is_live(text: &str) -> bool {
    let text = text.trim_start_matches(GUARD);
    let hidden =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}');
    text.starts_with(['\t', '\r', '\n'])
        || text.trim_start_matches(hidden).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
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

    proptest! {
        #[test]
        fn reading_undoes_it_exactly(text in "['=+@ \t\r\n\u{feff}a-]{0,6}|.*") {
            let cell = guard(&text);
            prop_assert_eq!(unguard(&cell), text.as_str());
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
        }
    }
}
