//! What there is to choose from as question and answer: the columns of a table, or the fields of the objects that a file holds. A
//! field of an object that is a field itself is named by both, as in `content.text`.

use std::ops::ControlFlow;

use crate::cells::{Cells, is_words};
use crate::columns::Wanted;
use crate::error::Part;
use crate::names;
use crate::reader::{SHOWN_ROWS, shortened};
use crate::tree::{Tree, Value};

/// An object: its fields in their order.
pub(crate) type Object = [(String, Tree)];

/// So many objects are looked at.
const LOOKED_AT: usize = 60;
/// So many fields can be chosen from.
const MAX_FIELDS: usize = 60;
/// How deep a field may be that can be chosen: `fields.content.en`.
const MAX_PATH: usize = 3;
/// The longest name by which a field can be chosen, in bytes.
const MAX_NAME: usize = 200;

/// Where a field is: its place in the object, then in the object that it is in, and so on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path(Vec<usize>);

impl Path {
    /// The field that is the question or the answer.
    pub(crate) fn of(part: Part, fields: &Object, wanted: &Wanted) -> Option<Self> {
        let Some(column) = wanted.of(part) else {
            return usual(fields, part).map(|at| Self(vec![at]));
        };
        if let Some(at) = column.among(fields.iter().map(|(name, _)| name.as_str())) {
            return Some(Self(vec![at]));
        }
        let mut found = None;
        each(fields, &mut |name, path, _| {
            let is_it = path.len() > 1 && column.among(std::iter::once(name)).is_some();
            if is_it {
                found = Some(Self(path.to_vec()));
            }
            if is_it { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        found
    }

    /// Whether its name is that of several: `questions`, `answers`.
    pub(crate) fn is_plural(&self, fields: &Object) -> bool {
        self.field(fields).is_some_and(|(name, _)| names::is_plural(name))
    }

    fn name(&self, fields: &Object) -> Option<String> {
        let outer = (1..self.0.len()).filter_map(|length| self.0.get(..length)).map(<[_]>::to_vec).map(Self);
        let names: Option<Vec<_>> = outer
            .chain([self.clone()])
            .map(|path| path.field(fields).map(|(name, _)| name.as_str()))
            .collect();
        Some(names?.join("."))
    }

    pub(crate) fn get<'a>(&self, fields: &'a Object) -> Option<&'a Tree> {
        self.field(fields).map(|(_, tree)| tree)
    }

    fn field<'a>(&self, fields: &'a Object) -> Option<&'a (String, Tree)> {
        let (first, deeper) = self.0.split_first()?;
        deeper.iter().try_fold(fields.get(*first)?, |(_, tree), at| inner(tree).get(*at))
    }
}

/// Goes through the fields of an object and of those that are in it, in their order: each by its name behind those of the objects
/// that it is in, with its path. What has a longer name than anybody chooses by is passed over.
fn each(fields: &Object, visit: &mut impl FnMut(&str, &[usize], &Tree) -> ControlFlow<()>) {
    // It was broken off, or not.
    let _ = visit_below(fields, "", &[], visit);
}

fn visit_below(
    fields: &Object,
    before: &str,
    path: &[usize],
    visit: &mut impl FnMut(&str, &[usize], &Tree) -> ControlFlow<()>,
) -> ControlFlow<()> {
    for (at, (name, tree)) in fields.iter().enumerate() {
        if before.len() + name.len() > MAX_NAME {
            continue;
        }
        let name = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
        let path = [path, &[at]].concat();
        visit(&name, &path, tree)?;
        if path.len() < MAX_PATH {
            visit_below(inner(tree), &name, &path, visit)?;
        }
    }
    ControlFlow::Continue(())
}

/// Whether several fields are named alike as a part: `question_en`, `question_ru`.
pub(crate) fn are_alike(fields: &Object, part: Part) -> bool {
    names::are_alike(named(fields, part), part)
}

/// The field that is a part by its name, unless several are. A number or the like is no question if another field may be it; as an answer it has to
/// be named exactly.
pub(crate) fn usual(fields: &Object, part: Part) -> Option<usize> {
    names::pick(named(fields, part), part).filter(|_| !are_alike(fields, part))
}

