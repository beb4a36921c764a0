//! Whether the first row of a table names its columns, or is a pair already: what is taken for a name by mistake is a pair that
//! nobody learns, and a header that is taken for a pair is taught.

use crate::cells::Cells;
use crate::columns::{self, Wanted};
use crate::error::Part;
use crate::label::{self, Label};
use crate::names;
use crate::table::{asks, cells};

/// So many of the first rows may be titles.
const MOST_TITLES: usize = 5;

/// How many rows are above the header: titles and the like, which fill fewer cells than it does.
pub(crate) fn above(rows: &[Vec<String>]) -> usize {
    let filled = |row: &Vec<String>| row.iter().filter(|cell| !cell.trim().is_empty()).count();
    let is_header = |row: &Vec<String>, above: &[Vec<String>]| {
        let is_exact = row.iter().any(|name| names::is_exact(name, Part::Question))
            && row.iter().any(|name| names::is_exact(name, Part::Answer));
        let is_whole = |part| row.iter().any(|name| label::of(name, part) == Some(Label::Whole));
        columns::surely_named(row).is_some()
            && Part::BOTH.into_iter().all(is_whole)
            && (is_exact || above.iter().all(|title| filled(title) < filled(row)))
    };
    let at =
        |at: &usize| rows.get(*at).is_some_and(|row| is_header(row, rows.get(..*at).unwrap_or_default()));
    (0..rows.len().min(MOST_TITLES + 1)).find(at).unwrap_or(0)
}

/// What the first row of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    /// The names of the columns.
    Names,
    /// A pair, or a row as those below it.
    Row,
    /// It may be either.
    Unclear,
}

/// Whether the first row names the columns.
pub(crate) fn of(rows: &[Vec<String>], wanted: &Wanted) -> First {
    let Some((first, others)) = rows.split_first() else { return First::Row };
    let texts = || first.iter().map(String::as_str);
    let is_wanted = |part| wanted.of(part).is_some_and(|column| column.among(texts()).is_some());
    if Part::BOTH.into_iter().any(is_wanted) {
        return First::Names;
    }
    let is_exact = |part| texts().any(|name| names::is_exact(name, part));
    if Part::BOTH.into_iter().all(is_exact) || only_this_row_asks_throughout(first, others) {
        return First::Names;
    }
    // `ID` above numbers.
    let is_above = |at: usize, name: &str| {
        names::is_about(name) && !others.is_empty() && Cells::of(cells(others, at)) == Cells::Bare
    };
    if texts().enumerate().any(|(at, name)| is_above(at, name)) {
        return First::Names;
    }
    if texts().enumerate().any(|(at, text)| asks_like_others(text, others, at)) {
        return First::Row;
    }
    let said = match Labels::of(first, others).say(first, others) {
        First::Row => without_known_names(rows),
        said => said,
    };
    // Who chooses a column by its number where its name would do takes the row for one as the others.
    let is_numbered = Part::BOTH.into_iter().any(|part| wanted.of(part).is_some());
    if said == First::Unclear && is_numbered { First::Row } else { said }
}

/// What the cells of a first row are, by their places.
struct Labels {
    questions: Vec<(usize, Label)>,
    answers: Vec<(usize, Label)>,
    /// Cells that name what is told about a pair.
    about: Vec<usize>,
}

impl Labels {
    fn of(first: &[String], others: &[Vec<String>]) -> Self {
        let part = |part| {
            let label = |(at, text): (usize, &String)| {
                label::of(text, part).filter(|_| !is_said_below(text, others, at)).map(|label| (at, label))
            };
            first.iter().enumerate().filter_map(label).collect()
        };
        let about =
            first.iter().enumerate().filter(|(_, text)| label::is_about(text)).map(|(at, _)| at).collect();
        Self { questions: part(Part::Question), answers: part(Part::Answer), about }
    }

    /// A name of both sides is a header, and so is one of a side where the other cells look like names, too.
    fn say(&self, first: &[String], others: &[Vec<String>]) -> First {
        let text = |at: usize| first.get(at).map(String::as_str).unwrap_or_default();
        let is_short = |at: usize| names::words(text(at)).len() <= 2 && label::is_sure(text(at));
        let both: Vec<_> = self
            .questions
            .iter()
            .flat_map(|question| self.answers.iter().map(move |answer| (*question, *answer)))
            .filter(|((question, _), (answer, _))| question != answer)
            .collect();
        let is_clear = |((one, a), (other, b)): &((usize, Label), (usize, Label))| {
            let fits = |at: usize, label: Label| label == Label::Whole || is_short(at);
            fits(*one, *a) && fits(*other, *b)
        };
        if both.iter().any(is_clear) {
            return First::Names;
        }
        let sides = || self.questions.iter().chain(&self.answers);
        let wholes: Vec<_> = sides().filter(|(_, label)| *label == Label::Whole).map(|(at, _)| *at).collect();
        let is_sure = |at: &usize| names::simple(text(*at)).chars().count() > 1 && label::is_sure(text(*at));
        let has_others = |fits: fn(&str) -> bool| {
            first
                .iter()
                .enumerate()
                .all(|(at, text)| wholes.contains(&at) || text.trim().is_empty() || fits(text))
        };
        match () {
            () if wholes.iter().any(is_sure) && has_others(|text| !label::is_sentence(text)) => First::Names,
            () if !wholes.is_empty() && !self.about.is_empty() && has_others(label::may_be_name) => {
                First::Names
            }
            () if !wholes.is_empty() && has_others(label::may_be_name) && look_different(first, others) => {
                First::Names
            }
            () if !wholes.is_empty() || !both.is_empty() => First::Unclear,
            // `question_id`.
            () if self.about.iter().any(|at| label::is_sure(text(*at))) => First::Names,
            () if sides().any(|(at, _)| is_short(*at) || !self.about.is_empty()) => First::Unclear,
            () => First::Row,
        }
    }
}

