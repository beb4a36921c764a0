//! Which format a file has, by its name and its beginning.

use crate::delimited;
use crate::markdown;
use crate::tree::Tree;

/// A format of files of questions and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Columns with a comma, a semicolon, a tab or a bar between them.
    Csv,
    /// Columns with a tab between them.
    Tsv,
    /// One JSON value.
    Json,
    /// A JSON value on each line.
    JsonLines,
    /// YAML documents.
    Yaml,
    /// Headings with texts under them, `Q:` and `A:`, definition lists, or lines of `question -> answer`.
    Markdown,
}

impl Format {
    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::Json => "JSON",
            Self::JsonLines => "JSON Lines",
            Self::Yaml => "YAML",
            Self::Markdown => "Markdown",
        }
    }

    /// The format that files with such a name have.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        Some(match extension.to_lowercase().as_str() {
            "csv" => Self::Csv,
            "tsv" | "tab" => Self::Tsv,
            "json" => Self::Json,
            "jsonl" | "ndjson" => Self::JsonLines,
            "yaml" | "yml" => Self::Yaml,
            "md" | "markdown" | "mdown" => Self::Markdown,
            _ => return None,
        })
    }

    /// The format of a file of this name that begins with `text`; `whole` says that there is no more of it.
    pub(crate) fn detect(name: Option<&str>, text: &[u8], whole: bool) -> Option<Self> {
        let by_name = name.and_then(Self::of_name);
        match by_name {
            // Many programs name both kinds of JSON alike.
            Some(Self::Json | Self::JsonLines) => json(text).or(by_name),
            // A name that ends in .csv may be anything with columns, which the delimiter tells.
            Some(_) => by_name,
            None => Self::of_text(text, whole),
        }
    }

    fn of_text(text: &[u8], whole: bool) -> Option<Self> {
        let lossy = String::from_utf8_lossy(text);
        let begins = lossy.trim_start();
        if begins.starts_with(['{', '[']) && looks_like_json(begins) {
            return json(text).or(Some(Self::Json));
        }
        let key = first_key(&lossy);
        if key == Some(Key::Listed) {
            return Some(Self::Yaml);
        }
        let dialect = delimited::dialect(text, whole, false);
        if let Some(arrows_ask) = markdown::arrows_ask(&lossy, whole) {
            // Which of both is between a question and its answer? What asks before it tells.
            match dialect.and_then(|dialect| delimited::columns_ask(text, whole, dialect)) {
                None => return Some(Self::Markdown),
                Some(false) if arrows_ask => return Some(Self::Markdown),
                Some(true) if !arrows_ask => {}
                Some(_) => return None,
            }
        }
        if markdown::looks_like(&lossy) {
            return Some(Self::Markdown);
        }
        if key.is_some() {
            return Some(Self::Yaml);
        }
        match dialect.map(|dialect| dialect.delimiter) {
            Some(b'\t') => Some(Self::Tsv),
            Some(_) => Some(Self::Csv),
            None => markdown::asks_plainly(&lossy).then_some(Self::Markdown),
        }
    }
}

/// What a file is that is no text, by its first bytes.
pub(crate) fn foreign(bytes: &[u8]) -> Option<&'static str> {
    let begins = [
        (b"PK\x03\x04".as_slice(), "an Excel or Word file, or another ZIP archive"),
        (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
        (b"%PDF", "a PDF file"),
        (b"\x1f\x8b", "a compressed file"),
    ];
    let html = |bytes: &[u8]| {
        let begin = bytes.trim_ascii_start();
        ["<!doctype html", "<html"]
            .iter()
            .any(|tag| begin.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag.as_bytes())))
    };
    let found = begins.into_iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| kind);
    found.or_else(|| html(bytes).then_some("a web page"))
}

/// `[` and `{` begin a Markdown link and much else; in JSON only a few characters come next.
fn looks_like_json(text: &str) -> bool {
    let next = text.get(1..).unwrap_or_default().trim_start().chars().next();
    next.is_none_or(|next| matches!(next, '"' | '{' | '[' | '}' | ']'))
}

/// Which of both: lines that are whole values, or one value. `None` if the first line cannot tell.
fn json(text: &[u8]) -> Option<Format> {
    let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let first = lines.next()?;
    let is_whole = serde_json::from_slice::<Tree>(first).is_ok();
    let first = first.trim_ascii_start();
    let opens = first.starts_with(b"{") || first.starts_with(b"[");
    match (is_whole, lines.next()) {
        (true, Some(_)) => Some(Format::JsonLines),
        // The one line of a list is no line of an object.
        (true, None)
            if serde_json::from_slice::<Vec<Tree>>(first)
                .is_ok_and(|list| list.iter().any(Tree::is_nested)) =>
        {
            Some(Format::Json)
        }
        (false, Some(_)) if matches!(first, b"{" | b"[" | b"{\r" | b"[\r" | b"[{" | b"[{\r") => {
            Some(Format::Json)
        }
        (false, None) if opens => None,
        _ => None,
    }
}

