//! What the first rows of a table tell about its columns, besides their names.

use crate::cells::Cells;
use crate::error::Part;
use crate::names;

/// Of a column in which this share of the texts ends with a question mark, they are the questions: one of two.
const MANY: usize = 2;

/// What can be seen of a table without knowing what it is about.
pub(crate) struct Table<'a> {
    first: &'a [String],
    /// The rows that hold pairs.
    rows: &'a [Vec<String>],
    cells: Vec<Cells>,
    header: bool,
}

impl<'a> Table<'a> {
    pub(crate) fn new(first: &'a [String], rows: &'a [Vec<String>], header: bool) -> Self {
        let cells = (0..first.len()).map(|at| Cells::of(cells(rows, at))).collect();
        Self { first, rows, cells, header }
    }

    /// The column that is a part by its name.
    pub(crate) fn usual(&self, part: Part) -> Option<usize> {
        let columns = self.first.iter().map(String::as_str).zip(self.cells.iter().copied());
        names::pick(columns, part).filter(|_| self.header)
    }

    /// Whether several columns are named alike as a part.
    pub(crate) fn are_alike(&self, part: Part) -> bool {
        let columns = self.first.iter().map(String::as_str).zip(self.cells.iter().copied());
        self.header && !self.rows.is_empty() && names::are_alike(columns, part)
    }

    fn has_words(&self, at: usize) -> bool {
        self.cells.get(at) == Some(&Cells::Words)
    }

    fn asks(&self, at: usize) -> bool {
        cells(self.rows, at).filter(|cell| asks(cell)).count() * MANY >= self.rows.len().max(1)
    }

    fn is_about(&self, at: usize) -> bool {
        self.header && self.first.get(at).is_some_and(|name| names::is_about(name))
    }

    /// The other one of two columns, unless it tells something about the first. An answer may be a number; what stands beside
    /// questions is none.
    pub(crate) fn remaining(&self, part: Part, at: usize) -> Option<usize> {
        let may_ask = self.has_words(at) && (self.asks(at) || !self.asks(1 - at.min(1)));
        let fits = part == Part::Answer || self.rows.is_empty() || may_ask;
        (fits && !self.is_about(at)).then_some(at)
    }

    /// What no name tells and only one column can be: a question asks, or is the first of two columns of words.
    pub(crate) fn guess(&self, part: Part, other: Option<usize>) -> Option<usize> {
        let may_be = |at: &usize| Some(*at) != other && !self.is_about(*at);
        let texts: Vec<_> = (0..self.first.len()).filter(|at| may_be(at) && self.has_words(*at)).collect();
        let asks = |at: &usize| self.asks(*at);
        match (part, texts.as_slice()) {
            (Part::Question, texts) => texts.iter().copied().find(asks).or(match texts {
                [first, _] if !self.header => Some(*first),
                [only] if self.first.len() == 2 => Some(*only),
                _ => None,
            }),
            (Part::Answer, [only]) => Some(*only),
            (Part::Answer, texts) => {
                let behind = |at: &usize| other.is_some_and(|question| *at > question);
                let numbers: Vec<_> = (0..self.first.len()).filter(may_be).filter(behind).collect();
                let texts: Vec<_> = texts.iter().copied().filter(behind).collect();
                match (texts.as_slice(), numbers.as_slice()) {
                    ([only], _) | ([], [only]) => Some(*only),
                    _ => None,
                }
            }
        }
    }

    /// Whether every text of a column names another column: `A` beside a column `A` with the text.
    pub(crate) fn chooses(&self, at: usize) -> bool {
        let mut texts = cells(self.rows, at).map(str::trim).filter(|text| !text.is_empty()).peekable();
        texts.peek().is_some() && texts.all(|text| self.first.iter().any(|name| name.trim() == text))
    }

    /// Whether the questions are numbers or the like, and another column may have them. Numbers may be taught, too: an export
    /// of them comes back.
    pub(crate) fn asks_elsewhere(&self, question: usize, answer: usize) -> bool {
        let is_ours = |at: usize, part| self.first.get(at).is_some_and(|name| names::is_our_own(name, part));
        if self.header && is_ours(question, Part::Question) && is_ours(answer, Part::Answer) {
            return false;
        }
        let may_ask = |at: usize| at != answer && self.has_words(at) && !self.is_about(at);
        self.cells.get(question) == Some(&Cells::Bare) && (0..self.first.len()).any(may_ask)
    }
}

pub(crate) fn cells(rows: &[Vec<String>], at: usize) -> impl Iterator<Item = &str> {
    rows.iter().filter_map(move |row| row.get(at)).map(String::as_str)
}

/// Whether a text ends as a question does.
pub(crate) fn asks(text: &str) -> bool {
    text.trim_end().ends_with(['?', '？', '؟'])
}
