//! Which column of a table, and which field of an object, is the question and which the answer.

use std::str::FromStr;

use crate::error::{Part, Unreadable};
use crate::fields::Fields;
use crate::header::{self, First};
use crate::names;
use crate::reader::Found;
use crate::table::Table;

/// A column or field that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column(String);

impl Column {
    /// The column of this name, or if there is none of this number, counted from 1.
    pub fn named(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    pub(crate) fn name(&self) -> &str {
        &self.0
    }

    /// Where it is among `names`.
    pub(crate) fn among<'a>(&self, names: impl Iterator<Item = &'a str>) -> Option<usize> {
        let wanted = names::simple(&self.0);
        names.enumerate().find(|(_, name)| names::simple(name) == wanted).map(|(at, _)| at)
    }

    fn number(&self) -> Option<usize> {
        self.0.trim().parse::<usize>().ok()?.checked_sub(1)
    }
}

impl FromStr for Column {
    type Err = std::convert::Infallible;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(Self::named(name))
    }
}

/// What was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) question: Option<Column>,
    pub(crate) answer: Option<Column>,
}

impl Wanted {
    pub(crate) fn of(&self, part: Part) -> Option<&Column> {
        match part {
            Part::Question => self.question.as_ref(),
            Part::Answer => self.answer.as_ref(),
        }
    }
}

/// The columns of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) question: usize,
    pub(crate) answer: usize,
    /// The first row names the columns.
    pub(crate) header: bool,
}

impl Columns {
    /// What they were chosen from.
    pub(crate) fn fields(&self, rows: &[Vec<String>]) -> Fields {
        let mut fields = Fields::of_table(rows, self.header);
        fields.picked = Some((self.question, self.answer));
        fields
    }
}

/// Both columns, if the names of a first row say which they are.
pub(crate) fn named(row: &[String]) -> Option<(usize, usize)> {
    let find = |part| names::usual(row.iter().map(String::as_str), part);
    let (question, answer) = (find(Part::Question)?, find(Part::Answer)?);
    (question != answer).then_some((question, answer))
}

/// Whether a first row has names that mean nothing else.
pub(crate) fn surely_named(row: &[String]) -> Option<(usize, usize)> {
    let is_sure = |at: usize, part| row.get(at).is_some_and(|name| names::is_sure(name, part));
    named(row)
        .filter(|(question, answer)| is_sure(*question, Part::Question) && is_sure(*answer, Part::Answer))
}

/// Why the columns of a table are not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Missing {
    /// It is not clear, or was not found, which one a part is.
    #[error("no column for the {part}")]
    Column { part: Part, wanted: Option<String>, fields: Fields },
    #[error(transparent)]
    Other(#[from] Unreadable),
}

impl Missing {
    /// Of a file that was read so far.
    pub(crate) fn of(self, found: Found) -> Unreadable {
        match self {
            Self::Column { part, wanted, fields } => {
                Unreadable::NoColumn { part, wanted, found: Box::new(found.with(fields)) }
            }
            Self::Other(error) => error,
        }
    }
}

