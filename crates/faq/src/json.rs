//! JSON: one value.

use crate::columns::{Missing, Wanted};
use crate::error::{Place, Unreadable};
use crate::fields::Fields;
use crate::shape::{Entry, Shape};
use crate::tree::Tree;

/// Everything in a JSON text.
pub(crate) fn pairs(text: &str, wanted: Wanted) -> Result<(Vec<Entry>, Fields), Missing> {
    let tree: Tree = serde_json::from_str(text).map_err(|error| Unreadable::Syntax {
        place: Place::Line(error.line() as u64),
        format: "JSON",
        problem: problem(&error),
    })?;
    Shape::new(wanted).pairs(tree)
}

/// What is wrong, without the line, which is told with it.
pub(crate) fn problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().map_or_else(|| text.clone(), str::to_owned)
}
