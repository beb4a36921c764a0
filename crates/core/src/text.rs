//! Text as recall sees it: normalisation, the key of a stimulus, and the terms of a question.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};
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

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// The word, lower case, `ё` written as `е`.
    pub word: String,
    /// What all forms of the word share.
    pub stem: String,
    /// It says little about the subject (`the`, `please`, `find`; `как`, `пожалуйста`, `найти`).
    pub common: bool,
    /// It is, or contains, a number, and so names one thing only.
    pub number: bool,
    /// What it asks for, if it is a question word.
    pub asks: Option<Asks>,
}

/// What a question word asks for. `what` and `which` ask for anything, and are not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asks {
    /// Who, whom, whose.
    Person,
    /// When.
    Time,
    /// Why.
    Reason,
    /// How many, how much.
    Amount,
    /// How, or where: `where is the report` and `how do I find the report` ask for the same.
    Way,
}

/// The words of a text, in order, each stem once. Cyrillic words are stemmed as Russian, others as English;
/// words with digits are not stemmed.
pub fn terms(text: &str) -> Vec<Term> {
    let text = normalise(text).replace('ё', "е");
    let mut terms: Vec<Term> = Vec::new();
    let mut seen = HashSet::new();
    for word in text.split(|letter: char| !letter.is_alphanumeric() && letter != '.').flat_map(split_at_dots)
    {
        let stem = stem(word);
        if !word.is_empty() && seen.insert(stem.clone()) {
            let common = is_common(word, &stem);
            terms.push(Term {
                word: word.to_owned(),
                stem,
                common,
                number: has_digit(word),
                asks: asks(word),
            });
        }
    }
    terms
}

/// Dots separate words (`example.com`), but not versions and addresses (`4.2.0`, `10.0.0.1`): otherwise
/// `4.2.0` and `4.0.2` would consist of the same words.
fn split_at_dots(text: &str) -> Vec<&str> {
    let text = text.trim_matches('.');
    if text.split('.').all(has_digit) { vec![text] } else { text.split('.').collect() }
}

/// The length in letters of words that are compared by spelling: too many shorter words differ in one letter
/// only, and longer ones are codes.
pub(crate) const SPELT: RangeInclusive<usize> = 4..=40;

/// Whether a word is, or contains, a number.
fn has_digit(word: &str) -> bool {
    word.chars().any(char::is_numeric)
}

/// Whether a word is written in Cyrillic letters.
pub fn is_cyrillic(word: &str) -> bool {
    word.chars().any(|letter| ('\u{400}'..='\u{4ff}').contains(&letter))
}

/// What the forms of `word` share.
pub(crate) fn stem(word: &str) -> String {
    static ENGLISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::English));
    static RUSSIAN: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::Russian));
    if has_digit(word) {
        word.to_owned()
    } else if is_cyrillic(word) {
        without_fleeting_vowel(RUSSIAN.stem(word).into_owned())
    } else {
        ENGLISH.stem(word).into_owned()
    }
}

/// The stemmer does not know that `список` is a form of `списка`: a final `-ок`, `-ек` or `-ец` loses its
/// vowel.
fn without_fleeting_vowel(stem: String) -> String {
    let mut letters = stem.chars().rev();
    match (letters.next(), letters.next(), letters.count()) {
        (Some(last @ 'к'), Some('о' | 'е'), 3..) | (Some(last @ 'ц'), Some('е'), 3..) => {
            let kept = stem.chars().count() - 2;
            stem.chars().take(kept).chain([last]).collect()
        }
        _ => stem,
    }
}

/// A Cyrillic word in Latin letters, to recognise loanwords: `редис` is `redis`.
pub fn latin(word: &str) -> String {
    let mut latin = String::with_capacity(word.len());
    for letter in word.chars() {
        match LATIN.iter().find(|(cyrillic, _)| *cyrillic == letter) {
            Some((_, letters)) => latin.push_str(letters),
            None => latin.push(letter),
        }
    }
    latin
}

#[rustfmt::skip]
const LATIN: &[(char, &str)] = &[
    ('а', "a"), ('б', "b"), ('в', "v"), ('г', "g"), ('д', "d"), ('е', "e"), ('ж', "j"), ('з', "z"), ('и', "i"), ('й', "y"),
    ('к', "k"), ('л', "l"), ('м', "m"), ('н', "n"), ('о', "o"), ('п', "p"), ('р', "r"), ('с', "s"), ('т', "t"), ('у', "u"),
    ('ф', "f"), ('х', "h"), ('ц', "c"), ('ч', "ch"), ('ш', "sh"), ('щ', "sch"), ('ъ', ""), ('ы', "y"), ('ь', ""),
    ('э', "e"), ('ю', "iu"), ('я', "ia"),
];

