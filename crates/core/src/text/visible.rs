//! Which characters can be seen: what a text needs to be one, and what makes no difference between two.

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;
use unicode_normalization::char::is_combining_mark;

/// Whether a text shows anything: more than white space, what shows nothing, and marks without a letter to stand on.
pub(crate) fn has_visible(text: &str) -> bool {
    text.chars().any(|sign| !is_blank(sign) && !shows_nothing(sign) && !is_combining_mark(sign))
}

/// White space, and what looks like it: an empty Braille cell, a missing Hangul letter, an empty note or hieroglyph.
pub(super) fn is_blank(sign: char) -> bool {
    let looks_like_a_space =
        matches!(sign, '\u{2800}' | '\u{3164}' | '\u{ffa0}' | '\u{13441}' | '\u{13442}' | '\u{1d159}');
    sign.is_whitespace() || looks_like_a_space
}

/// Whether a character shows nothing by itself and takes no room: control characters, Unicode's
/// [Default_Ignorable_Code_Point](https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point), and the controls of
/// annotations and of hieroglyphs, which that leaves out.
pub(super) fn shows_nothing(sign: char) -> bool {
    match sign {
        ' '..='~' => false,
        '\u{fff9}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}' => true,
        _ if sign.is_control() => !sign.is_whitespace(),
        _ => CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(sign) && !is_blank(sign),
    }
}

/// Whether a character that shows nothing changes how what is `before` it looks: joiners, where letters join or emoji are
/// put together, and the tags of a flag.
pub(super) fn shapes(before: Option<char>, sign: char) -> bool {
    match (before, sign) {
        (Some(before), '\u{200c}' | '\u{200d}' | '\u{180e}') => joins(before),
        (Some(before), '\u{e0020}'..='\u{e007f}') => {
            matches!(before, '\u{1f3f4}' | '\u{e0020}'..='\u{e007e}')
        }
        _ => false,
    }
}

/// Whether a joiner after this character may show. Latin, Greek, Cyrillic and Armenian letters (without their marks),
/// Chinese, Japanese and Korean ones never join.
fn joins(before: char) -> bool {
    let never = matches!(before, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7ff}');
    before >= '\u{590}' && !never && !is_blank(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_which_nothing_can_be_seen_is_told() {
        for text in [
            "",
            " \n\t\u{a0}\u{3000}",
            "\0\u{7}\u{7f}\u{9b}",
            "\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2060}\u{2064}\u{feff}",
            "\u{202a}\u{202e}\u{2066}\u{2069}\u{61c}",
            "\u{ad}\u{34f}\u{180b}\u{180e}",
            "\u{115f}\u{1160}\u{3164}\u{ffa0}",
            "\u{2800}",
            "\u{fe00}\u{fe0f}\u{e0100}",
            "\u{e0001}\u{e0067}\u{e007f}",
            "\u{1d159}\u{1d173}\u{1bca0}\u{fff9}\u{13430}\u{13441}",
            "\u{301}",
            " \u{20e3} \u{20dd}",
            "\u{93e}\u{94d}",
        ] {
            assert!(!has_visible(text), "{text:?}");
        }
    }

    #[test]
    fn text_of_every_script_can_be_seen_whatever_is_in_it() {
        for text in [
            "a",
            "?",
            "²",
            "👍🏽",
            "❤\u{fe0f}",
            "1\u{fe0f}\u{20e3}",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "👩\u{200d}💻",
            "สวัสดี",
            "नमस्ते",
            "می\u{200c}خواهم",
            "한국어",
            "⠓⠊",
            "\u{200b}a\u{301}",
            "\u{f8ff}",
            "\u{fffd}",
            "۝",
        ] {
            assert!(has_visible(text), "{text:?}");
        }
    }
}
