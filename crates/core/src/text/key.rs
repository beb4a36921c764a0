//! What makes two stimuli the same, and the key that a stimulus is found by. Keys are stored: neither may
//! change.

use std::borrow::Cow;

use sha2::{Digest, Sha256};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// What makes two stimuli the same: Unicode NFKC, lower case, single spaces, none at the ends.
pub fn normalise(text: &str) -> String {
    let lower = nfkc(text).to_lowercase();
    let folded = nfkc(&lower);
    let mut words = folded.split_whitespace();
    let mut out = String::with_capacity(folded.len());
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

/// The key a stimulus is found by: SHA-256 of its normalised text. It never leaves the data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub [u8; 32]);

impl Key {
    /// The key of `stimulus`.
    pub fn of(stimulus: &str) -> Self {
        Self(Sha256::digest(normalise(stimulus)).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_width_and_white_space_do_not_matter() {
        assert_eq!(normalise("  Ｗhat\tIS\n\u{a0}ﬁle? "), "what is file?");
        assert_eq!(Key::of("Как  ДЕЛА?"), Key::of("как дела?"));
        assert_ne!(Key::of("как дела?"), Key::of("как дела"));
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in any::<String>()) {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }

        #[test]
        fn text_that_is_normal_already_is_recognised(text in r"[ -~а-яё\u{300}-\u{310}Ａ-Ｚﬁ²½ǅ ]*") {
            let folded: String = text.nfkc().collect::<String>().to_lowercase().nfkc().collect();
            prop_assert_eq!(normalise(&text), folded.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
}