fn asks(word: &str) -> Option<Asks> {
    match word {
        "who" | "whom" | "whose" | "кто" | "кого" | "кому" | "кем" | "ком" | "чей" | "чья" => {
            Some(Asks::Person)
        }
        "when" | "когда" => Some(Asks::Time),
        "why" | "почему" | "зачем" => Some(Asks::Reason),
        "many" | "much" | "сколько" => Some(Asks::Amount),
        "how" | "where" | "как" | "где" | "куда" | "откуда" => Some(Asks::Way),
        _ => None,
    }
}

fn is_common(word: &str, stem: &str) -> bool {
    static GENERAL_STEMS: LazyLock<HashSet<String>> =
        LazyLock::new(|| GENERAL.iter().map(|word| self::stem(word)).collect());
    FUNCTION.binary_search(&word).is_ok() || GENERAL_STEMS.contains(stem)
}

/// Function words and polite words of both languages, sorted, with `ё` written as `е`. Words that change what
/// is asked are not included: negations, `without`, `before`, `after`.
#[rustfmt::skip]
const FUNCTION: &[&str] = &[
    "a", "about", "all", "also", "although", "always", "am", "an", "and", "any", "anybody", "anyone",
    "anything", "are", "aren", "as", "at", "be", "because", "been", "being", "both", "but", "by", "can",
    "cannot", "could", "couldn", "d", "did", "didn", "do", "does", "doesn", "doing", "don", "done", "either",
    "else", "even", "ever", "everybody", "everyone", "everything", "for", "from", "had", "has", "hasn",
    "have", "haven", "having", "he", "hello", "her", "here", "hers", "hey", "hi", "him", "his", "how",
    "however", "i", "if", "in", "into", "is", "isn", "it", "its", "itself", "just", "ll", "m", "many", "may",
    "maybe", "me", "might", "mine", "much", "must", "my", "myself", "now", "of", "on", "or", "our", "ours",
    "please", "quite", "rather", "re", "s", "shall", "she", "should", "shouldn", "since", "so", "some",
    "somebody", "someone", "something", "still", "such", "t", "than", "thank", "thanks", "that", "the",
    "their", "theirs", "them", "then", "there", "these", "they", "this", "those", "though", "thus", "to",
    "too", "toward", "until", "upon", "us", "ve", "very", "via", "was", "wasn", "we", "were", "weren", "what",
    "whatever", "when", "whenever", "where", "wherever", "whether", "which", "while", "who", "whom", "whose",
    "why", "will", "with", "won", "would", "wouldn", "yes", "yet", "you", "your", "yours",
    "а", "бы", "был", "была", "были", "было", "быть", "в", "вам", "вами", "вас", "ваш", "ваша", "ваше",
    "ваши", "ведь", "весь", "во", "вот", "все", "всего", "всей", "всем", "всеми", "всех", "вы", "где", "да",
    "даже", "для", "до", "его", "ее", "ей", "ему", "если", "есть", "еще", "же", "за", "зачем", "здесь",
    "здравствуйте", "и", "из", "или", "им", "ими", "их", "к", "как", "какая", "какие", "каких", "какого",
    "какое", "какой", "какую", "кем", "ко", "когда", "кого", "кое", "ком", "кому", "кто", "куда", "ли",
    "либо", "меня", "мне", "мной", "мог", "могли", "могу", "могут", "мое", "моего", "моей", "может", "можно",
    "мои", "моих", "мой", "моя", "мы", "на", "над", "надо", "нам", "нами", "нас", "наш", "наша", "наше",
    "нашей", "наши", "него", "нее", "ней", "нем", "нему", "ними", "них", "но", "ну", "нужен", "нужна",
    "нужно", "нужны", "о", "об", "обо", "ой", "он", "она", "они", "оно", "от", "откуда", "очень", "по", "под",
    "пожалуйста", "потому", "почему", "при", "привет", "про", "разве", "с", "сам", "свое", "своего", "своей",
    "свои", "свой", "свою", "своя", "себе", "себя", "сколько", "со", "собой", "спасибо", "сюда", "так",
    "такая", "также", "такие", "такого", "такое", "такой", "там", "твой", "твоя", "те", "тебе", "тебя", "тем",
    "тех", "то", "тобой", "того", "тоже", "той", "только", "том", "тому", "тот", "туда", "тут", "ты", "у",
    "уж", "уже", "хоть", "чего", "чей", "чем", "чему", "что", "чтоб", "чтобы", "чья", "эта", "эти", "этим",
    "этих", "это", "этого", "этой", "этом", "этому", "этот", "эту", "я",
];

