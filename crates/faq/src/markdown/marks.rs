//! Everything in a Markdown text that may begin a question: where it is, and what it says.

use std::collections::HashSet;
use std::iter::Peekable;
use std::ops::Range;

use pulldown_cmark::{Event, OffsetIter, Options, Parser, Tag, TagEnd};

use super::label::{self, Label};
use crate::columns;

/// What a mark is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A heading of a level, 1 to 6.
    Heading(u8),
    /// Bold words at the beginning of a paragraph or an item.
    Bold,
    /// `<summary>` of `<details>`.
    Summary,
    /// A line with `Q:`.
    Asked,
    /// A line with `A:`.
    Answered,
    /// A line that asks and begins a paragraph or an item.
    Plain,
    /// The first row of a table of questions.
    TableHead,
    /// A term of a definition list with what it means, or a row of a table of questions.
    Definition(String),
}

/// Something that may begin a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) kind: Kind,
    /// What it says, without markup.
    pub(super) text: String,
    /// Its line, from 1.
    pub(super) line: u64,
    /// Its bytes.
    pub(super) start: usize,
    pub(super) end: usize,
    /// By how much the text under it is moved to the right.
    pub(super) indent: usize,
    /// It stands behind `>`, and so may the text under it.
    pub(super) is_quoted: bool,
}

impl Mark {
    /// Its level as a heading; what is no heading stands under all of them.
    pub(super) fn level(&self) -> u8 {
        match self.kind {
            Kind::Heading(level) => level,
            _ => 7,
        }
    }

    /// Whether it is a heading that `#` makes.
    pub(super) fn is_heading_with_hashes(&self, text: &str) -> bool {
        self.level() < 7 && text.get(self.start..).is_some_and(|text| text.trim_start().starts_with('#'))
    }
}

/// The marks of a text, in order.
pub(super) fn marks(text: &str) -> Vec<Mark> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_STRIKETHROUGH;
    let mut walk = Walk {
        text,
        events: Parser::new_ext(text, options).into_offset_iter().peekable(),
        marks: Vec::new(),
        code: Vec::new(),
        counted: (0, 1),
    };
    walk.all();
    let Walk { mut marks, code, .. } = walk;
    let mut labels = labels(text, &code);
    // Whoever writes headings well means something else by `#tag?`.
    if marks.iter().any(|mark| mark.level() < 7 && mark.text.ends_with(['?', '？'])) {
        labels.retain(|label| label.level() == 7);
    }
    let has = |kind| labels.iter().any(|mark| mark.kind == kind);
    let is_label = |mark: &Mark| matches!(mark.kind, Kind::Asked | Kind::Answered);
    if has(Kind::Asked) && has(Kind::Answered) {
        // A heading or bold line with Q: is that label.
        let labelled: HashSet<u64> =
            labels.iter().filter(|mark| is_label(mark)).map(|label| label.line).collect();
        marks.retain(|mark| !labelled.contains(&mark.line));
    } else {
        // Where no answers are labelled, it is a heading or bold line as others.
        // The bold part of `**Q1.** How?` is the label alone.
        let is_bare = |mark: &Mark| {
            let label = format!("{}:", mark.text.trim_end_matches(['.', ')', ':']));
            label::of(&label).is_some_and(|(_, text)| text.is_empty())
        };
        marks.retain(|mark| mark.kind != Kind::Bold || !is_bare(mark));
        let marked: HashSet<u64> = marks.iter().map(|mark| mark.line).collect();
        labels.retain(|label| !is_label(label) || !marked.contains(&label.line));
    }
    marks.extend(labels);
    marks.sort_by_key(|mark| mark.start);
    marks
}

struct Walk<'a> {
    text: &'a str,
    events: Peekable<OffsetIter<'a>>,
    marks: Vec<Mark>,
    /// Where code is, in which nothing is a label.
    code: Vec<Range<usize>>,
    /// A byte, and its line.
    counted: (usize, u64),
}