fn named(fields: &Object, part: Part) -> impl Iterator<Item = (&str, Cells)> {
    let cells = move |tree: &Tree| match &tree.value {
        Value::Text(text) if is_words(text) => Cells::Words,
        Value::Text(_) if part == Part::Question => Cells::Bare,
        Value::Text(_) | Value::Nothing => Cells::YesOrNo,
        Value::List(_) | Value::Object(_) => Cells::Words,
    };
    fields.iter().map(move |(name, tree)| (name.as_str(), cells(tree)))
}

/// Whether a field has a text itself, or is an object one of whose fields is it.
fn has_text(tree: &Tree, part: Part) -> bool {
    match &tree.value {
        Value::Object(fields) => usual(fields, part).or_else(|| usual(fields, Part::Answer)).is_some(),
        _ => true,
    }
}

/// The fields of an object; none if it is something else.
fn inner(tree: &Tree) -> &Object {
    match &tree.value {
        Value::Object(fields) => fields,
        _ => &[],
    }
}

/// What the first objects or rows have.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    looked_at: usize,
    pub(crate) names: Vec<String>,
    /// Whether the names are names; else they are the texts of the first row.
    pub(crate) named: bool,
    /// The first objects or rows, by name, shortened.
    pub(crate) rows: Vec<Vec<String>>,
    /// Which of the names are the question and the answer.
    pub(crate) picked: Option<(usize, usize)>,
}

impl Fields {
    /// Those of a table. `named`: its first row names them.
    pub(crate) fn of_table(rows: &[Vec<String>], named: bool) -> Self {
        let data = rows.iter().skip(usize::from(named)).take(SHOWN_ROWS);
        Self {
            names: rows.first().cloned().unwrap_or_default(),
            named,
            rows: data.map(|row| row.iter().map(|text| shortened(text)).collect()).collect(),
            ..Self::default()
        }
    }

    /// Notes what an object has that may be a pair.
    pub(crate) fn note(&mut self, fields: &Object, wanted: &Wanted) {
        if self.looked_at == LOOKED_AT {
            return;
        }
        self.looked_at += 1;
        self.named = true;
        let mut row = Vec::new();
        each(fields, &mut |name, _, tree| {
            self.text(&mut row, name.to_owned(), tree);
            ControlFlow::Continue(())
        });
        if self.rows.len() < SHOWN_ROWS {
            self.rows.push(row);
        }
        if self.picked.is_none() {
            let mut at = |part| {
                let path = Path::of(part, fields, wanted)?;
                path.get(fields).filter(|tree| has_text(tree, part))?;
                self.at(path.name(fields)?)
            };
            self.picked = at(Part::Question).zip(at(Part::Answer));
        }
    }

    /// Notes which fields of an object that is in a row are the question and the answer, if the row itself has none.
    pub(crate) fn note_inner(&mut self, fields: &Object) {
        if self.picked.is_some() {
            return;
        }
        let mut names = None;
        each(fields, &mut |outer, _, tree| {
            let inner = inner(tree);
            let name = |part| {
                usual(inner, part).and_then(|at| inner.get(at)).map(|(name, _)| format!("{outer}.{name}"))
            };
            names =
                name(Part::Question).zip(name(Part::Answer)).filter(|(question, answer)| question != answer);
            if names.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        self.picked = names.and_then(|(question, answer)| self.at(question).zip(self.at(answer)));
    }

    fn text(&mut self, row: &mut Vec<String>, name: String, tree: &Tree) {
        let text = match &tree.value {
            Value::Text(text) => text.clone(),
            Value::List(items) if !items.is_empty() && !items.iter().any(Tree::is_nested) => {
                let texts = items.iter().filter_map(|item| match &item.value {
                    Value::Text(text) => Some(text.as_str()),
                    _ => None,
                });
                texts.collect::<Vec<_>>().join("; ")
            }
            _ => return,
        };
        let Some(at) = self.at(name) else { return };
        row.resize(row.len().max(at + 1), String::new());
        if let Some(cell) = row.get_mut(at) {
            *cell = shortened(&text);
        }
    }

    /// Where a name is, which is added unless there are too many.
    fn at(&mut self, name: String) -> Option<usize> {
        if let Some(at) = self.names.iter().position(|known| *known == name) {
            return Some(at);
        }
        if self.names.len() == MAX_FIELDS {
            return None;
        }
        self.names.push(name);
        Some(self.names.len() - 1)
    }
}