/// Decides by the first rows of a table.
pub(crate) fn decide(rows: &[Vec<String>], wanted: &Wanted) -> Result<Columns, Missing> {
    let Some(first) = rows.first() else { return Err(Missing::Other(Unreadable::Empty)) };
    let said = header::of(rows, wanted);
    let header = said == First::Names;
    let table = Table::new(first, rows.get(usize::from(header)..).unwrap_or_default(), header);
    let is_named = Part::BOTH.into_iter().any(|part| table.usual(part).is_some());
    let by_name = |part| wanted.of(part).and_then(|column| column.among(first.iter().map(String::as_str)));
    let find = |part: Part, other: Option<usize>| match wanted.of(part) {
        Some(column) => by_name(part).or_else(|| column.number().filter(|at| *at < first.len())),
        None => table.usual(part).filter(|at| Some(*at) != other).or_else(|| match other {
            Some(other) if first.len() == 2 => table.remaining(part, 1 - other.min(1)),
            // Whoever names one of both names the other.
            Some(_) if is_named && wanted.question.is_none() && wanted.answer.is_none() => None,
            _ => table.guess(part, other),
        }),
    };
    let missing = |part: Part| Missing::Column {
        part,
        wanted: wanted.of(part).map(|column| column.name().to_owned()),
        fields: Fields::of_table(rows, header),
    };
    if said == First::Unclear {
        return Err(missing(Part::Question));
    }
    if let Some(part) =
        Part::BOTH.into_iter().find(|part| wanted.of(*part).is_none() && table.are_alike(*part))
    {
        return Err(missing(part));
    }
    // What is named with more certainty is found first.
    let sure = |part| wanted.of(part).is_some() || table.usual(part).is_some();
    let (question, answer) = if sure(Part::Question) || !sure(Part::Answer) {
        let question = find(Part::Question, None).ok_or_else(|| missing(Part::Question))?;
        (question, find(Part::Answer, Some(question)).ok_or_else(|| missing(Part::Answer))?)
    } else {
        let answer = find(Part::Answer, None).ok_or_else(|| missing(Part::Answer))?;
        (find(Part::Question, Some(answer)).ok_or_else(|| missing(Part::Question))?, answer)
    };
    if question == answer {
        let both = first.get(question).cloned().unwrap_or_default();
        return Err(Missing::Other(Unreadable::SameColumn(both)));
    }
    if wanted.question.is_none() && table.asks_elsewhere(question, answer) {
        return Err(missing(Part::Question));
    }
    if wanted.answer.is_none() && header && table.chooses(answer) {
        return Err(missing(Part::Answer));
    }
    Ok(Columns { question, answer, header })
}

