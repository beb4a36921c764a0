//! `Q:` and `A:` at the beginning of a line, with numbers and emphasis as people write them, and numbers before questions.

/// What a line is labelled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Question,
    Answer,
}

const WORDS: &[(&str, Label)] = &[
    ("question", Label::Question),
    ("вопрос", Label::Question),
    ("frage", Label::Question),
    ("answer", Label::Answer),
    ("ответ", Label::Answer),
    ("antwort", Label::Answer),
];
/// Alone they are common words, so their case counts: Latin Q and A, Cyrillic В and О.
const LETTERS: &[(&str, Label)] =
    &[("Q", Label::Question), ("A", Label::Answer), ("В", Label::Question), ("О", Label::Answer)];

/// A label at the beginning of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Labelled {
    pub(super) label: Label,
    /// The text behind it; empty where the label stands alone.
    pub(super) text: String,
    /// `Q. How?` and `A - So` may be something else, unless they take turns.
    pub(super) is_loose: bool,
}

/// The label of a line that means nothing else, and the text behind it.
pub(super) fn of(line: &str) -> Option<(Label, String)> {
    find(line).filter(|found| !found.is_loose).map(|found| (found.label, found.text))
}

/// What a line is labelled with.
pub(super) fn find(line: &str) -> Option<Labelled> {
    let is_heading = line.trim_start_matches(['>', ' ']).starts_with('#');
    let line = if is_heading { unanchored(line).trim_end_matches('#') } else { line };
    let bare = unlisted(line.trim().trim_start_matches(['#', '>', ' ']));
    let word = bare.trim_start_matches(['*', '_']);
    let emphasis = bare.get(..bare.len() - word.len()).unwrap_or_default();
    let (label, is_word, rest) = labelled(word)?;
    let number = rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '#' | '№'));
    let has_number = rest.chars().any(|c| c.is_ascii_digit()) && number.len() < rest.len();
    let (closed, behind) = match number.strip_prefix(emphasis) {
        Some(rest) if !emphasis.is_empty() => (true, rest),
        _ => (false, number),
    };
    if behind.trim().is_empty() {
        let is_loose = !is_heading && !closed;
        let is_alone = has_number || (is_word && (label == Label::Answer || !is_loose));
        return is_alone.then_some(Labelled { label, text: String::new(), is_loose });
    }
    let (is_sure, rest) = separated(behind, emphasis)?;
    let rest = rest.trim();
    let text = match rest.strip_prefix(emphasis) {
        _ if emphasis.is_empty() || closed => rest,
        Some(rest) => rest,
        None => rest.strip_suffix(emphasis).unwrap_or(rest),
    };
    Some(Labelled { label, text: text.trim().to_owned(), is_loose: !is_sure && !has_number })
}

/// What stands behind the mark that ends a label, and whether only a label ends so.
fn separated<'a>(text: &'a str, emphasis: &str) -> Option<(bool, &'a str)> {
    if let Some(rest) = text.strip_prefix(':') {
        return Some((true, rest));
    }
    let rest = text.trim_start().strip_prefix(['.', ')', '-', '–', '—'])?;
    let is_apart = rest.starts_with(' ') || (!emphasis.is_empty() && rest.starts_with(emphasis));
    is_apart.then_some((false, rest))
}

/// A line without the bullet or the number of a list.
pub(super) fn unlisted(line: &str) -> &str {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = if rest.len() < line.len() {
        rest.strip_prefix(['.', ')'])
    } else {
        line.strip_prefix(['-', '*', '+'])
    };
    rest.filter(|rest| rest.starts_with(' ')).unwrap_or(line).trim_start()
}

/// Whether labels that may be something else are labels: questions and answers take turns, and most of the questions ask or are
/// below their labels.
pub(super) fn take_turns(found: &[&Labelled]) -> bool {
    let pairs = found.as_chunks::<2>().0;
    let alternate =
        |[asked, said]: &[&Labelled; 2]| asked.label == Label::Question && said.label == Label::Answer;
    let asks = |[asked, _]: &&[&Labelled; 2]| asked.text.is_empty() || asked.text.ends_with(['?', '？']);
    found.len().is_multiple_of(2)
        && pairs.iter().all(alternate)
        && pairs.iter().filter(asks).count() * 2 >= pairs.len()
}

/// Whether a heading says that questions are under it, and is none itself.
pub(super) fn names_a_faq(text: &str) -> bool {
    const NAMES: [&str; 8] = [
        "faq",
        "faqs",
        "q&a",
        "questions and answers",
        "frequently asked questions",
        "вопросы и ответы",
        "частые вопросы",
        "часто задаваемые вопросы",
    ];
    let name = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    NAMES.contains(&name.as_str()) || name.ends_with(" faq") || name.starts_with("faq ")
}

/// A heading without `{#name}` at its end, by which it is linked to.
pub(super) fn unanchored(text: &str) -> &str {
    let text = text.trim_end();
    let anchor = text.strip_suffix('}').and_then(|rest| rest.rfind('{').map(|at| (at, rest)));
    match anchor {
        Some((at, rest))
            if rest.get(at + 1..).is_some_and(|name| name.starts_with('#') || name.starts_with(": #")) =>
        {
            text.get(..at).unwrap_or_default().trim_end()
        }
        _ => text,
    }
}

