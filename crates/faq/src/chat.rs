//! Conversations as they are written to train models with: `{"messages": [{"role": "user", "content": ...}, ...]}`, or
//! `conversations` of `from` and `value`.

use crate::fields::Object;
use crate::tree::{Tree, Value};

/// What a conversation holds.
#[derive(Debug, PartialEq)]
pub(crate) enum Chat {
    /// What somebody asked, and what was answered.
    Pair(Tree, Tree),
    /// Several turns, or half of one: what is said late in it means nothing by itself.
    Other,
}

/// The conversation that an object is, if it is one. What the model was told beforehand is no part of it.
pub(crate) fn of(fields: &Object) -> Option<Chat> {
    let is_chat = |name: &str| matches!(name, "messages" | "conversations" | "conversation");
    let (_, tree) = fields.iter().find(|(name, _)| is_chat(name))?;
    let Value::List(items) = &tree.value else { return None };
    let turns: Vec<_> = items.iter().map(turn).collect::<Option<_>>()?;
    let said: Vec<_> = turns.iter().filter(|(role, _)| !matches!(*role, "system" | "developer")).collect();
    match said.as_slice() {
        [("user" | "human", asked), ("assistant" | "gpt" | "model" | "bot", answered)] => {
            Some(Chat::Pair((*asked).clone(), (*answered).clone()))
        }
        _ if turns.is_empty() => None,
        _ => Some(Chat::Other),
    }
}

/// Who says something, and what; a turn in which a program is called may say nothing.
fn turn(tree: &Tree) -> Option<(&str, Tree)> {
    let Value::Object(fields) = &tree.value else { return None };
    let field = |names: [&str; 2]| fields.iter().find(|(name, _)| names.contains(&name.as_str()));
    let (_, Tree { value: Value::Text(role), .. }) = field(["role", "from"])? else { return None };
    let said = field(["content", "value"]).map_or(Value::Nothing.into(), |(_, said)| said.clone());
    Some((role, said))
}