/// Names for a message, shortened.
pub(crate) fn shown(names: &[String]) -> String {
    let short = |name: &String| name.chars().take(40).collect::<String>();
    names.iter().take(12).map(|name| format!("`{}`", short(name))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    fn found(rows: &[&[&str]]) -> (usize, usize, bool) {
        let Columns { question, answer, header } = decide(&table(rows), &Wanted::default()).unwrap();
        (question, answer, header)
    }

    #[test]
    fn columns_are_found_by_their_names() {
        for (header, expected) in [
            (&["Question", "Answer"][..], (0, 1)),
            (&["answer", "QUESTION"], (1, 0)),
            (&["id", "Вопрос", "Категория", "Ответ"], (1, 3)),
            (&["№", "Текст вопроса", "Текст ответа"], (1, 2)),
            (&["q", "a"], (0, 1)),
            (&["stimulus", "response", "source"], (0, 1)),
            (&["Title", "Body", "Tags"], (0, 1)),
            (&["prompt", "completion"], (0, 1)),
            (&["FAQ Question", "FAQ Answer (HTML)"], (0, 1)),
            (&["Question:", " *Answer* "], (0, 1)),
            (&["Instruction", "Output"], (0, 1)),
            (&["Question", "Comment by us"], (0, 1)),
            (&["Kommentar", "Answer"], (0, 1)),
        ] {
            let (question, answer, is_header) = found(&[header, &["a", "b", "c", "d"][..header.len()]]);
            assert_eq!(((question, answer), is_header), (expected, true), "{header:?}");
        }
    }

    #[test]
    fn without_a_header_the_texts_that_ask_are_the_questions() {
        assert_eq!(found(&[&["What is it?", "A thing"], &["Why?", "So"]]), (0, 1, false));
        assert_eq!(found(&[&["1", "What is it?", "A thing"], &["2", "Why?", "So"]]), (1, 2, false));
        assert_eq!(found(&[&["A thing", "What is it?"], &["So", "Why?"]]), (1, 0, false));
        assert_eq!(found(&[&["capital of France", "Paris"], &["capital of Peru", "Lima"]]), (0, 1, false));
        assert_eq!(found(&[&["How many?", "12"], &["How much?", "7"]]), (0, 1, false));
        assert_eq!(found(&[&["Kysymys", "Vastaus"], &["Mitä?", "x"], &["Missä?", "y"]]), (0, 1, true));
    }

    #[test]
    fn numbers_dates_and_marks_are_neither_question_nor_answer() {
        for (rows, expected) in [
            (
                &[
                    &["question_id", "question_text", "answer_id", "answer_text"][..],
                    &["1", "How", "7", "So"],
                ][..],
                (1, 3),
            ),
            (&[&["Question", "Title", "Answer", "Body"], &["1", "How", "3", "So"]], (1, 3)),
            (&[&["Вопрос", "Дата ответа", "Решение"], &["Как?", "01.03.2025", "Так"]], (0, 2)),
            (&[&["Title", "Answer", "Accepted answer"], &["How", "So", "yes"]], (0, 1)),
            (&[&["Question", "Answer"], &["How many", "12"], &["Is it", "yes"]], (0, 1)),
            (&[&["ID", "Resolution", "Issue"], &["1", "Restart it", "It hangs"]], (2, 1)),
            (&[&["ID", "Kysymys", "Vastaus"], &["1", "Mitä?", "x"]], (1, 2)),
            (&[&["response", "stimulus", "comment"], &["first", "1", "by us"]], (1, 0)),
        ] {
            assert_eq!(found(rows), (expected.0, expected.1, true), "{rows:?}");
        }
    }

    #[test]
    fn columns_that_are_not_clear_are_asked_for() {
        for rows in [
            &[&["Has answer", "Is answered", "Body"][..], &["yes", "no", "So"]][..],
            &[&["question_id", "answer_id"], &["1", "2"]],
            &[&["Comment", "Answer"], &["So", "How?"]],
            &[&["Question", "Answer count"], &["How?", "2"]],
            &[&["Date", "Answer"], &["2025-03-01", "So"]],
            &[&["Nr", "Answer"], &["1", "So"]],
            &[&["Вопрос", "Формулировка", "Ответ"], &["1", "Как", "Так"]],
            &[&["ID", "Loesung", "Stoerung"], &["1", "Restart it", "It hangs"]],
            &[&["topic", "capital of Peru", "Lima"], &["topic", "capital of France", "Paris"]],
            &[&["How?", "So", "Ann"], &["Why?", "Because", "Bob"]],
            &[&["1", "2"], &["3", "4"]],
            &[&["question_en", "answer_en", "question_ru", "answer_ru"], &["How?", "So", "Как?", "Так"]],
            &[&["Question", "Answer 1", "Answer 2"], &["How?", "So", "Thus"]],
            &[&["Question", "Answer", "Question", "Answer"], &["How?", "So", "Why?", "Because"]],
            &[
                &["question", "A", "B", "answer"],
                &["What?", "This", "That", "A"],
                &["Why?", "So", "Thus", "B"],
            ],
        ] {
            let refused = decide(&table(rows), &Wanted::default());
            assert!(matches!(refused, Err(Missing::Column { .. })), "{rows:?}: {refused:?}");
        }
    }

    #[test]
    fn a_column_can_be_asked_for_by_name_or_number() {
        let rows = table(&[&["Topic", "Question", "Long", "Answer"], &["a", "b?", "c", "d"]]);
        let wanted = |question: Option<&str>, answer: Option<&str>| Wanted {
            question: question.map(Column::named),
            answer: answer.map(Column::named),
        };
        let find =
            |question, answer| decide(&rows, &wanted(question, answer)).map(|it| (it.question, it.answer));
        assert_eq!(find(None, Some("long")).unwrap(), (1, 2));
        assert_eq!(find(Some("1"), None).unwrap(), (0, 3));
        assert_eq!(find(Some("topic"), Some("3")).unwrap(), (0, 2));
        let Err(Missing::Column { part, wanted, fields }) = find(None, Some("Reply")) else { panic!() };
        assert_eq!((part, wanted.as_deref()), (Part::Answer, Some("Reply")));
        assert_eq!((fields.names.len(), &fields.rows), (4, &table(&[&["a", "b?", "c", "d"]])));
        assert!(find(Some("9"), None).is_err());
        let both = find(Some("2"), Some("question"));
        assert!(matches!(both, Err(Missing::Other(Unreadable::SameColumn(_)))));
    }
}
