//! YAML: documents of lists, objects and texts. Scalars are texts as they are written (`no` is no truth value here), tags are
//! passed over, and what aliases repeat is bounded, so that a small file cannot become a large one.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use crate::columns::{Missing, Wanted};
use crate::error::{Place, Unreadable};
use crate::fields::Fields;
use crate::shape::{Entry, Shape};
use crate::tree::{Tree, Value};
use crate::{MAX_DEPTH, MAX_WHOLE};

/// The most bytes and values that all aliases of a file may repeat.
const MAX_REPEATED: usize = MAX_WHOLE / 16;

/// Everything in a YAML text.
pub(crate) fn pairs(text: &str, wanted: Wanted) -> Result<(Vec<Entry>, Fields), Missing> {
    let mut documents = Builder::default().read(text)?;
    let tree = match documents.len() {
        1 => documents.remove(0),
        _ => Tree { line: Some(1), value: Value::List(documents) },
    };
    Shape::new(wanted).pairs(tree)
}

/// A list or an object that is not complete yet.
struct Open {
    anchor: usize,
    line: u64,
    /// The key that waits for its value.
    key: Option<String>,
    value: Value,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    documents: Vec<Tree>,
    anchors: HashMap<usize, Tree>,
    repeated: usize,
}

impl Builder {
    fn read(mut self, text: &str) -> Result<Vec<Tree>, Unreadable> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| syntax_of(&error))?;
            self.take(event, &span)?;
        }
        Ok(self.documents)
    }

    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), Unreadable> {
        let line = span.start.line() as u64;
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let nothing =
                    style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let value = if nothing { Value::Nothing } else { Value::Text(text.into_owned()) };
                self.add(Tree { line: Some(line), value }, anchor, line)
            }
            Event::SequenceStart(anchor, _) => self.begin(anchor, line, Value::List(Vec::new())),
            Event::MappingStart(anchor, _) => self.begin(anchor, line, Value::Object(Vec::new())),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(open) => {
                    let tree = Tree { line: Some(open.line), value: open.value };
                    self.add(tree, open.anchor, line)
                }
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let tree = self.repeat(anchor, line)?;
                self.add(tree, 0, line)
            }
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, anchor: usize, line: u64, value: Value) -> Result<(), Unreadable> {
        if self.open.len() >= MAX_DEPTH {
            return Err(syntax(line, format!("lists or objects are nested more than {MAX_DEPTH} deep")));
        }
        self.open.push(Open { anchor, line, key: None, value });
        Ok(())
    }

    fn add(&mut self, tree: Tree, anchor: usize, line: u64) -> Result<(), Unreadable> {
        if anchor > 0 {
            self.repeated += weight(&tree);
            self.check(line)?;
            self.anchors.insert(anchor, tree.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(tree);
            return Ok(());
        };
        match (&mut open.value, open.key.take()) {
            (Value::List(items), _) => items.push(tree),
            (Value::Object(fields), Some(key)) => fields.push((key, tree)),
            (_, _) => match tree.value {
                Value::Text(key) => open.key = Some(key),
                Value::Nothing => open.key = Some(String::new()),
                _ => return Err(syntax(line, "a key is a list or an object; expected a text".to_owned())),
            },
        }
        Ok(())
    }

    fn repeat(&mut self, anchor: usize, line: u64) -> Result<Tree, Unreadable> {
        let unknown = || syntax(line, "an alias names an anchor that is not complete here".to_owned());
        let weight = self.anchors.get(&anchor).map(weight).ok_or_else(unknown)?;
        self.repeated += weight;
        self.check(line)?;
        let tree = self.anchors.get(&anchor).ok_or_else(unknown)?;
        Ok(Tree { line: Some(line), value: tree.value.clone() })
    }

    fn check(&self, line: u64) -> Result<(), Unreadable> {
        if self.repeated > MAX_REPEATED {
            let problem =
                format!("its aliases repeat more than {} MiB; write the texts out", MAX_REPEATED >> 20);
            return Err(syntax(line, problem));
        }
        Ok(())
    }
}

/// Bytes of text and number of values, at least 32 for each.
fn weight(tree: &Tree) -> usize {
    32 + match &tree.value {
        Value::Nothing => 0,
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(weight).sum(),
        Value::Object(fields) => fields.iter().map(|(key, tree)| key.len() + weight(tree)).sum(),
    }
}

fn syntax(line: u64, problem: String) -> Unreadable {
    Unreadable::Syntax { place: Place::Line(line), format: "YAML", problem }
}

fn syntax_of(error: &ScanError) -> Unreadable {
    syntax(error.marker().line() as u64, error.info().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(Place, String, String)> {
        let (entries, _) = pairs(text, Wanted::default()).unwrap();
        entries
            .into_iter()
            .map(|entry| entry.unwrap())
            .map(|pair| (pair.place, pair.question, pair.answer))
            .collect()
    }

    #[test]
    fn a_scalar_is_the_text_that_is_written() {
        let text = "- question: Is it on?\n  answer: no\n- q: Version?\n  a: 1.10\n- q: How?\n  a: |\n    one\n    two\n";
        let expected = [(1, "Is it on?", "no"), (3, "Version?", "1.10"), (5, "How?", "one\ntwo\n")];
        assert_eq!(read(text), expected.map(|(line, q, a)| (Place::Line(line), q.to_owned(), a.to_owned())));
    }

    #[test]
    fn an_alias_repeats_a_text_but_no_bomb_goes_off() {
        let text = "- q: Where?\n  a: &here Here\n- q: Where else?\n  a: *here\n";
        assert_eq!(read(text)[1].2, "Here");
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let before = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{before}]\n"));
        }
        let said = pairs(&bomb, Wanted::default()).unwrap_err().to_string();
        assert!(said.contains("its aliases repeat more than 4 MiB"), "{said}");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let said = pairs("- q: a\n  a: [b\n- q: c\n", Wanted::default()).unwrap_err().to_string();
        assert!(said.starts_with("line 3: this is not YAML: "), "{said}");
        for (deep, problem) in [("- ", "nested more than 64 deep"), ("[", "recursion limit exceeded")] {
            let said = pairs(&deep.repeat(100_000), Wanted::default()).unwrap_err().to_string();
            assert!(said.contains(problem), "{said}");
        }
    }
}
