//! The runbook: what it says of alerts, panels and files is so, both languages say the same, and its commands work.

mod commands;
mod elsewhere;
mod pages;

use crate::shipped::markdown::{self, Part};
use crate::shipped::text;

const ENGLISH: &str = "docs/operations.md";
const RUSSIAN: &str = "docs/operations.ru.md";

fn page(name: &str) -> Vec<Part> {
    markdown::parse(&text(name))
}

/// The blocks of commands for an environment; an empty one is the reader's own shell.
fn blocks(environment: &str) -> Vec<String> {
    let wanted = format!("sh {environment}");
    let blocks = page(ENGLISH).into_iter().filter_map(|part| match part {
        Part::Code { info, text } if info == wanted.trim_end() => Some(text),
        _ => None,
    });
    blocks.collect()
}
