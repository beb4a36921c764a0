//! Whether the first row of a table names its columns, or is a pair already: what is taken for a name by mistake is a pair that
//! nobody learns, and a header that is taken for a pair is taught.

use crate::cells::Cells;
use crate::columns::{self, Wanted};
use crate::error::Part;
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
        columns::surely_named(row).is_some()
            && (is_exact || above.iter().all(|title| filled(title) < filled(row)))
    };
    let at =
        |at: &usize| rows.get(*at).is_some_and(|row| is_header(row, rows.get(..*at).unwrap_or_default()));
    (0..rows.len().min(MOST_TITLES + 1)).find(at).unwrap_or(0)
}

/// Whether the first row names the columns.
pub(crate) fn is_header(rows: &[Vec<String>], wanted: &Wanted) -> bool {
    let Some((first, others)) = rows.split_first() else { return false };
    let texts = || first.iter().map(String::as_str);
    let is_wanted = |part| wanted.of(part).is_some_and(|column| column.among(texts()).is_some());
    if Part::BOTH.into_iter().any(is_wanted) {
        return true;
    }
    let is_exact = |part| texts().any(|name| names::is_exact(name, part));
    if Part::BOTH.into_iter().all(is_exact) || only_this_row_asks_throughout(first, others) {
        return true;
    }
    // `ID` above numbers.
    let is_above = |at: usize, name: &str| {
        names::is_about(name) && !others.is_empty() && Cells::of(cells(others, at)) == Cells::Bare
    };
    if texts().enumerate().any(|(at, name)| is_above(at, name)) {
        return true;
    }
    if texts().enumerate().any(|(at, text)| asks_like_others(text, others, at)) {
        return false;
    }
    let names_part = |at: usize, name: &str| {
        let is_part = Part::BOTH.into_iter().any(|part| names::is_name(name, part));
        (is_part || names::names_something(name)) && !is_said_below(name, others, at)
    };
    texts().enumerate().any(|(at, name)| names_part(at, name)) || is_no_question(rows)
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
    if Part::BOTH.into_iter().any(|part| names::is_exact(name, part)) {
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

/// A first row that asks nothing above rows that all ask names the columns in words that are not known.
fn is_no_question(rows: &[Vec<String>]) -> bool {
    let Some((first, others)) = rows.split_first() else { return false };
    let asking = |row: &Vec<String>| row.iter().any(|cell| asks(cell));
    others.len() >= 2 && !asking(first) && others.iter().all(asking)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert!(is_header(&table(rows), &Wanted::default()), "{rows:?}");
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
        ] {
            assert!(!is_header(&table(rows), &Wanted::default()), "{rows:?}");
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
