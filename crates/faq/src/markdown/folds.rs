//! Texts that fold, as the generators of sites write them: `::: details How?` of VitePress, `??? question "How?"` of MkDocs,
//! `{% expand title="How?" %}` of GitBook and `> [!faq]- How?` of Obsidian. Each becomes `<details>` on the same line, so that lines keep their numbers.

use std::borrow::Cow;

/// By how much MkDocs moves a text that folds to the right.
const INDENT: usize = 4;

/// What begins `<details>` and its end: behind a comment Markdown goes on in the next line, where behind a tag it would not until
/// a blank one.
const OPENING: &str = "<!-- --><details><summary>";
/// Where a callout ends, in the place of a blank line.
pub(super) const END: &str = "<!-- --></details>";

/// A text with `<details>` in the place of what other programs write for it.
pub(super) fn unified(text: &str) -> Cow<'_, str> {
    if !text.lines().any(|line| opened(line).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut fence: Option<&str> = None;
    let mut is_indented = false;
    let mut is_quoted = false;
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let bare = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| bare.starts_with(mark));
        if mark.is_some() && (fence.is_none() || fence == mark) {
            fence = if fence.is_none() { mark } else { None };
        }
        let opened = if fence.is_none() { opened(line) } else { None };
        // A line without `>` right below one with it belongs to it, unless it is a heading.
        let is_below = is_quoted && opened.is_none();
        is_quoted = match &opened {
            Some(fold) => fold.is_quoted,
            None => is_quoted && !line.trim().is_empty() && !line.starts_with('#'),
        };
        is_indented = match &opened {
            Some(fold) => fold.is_indented,
            None => is_indented && (line.trim().is_empty() || line.starts_with(' ')),
        };
        lines.push(match opened {
            Some(Fold { title, .. }) => format!("{OPENING}{title}</summary>"),
            None if fence.is_none() && is_end(line) => "</details>".to_owned(),
            None if is_below && line.trim().is_empty() => END.to_owned(),
            None if is_quoted => super::marks::unquoted(line),
            None if is_indented => super::marks::dedented(line, INDENT),
            None => line.to_owned(),
        });
    }
    Cow::Owned(lines.join("\n"))
}

struct Fold<'a> {
    title: &'a str,
    /// What is in it is moved to the right.
    is_indented: bool,
    /// What is in it stands behind `>`.
    is_quoted: bool,
}

fn opened(line: &str) -> Option<Fold<'_>> {
    if let Some(rest) = line.strip_prefix(":::") {
        let title = rest.trim_start_matches(':').trim_start().strip_prefix("details ")?.trim();
        return (!title.is_empty()).then_some(Fold { title, is_indented: false, is_quoted: false });
    }
    if let Some(rest) = line.strip_prefix("??? ").or_else(|| line.strip_prefix("???+ ")) {
        return quoted(rest).map(|title| Fold { title, is_indented: true, is_quoted: false });
    }
    if let Some(rest) = line.strip_prefix('>') {
        return callout(rest.trim()).map(|title| Fold { title, is_indented: false, is_quoted: true });
    }
    let tag = line.trim().strip_prefix("{%")?.strip_suffix("%}")?.trim();
    let rest = tag.strip_prefix("expand ").or_else(|| tag.strip_prefix("details "))?;
    quoted(rest.trim().strip_prefix("title=")?).map(|title| Fold {
        title,
        is_indented: false,
        is_quoted: false,
    })
}

/// The title of `[!faq]- How?`; of another kind it has to fold and to ask, or it is a remark.
fn callout(text: &str) -> Option<&str> {
    let (kind, rest) = text.strip_prefix("[!")?.split_once(']')?;
    let is_question = ["faq", "question", "help"].iter().any(|known| kind.eq_ignore_ascii_case(known));
    let title = rest.trim_start_matches(['-', '+']).trim();
    let asks = rest.starts_with(['-', '+']) && title.ends_with(['?', '？']);
    (!title.is_empty() && (is_question || asks)).then_some(title)
}

/// What stands in quotes at the end of a line.
fn quoted(text: &str) -> Option<&str> {
    let (_, rest) = text.trim_end().split_once('"')?;
    rest.strip_suffix('"').filter(|title| !title.trim().is_empty())
}

fn is_end(line: &str) -> bool {
    let bare = line.trim();
    let is_colons = bare.len() >= 3 && bare.bytes().all(|byte| byte == b':');
    let tag = bare.strip_prefix("{%").and_then(|rest| rest.strip_suffix("%}")).map(str::trim);
    is_colons || matches!(tag, Some("endexpand" | "enddetails"))
}
