//! Text as recall sees it: normalisation, the key of a stimulus, and the stemmed terms of a question.

use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

/// What makes two stimuli the same: Unicode NFKC, lower case, single spaces, none at the ends.
pub fn normalise(text: &str) -> String {
    let folded: String = text.nfkc().collect::<String>().to_lowercase().nfkc().collect();
    let mut words = folded.split_whitespace();
    let mut out = String::with_capacity(folded.len());
    out.extend(words.next());
    for word in words {
        out.push(' ');
        out.push_str(word);
    }
    out
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

/// One stemmed word.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// The stem, lower case, `ё` written as `е`.
    pub stem: String,
    /// A word that says little about the subject (`the`, `how`, `как`).
    pub common: bool,
}

/// The stemmed words of a text, in order, each once. Cyrillic words are stemmed as Russian, others as English;
/// words with digits stay whole.
pub fn terms(text: &str) -> Vec<Term> {
    let text = normalise(text).replace('ё', "е");
    let mut terms: Vec<Term> = Vec::new();
    for word in text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let term = Term { stem: stem(word), common: is_common(word) };
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    terms
}

fn stem(word: &str) -> String {
    static ENGLISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::English));
    static RUSSIAN: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::Russian));
    if word.chars().any(char::is_numeric) {
        return word.to_owned();
    }
    let cyrillic = word.chars().any(|letter| ('\u{400}'..='\u{4ff}').contains(&letter));
    if cyrillic { RUSSIAN.stem(word).into_owned() } else { ENGLISH.stem(word).into_owned() }
}

fn is_common(word: &str) -> bool {
    COMMON.binary_search(&word).is_ok()
}

/// Function words of both languages, `ё` written as `е`, sorted. Verbs and nouns do not belong here.
#[rustfmt::skip]
const COMMON: &[&str] = &[
    "a", "about", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do",
    "does", "for", "from", "had", "has", "have", "hello", "hey", "hi", "how", "i", "if", "in", "into", "is", "it", "its",
    "just", "ll", "m", "may", "me", "might", "must", "my", "of", "on", "or", "our", "please", "re", "s", "shall", "should",
    "so", "some", "t", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to",
    "us", "ve", "was", "we", "were", "what", "when", "where", "which", "who", "whom", "whose", "why", "will", "with",
    "would", "you", "your",
    "а", "бы", "был", "была", "были", "было", "быть", "в", "вам", "вас", "во", "вот", "все", "всем", "вы", "где", "да",
    "для", "до", "его", "ее", "если", "есть", "еще", "же", "за", "и", "из", "или", "им", "их", "к", "как", "какая",
    "какие", "какой", "какую", "ко", "когда", "кто", "куда", "ли", "меня", "мне", "мной", "может", "можно", "мой", "моя",
    "мы", "на", "над", "надо", "нам", "нас", "наш", "не", "него", "нее", "но", "ну", "нужно", "о", "об", "он", "она",
    "они", "от", "по", "под", "пожалуйста", "почему", "при", "про", "с", "свой", "себе", "себя", "со", "так", "такое",
    "там", "то", "тоже", "только", "тот", "ты", "у", "уже", "чего", "чем", "через", "что", "чтобы", "эта", "эти", "это",
    "этот", "я",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stems(text: &str) -> Vec<String> {
        terms(text).into_iter().map(|term| term.stem).collect()
    }

    #[test]
    fn case_width_and_white_space_do_not_matter() {
        assert_eq!(normalise("  Ｗhat\tIS\n\u{a0}ﬁle? "), "what is file?");
        assert_eq!(Key::of("Как  ДЕЛА?"), Key::of("как дела?"));
        assert_ne!(Key::of("как дела?"), Key::of("как дела"));
    }

    #[test]
    fn inflected_words_share_a_term() {
        assert_eq!(stems("restarting servers"), stems("restart server"));
        assert_eq!(stems("перезапуска серверов"), stems("перезапуск сервера"));
        assert_eq!(stems("ещё"), stems("еще"));
    }

    #[test]
    fn words_with_digits_stay_whole() {
        assert_eq!(stems("ERR-5031 on v2.14"), ["err", "5031", "on", "v2", "14"]);
    }

    #[test]
    fn the_list_of_common_words_is_sorted_for_its_search() {
        assert!(COMMON.is_sorted_by(|a, b| a < b));
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in any::<String>()) {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
