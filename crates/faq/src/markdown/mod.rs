//! Markdown: headings with texts under them, `Q:` and `A:`, bold questions, definition lists, tables, `<summary>`, and plain
//! paragraphs that begin with a question; and plain lines of `question -> answer`. An answer keeps its markup.
//!
//! What may begin a question is found first (`marks`). Which of it does depends on the whole text: where some headings ask, a
//! deeper one that does not is a part of the answer; where `Q:` and `A:` are, headings are sections.

mod arrows;
mod folds;
mod label;
mod marks;

use std::ops::Range;

use self::label::Label;
use self::marks::{Kind, Mark};
use crate::error::{Fault, Place, Problem, Unreadable};
use crate::reader::Pair;
use crate::shape::Entry;

/// What a mark begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Question,
    /// The answer to the question before it.
    Answer,
    /// A part of the file that holds questions.
    Section,
}

pub(crate) use arrows::ask as arrows_ask;

/// Everything in a Markdown text.
///
/// # Errors
/// When its lines have arrows, and of some it is not clear which one is between the question and the answer.
pub(crate) fn pairs(text: &str) -> Result<Vec<Entry>, Unreadable> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    arrows::pairs(&text).unwrap_or_else(|| Ok(marked_pairs(&folds::unified(&text))))
}

/// What stands under headings, labels and other marks.
fn marked_pairs(text: &str) -> Vec<Entry> {
    let marks = with_roles(marks::marks(text), text);
    let mut found = Vec::new();
    let first = marks.first().map_or(text.len(), |(mark, _)| mark.start);
    note_loose(&mut found, text, (0, 1), 0..first);
    for (at, (mark, role)) in marks.iter().enumerate() {
        let next = marks.get(at + 1);
        let body = body(text, mark, next);
        match role {
            Role::Section => {
                let end = next.map_or(text.len(), |(next, _)| next.start);
                note_loose(&mut found, text, (mark.start, mark.line), mark.end..end);
            }
            Role::Question if next.is_some_and(|(_, role)| *role == Role::Answer) => {}
            Role::Question => {
                let is_empty_row = mark.text.is_empty() && body.is_empty();
                if !is_empty_row {
                    found.push(pair(mark, &mark.text, &unlabelled(&body)));
                }
                let end = next.map_or(text.len(), |(next, _)| next.start);
                let below = text.get(mark.end..end).unwrap_or_default();
                match mark.kind {
                    Kind::Definition(_) => {
                        note_loose(&mut found, text, (mark.start, mark.line), mark.end..end)
                    }
                    Kind::Summary => {
                        if let Some((said, _)) = below.split_once(folds::END) {
                            let from = mark.end + said.len() + folds::END.len();
                            note_loose(&mut found, text, (mark.start, mark.line), from..end);
                        }
                    }
                    _ => {}
                }
            }
            Role::Answer => found.push(match at.checked_sub(1).and_then(|at| marks.get(at)) {
                Some((asked, Role::Question)) => {
                    let more = under(asked, text.get(asked.end..mark.start).unwrap_or_default());
                    let words = asked.text.split_whitespace().chain(more.split_whitespace());
                    let answer = format!("{}{body}", mark.text);
                    pair(asked, &words.collect::<Vec<_>>().join(" "), &answer)
                }
                _ => Err(fault(mark, Problem::NoQuestion)),
            }),
        }
    }
    found
}

/// Whether a text has what only Markdown has: headings, or `Q:` with `A:`.
pub(crate) fn looks_like(text: &str) -> bool {
    let text = &folds::unified(text);
    let marks = marks::marks(text);
    let has = |kind: fn(&Kind) -> bool| marks.iter().any(|mark| kind(&mark.kind));
    let headings = marks.iter().filter(|mark| mark.is_heading_with_hashes(text)).count();
    // A single line with # may be a comment of YAML.
    headings > 1
        || (has(|kind| *kind == Kind::Asked) && has(|kind| *kind == Kind::Answered))
        || has(|kind| matches!(kind, Kind::Bold | Kind::Summary | Kind::Definition(_)))
}