impl Walk<'_> {
    fn all(&mut self) {
        // The item that a paragraph begins, or where a line of it does.
        let mut item: Option<usize> = None;
        let mut is_later_line = false;
        while let Some((event, range)) = self.events.next() {
            let from = match event {
                Event::SoftBreak | Event::HardBreak => {
                    (item, is_later_line) = (Some(range.end), true);
                    continue;
                }
                Event::Start(Tag::Item) => {
                    (item, is_later_line) = (Some(range.start), false);
                    continue;
                }
                Event::Start(Tag::Paragraph) => {
                    (item, is_later_line) = (item.or(Some(range.start)), false);
                    continue;
                }
                _ => item.take(),
            };
            match event {
                Event::Start(Tag::Heading { level, .. }) => self.heading(level as u8, range),
                Event::Start(Tag::Strong) => {
                    if let Some(from) = from {
                        self.bold(from, range, is_later_line);
                    }
                }
                Event::Start(Tag::Emphasis) => {
                    if let Some(from) = from {
                        self.emphasis(from, range);
                    }
                }
                Event::Start(Tag::CodeBlock(_)) => self.code.push(range),
                Event::Html(html) | Event::InlineHtml(html) => self.summary(&html, &range),
                Event::Start(Tag::DefinitionListTitle) => self.definition(range),
                Event::Start(Tag::Table(_)) => self.table(),
                _ => {}
            }
        }
    }

    /// The words up to the end of what has just begun.
    fn words(&mut self, end: TagEnd) -> String {
        let mut words = String::new();
        for (event, _) in self.events.by_ref() {
            match event {
                Event::End(tag) if tag == end => break,
                Event::Text(text) | Event::Code(text) => words.push_str(&text),
                Event::SoftBreak | Event::HardBreak => words.push(' '),
                _ => {}
            }
        }
        words.trim().to_owned()
    }

    fn heading(&mut self, level: u8, range: Range<usize>) {
        let end = match level {
            1 => pulldown_cmark::HeadingLevel::H1,
            2 => pulldown_cmark::HeadingLevel::H2,
            3 => pulldown_cmark::HeadingLevel::H3,
            4 => pulldown_cmark::HeadingLevel::H4,
            5 => pulldown_cmark::HeadingLevel::H5,
            _ => pulldown_cmark::HeadingLevel::H6,
        };
        let text = self.words(TagEnd::Heading(end));
        let text = label::unanchored(&text).to_owned();
        self.push(Kind::Heading(level), text, range.start, range.end);
    }

    /// Bold words at the beginning of a line; on a later line of a paragraph only if they ask.
    fn bold(&mut self, from: usize, range: Range<usize>, is_later_line: bool) {
        let text = self.words(TagEnd::Strong);
        let text = text.trim_end_matches([':', ' ']).to_owned();
        if !is_later_line || text.ends_with(['?', '？']) {
            self.push(Kind::Bold, text, from, range.end);
        }
    }

    /// A line that asks, all of it in italics.
    fn emphasis(&mut self, from: usize, range: Range<usize>) {
        let text = self.words(TagEnd::Emphasis);
        let rest = self.text.get(range.end..).and_then(|rest| rest.split('\n').next());
        if text.ends_with('?') && rest.is_some_and(|rest| rest.trim().is_empty()) {
            self.push(Kind::Bold, text, from, range.end);
        }
    }

    fn summary(&mut self, html: &str, range: &Range<usize>) {
        let Some((_, rest)) = html.split_once("<summary>") else { return };
        let Some((summary, _)) = rest.split_once("</summary>") else { return };
        let text = without_tags(summary);
        let end = range.start + html.find("</summary>").map_or(html.len(), |at| at + "</summary>".len());
        let before = self.text.get(..range.start).unwrap_or_default().trim_end();
        let start = before.strip_suffix("<details>").map_or(range.start, str::len);
        self.push(Kind::Summary, text, start, end);
    }

    /// A term, and every meaning behind it.
    fn definition(&mut self, range: Range<usize>) {
        let term = self.words(TagEnd::DefinitionListTitle);
        let mut meanings = Vec::new();
        let mut end = range.end;
        while let Some((Event::Start(Tag::DefinitionListDefinition), meaning)) = self.events.peek() {
            meanings.push(meaning_of(self.text.get(meaning.clone()).unwrap_or_default()));
            end = meaning.end;
            let closing = Event::End(TagEnd::DefinitionListDefinition);
            while self.events.next().is_some_and(|(event, _)| event != closing) {}
        }
        self.push(Kind::Definition(meanings.join("\n\n")), term, range.start, end);
    }

    /// The rows of a table whose columns are named as questions and answers.
    fn table(&mut self) {
        let mut rows: Vec<(Range<usize>, Vec<String>)> = Vec::new();
        for (event, range) in self.events.by_ref() {
            match event {
                Event::End(TagEnd::Table) => break,
                Event::Start(Tag::TableHead | Tag::TableRow) => rows.push((range, Vec::new())),
                Event::Start(Tag::TableCell) => {
                    let cell = self.text.get(range).unwrap_or_default().trim();
                    if let Some((_, row)) = rows.last_mut() {
                        row.push(cell.replace("\\|", "|").replace("<br>", "\n"));
                    }
                }
                _ => {}
            }
        }
        let mut rows = rows.into_iter().peekable();
        let Some((head, names)) = rows.next() else { return };
        let Some((question, answer)) = columns::surely_named(&names) else { return };
        let first = rows.peek().map_or(head.end, |(first, _)| first.start);
        self.push(Kind::TableHead, String::new(), head.start, first);
        for (range, row) in rows {
            let cell = |at: usize| row.get(at).cloned().unwrap_or_default();
            let question = cell(question).trim_matches(['*', '_']).to_owned();
            self.push(Kind::Definition(cell(answer)), question, range.start, range.end);
        }
    }

    fn push(&mut self, kind: Kind, text: String, start: usize, end: usize) {
        let begin = self.text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        // Under an item of a list the text is as far to the right as its own text.
        let bullet = self.text.get(start..).map_or(0, bullet);
        let indent = if bullet > 0 { start - begin + bullet } else { 0 };
        let line = self.line(start);
        let before = self.text.get(begin..start).unwrap_or_default();
        let is_quoted = before.contains('>') && before.trim_matches(['>', ' ']).is_empty();
        let start = if is_quoted { begin } else { start };
        self.marks.push(Mark { kind, text, line, start, end, indent, is_quoted });
    }

    /// The line of a byte behind the last one: a text is counted through once.
    fn line(&mut self, at: usize) -> u64 {
        let (from, line) = self.counted;
        let between = self.text.as_bytes().get(from..at).unwrap_or_default();
        let line = line + between.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.counted = (at.max(from), line);
        line
    }
}

