//! Words that say little about the subject of a text, and what question words ask for.

use std::collections::HashSet;
use std::sync::LazyLock;

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

/// What a word asks for, if it is a question word.
pub(super) fn asks(word: &str) -> Option<Asks> {
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

/// Whether a word says little about the subject.
pub(super) fn is_common(word: &str, stem: &str) -> bool {
    static FUNCTION_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| FUNCTION.iter().copied().collect());
    static GENERAL_STEMS: LazyLock<HashSet<String>> =
        LazyLock::new(|| GENERAL.iter().map(|word| crate::text::stem(word)).collect());
    FUNCTION_WORDS.contains(word) || GENERAL_STEMS.contains(stem)
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

    #[test]
    fn the_list_of_function_words_is_sorted_and_names_each_once() {
        assert!(FUNCTION.is_sorted_by(|a, b| a < b));
    }
}