/// What the first line of a YAML text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// `- question: ...`, or `faq:` with something under it.
    Listed,
    /// `word:` or `---`, which may also be in Markdown.
    Alone,
}

/// The key with which a YAML text would begin.
fn first_key(text: &str) -> Option<Key> {
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = lines.next()?;
    if first == "---" {
        return Some(Key::Alone);
    }
    let item = first.strip_prefix("- ");
    let (key, value) = item.unwrap_or(first).split_once(':')?;
    let is_key = !key.trim().is_empty() && key.len() < 200 && !key.contains([',', ';', '\t', '*']);
    // A word alone above a list or something that stands more to the right.
    let holds = |next: &str| value.is_empty() && !key.contains(' ') && next.starts_with([' ', '-']);
    let kind = if item.is_some() || lines.next().is_some_and(holds) { Key::Listed } else { Key::Alone };
    let fits = value.is_empty() || (kind == Key::Listed && value.starts_with(' '));
    (is_key && fits).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_found_by_the_content() {
        for (text, expected) in [
            ("question,answer\nWhen?,Now\n", Format::Csv),
            ("Вопрос;Ответ\nКогда?;Сейчас\n", Format::Csv),
            ("q\ta\nWhen?\tNow\n", Format::Tsv),
            ("[{\"question\": \"a\", \"answer\": \"b\"}]", Format::Json),
            ("[\n  {\"q\": \"a\",\n", Format::Json),
            ("{\"faq\": [\n", Format::Json),
            (
                "{\"question\":\"a\",\"answer\":\"b\"}\n{\"question\":\"c\",\"answer\":\"d\"}\n",
                Format::JsonLines,
            ),
            ("[\"a\",\"b\"]\n[\"c\",\"d\"]\n", Format::JsonLines),
            ("- question: a\n  answer: b\n", Format::Yaml),
            ("faq:\n  - q: a\n    a: b\n", Format::Yaml),
            ("---\nWhat is it?: A thing\n", Format::Yaml),
            ("# FAQ\n\n## When?\n\nNow\n", Format::Markdown),
            ("Q: When?\nA: Now, or later\n", Format::Markdown),
            ("**Q: When?**\n\nA: Now\n", Format::Markdown),
            ("When? -> Now, or later\nWhere? -> Here\n", Format::Markdown),
            ("+ Q: When?\n+ A: Now, or later\n", Format::Markdown),
            ("В: Когда?\nО: Сейчас, или потом\n", Format::Markdown),
            ("Where?,Menu -> File\nWhen?,File -> Time\n", Format::Csv),
            ("Here, where? -> Menu\nNow, when? -> Time\n", Format::Markdown),
            ("question,answer\nWhere?,Menu -> File\nWhen?,File -> Time\n", Format::Csv),
        ] {
            assert_eq!(Format::detect(None, text.as_bytes(), true), Some(expected), "{text}");
        }
        for unclear in ["nothing of it\n", "Lima, Peru -> a city\nParis, France -> a city\n"] {
            assert_eq!(Format::detect(None, unclear.as_bytes(), true), None, "{unclear}");
        }
    }

    #[test]
    fn the_name_decides_what_the_content_leaves_open() {
        let one = b"{\"question\":\"a\",\"answer\":\"b\"}\n";
        assert_eq!(Format::detect(Some("faq.jsonl"), one, true), Some(Format::JsonLines));
        assert_eq!(Format::detect(Some("faq.json"), one, true), Some(Format::Json));
        assert_eq!(Format::detect(Some("faq.json"), &one.repeat(2), true), Some(Format::JsonLines));
        assert_eq!(Format::detect(Some("FAQ.Jsonl"), b"[\n{\n", true), Some(Format::Json));
        assert_eq!(Format::detect(Some("a.jsonl"), b"wrong\nwrong\n", true), Some(Format::JsonLines));
        assert_eq!(Format::detect(Some("faq.txt"), b"q;a\nWhen?;Now", true), Some(Format::Csv));
        assert_eq!(Format::detect(Some("faq.yml"), b"a,b\n", true), Some(Format::Yaml));
    }
}
