//! Finds pairs in a tree: a list of objects or of lists, objects of questions with their answers, all of it under a key or in
//! sections.

use std::collections::HashSet;

use crate::MAX_DEPTH;
use crate::annotated;
use crate::cells::is_words;
use crate::chat::{self, Chat};
use crate::columns::{self, Columns, Missing, Wanted};
use crate::error::{Fault, Part, Place, Problem};
use crate::fields::{self, Fields, Object, Path};
use crate::names;
use crate::reader::Pair;
use crate::tree::{Tree, Value};

pub(crate) type Entry = Result<Pair, Fault>;

/// Goes through a tree and gathers what it finds.
pub(crate) struct Shape {
    wanted: Wanted,
    /// The columns of lists that stand for rows.
    columns: Option<Columns>,
    found: Vec<Entry>,
    /// The last item of a list.
    item: u64,
    /// What is gone through is inside of a list: an object is one row then.
    in_list: bool,
    /// What the objects have that may be pairs.
    fields: Fields,
    /// What is gone through is inside of an object whose fields were noted.
    within: bool,
}

impl Shape {
    pub(crate) fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            columns: None,
            found: Vec::new(),
            item: 0,
            in_list: false,
            fields: Fields::default(),
            within: false,
        }
    }

    /// Everything in a file's tree, in order, and the fields of its objects.
    ///
    /// # Errors
    /// When a list of rows lacks the columns that were asked for.
    pub(crate) fn pairs(mut self, tree: Tree) -> Result<(Vec<Entry>, Fields), Missing> {
        if let Value::List(items) = &tree.value {
            let rows = table(items);
            if let Some(rows) = rows {
                let columns = columns::decide(&rows, &self.wanted)?;
                (self.columns, self.fields) = (Some(columns), columns.fields(&rows));
            }
        }
        self.any(tree, 0);
        Ok((self.found, self.fields))
    }

    /// The fields of the objects up to here.
    pub(crate) fn into_fields(self) -> Fields {
        self.fields
    }

    /// What one line of JSON Lines holds.
    pub(crate) fn line(&mut self, tree: Tree) -> Vec<Entry> {
        if tree.is_blank() {
            return Vec::new();
        }
        let place = self.place(&tree);
        if let Value::List(items) = &tree.value
            && self.columns.is_none()
        {
            let row = row(items).unwrap_or_default();
            match columns::decide(&[row], &self.wanted) {
                Ok(columns) => self.columns = Some(columns),
                Err(missing) => self.unclear(place, missing),
            }
            if self.columns.is_none_or(|columns| columns.header) {
                return std::mem::take(&mut self.found);
            }
        }
        if self.chat(place, &tree) {
            return std::mem::take(&mut self.found);
        }
        // An object is one row here, as in a list.
        self.in_list = true;
        match tree.value {
            Value::List(items) => self.row(place, items),
            Value::Object(mut fields) if fields.len() == 1 && !self.names_a_part(&fields) => {
                let (question, answer) = fields.remove(0);
                self.keyed(place, question, answer, 0);
            }
            value => self.any(Tree { line: tree.line, value }, 0),
        }
        std::mem::take(&mut self.found)
    }

    fn place(&self, tree: &Tree) -> Place {
        tree.line.map_or(Place::Item(self.item.max(1)), Place::Line)
    }

    fn fault(&mut self, place: Place, problem: Problem) {
        self.found.push(Err(Fault { place, problem }));
    }

    fn any(&mut self, tree: Tree, depth: usize) {
        let place = self.place(&tree);
        if depth > MAX_DEPTH {
            return self.fault(place, Problem::TooDeep);
        }
        if self.chat(place, &tree) {
            return;
        }
        match tree.value {
            Value::List(items) if depth > 0 => self.inner_list(place, items, depth),
            Value::List(items) => self.list(items, depth),
            Value::Object(fields) => self.object(place, fields, depth),
            Value::Nothing | Value::Text(_) => {
                let kind = tree.kind();
                self.fault(place, Problem::NotAPair(kind));
            }
        }
    }

    /// Reads a conversation; `false` if there is none.
    fn chat(&mut self, place: Place, tree: &Tree) -> bool {
        let Value::Object(fields) = &tree.value else { return false };
        let is_wanted = self.wanted.question.is_some() || self.wanted.answer.is_some();
        if is_wanted || Part::BOTH.into_iter().all(|part| self.field(fields, part).is_some()) {
            return false;
        }
        match chat::of(fields) {
            Some(Chat::Pair(question, answer)) => self.pair(place, question, answer),
            Some(Chat::Other) => {
                self.fault(
                    place,
                    Problem::NotAPair("a conversation of other than one question with its answer"),
                );
            }
            None => return false,
        }
        true
    }

    /// A list inside of something else: if it is one of rows, it has columns of its own.
    fn inner_list(&mut self, place: Place, items: Vec<Tree>, depth: usize) {
        let columns = table(&items).map(|rows| columns::decide(&rows, &self.wanted)).transpose();
        match columns {
            Ok(columns) => {
                let outside = std::mem::replace(&mut self.columns, columns);
                self.list(items, depth);
                self.columns = outside;
            }
            Err(missing) => self.unclear(place, missing),
        }
    }

    /// Tells that the columns of some rows are not known.
    fn unclear(&mut self, place: Place, missing: Missing) {
        let problem = match missing {
            Missing::Column { part, fields, .. } => {
                Problem::NoField { part, fields: columns::shown(&fields.names) }
            }
            Missing::Other(_) => Problem::NotAPair("a list"),
        };
        self.fault(place, problem);
    }

    fn list(&mut self, items: Vec<Tree>, depth: usize) {
        let outside = std::mem::replace(&mut self.in_list, true);
        let skip = usize::from(self.columns.is_some_and(|columns| columns.header));
        for (at, item) in items.into_iter().enumerate().skip(skip) {
            if depth == 0 {
                self.item = at as u64 + 1;
            } else {
                self.item += 1;
            }
            let place = self.place(&item);
            if self.chat(place, &item) {
                continue;
            }
            match item.value {
                _ if item.is_blank() => {}
                Value::List(fields) if row(&fields).is_some() => self.row(place, fields),
                Value::Object(mut fields) if fields.len() == 1 && !self.names_a_part(&fields) => {
                    let (question, answer) = fields.remove(0);
                    self.keyed(place, question, answer, depth + 1);
                }
                value => self.any(Tree { line: item.line, value }, depth + 1),
            }
        }
        self.in_list = outside;
    }

    /// A list of texts that stands for a row.
    fn row(&mut self, place: Place, mut items: Vec<Tree>) {
        let (question, answer) = self.columns.map_or((0, 1), |columns| (columns.question, columns.answer));
        let found = items.len();
        let missing =
            [(Part::Question, question), (Part::Answer, answer)].into_iter().find(|(_, at)| *at >= found);
        if let Some((part, at)) = missing {
            return self.fault(place, Problem::TooFewFields { found, part, column: at + 1 });
        }
        let mut take = |at: usize| {
            items
                .get_mut(at)
                .map_or(Value::Nothing.into(), |item| std::mem::replace(item, Value::Nothing.into()))
        };
        let (question, answer) = (take(question), take(answer));
        self.pair(place, question, answer);
    }

    fn field(&self, fields: &[(String, Tree)], part: Part) -> Option<Path> {
        Path::of(part, fields, &self.wanted)
    }

    fn note(&mut self, fields: &[(String, Tree)]) {
        if !self.within {
            self.fields.note(fields, &self.wanted);
        }
    }

    /// Notes a row whose parts may be in an object of it.
    fn note_outer(&mut self, fields: &[(String, Tree)]) {
        self.note(fields);
        if !self.within && self.wanted.question.is_none() && self.wanted.answer.is_none() {
            self.fields.note_inner(fields);
        }
    }

    fn names_a_part(&self, fields: &[(String, Tree)]) -> bool {
        Part::BOTH.into_iter().any(|part| self.field(fields, part).is_some())
    }

    fn object(&mut self, place: Place, fields: Vec<(String, Tree)>, depth: usize) {
        if self.wanted.question.is_none() && names::is_typed_otherwise(&fields) {
            return if fields.iter().any(|(_, tree)| holds_pairs(tree)) {
                self.section(fields, depth)
            } else {
                self.fault(place, Problem::NoPartOfAPair)
            };
        }
        if let Some(twice) = twice(&fields).filter(|_| self.names_a_part(&fields)) {
            return self.fault(place, Problem::FieldTwice(twice));
        }
        let found = (self.field(&fields, Part::Question), self.field(&fields, Part::Answer));
        if let (Some(question), Some(answer)) = &found
            && question != answer
        {
            if fields.iter().any(|(_, tree)| self.is_list_of_pairs(tree)) {
                // A section with a title and perhaps a text of its own.
                if answer.get(&fields).is_some_and(|tree| !tree.is_nested()) {
                    self.fault(place, Problem::NoPartOfAPair);
                }
                return self.section(fields, depth);
            }
            self.note(&fields);
            if self.wanted.answer.is_none() && annotated::is_impossible(&fields) {
                return self.fault(place, Problem::Empty(Part::Answer));
            }
            if self.wanted.answer.is_none() && is_choice(answer.get(&fields), &fields) {
                return self.no_field(place, Part::Answer, &fields);
            }
            let take = |path: &Path| path.get(&fields).cloned().unwrap_or_else(|| Value::Nothing.into());
            let are_many = [question, answer].iter().all(|path| path.is_plural(&fields));
            return if !self.in_list || are_many {
                self.parallel(place, take(question), take(answer))
            } else {
                self.pair(place, take(question), take(answer))
            };
        }
        if fields.iter().any(|(_, tree)| holds_pairs(tree)) {
            let is_section =
                |(_, tree): &(String, Tree)| matches!(tree.value, Value::List(_)) && holds_pairs(tree);
            let is_row = self.in_list && !fields.iter().any(is_section);
            if is_row {
                self.note_outer(&fields);
            }
            return self.outer_object(place, fields, depth, is_row);
        }
        match found {
            (None, None) if self.wanted.question.is_none() && self.wanted.answer.is_none() => {
                if Part::BOTH.into_iter().any(|part| fields::are_alike(&fields, part)) {
                    return self.no_field(place, Part::Question, &fields);
                }
                let asks = |(name, _): &(String, Tree)| name.trim_end().ends_with('?');
                // In a list an object is one row; by itself it is all questions and answers.
                if !self.in_list || fields.iter().all(asks) {
                    for (question, answer) in fields {
                        self.item += 1;
                        let place = self.place(&answer);
                        let field = (question, answer);
                        // `"version": 3`: no question with its answer.
                        if names::is_about(&field.0) && tells_about(&field) {
                            self.fault(place, Problem::NoPartOfAPair);
                        } else {
                            self.keyed(place, field.0, field.1, depth);
                        }
                    }
                } else {
                    self.no_field(place, Part::Question, &fields);
                }
            }
            (None, _) => self.no_field(place, Part::Question, &fields),
            (Some(_), _) => self.no_field(place, Part::Answer, &fields),
        }
    }

    /// An object that holds others. One that is a row and in which no pair is found lacks its parts itself, which is told once: it
    /// may have them under names that are not known.
    fn outer_object(&mut self, place: Place, fields: Vec<(String, Tree)>, depth: usize, is_row: bool) {
        let is_outermost = is_row && !self.within;
        let names = columns::shown(&fields.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>());
        let (outside, before) = (self.within, self.found.len());
        self.within |= is_row;
        self.section(fields, depth);
        self.within = outside;
        let found = self.found.get(before..).unwrap_or_default();
        let lacks = |entry: &Entry| matches!(entry, Err(Fault { problem: Problem::NoField { .. }, .. }));
        if is_outermost && found.iter().all(lacks) {
            self.found.truncate(before);
            self.fault(place, Problem::NoField { part: Part::Question, fields: names });
        }
    }

    /// A section, or the whole file under a key: what else it has is about the section.
    fn section(&mut self, fields: Vec<(String, Tree)>, depth: usize) {
        let is_clear = fields.iter().any(|(_, tree)| self.is_list_of_pairs(tree) || asks_within(tree));
        for (name, tree) in fields {
            let place = self.place(&tree);
            match &tree.value {
                Value::Object(_) if self.is_list_of_pairs(&tree) || asks_within(&tree) => {
                    self.any(tree, depth + 1)
                }
                // `"How?": {"answer": "So", "tags": []}`.
                Value::Object(said) if name.trim_end().ends_with('?') && self.only_answers(said) => {
                    self.pair(place, Value::Text(name).into(), tree);
                }
                Value::Object(about)
                    if names::is_of_a_file(&name) || (!about.is_empty() && about.iter().all(tells_about)) => {
                }
                // Beside what are surely questions: the terms of a glossary, or the author of the file?
                Value::Object(about) if is_clear && !about.iter().any(|(_, tree)| holds_pairs(tree)) => {
                    self.fault(place, Problem::NoPartOfAPair);
                }
                _ if holds_pairs(&tree) => self.any(tree, depth + 1),
                Value::Text(_) if name.trim_end().ends_with('?') => self.keyed(place, name, tree, depth),
                _ => {}
            }
        }
    }

    fn only_answers(&self, fields: &Object) -> bool {
        self.field(fields, Part::Answer).is_some() && self.field(fields, Part::Question).is_none()
    }

    fn is_list_of_pairs(&self, tree: &Tree) -> bool {
        let is_pair = |item: &Tree| match &item.value {
            Value::Object(fields) => Part::BOTH.into_iter().all(|part| self.field(fields, part).is_some()),
            _ => false,
        };
        matches!(&tree.value, Value::List(items) if items.iter().any(is_pair))
    }

    fn no_field(&mut self, place: Place, part: Part, fields: &[(String, Tree)]) {
        self.note(fields);
        let names: Vec<_> = fields.iter().map(|(name, _)| name.clone()).collect();
        self.fault(place, Problem::NoField { part, fields: columns::shown(&names) });
    }

    /// A question whose name is the key of its answer, unless pairs are under it.
    fn keyed(&mut self, place: Place, question: String, answer: Tree, depth: usize) {
        if holds_pairs(&answer) {
            return self.any(answer, depth + 1);
        }
        self.pair(place, Value::Text(question).into(), answer);
    }

    /// A list of questions and one of their answers, or else one pair.
    fn parallel(&mut self, place: Place, questions: Tree, answers: Tree) {
        let (Some(asked), Some(said)) = (several(&questions), several(&answers)) else {
            return self.pair(place, questions, answers);
        };
        if asked.len() != said.len() {
            let found = "a list of another length than that of the questions";
            return self.fault(place, Problem::NoText { part: Part::Answer, found });
        }
        for (question, answer) in asked.into_iter().zip(said) {
            if !(question.is_blank() && answer.is_blank()) {
                self.pair(place, question.clone(), answer.clone());
            }
        }
    }

    /// One pair, or one for each wording of the question.
    fn pair(&mut self, place: Place, question: Tree, answer: Tree) {
        let answer = match texts(said(answer, Part::Answer)) {
            Ok(lines) => lines.join("\n"),
            Err(found) => return self.fault(place, Problem::NoText { part: Part::Answer, found }),
        };
        match texts(said(question, Part::Question)) {
            Ok(wordings) if wordings.is_empty() => self.fault(place, Problem::Empty(Part::Question)),
            Ok(wordings) => self.found.extend(
                wordings.into_iter().map(|question| Ok(Pair { place, question, answer: answer.clone() })),
            ),
            Err(found) => self.fault(place, Problem::NoText { part: Part::Question, found }),
        }
    }
}