/// How long `- ` or `1. ` is at the beginning of a text.
fn bullet(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(digits..).unwrap_or_default();
    let is_bullet =
        if digits > 0 { rest.starts_with([',', '.', ')']) } else { rest.starts_with(['-', '*', '+']) };
    let behind = rest.get(1..).unwrap_or_default();
    let blanks = behind.bytes().take_while(|byte| *byte == b' ').count();
    if is_bullet && blanks > 0 { digits + 1 + blanks } else { 0 }
}

/// The lines that `Q:` or `A:` begin, and those that ask, outside of code.
fn labels(text: &str, code: &[Range<usize>]) -> Vec<Mark> {
    let mut start = 0;
    let lines: Vec<_> = text
        .split('\n')
        .map(|line| {
            let begin = start;
            start += line.len() + 1;
            (begin, line, label::find(line).filter(|_| !is_in(code, begin)))
        })
        .collect();
    let found: Vec<_> = lines.iter().filter_map(|(.., found)| found.as_ref()).collect();
    let is_loose_too = label::take_turns(&found);
    let mut labels = Vec::new();
    let mut after_blank = true;
    for (number, (start, line, found)) in (1..).zip(lines) {
        let is_code = is_in(code, start);
        let mut mark = |kind, text, indent| {
            let is_quoted = line.trim_start().starts_with('>');
            labels.push(Mark { kind, text, line: number, start, end: start + line.len(), indent, is_quoted });
        };
        if let Some(found) = found.filter(|found| is_loose_too || !found.is_loose) {
            let kind = match found.label {
                Label::Question => Kind::Asked,
                Label::Answer => Kind::Answered,
            };
            mark(kind, found.text, 0);
        } else if let Some((level, words)) = hashed(line).filter(|_| !is_code) {
            mark(Kind::Heading(level), words, 0);
        } else if let Some((words, bullet)) =
            plain(line).filter(|(_, bullet)| !is_code && (after_blank || *bullet > 0))
        {
            mark(Kind::Plain, words, bullet);
        }
        after_blank = line.trim().is_empty();
    }
    labels
}

/// `#How?`: a heading whose writer forgot the blank, if it asks.
fn hashed(line: &str) -> Option<(u8, String)> {
    let words = line.trim_start_matches('#');
    let level = u8::try_from(line.len() - words.len()).ok().filter(|level| (1..=6).contains(level))?;
    let words = label::unanchored(words.trim_end_matches(['#', ' ']));
    let asks = words.ends_with(['?', '？']) && !words.starts_with([' ', '\t', '!']);
    asks.then(|| (level, words.to_owned()))
}

/// The words of a line that asks, and how long the bullet before them is.
fn plain(line: &str) -> Option<(String, usize)> {
    let bullet = bullet(line);
    let words = line.get(bullet..)?.trim_end();
    let asks = words.ends_with('?') && words.starts_with(char::is_alphanumeric);
    asks.then(|| (words.to_owned(), bullet))
}

/// Whether a byte is in one of some ranges, which are in order.
fn is_in(ranges: &[Range<usize>], at: usize) -> bool {
    let before = ranges.partition_point(|range| range.start <= at);
    ranges.get(..before).and_then(<[_]>::last).is_some_and(|range| range.contains(&at))
}

/// A definition without its colon and the blanks that it is moved by.
fn meaning_of(source: &str) -> String {
    let text = source.trim_start().trim_start_matches(':');
    let by = source.len() - text.trim_start().len();
    dedented(text.trim_start(), by.max(2))
}

/// The lines of a text moved to the left, as far as there are blanks, by at most `by`.
pub(super) fn dedented(text: &str, by: usize) -> String {
    let line = |line: &str| {
        let blanks = line.bytes().take(by).take_while(|byte| *byte == b' ').count();
        line.get(blanks..).unwrap_or_default().to_owned()
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// The lines of a text without the `>` that quotes them.
pub(super) fn unquoted(text: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix('>') {
        Some(rest) => rest.strip_prefix(' ').unwrap_or(rest).to_owned(),
        None => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text.trim().to_owned()
}

/// Whether a text begins with front matter, which is here.
pub(super) fn is_front_matter(text: &str, at: usize) -> bool {
    at == 0 && text.starts_with("---\n")
}
