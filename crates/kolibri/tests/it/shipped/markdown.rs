//! Markdown, as far as the documents here use it.

use std::collections::BTreeSet;

/// One thing on a page, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// `#` is level 1.
    Heading { level: usize, text: String },
    /// A fenced block: what stands behind the fence, and its lines.
    Code { info: String, text: String },
    /// The cells of a row of a table.
    Row(Vec<String>),
    /// A line of text, or an empty one.
    Text(String),
}

/// Reads a page.
pub fn parse(page: &str) -> Vec<Part> {
    let mut lines = page.lines();
    let mut parts = Vec::new();
    while let Some(line) = lines.next() {
        parts.push(if let Some(info) = line.strip_prefix("```") {
            let text: String =
                lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
            Part::Code { info: info.to_owned(), text }
        } else if line.starts_with('#') {
            let text = line.trim_start_matches('#');
            Part::Heading { level: line.len() - text.len(), text: text.trim().to_owned() }
        } else if let Some(row) = line.strip_prefix("| ") {
            Part::Row(row.trim_end_matches(" |").split(" | ").map(|cell| cell.trim().to_owned()).collect())
        } else {
            Part::Text(line.to_owned())
        });
    }
    parts
}

/// Spans and links do not break over lines, so a paragraph is read as one.
pub fn joined(page: Vec<Part>) -> Vec<Part> {
    let mut joined: Vec<Part> = Vec::new();
    for part in page {
        match (joined.last_mut(), part) {
            (Some(Part::Text(before)), Part::Text(line)) if !before.is_empty() && !line.is_empty() => {
                before.push(' ');
                before.push_str(&line);
            }
            (_, part) => joined.push(part),
        }
    }
    joined
}

/// The anchors of a page's headings, as GitHub makes them.
pub fn anchors(page: &[Part]) -> BTreeSet<String> {
    let headings = page.iter().filter_map(|part| match part {
        Part::Heading { text, .. } => Some(text),
        _ => None,
    });
    let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    headings
        .map(|text| text.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-"))
        .collect()
}

/// What a line holds between backticks.
pub fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Where a line's links lead.
pub fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

/// A part as a line of prose; code is none.
pub fn prose(part: &Part) -> String {
    match part {
        Part::Heading { text, .. } | Part::Text(text) => text.clone(),
        Part::Row(cells) => cells.join(" | "),
        Part::Code { .. } => String::new(),
    }
}