/// Whether an answer names another field: `"answer": "A"` beside `"A": "Paris"`. Such questions have their texts elsewhere.
fn is_choice(answer: Option<&Tree>, fields: &Object) -> bool {
    let is_named = |text: &str| fields.iter().any(|(name, _)| name == text.trim());
    matches!(answer.map(|tree| &tree.value), Some(Value::Text(text)) if is_named(text))
}

/// Whether some names in an object ask: then it has questions with their answers.
fn asks_within(tree: &Tree) -> bool {
    matches!(&tree.value, Value::Object(fields) if fields.iter().any(|(name, _)| name.trim_end().ends_with('?')))
}

/// Whether a field is a number, a date or the like; with a name such as `type` also if it is a word.
fn tells_about((name, tree): &(String, Tree)) -> bool {
    let is_short = |text: &str| !is_words(text) || (names::is_about(name) && !text.trim().contains(' '));
    matches!(&tree.value, Value::Text(text) if is_short(text)) || tree.is_blank()
}

/// The items of a list of more than one; a table program also writes columns as objects of their rows' numbers.
fn several(tree: &Tree) -> Option<Vec<&Tree>> {
    let is_number = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    match &tree.value {
        Value::List(items) if items.len() > 1 => Some(items.iter().collect()),
        Value::Object(rows) if !rows.is_empty() && rows.iter().all(|(name, _)| is_number(name)) => {
            Some(rows.iter().map(|(_, tree)| tree).collect())
        }
        _ => None,
    }
}