/// The most general verbs of both languages, in the forms whose stems differ: they fit nearly any question
/// (`how do I find`, `where can I get`, `подскажите, где взять`). Compared by stem.
#[rustfmt::skip]
const GENERAL: &[&str] = &[
    "ask", "came", "come", "find", "found", "gave", "get", "give", "given", "go", "goes", "gone", "got",
    "help", "keep", "kept", "knew", "know", "known", "let", "look", "made", "make", "mean", "need", "said",
    "saw", "say", "see", "seen", "show", "shown", "take", "taken", "tell", "told", "took", "tried", "try",
    "use", "used", "want", "went",
    "беру", "взял", "взять", "видеть", "видно", "вижу", "возьму", "дает", "дай", "дам", "дать", "делать",
    "делаю", "знает", "знать", "значит", "знаю", "идет", "идти", "искать", "использовать", "ищу", "лежать",
    "лежит", "найду", "найти", "находится", "нашел", "подскажите", "подсказать", "пойти", "покажите",
    "показать", "получаю", "получил", "получить", "получу", "помогите", "помочь", "понимаю", "понять",
    "попробовать", "посмотреть", "придет", "придут", "прийти", "приходит", "пришел", "пришла", "пробую",
    "расскажите", "рассказать", "сделать", "скажите", "сказать", "смотреть", "смотрю", "спросить",
    "требуется", "узнать", "хотеть", "хотим", "хочет", "хочу",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stems(text: &str) -> Vec<String> {
        terms(text).into_iter().map(|term| term.stem).collect()
    }

    fn subject(text: &str) -> Vec<String> {
        terms(text).into_iter().filter(|term| !term.common).map(|term| term.word).collect()
    }

    #[test]
    fn case_width_and_white_space_do_not_matter() {
        assert_eq!(normalise("  Ｗhat\tIS\n\u{a0}ﬁle? "), "what is file?");
        assert_eq!(Key::of("Как  ДЕЛА?"), Key::of("как дела?"));
        assert_ne!(Key::of("как дела?"), Key::of("как дела"));
    }

    #[test]
    fn inflected_words_share_a_stem() {
        assert_eq!(stems("restarting servers"), stems("restart server"));
        assert_eq!(stems("перезапуска серверов"), stems("перезапуск сервера"));
        assert_eq!(stems("список ошибок"), stems("списка ошибки"));
        assert_eq!(stems("ещё"), stems("еще"));
    }

    #[test]
    fn a_short_word_keeps_its_vowel() {
        assert_eq!(stems("срок век кот"), ["срок", "век", "кот"]);
    }

    #[test]
    fn words_with_digits_stay_whole() {
        assert_eq!(stems("ERR-5031 on v2.14."), ["err", "5031", "on", "v2.14"]);
        assert_eq!(stems("api.example.com at 10.0.0.1"), ["api", "exampl", "com", "at", "10.0.0.1"]);
    }

    #[test]
    fn a_repeated_word_is_one_term() {
        assert_eq!(stems("restart, restarted, RESTART!"), ["restart"]);
    }

    #[test]
    fn courtesy_and_the_most_general_verbs_are_not_the_subject() {
        assert_eq!(
            subject("Hi, could you please tell me where I can find the release notes?"),
            ["release", "notes"]
        );
        assert_eq!(subject("Подскажите, пожалуйста, где найти график дежурств"), ["график", "дежурств"]);
    }

    #[test]
    fn negations_are_part_of_the_subject() {
        assert_eq!(subject("the VPN does not connect"), ["vpn", "not", "connect"]);
        assert_eq!(subject("VPN не подключается"), ["vpn", "не", "подключается"]);
    }

    #[test]
    fn loanwords_are_written_back_in_latin_letters() {
        assert_eq!(latin("редис"), "redis");
        assert_eq!(latin("redis-кеш"), "redis-kesh");
    }

    #[test]
    fn the_list_of_function_words_is_sorted_for_its_search() {
        assert!(FUNCTION.is_sorted_by(|a, b| a < b));
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
