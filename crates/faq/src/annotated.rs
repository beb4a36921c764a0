//! Several answers to one question of which one is taught: that which was accepted, or on which most of those agree who annotated a
//! data set.
//!
//! A site of questions marks one of `"answers": [{"body": ..., "is_accepted": true}, ...]`. SQuAD writes `"answers": [{"text": "Paris", "answer_start": 3}, ...]`, Hugging Face `{"text": ["Paris"], "answer_start": [3]}`, and
//! `"is_impossible": true` where the text has no answer.

use std::collections::HashMap;

use crate::fields::Object;
use crate::tree::{Tree, Value};

/// The field that only annotated answers have: where the answer begins in the text that was read.
const START: &str = "answer_start";
const IMPOSSIBLE: &str = "is_impossible";
const ACCEPTED: [&str; 3] = ["is_accepted", "isAccepted", "accepted"];

/// Whether an object says that its question has no answer, whatever else it has.
pub(crate) fn is_impossible(fields: &Object) -> bool {
    has_mark(fields, &[IMPOSSIBLE])
}

fn has_mark(fields: &Object, names: &[&str]) -> bool {
    let says = |tree: &Tree| matches!(&tree.value, Value::Text(text) if text.eq_ignore_ascii_case("true"));
    fields.iter().any(|(name, tree)| names.contains(&name.as_str()) && says(tree))
}

/// The only one of several answers that is marked as accepted.
pub(crate) fn accepted(answers: &Tree) -> Option<Tree> {
    let Value::List(items) = &answers.value else { return None };
    let is_accepted =
        |item: &&Tree| matches!(&item.value, Value::Object(fields) if has_mark(fields, &ACCEPTED));
    let mut accepted = items.iter().filter(is_accepted);
    accepted.next().filter(|_| accepted.next().is_none()).cloned()
}

/// The answer that most annotators gave, the first of those that as many gave; `None` if these are no annotated answers. Without
/// any it is nothing.
pub(crate) fn agreed(answers: &Tree) -> Option<Tree> {
    let texts = match &answers.value {
        Value::Object(fields) => texts_of(fields)?,
        Value::List(items) if !items.is_empty() => {
            let texts = items.iter().map(|item| match &item.value {
                Value::Object(fields) => texts_of(fields),
                _ => None,
            });
            texts.collect::<Option<Vec<_>>>()?.concat()
        }
        _ => return None,
    };
    let value = most_frequent(&texts).map_or(Value::Nothing, |text| Value::Text(text.to_owned()));
    Some(Tree { line: answers.line, value })
}

/// The texts of an object with annotated answers.
fn texts_of(fields: &Object) -> Option<Vec<&str>> {
    let field = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, tree)| tree);
    field(START)?;
    match &field("text")?.value {
        Value::Text(text) => Some(vec![text]),
        Value::Nothing => Some(Vec::new()),
        Value::List(items) => items
            .iter()
            .map(|item| match &item.value {
                Value::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect(),
        Value::Object(_) => None,
    }
}

fn most_frequent<'a>(texts: &[&'a str]) -> Option<&'a str> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for text in texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        *counts.entry(text).or_default() += 1;
    }
    let most = counts.values().max()?;
    texts.iter().find(|text| counts.get(text.trim()) == Some(most)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed_on(json: &str) -> Option<String> {
        let tree: Tree = serde_json::from_str(json).unwrap();
        agreed(&tree).map(|tree| match tree.value {
            Value::Text(text) => text,
            _ => String::new(),
        })
    }

    #[test]
    fn the_most_frequent_answer_counts_and_else_the_first() {
        for (json, expected) in [
            (
                r#"[{"text":"a","answer_start":1},{"text":"b","answer_start":2},{"text":"b ","answer_start":9}]"#,
                "b",
            ),
            (r#"[{"text":"a","answer_start":1},{"text":"b","answer_start":2}]"#, "a"),
            (r#"{"text":["a","b","b"],"answer_start":[1,2,2]}"#, "b"),
            (r#"{"text":"a","answer_start":1}"#, "a"),
            (r#"{"text":[],"answer_start":[]}"#, ""),
            (r#"[{"text":" ","answer_start":0},{"text":"a","answer_start":1}]"#, "a"),
        ] {
            assert_eq!(agreed_on(json).as_deref(), Some(expected), "{json}");
        }
    }

    #[test]
    fn the_only_accepted_answer_counts() {
        let accepted = |json: &str| accepted(&serde_json::from_str(json).unwrap()).is_some();
        assert!(accepted(r#"[{"body":"a","is_accepted":false},{"body":"b","is_accepted":true}]"#));
        assert!(!accepted(r#"[{"body":"a","accepted":true},{"body":"b","accepted":true}]"#));
        assert!(!accepted(r#"[{"body":"a"},{"body":"b"}]"#) && !accepted(r#"{"body":"a","accepted":true}"#));
    }

    #[test]
    fn other_lists_of_answers_are_not_annotated() {
        for json in [
            "[]",
            r#"["a","a"]"#,
            r#"[{"text":"a"}]"#,
            r#"{"text":"a"}"#,
            r#"[{"text":"a","answer_start":1},"b"]"#,
        ] {
            assert_eq!(agreed_on(json), None, "{json}");
        }
    }
}