/// The label, whether it is a word, and what stands behind it.
fn labelled(text: &str) -> Option<(Label, bool, &str)> {
    let letters =
        LETTERS.iter().find_map(|(letter, label)| Some((*label, false, text.strip_prefix(letter)?)));
    let lower = text.to_lowercase();
    let words = WORDS.iter().find_map(|(word, label)| {
        // These words have the same length in both cases.
        lower.starts_with(word).then(|| text.get(word.len()..)).flatten().map(|rest| (*label, true, rest))
    });
    words.or(letters)
}

/// `1. How?`, `2.1) How?`, `Q3: How?` without what is before the question.
pub(super) fn unlabelled(text: &str) -> String {
    match of(text) {
        Some((Label::Question, question)) => question,
        _ => unnumbered(text).to_owned(),
    }
}

fn unnumbered(text: &str) -> &str {
    let text = text.trim();
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = text.get(..text.len() - rest.len()).unwrap_or_default();
    match rest.strip_prefix([')', ':']) {
        Some(rest) if !number.is_empty() => rest.trim_start(),
        None if number.contains('.') && rest.starts_with(' ') => rest.trim_start(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_found_as_people_write_them() {
        for line in [
            "Q: How?",
            "**Q:** How?",
            "**Q**: How?",
            "**Q: How?**",
            "### Q: How?",
            "Q1: How?",
            "Q1. How?",
            "- Q: How?",
            "*Question 2:* How?",
            "__Вопрос:__ How?",
            "Вопрос №3: How?",
            "В: How?",
            "Frage 3: How?",
            "question: How?",
            "### **Q: How?**",
            "## Q1. How?",
            "## Q: How? {#how}",
            "## Q: How? ##",
            "**Q1. How?**",
            "> **Q:** How?",
            "> ## Q: How?",
            "1. **Q:** How?",
            "Вопрос 1 — How?",
            "Question 2 - How?",
        ] {
            assert_eq!(of(line), Some((Label::Question, "How?".to_owned())), "{line}");
        }
        assert_eq!(of("**A:** So **it** is"), Some((Label::Answer, "So **it** is".to_owned())));
        assert_eq!(of("Ответ: так"), Some((Label::Answer, "так".to_owned())));
        for line in [
            "Quite: a text",
            "A text",
            "a: b",
            "Answers are here",
            "Вопросы: много",
            "Q. E. D.",
            "A. Smith: hello",
            "Q-tips?",
            "Question",
            "Answers",
            "## Q",
            "## A",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
    }

    #[test]
    fn a_label_may_stand_alone() {
        for line in ["## Вопрос №1", "### Question 2", "**Вопрос 3**", "## Q4", "## Question"] {
            assert_eq!(of(line), Some((Label::Question, String::new())), "{line}");
        }
        for line in ["## Ответ", "**Answer**", "### A1"] {
            assert_eq!(of(line), Some((Label::Answer, String::new())), "{line}");
        }
    }

    #[test]
    fn what_may_be_something_else_counts_where_questions_and_answers_take_turns() {
        let turns = |lines: &[&str]| {
            let found: Vec<_> = lines.iter().filter_map(|line| find(line)).collect();
            assert_eq!(found.len(), lines.len(), "{lines:?}");
            take_turns(&found.iter().collect::<Vec<_>>())
        };
        assert!(turns(&["Q. How?", "A. So", "**Q.** Why?", "**A.** Because"]));
        assert!(turns(&["Q - How?", "A - So"]) && turns(&["Вопрос 1", "Ответ", "Вопрос 2", "Ответ"]));
        assert!(!turns(&["В. Петров", "О. Сидоров"]), "these are people");
        assert!(!turns(&["Q. E. D.", "Q. How?"]) && !turns(&["A. Smith"]) && !turns(&["A. So", "Q. How?"]));
    }

    #[test]
    fn the_name_of_a_heading_is_no_part_of_it() {
        assert_eq!(unanchored("How? {#how}"), "How?");
        assert_eq!(unanchored("How? {: #how .big}"), "How?");
        for text in ["What is {x}?", "How to write {x}", "{}"] {
            assert_eq!(unanchored(text), text);
        }
    }

    #[test]
    fn the_title_of_a_faq_is_known() {
        for text in [
            "FAQ",
            "Our FAQ",
            "**Frequently asked questions**",
            "Часто задаваемые вопросы",
            "Q&A",
            "FAQ (2024)",
        ] {
            assert!(names_a_faq(text), "{text}");
        }
        assert!(!names_a_faq("Opening hours") && !names_a_faq("What is a FAQ good for"));
    }

    #[test]
    fn numbers_are_no_part_of_a_question() {
        for text in ["1. How?", "12) How?", "1.2. How?", "1.2 How?", "3: How?"] {
            assert_eq!(unnumbered(text), "How?", "{text}");
        }
        for text in ["2 factors?", "3.5mm jack?", "404?", "1С: зачем?"] {
            assert_eq!(unnumbered(text), text);
        }
    }
}