/// The text of an answer that is an object itself, as in schema.org's `"acceptedAnswer": {"text": ...}`, or a list of such; and of
/// a question that is one.
fn said(tree: Tree, part: Part) -> Tree {
    if part == Part::Answer {
        if let Some(agreed) = annotated::agreed(&tree) {
            return agreed;
        }
        if let Some(accepted) = annotated::accepted(&tree) {
            return said(accepted, part);
        }
    }
    let value = match tree.value {
        Value::Object(mut fields) => {
            // The text of a question is called as that of an answer.
            let at = fields::usual(&fields, part).or_else(|| fields::usual(&fields, Part::Answer));
            at.map_or(Value::Object(Vec::new()), |at| fields.remove(at).1.value)
        }
        Value::List(items) if items.iter().any(Tree::is_nested) => {
            // Who says the same again adds nothing.
            let mut known = HashSet::new();
            let is_new = |tree: &Tree| match &tree.value {
                Value::Text(text) => known.insert(text.clone()),
                _ => true,
            };
            Value::List(items.into_iter().map(|item| said(item, part)).filter(is_new).collect())
        }
        value => value,
    };
    Tree { line: tree.line, value }
}

/// A text, or a list of texts.
fn texts(tree: Tree) -> Result<Vec<String>, &'static str> {
    let kind = tree.kind();
    match tree.value {
        Value::Text(text) => Ok(vec![text]),
        Value::Nothing => Ok(Vec::new()),
        Value::List(items) => items
            .into_iter()
            .map(|item| match item.value {
                Value::Text(text) => Ok(text),
                _ => Err("a list of more than texts"),
            })
            .collect(),
        Value::Object(_) => Err(kind),
    }
}

/// A list of more than one text and nothing else.
fn row(items: &[Tree]) -> Option<Vec<String>> {
    let text = |item: &Tree| match &item.value {
        Value::Text(text) => Some(text.clone()),
        Value::Nothing => Some(String::new()),
        _ => None,
    };
    items.iter().map(text).collect::<Option<Vec<_>>>().filter(|row| row.len() > 1)
}

/// The first rows of a list of rows; `None` if it is none.
fn table(items: &[Tree]) -> Option<Vec<Vec<String>>> {
    let rows = items.iter().map(|item| match &item.value {
        Value::List(fields) => row(fields),
        _ => None,
    });
    rows.take(60).collect::<Option<Vec<_>>>().filter(|rows| !rows.is_empty())
}

/// Whether something may be more than a text or a list of texts.
fn holds_pairs(tree: &Tree) -> bool {
    match &tree.value {
        Value::List(items) => items.iter().any(Tree::is_nested),
        Value::Object(_) => true,
        Value::Nothing | Value::Text(_) => false,
    }
}

fn twice(fields: &[(String, Tree)]) -> Option<String> {
    let mut seen = HashSet::new();
    fields.iter().map(|(name, _)| name).find(|name| !seen.insert(name.as_str())).cloned()
}