/// Whether several paragraphs begin with a question.
pub(crate) fn asks_plainly(text: &str) -> bool {
    marks::marks(text).iter().filter(|mark| mark.kind == Kind::Plain).count() > 1
}

fn fault(mark: &Mark, problem: Problem) -> Fault {
    Fault { place: Place::Line(mark.line), problem }
}

/// Tells about text that belongs to no question. `known` is a byte before it, and its line.
fn note_loose(found: &mut Vec<Entry>, text: &str, known: (usize, u64), range: Range<usize>) {
    let loose = text.get(range.clone()).unwrap_or_default();
    let begin = range.start + loose.len() - loose.trim_start().len();
    if !trimmed(loose).trim().is_empty() && !marks::is_front_matter(text, begin) {
        let between = text.as_bytes().get(known.0..begin).unwrap_or_default();
        let lines = between.iter().filter(|byte| **byte == b'\n').count() as u64;
        found.push(Err(Fault { place: Place::Line(known.1 + lines), problem: Problem::NoPartOfAPair }));
    }
}

fn pair(mark: &Mark, question: &str, answer: &str) -> Entry {
    let question = label::unlabelled(question);
    let answer = trimmed(answer);
    if answer.trim().is_empty() {
        return Err(fault(mark, Problem::NoAnswer(question.chars().take(80).collect())));
    }
    Ok(Pair { place: Place::Line(mark.line), question, answer })
}

/// An answer under a question that has no label, without its own.
fn unlabelled(body: &str) -> String {
    let body = body.trim_start_matches('\n');
    let (first, rest) = body.split_once('\n').unwrap_or((body, ""));
    match label::of(first) {
        Some((Label::Answer, text)) => format!("{text}\n{rest}"),
        _ => body.to_owned(),
    }
}

/// A text under a mark as it would stand by itself.
fn under(mark: &Mark, text: &str) -> String {
    let text = if mark.is_quoted { marks::unquoted(text) } else { text.to_owned() };
    marks::dedented(&text, mark.indent)
}

/// What stands under a mark.
fn body(text: &str, mark: &Mark, next: Option<&(Mark, Role)>) -> String {
    match &mark.kind {
        Kind::Definition(body) => body.clone(),
        kind => {
            let end = next.map_or(text.len(), |(next, _)| next.start);
            let body = text.get(mark.end..end).unwrap_or_default();
            match kind {
                Kind::Summary => {
                    body.split_once(folds::END).map_or(body, |(body, _)| body).replace("</details>", "")
                }
                _ => under(mark, body),
            }
        }
    }
}

/// The marks that mean something in this text.
fn with_roles(marks: Vec<Mark>, text: &str) -> Vec<(Mark, Role)> {
    let has = |kind: fn(&Kind) -> bool| marks.iter().any(|mark| kind(&mark.kind));
    let is_labelled = has(|kind| *kind == Kind::Asked) && has(|kind| *kind == Kind::Answered);
    let heading_asks = marks.iter().any(|mark| mark.level() < 7 && asks(&mark.text));
    let has_definitions = has(|kind| matches!(kind, Kind::Definition(_))) && !heading_asks;
    if is_labelled || has_definitions {
        return marks.into_iter().filter_map(|mark| labelled(mark, is_labelled)).collect();
    }
    // Where nothing stands out, what begins a paragraph and asks is a question.
    let stands_out = |mark: &&Mark| match mark.kind {
        Kind::Heading(_) | Kind::Summary => true,
        Kind::Bold => asks(&mark.text),
        Kind::Asked => true,
        _ => false,
    };
    let is_plain = !heading_asks && marks.iter().filter(stands_out).count() < 2;
    let marks: Vec<_> = marks
        .into_iter()
        .filter(|mark| match mark.kind {
            Kind::Heading(_) | Kind::Summary => true,
            Kind::Bold => !heading_asks && asks(&mark.text),
            Kind::Asked => !heading_asks,
            Kind::Plain => is_plain,
            _ => false,
        })
        .collect();
    outline(marks, text)
}

