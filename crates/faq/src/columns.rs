//! Which column of a table, and which field of an object, is the question and which the answer.

use std::str::FromStr;

use crate::error::{Part, Unreadable};
use crate::fields::Fields;
use crate::reader::Found;

/// The names of a question: what means nothing else, then what may mean it. A longer name counts if one of its words is among
/// them.
const QUESTIONS: [&[&str]; 2] = [
    &[
        "question",
        "questions",
        "q",
        "stimulus",
        "prompt",
        "вопрос",
        "вопросы",
        "frage",
        "pregunta",
        "pytanie",
    ],
    &[
        "title",
        "name",
        "query",
        "term",
        "heading",
        "instruction",
        "input",
        "ask",
        "patterns",
        "utterances",
        "заголовок",
        "тема",
        "название",
        "запрос",
        "термин",
    ],
];
/// The names of an answer.
const ANSWERS: [&[&str]; 2] = [
    &[
        "answer",
        "answers",
        "a",
        "response",
        "responses",
        "acceptedanswer",
        "ответ",
        "ответы",
        "antwort",
        "réponse",
        "respuesta",
        "odpowiedź",
    ],
    &[
        "reply",
        "completion",
        "solution",
        "text",
        "body",
        "content",
        "description",
        "output",
        "definition",
        "текст",
        "решение",
        "описание",
        "содержание",
    ],
];
/// Of a column in which this share of the texts ends with a question mark, they are the questions: one of two.
const MANY: usize = 2;

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
        let wanted = simple(&self.0);
        names.enumerate().find(|(_, name)| simple(name) == wanted).map(|(at, _)| at)
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

/// A name as it is compared: lower case, without marks around it.
fn simple(name: &str) -> String {
    name.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().replace('ё', "е")
}

/// Where the names stand that a part usually has: exactly, or as one of several words.
pub(crate) fn usual<'a>(names: impl Iterator<Item = &'a str>, part: Part) -> Option<usize> {
    let (own, [sure_other, _], other) = match part {
        Part::Question => (QUESTIONS, ANSWERS, Part::Answer),
        Part::Answer => (ANSWERS, QUESTIONS, Part::Question),
    };
    let names: Vec<_> = names.map(simple).collect();
    let has_word = |name: &String, known: &[&str], part, stems: bool| {
        // A header is short; a sentence is none.
        let words: Vec<_> = name.split(|c: char| !c.is_alphanumeric()).collect();
        let known = words.iter().any(|word| word.len() > 1 && known.contains(word));
        words.len() <= 4 && (known || (stems && stem(&words, part)))
    };
    own.into_iter().zip([true, false]).find_map(|(known, sure)| {
        let exact = known.iter().find_map(|known| names.iter().position(|name| name == known));
        exact.or_else(|| {
            names.iter().position(|name| {
                has_word(name, known, part, sure) && (sure || !has_word(name, sure_other, other, true))
            })
        })
    })
}

/// `Текст вопроса`, `Ваш ответ`: the words that Russian headers have in other forms.
fn stem(words: &[&str], part: Part) -> bool {
    let stem = match part {
        Part::Question => "вопрос",
        Part::Answer => "ответ",
    };
    words.iter().any(|word| word.starts_with(stem) && word.chars().count() <= stem.chars().count() + 3)
}

/// Both columns, if the names of a first row say which they are.
pub(crate) fn named(row: &[String]) -> Option<(usize, usize)> {
    let find = |part| usual(row.iter().map(String::as_str), part);
    let (question, answer) = (find(Part::Question)?, find(Part::Answer)?);
    (question != answer).then_some((question, answer))
}

/// Whether a first row has names that mean nothing else.
pub(crate) fn surely_named(row: &[String]) -> Option<(usize, usize)> {
    let is_sure = |known: &[&str], at: usize, part| {
        row.get(at).map(|name| simple(name)).is_some_and(|name| {
            known.contains(&name.as_str()) || stem(&name.split_whitespace().collect::<Vec<_>>(), part)
        })
    };
    let [questions, _] = QUESTIONS;
    let [answers, _] = ANSWERS;
    named(row).filter(|(question, answer)| {
        is_sure(questions, *question, Part::Question) && is_sure(answers, *answer, Part::Answer)
    })
}