/// Whether some column has much longer texts below its first cell.
fn look_different(first: &[String], others: &[Vec<String>]) -> bool {
    let words = |text: &str| text.split_whitespace().count();
    first.iter().enumerate().any(|(at, name)| {
        let below: Vec<_> = cells(others, at).filter(|cell| !cell.trim().is_empty()).map(words).collect();
        let all: usize = below.iter().sum();
        all >= below.len() * 3.max(words(name) * 2) && !below.is_empty()
    })
}

/// Whether a text asks as those below it do. `Question?` is a name nevertheless, and so is `Published?` above what asks nothing.
fn asks_like_others(text: &str, others: &[Vec<String>], at: usize) -> bool {
    let below = cells(others, at).filter(|cell| !cell.trim().is_empty());
    let (all, asking) = below.fold((0, 0), |(all, asking), cell| (all + 1, asking + usize::from(asks(cell))));
    let is_name = Part::BOTH.into_iter().any(|part| names::is_exact(text, part));
    asks(text) && !is_name && asking * 2 >= all
}

/// `Answer A` above `Answer B` names nothing.
fn is_said_below(name: &str, others: &[Vec<String>], at: usize) -> bool {
    if Part::BOTH.into_iter().any(|part| names::is_listed(name, part)) {
        return false;
    }
    let alike = |cell: &&str| Part::BOTH.into_iter().any(|part| names::is_name(cell, part));
    let below = cells(others, at).filter(|cell| !cell.trim().is_empty()).count();
    below > 0 && cells(others, at).filter(alike).count() * 2 >= below
}

/// A form's own words above what was written into it: `What do you ask?` beside `What do we answer?`.
fn only_this_row_asks_throughout(first: &[String], others: &[Vec<String>]) -> bool {
    let asks_throughout = |row: &[String]| {
        let mut filled = row.iter().filter(|cell| !cell.trim().is_empty()).peekable();
        filled.peek().is_some() && filled.all(|cell| asks(cell))
    };
    let filled = first.iter().filter(|cell| !cell.trim().is_empty()).count();
    filled > 1
        && !others.is_empty()
        && asks_throughout(first)
        && !others.iter().any(|row| asks_throughout(row))
}

