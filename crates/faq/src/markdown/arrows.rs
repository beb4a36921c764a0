//! Lines of `question -> answer`, as people write them down for themselves and in the chat.
//!
//! An arrow is also in code and in the way through a menu. So a text is read like this only if every line of it has one arrow
//! between spaces; where a line has several, nobody can tell which of them is meant, and nothing is guessed.

use super::label;
use crate::error::{Fault, Place, Problem, Unreadable};
use crate::reader::Pair;
use crate::shape::Entry;
use crate::table::asks;

const ARROWS: [&str; 4] = ["->", "=>", "→", "⇒"];

/// What a line of such a text is.
#[derive(Debug, PartialEq, Eq)]
enum Line<'a> {
    /// Blank, or a rule.
    Nothing,
    Heading,
    Pair(&'a str, &'a str),
    /// Several arrows, or one in code.
    Unclear,
    Text,
}

/// The pairs of a text, all of whose lines have an arrow; `None` if it is another text.
pub(super) fn pairs(text: &str) -> Option<Result<Vec<Entry>, Unreadable>> {
    let lines: Vec<_> = (1..).zip(text.lines().map(line)).collect();
    if !is_of_arrows(lines.iter().map(|(_, line)| line)) {
        return None;
    }
    let unclear = lines.iter().find(|(_, line)| *line == Line::Unclear);
    if let Some((line, _)) = unclear {
        return Some(Err(Unreadable::Syntax {
            place: Place::Line(*line),
            format: "question -> answer",
            problem: "there is more than one arrow, or one in code; write Q: and A: instead".to_owned(),
        }));
    }
    Some(Ok(lines.into_iter().filter_map(|(number, line)| entry(Place::Line(number), &line)).collect()))
}

/// Whether most lines of a text, or of its beginning, ask before their arrow; `None` if it has other lines.
pub(crate) fn ask(text: &str, whole: bool) -> Option<bool> {
    let mut lines: Vec<_> = text.lines().map(line).collect();
    if !whole {
        lines.pop();
    }
    let asking =
        lines.iter().filter(|line| matches!(line, Line::Pair(question, _) if asks(question))).count();
    let is_such = !lines.contains(&Line::Text) && is_of_arrows(lines.iter());
    is_such.then_some(asking * 2 > lines.len())
}

fn entry(place: Place, line: &Line<'_>) -> Option<Entry> {
    match line {
        Line::Pair(question, answer) => {
            let (question, answer) = (label::unlabelled(question), (*answer).to_owned());
            Some(Ok(Pair { place, question, answer }))
        }
        Line::Text => Some(Err(Fault { place, problem: Problem::NoPartOfAPair })),
        Line::Nothing | Line::Heading | Line::Unclear => None,
    }
}

/// At least two lines are pairs and the others of them unclear; text stands only above all of them. Under headings they have to
/// ask: it may be the headings that do, and what is under them the way through a menu.
fn is_of_arrows<'a>(lines: impl Iterator<Item = &'a Line<'a>> + Clone) -> bool {
    let count = |is: fn(&Line<'_>) -> bool| lines.clone().filter(|line| is(line)).count();
    let pairs = count(|line| matches!(line, Line::Pair(..)));
    let asking = count(|line| matches!(line, Line::Pair(question, _) if asks(question)));
    let headings = count(|line| *line == Line::Heading);
    let body = lines.clone().skip_while(|line| !matches!(line, Line::Pair(..) | Line::Unclear));
    let is_whole = body.clone().all(|line| *line != Line::Text);
    pairs >= 2
        && pairs >= count(|line| *line == Line::Unclear)
        && is_whole
        && (headings < 2 || asking * 2 > pairs)
}

fn line(line: &str) -> Line<'_> {
    let bare = line.trim();
    if bare.is_empty() || bare.chars().all(|c| matches!(c, '-' | '*' | '_' | '=')) {
        return Line::Nothing;
    }
    if bare.starts_with('#') {
        return Line::Heading;
    }
    let arrows: usize = ARROWS.iter().map(|arrow| bare.matches(arrow).count()).sum();
    let spaced = ARROWS.iter().find_map(|arrow| bare.split_once(&format!(" {arrow} ")));
    match (arrows, spaced) {
        (0, _) => Line::Text,
        (1, Some((question, answer))) if question.matches('`').count().is_multiple_of(2) => {
            Line::Pair(label::unlisted(question).trim(), answer.trim())
        }
        (1, None) => Line::Text,
        _ => Line::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Result<Vec<(String, String)>, String>> {
        let of = |entries: Vec<Entry>| {
            entries.into_iter().flatten().map(|pair| (pair.question, pair.answer)).collect()
        };
        pairs(text).map(|read| read.map(of).map_err(|error| error.to_string()))
    }

    #[test]
    fn every_line_is_a_question_an_arrow_and_an_answer() {
        for text in [
            "How? -> So\nWhy? -> Because\n",
            "How? => So\n\nWhy? => Because",
            "- How? → So\n- Why? → Because\n",
            "1. How? -> So\n2. Why? -> Because\n",
            "# Our FAQ\n\nWritten by us:\n\nHow? -> So\n---\nWhy? ⇒ Because\n",
            "## One\nHow? -> So\n## Two\nWhy? -> Because\n",
        ] {
            let expected = [("How?", "So"), ("Why?", "Because")].map(|(q, a)| (q.to_owned(), a.to_owned()));
            assert_eq!(read(text), Some(Ok(expected.to_vec())), "{text}");
        }
        assert_eq!(read("capital of Peru -> Lima\ncapital of France -> Paris\n").unwrap().unwrap().len(), 2);
    }

    #[test]
    fn where_an_arrow_may_be_another_nothing_is_guessed() {
        for line in [
            "Where? -> Menu -> File",
            "How? -> write `a => b`",
            "What is p->q? -> A field",
            "Is `a -> b` right?",
        ] {
            let told = read(&format!("How? -> So\nWhy? -> Because\n{line}\n")).unwrap().unwrap_err();
            assert!(
                told.starts_with("line 3: this is not question -> answer: there is more than one arrow"),
                "{told}"
            );
        }
    }

    #[test]
    fn other_texts_with_arrows_are_not_taken() {
        for text in [
            "How? -> So\n",
            "How? -> So\nWhy? -> Because\nand more of it\n",
            "## How to open it?\n\nMenu -> File\n\n## How to leave?\n\nMenu -> End\n",
            "Q: Where?\nA: Menu -> File\nQ: When?\nA: File -> Time\n",
            "f(x)->y\ng(x)->z\n",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
