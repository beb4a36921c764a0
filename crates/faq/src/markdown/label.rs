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
    ("answer", Label::Answer),
    ("ответ", Label::Answer),
];
/// Alone they are common words, so their case counts: Latin Q and A, Cyrillic В and О.
const LETTERS: &[(&str, Label)] =
    &[("Q", Label::Question), ("A", Label::Answer), ("В", Label::Question), ("О", Label::Answer)];

/// The label of a line, and the text behind it.
pub(super) fn of(line: &str) -> Option<(Label, String)> {
    let line = line.trim();
    let bare = line.trim_start_matches(['#', '>']).trim_start();
    let bare = bare.strip_prefix("- ").or_else(|| bare.strip_prefix("* ")).unwrap_or(bare).trim_start();
    let word = bare.trim_start_matches(['*', '_']);
    let emphasis = bare.get(..bare.len() - word.len()).unwrap_or_default();
    let (label, rest) = labelled(word)?;
    let number = rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '#' | '№'));
    let has_number = number.len() < rest.len();
    let (closed, rest) = match number.strip_prefix(emphasis) {
        Some(rest) if !emphasis.is_empty() => (true, rest),
        _ => (false, number),
    };
    let rest = rest.strip_prefix(':').or_else(|| rest.strip_prefix(['.', ')']).filter(|_| has_number))?;
    if emphasis.is_empty() {
        return Some((label, rest.trim().to_owned()));
    }
    let rest = rest.trim();
    let text = match rest.strip_prefix(emphasis) {
        _ if closed => rest,
        Some(rest) => rest,
        None => rest.strip_suffix(emphasis).unwrap_or(rest),
    };
    Some((label, text.trim().to_owned()))
}

fn labelled(text: &str) -> Option<(Label, &str)> {
    let letters = LETTERS.iter().find_map(|(letter, label)| Some((*label, text.strip_prefix(letter)?)));
    let lower = text.to_lowercase();
    let words = WORDS.iter().find_map(|(word, label)| {
        // These words have the same length in both cases.
        lower.starts_with(word).then(|| text.get(word.len()..)).flatten().map(|rest| (*label, rest))
    });
    words.or(letters)
}

/// `1. How?`, `2.1) How?`, `Q3: How?` without what is before the question.
pub(super) fn unnumbered(text: &str) -> &str {
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
            "question: How?",
            "### **Q: How?**",
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
        ] {
            assert_eq!(of(line), None, "{line}");
        }
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