fn labelled(mark: Mark, is_labelled: bool) -> Option<(Mark, Role)> {
    let role = match mark.kind {
        Kind::Asked if is_labelled => Role::Question,
        Kind::Answered if is_labelled => Role::Answer,
        Kind::Definition(_) if !is_labelled => Role::Question,
        Kind::TableHead if !is_labelled => Role::Section,
        Kind::Heading(_) => Role::Section,
        _ => return None,
    };
    Some((mark, role))
}

/// What the headings of a text are by their levels.
fn outline(marks: Vec<Mark>, text: &str) -> Vec<(Mark, Role)> {
    let top = marks.iter().map(Mark::level).min().unwrap_or(0);
    let titles = marks.iter().filter(|mark| mark.level() == top).count();
    let mut open: Option<u8> = None;
    let mut roles = Vec::with_capacity(marks.len());
    for (at, mark) in marks.iter().enumerate() {
        let asks_here = asks(&mark.text) || matches!(mark.kind, Kind::Summary | Kind::Asked);
        if open.is_some_and(|level| mark.level() > level) && !asks_here {
            roles.push(None);
            continue;
        }
        let deeper = marks.get(at + 1).filter(|next| next.level() > mark.level());
        let is_bare = deeper.is_some_and(|next| {
            text.get(mark.end..next.start).is_some_and(|between| between.trim().is_empty())
        });
        let is_title = mark.level() == top && titles == 1;
        let holds =
            deeper.is_some_and(|next| is_bare || is_title || asks(&next.text) || next.kind == Kind::Summary);
        // The title of a file in which no question was found is none.
        let is_title_of_faq = is_title && label::names_a_faq(&mark.text);
        let is_section = !asks_here && (holds || is_title_of_faq);
        let role = if is_section { Role::Section } else { Role::Question };
        open = asks_here.then_some(mark.level());
        roles.push(Some(role));
    }
    marks.into_iter().zip(roles).filter_map(|(mark, role)| Some((mark, role?))).collect()
}

/// Whether a text asks, or is labelled as a question.
fn asks(text: &str) -> bool {
    let is_labelled = label::of(text).is_some_and(|(label, _)| label == Label::Question);
    is_labelled
        || text
            .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | ':'))
            .ends_with(['?', '？'])
}

/// Without blank lines at both ends, and without the rules that separate questions and the anchor of the next one.
fn trimmed(text: &str) -> String {
    let mut lines: Vec<&str> = text.trim_end().split('\n').collect();
    let is_rule = |line: &str| {
        let line: String = line.split_whitespace().collect();
        line.len() >= 3 && ["-", "*", "_"].iter().any(|rule| line.replace(rule, "").is_empty())
    };
    // A rule right under a line of text is the underline of a heading.
    let is_anchor = |line: &str| line.trim_start().starts_with("<a ") && line.trim_end().ends_with("></a>");
    while lines.last().is_some_and(|line| line.trim().is_empty() || is_rule(line) || is_anchor(line)) {
        let is_underline = |at: usize| lines.get(at).is_some_and(|line| !line.trim().is_empty());
        if lines.last().is_some_and(|line| is_rule(line))
            && lines.len().checked_sub(2).is_some_and(is_underline)
        {
            break;
        }
        lines.pop();
    }
    let begin = lines.iter().position(|line| !line.trim().is_empty()).unwrap_or(lines.len());
    let text = lines.get(begin..).unwrap_or_default().join("\n");
    // Blanks before a first line of code belong to it.
    if text.starts_with("    ") || text.starts_with('\t') { text } else { text.trim_start().to_owned() }
}

#[cfg(test)]
mod tests;