/// A first row that asks nothing above rows that all ask names the columns in words that are not known, if they are single ones.
fn without_known_names(rows: &[Vec<String>]) -> First {
    let Some((first, others)) = rows.split_first() else { return First::Row };
    let asking = |row: &Vec<String>| row.iter().any(|cell| asks(cell));
    let is_other = others.len() >= 2 && !asking(first) && others.iter().all(asking);
    let is_word = |cell: &String| cell.split_whitespace().count() <= 1;
    match () {
        () if !is_other || !first.iter().all(|cell| cell.trim().is_empty() || label::may_be_name(cell)) => {
            First::Row
        }
        () if first.iter().all(is_word) => First::Names,
        () => First::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::Column;

    fn table(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn a_first_row_that_names_columns_is_a_header() {
        for rows in [
            &[&["Question", "Answer"][..], &["How?", "So"]][..],
            &[&["Вопрос?", "Ответ"], &["Как?", "Так"], &["Где?", "Тут"]],
            &[&["Question?", "Notes"], &["How?", "So"]],
            &[&["Question?", "Answer?"], &["How?", "So"]],
            &[&["Question", "Answer", "Published?"], &["How?", "So", "yes"]],
            &[&["Question", "Is it public?", "Answer"], &["How?", "Why?", "So"]],
            &[&["What do you ask?", "What do we answer?"], &["How?", "So"], &["Why?", "Because"]],
            &[&["Timestamp", "What is your question?", "Answer it"], &["1/2/2024 10:00:00", "How?", "So"]],
            &[&["Timestamp", "Your question", "Our answer"], &["2025-03-01", "How?", "So"]],
            &[&["Kysymys", "Vastaus"], &["Mitä?", "x"], &["Missä?", "y"]],
            &[&["Question", "Answer"], &["What is a question?", "What is an answer"]],
            &[&["question", "answer"]],
            &[&["Front", "Back"], &["capital of Peru", "Lima"]],
            &[&["FAQ Question", "FAQ Answer (HTML)"], &["How?", "So"]],
            &[&["Nr", "Loesung"], &["1", "So"], &["2", "Or so"]],
            &[&["Вопрос клиента", "Ответ специалиста"], &["Отпуск", "25 дней"]],
            &[&["Вопрос пациента", "Ответ врача"], &["Отпуск", "25 дней"]],
            &[&["Question text", "Howto"], &["Leave", "25 days"]],
            &[&["title", "body"], &["Leave", "25 days"]],
            &[&["Заголовок", "Текст"], &["Отпуск", "25 дней"]],
            &[&["Название", "Расшифровка"], &["ЦОД", "Центр обработки данных"]],
            &[&["Title", "Howto", "Category"], &["Leave", "Tell us", "hr"]],
        ] {
            assert_eq!(of(&table(rows), &Wanted::default()), First::Names, "{rows:?}");
        }
    }

    #[test]
    fn a_first_pair_is_no_header_whatever_words_it_has() {
        for rows in [
            &[&["How?", "Answer A"][..], &["What?", "B"]][..],
            &[&["How?", "Answer A"]],
            &[&["How?", "The text of it"], &["What?", "Content"], &["Why?", "No"]],
            &[&["Answer A", "How?"], &["B", "What?"]],
            &[&["What is the question?", "The solution"], &["Why?", "So"]],
            &[&["Как задать вопрос?", "Текст в поле"], &["Где?", "Тут"]],
            &[&["Reset a password", "Answer A"], &["Change a password", "Answer B"], &["Leave", "Answer C"]],
            &[&["1", "How?", "Description of it"], &["2", "What?", "B"]],
            &[&["你好吗？", "Answer A"], &["为什么？", "B"]],
            &[&["How?", "What else?"], &["Why?", "What is it?"]],
            &[&["capital of France", "Paris"], &["capital of Peru", "Lima"]],
            &[
                &["VPN access", "Ask netops for a profile"],
                &["Printer", "Second floor"],
                &["Holidays", "25 days"],
            ],
            &[&["VPN", "Ask netops"], &["Printer", "Second floor"]],
            &[&["Отпуск", "Вопрос решает руководитель"], &["Принтер", "Второй этаж"]],
            &[&["Password reset", "Text the service desk"], &["Printer", "Second floor"]],
            &[&["Problem with login", "Text the service desk"], &["Printer", "Second floor"]],
            &[&["Lunch", "Body shop cafe"], &["Printer", "Second floor"]],
            &[&["Парковка", "Ответ даст охрана"], &["Принтер", "Второй этаж"]],
            &[&["Title deed", "Ask legal"], &["Printer", "Second floor"]],
            &[&["VPN access", "Ask netops for a profile"], &["How?", "So"], &["Why?", "Because"]],
        ] {
            assert_eq!(of(&table(rows), &Wanted::default()), First::Row, "{rows:?}");
        }
    }

    #[test]
    fn a_first_row_that_may_be_either_is_taken_as_it_is_chosen() {
        for rows in [
            &[&["Question about leave", "Answer from HR"][..], &["Printer", "Second floor"]][..],
            &[&["Lunch", "Body"], &["Printer", "Second floor"]],
            &[&["Name", "Acme"], &["Town", "Lima"]],
            &[&["Parking", "Answer pending"], &["Printer", "Second floor"]],
            &[&["Answer", "Say it, and be nice."], &["Prompt", "What one says."]],
            &[&["Vitamin", "A"], &["Bones", "D"]],
            &[&["VPN access", "By netops"], &["How?", "So"], &["Why?", "Because"]],
        ] {
            let rows = table(rows);
            assert_eq!(of(&rows, &Wanted::default()), First::Unclear, "{rows:?}");
            let wanted = |column: &str| Wanted { question: Some(Column::named(column)), answer: None };
            assert_eq!(of(&rows, &wanted("1")), First::Row, "{rows:?}");
            assert_eq!(of(&rows, &wanted(&rows[0][0])), First::Names, "{rows:?}");
        }
    }

    #[test]
    fn titles_above_a_header_fill_fewer_cells_than_it() {
        for (rows, expected) in [
            (&[&["Our FAQ", "", ""][..], &["Question text", "Answer text", "Nr"]][..], 1),
            (&[&["Our", "FAQ", "2025"], &["Question", "Answer", "Nr"]], 1),
            (&[&["How?", "So"], &["Ask a question", "Write an answer"]], 0),
            (&[&["Question", "Answer"], &["Question", "Answer"]], 0),
        ] {
            assert_eq!(above(&table(rows)), expected, "{rows:?}");
        }
    }
}
