//! What there is to choose from as question and answer: the columns of a table, or the fields of the objects that a file holds. A field of an object that is a field itself is named by both, as in `content.text`.

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

/// Where a field is: among those of the object, or one level deeper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Path {
    outer: usize,
    inner: Option<usize>,
}

impl Path {
    /// The field that is the question or the answer.
    pub(crate) fn of(part: Part, fields: &Object, wanted: &Wanted) -> Option<Self> {
        let names = || fields.iter().map(|(name, _)| name.as_str());
        let Some(column) = wanted.of(part) else {
            return usual(fields, part).map(|outer| Self { outer, inner: None });
        };
        if let Some(outer) = column.among(names()) {
            return Some(Self { outer, inner: None });
        }
        fields.iter().enumerate().find_map(|(outer, (name, tree))| {
            let full: Vec<_> = inner(tree).iter().map(|(inner, _)| format!("{name}.{inner}")).collect();
            column.among(full.iter().map(String::as_str)).map(|inner| Self { outer, inner: Some(inner) })
        })
    }

    /// Whether its name is that of several: `questions`, `answers`.
    pub(crate) fn is_plural(self, fields: &Object) -> bool {
        fields.get(self.outer).is_some_and(|(name, _)| names::is_plural(name))
    }

    fn name(self, fields: &Object) -> Option<String> {
        let (name, tree) = fields.get(self.outer)?;
        match self.inner {
            None => Some(name.clone()),
            Some(at) => inner(tree).get(at).map(|(inner, _)| format!("{name}.{inner}")),
        }
    }

    pub(crate) fn get(self, fields: &Object) -> Option<&Tree> {
        let (_, tree) = fields.get(self.outer)?;
        self.inner.map_or(Some(tree), |at| inner(tree).get(at).map(|(_, tree)| tree))
    }
}

/// The field that is a part by its name. A number or the like is no question if another field may be it; as an answer it has to
/// be named exactly.
pub(crate) fn usual(fields: &Object, part: Part) -> Option<usize> {
    let cells = |tree: &Tree| match &tree.value {
        Value::Text(text) if is_words(text) => Cells::Words,
        Value::Text(_) if part == Part::Question => Cells::Bare,
        Value::Text(_) | Value::Nothing => Cells::YesOrNo,
        Value::List(_) | Value::Object(_) => Cells::Words,
    };
    names::pick(fields.iter().map(|(name, tree)| (name.as_str(), cells(tree))), part)
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
        for (name, tree) in fields {
            self.text(&mut row, name.clone(), tree);
            for (inner, tree) in inner(tree) {
                self.text(&mut row, format!("{name}.{inner}"), tree);
            }
        }
        if self.rows.len() < SHOWN_ROWS {
            self.rows.push(row);
        }
        if self.picked.is_none() {
            let mut at = |part| {
                let name = Path::of(part, fields, wanted)?.name(fields)?;
                self.at(name)
            };
            self.picked = at(Part::Question).zip(at(Part::Answer));
        }
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
