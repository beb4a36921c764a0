//! Whether the whole text of a cell is the name of a column, or a text that only begins as one does: `Question text` is a name,
//! `Text the service desk` is none, and of `Answer pending` nobody can tell.

use crate::error::Part;
use crate::names;
use crate::table::asks;

/// Words that say which text of a question or answer is meant: these may follow any name.
const WHICH: &str = "text texts title body full short html plain markdown md raw en ru de fr es it eng rus english russian german \
    french spanish field column area note notes part summary details steps variant original translation текст полный полностью краткий кратко \
    формулировка перевод";
/// Words of whose or what question or answer it is.
const WHOSE: &str = "faq faqs kb help article articles page our your my the a of to for and or it in on customer customers client \
    clients employee employees staff support agent team bot expert official best correct right accepted suggested approved main \
    new old example sample наш ваш клиента клиентов заказчика сотрудника сотрудников гражданина заявителя посетителя \
    специалиста оператора эксперта поддержки юриста бота база статья статьи пример правильный верный на и или для по";
/// Words of names that are verbs, too: with them an instruction may begin.
const VERBS: &[&str] = &[
    "ask", "text", "fix", "reply", "answer", "question", "name", "query", "title", "body", "prompt", "input",
    "output", "back", "front", "issue", "subject",
];
/// A longer text that is not known as a whole is no name.
const MOST_WORDS: usize = 3;

/// How much of a name a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    /// All of it is one: `Question text`.
    Whole,
    /// It has the word for a part and few others: `Answer pending`.
    Partly,
}

/// Whether a text names a part, or may.
pub(crate) fn of(text: &str, part: Part) -> Option<Label> {
    if names::is_exact(text, part) || names::is_listed(text, part) {
        return Some(Label::Whole);
    }
    if !names::is_name(text, part) || is_sentence(text) {
        return None;
    }
    let words = names::words(text);
    if has_only_known_words(&words) {
        return Some(Label::Whole);
    }
    is_sure(text).then_some(Label::Partly)
}

/// Whether a text has a word that means a question or an answer and nothing else.
pub(crate) fn is_sure(text: &str) -> bool {
    names::mentions_any(&names::words(text)) || Part::BOTH.into_iter().any(|part| is_exact_word(text, part))
}

/// A word for a part by itself: `Question`, but not the letter `A`, which is an answer in many tables.
pub(crate) fn is_exact_word(text: &str, part: Part) -> bool {
    names::is_exact(text, part) && names::simple(text).chars().count() > 1
}

/// Whether a text names what is told about a pair: `ID`, `Дата ответа`.
pub(crate) fn is_about(text: &str) -> bool {
    names::is_about(text) && names::words(text).iter().all(|word| is_known(word))
}

/// Whether a text may be a name in words that are not known: few of them, and no sentence.
pub(crate) fn may_be_name(text: &str) -> bool {
    names::words(text).len() <= MOST_WORDS
        && text.chars().any(char::is_alphabetic)
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && !is_sentence(text)
}

/// Whether a text is a sentence, or some.
pub(crate) fn is_sentence(text: &str) -> bool {
    let text = text.trim();
    let ends = text.ends_with(['.', '!', ';', ',', '。', '！']);
    ends || asks(text) || [". ", ", ", "! ", "; "].iter().any(|mark| text.contains(mark))
}

fn has_only_known_words(words: &[String]) -> bool {
    let Some((first, others)) = words.split_first() else { return false };
    let is_verb = VERBS.contains(&first.as_str());
    let follows = |word: &String| is_in(WHICH, word) || names::is_known_word(word);
    is_known(first)
        && if is_verb { others.iter().all(follows) } else { others.iter().all(|word| is_known(word)) }
}

fn is_known(word: &str) -> bool {
    names::is_known_word(word) || is_in(WHICH, word) || is_in(WHOSE, word)
}

fn is_in(words: &str, word: &str) -> bool {
    words.split(' ').any(|known| known == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_from_a_phrase_that_begins_as_one() {
        let label = |text: &str| Part::BOTH.into_iter().filter_map(|part| of(text, part)).next();
        for name in [
            "Question",
            "question",
            "Q",
            "Question text",
            "FAQ question (EN)",
            "Вопрос клиента",
            "Article Title",
            "Текст ответа",
            "answer_text",
            "FAQ Answer (HTML)",
            "Body html",
            "Ответ юриста",
            "Title",
            "Your question",
        ] {
            assert_eq!(label(name), Some(Label::Whole), "{name}");
        }
        for unclear in [
            "Answer pending",
            "Вопрос решён",
            "Answer A",
            "Answer customers",
            "Вопрос решает сам руководитель",
        ] {
            assert_eq!(label(unclear), Some(Label::Partly), "{unclear}");
        }
        for phrase in [
            "Ask netops",
            "Ask netops for a profile",
            "Text the service desk",
            "Text support",
            "Body shop cafe",
            "Title deed",
            "Ask legal",
            "What is the question?",
            "Answer it.",
            "Paris",
        ] {
            assert_eq!(label(phrase), None, "{phrase}");
        }
        assert!(
            is_about("Дата ответа") && is_about("question_id") && !is_about("The answer is in the drawer")
        );
    }
}