/// How many rows are above the header: titles and the like, of which there may be five.
pub(crate) fn above_header(rows: &[Vec<String>]) -> usize {
    rows.iter().take(6).position(|row| surely_named(row).is_some()).unwrap_or(0)
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

/// Whether the first row names the columns.
fn has_header(rows: &[Vec<String>], wanted: &Wanted) -> bool {
    let Some(first) = rows.first() else { return false };
    let names = || first.iter().map(String::as_str);
    let is_named = |part| {
        wanted.of(part).is_some_and(|column| column.among(names()).is_some())
            || usual(names(), part).is_some()
    };
    Part::BOTH.into_iter().any(is_named) || is_no_question(rows)
}

/// Decides by the first rows of a table.
pub(crate) fn decide(rows: &[Vec<String>], wanted: &Wanted) -> Result<Columns, Missing> {
    let Some(first) = rows.first() else { return Err(Missing::Other(Unreadable::Empty)) };
    let by_name = |part| wanted.of(part).and_then(|column| column.among(first.iter().map(String::as_str)));
    let usual = |part| usual(first.iter().map(String::as_str), part);
    let header = has_header(rows, wanted);
    let guessed = guess(rows);
    let find = |part: Part, other: Option<usize>| match wanted.of(part) {
        Some(column) => by_name(part).or_else(|| column.number().filter(|at| *at < first.len())),
        None => usual(part).filter(|at| Some(*at) != other).or_else(|| {
            let alone = first.len() == 2;
            match (other, part) {
                (Some(other), _) if alone => Some(1 - other.min(1)),
                (Some(_), _) if header && wanted.question.is_none() && wanted.answer.is_none() => None,
                (_, Part::Question) => guessed.map(|(question, _)| question).filter(|at| Some(*at) != other),
                (_, Part::Answer) => guessed.map(|(_, answer)| answer).filter(|at| Some(*at) != other),
            }
        }),
    };
    let missing = |part: Part| Missing::Column {
        part,
        wanted: wanted.of(part).map(|column| column.name().to_owned()),
        fields: Fields::of_table(rows, header),
    };
    // What is named with more certainty is found first.
    let sure = |part| wanted.of(part).is_some() || usual(part).is_some();
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
    Ok(Columns { question, answer, header })
}

/// The first two columns that look like a question and an answer.
fn guess(rows: &[Vec<String>]) -> Option<(usize, usize)> {
    let width = rows.first().map_or(0, Vec::len);
    let texts: Vec<usize> = (0..width).filter(|at| is_text(rows, *at)).collect();
    let asking = texts.iter().copied().find(|at| asks(rows, *at) * MANY >= rows.len());
    let question = asking.or_else(|| texts.first().copied())?;
    let after = texts.iter().copied().find(|at| *at > question);
    let answer = after.or_else(|| texts.iter().copied().find(|at| *at != question));
    // An answer may be a number.
    let answer = answer.or_else(|| (question + 1 < width).then_some(question + 1))?;
    Some((question, answer))
}

fn cells(rows: &[Vec<String>], at: usize) -> impl Iterator<Item = &str> {
    rows.iter().filter_map(move |row| row.get(at)).map(String::as_str)
}

/// Whether most of a column is words: no numbers, dates or blanks.
fn is_text(rows: &[Vec<String>], at: usize) -> bool {
    let is_words = |cell: &&str| {
        let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
        letters > cell.chars().filter(|c| c.is_numeric()).count()
    };
    cells(rows, at).filter(is_words).count() * MANY >= rows.len()
}

fn asks(rows: &[Vec<String>], at: usize) -> usize {
    cells(rows, at).filter(|cell| cell.trim_end().ends_with(['?', '？'])).count()
}

/// A first row that asks nothing above rows that all ask names the columns in words that are not known.
fn is_no_question(rows: &[Vec<String>]) -> bool {
    let Some((first, others)) = rows.split_first() else { return false };
    let asking = |row: &Vec<String>| row.iter().any(|cell| cell.trim_end().ends_with('?'));
    others.len() >= 2 && !asking(first) && others.iter().all(asking)
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
            let (question, answer, is_header) = found(&[header, &["1", "2", "3", "4"][..header.len()]]);
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
