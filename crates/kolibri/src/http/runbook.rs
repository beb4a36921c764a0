//! The runbook as a page of the node, so that the links of alerts lead somewhere without a web site. Without scripts, and
//! public like the page: it holds no data. And as Markdown in its sections, for the page that shows it in its own frame.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};

use super::App;
use super::extract::Query;
use super::page;
use super::problem::no_such_path;
use crate::runbook::{Language, Section, anchor, sections};
use crate::wire::{Problem, RunbookQuery, RunbookResponse, RunbookSection};

/// Where the runbook is, below the node's address. The alerts lead to its anchors.
const PATH: &str = "/runbook";

static ENGLISH: LazyLock<String> = LazyLock::new(|| document(Language::English));
static RUSSIAN: LazyLock<String> = LazyLock::new(|| document(Language::Russian));

/// The runbook's routes.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(PATH, get(negotiated))
        .route("/runbook/", get(negotiated))
        .route("/runbook/{language}", get(in_language))
        .route("/runbook/{language}/", get(in_language))
        .route("/runbook.css", get(style))
}

/// The runbook, section by section, as Markdown.
#[utoipa::path(
    get, path = "/api/v1/runbook", tag = "operations", params(RunbookQuery),
    responses((status = 200, description = "Every section, in order", body = RunbookResponse))
)]
pub(super) async fn runbook(Query(RunbookQuery { language }): Query<RunbookQuery>) -> Json<RunbookResponse> {
    let section = |Section { level, title, own, .. }: Section| RunbookSection {
        anchor: anchor(title),
        level,
        title: title.to_owned(),
        text: own.to_owned(),
    };
    let sections = sections(Language::from(language).text()).into_iter().map(section).collect();
    Json(RunbookResponse { language, sections })
}

/// In the language that the browser prefers, so that one link serves a team.
async fn negotiated(uri: Uri, headers: HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    serve(preferred(accepted.unwrap_or_default()), &headers, &uri)
}

async fn in_language(
    Path(language): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match language.as_str() {
        "en" => Ok(serve(Language::English, &headers, &uri)),
        "ru" => Ok(serve(Language::Russian, &headers, &uri)),
        _ => Err(no_such_path(uri).await),
    }
}

async fn style() -> Response {
    let content = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (content, include_str!("runbook.css")).into_response()
}

/// Where the node's address is, seen from a document at `path`, which may end in a slash.
fn root_of(path: &str) -> String {
    match path.matches('/').count() {
        0 | 1 => "./".to_owned(),
        slashes => "../".repeat(slashes - 1),
    }
}

/// A reverse proxy may serve the node below a path, so the links are relative to the document.
fn serve(language: Language, request: &HeaderMap, uri: &Uri) -> Response {
    let text: &'static str = match language {
        Language::English => &ENGLISH,
        Language::Russian => &RUSSIAN,
    };
    let root = page::prefix(request).map_or_else(|| root_of(uri.path()), |prefix| format!("{prefix}/"));
    let text = text.replace("href=\"/", &format!("href=\"{root}"));
    let caching =
        [(header::CACHE_CONTROL, "no-cache"), (header::VARY, "accept-language, x-forwarded-prefix")];
    (caching, page::headers(), Html(text)).into_response()
}

/// The first language of the runbook in an `Accept-Language` (RFC 9110, section 12.5.4), by quality and then by order.
fn preferred(accepted: &str) -> Language {
    let mut best = (0.0, Language::English);
    for range in accepted.split(',') {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let quality = parameters.trim().strip_prefix("q=").map_or(1.0, |q| q.parse().unwrap_or(0.0));
        if let Some(language) = Language::of_tag(tag.trim()).filter(|_| quality > best.0) {
            best = (quality, language);
        }
    }
    best.1
}

fn document(language: Language) -> String {
    let (title, node, other, name) = match language {
        Language::English => ("Kolibri: runbook", "The node", Language::Russian, "По-русски"),
        Language::Russian => ("Kolibri: ранбук", "Узел", Language::English, "In English"),
    };
    let (code, other) = (language.code(), other.code());
    let mut text = format!(
        "<!doctype html>\n<html lang=\"{code}\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"/runbook.css\">\n\
         <header><a href=\"/#/operations\">{node}</a> \
         <a href=\"{PATH}/{other}\" hreflang=\"{other}\" lang=\"{other}\">{name}</a></header>\n<main>\n"
    );
    html::push_html(&mut text, events(language.text()).into_iter());
    text.push_str("</main>\n</html>\n");
    text
}

/// The runbook's parts, with an anchor at each heading, and links that lead where the node can follow.
fn events(text: &'static str) -> Vec<Event<'static>> {
    let mut events: Vec<Event<'static>> = Parser::new_ext(text, Options::ENABLE_TABLES).collect();
    let mut heading = None;
    for position in 0..events.len() {
        match &mut events[position] {
            Event::Start(Tag::Heading { .. }) => heading = Some((position, String::new())),
            Event::End(TagEnd::Heading(_)) => {
                if let Some((start, title)) = heading.take()
                    && let Event::Start(Tag::Heading { id, .. }) = &mut events[start]
                {
                    *id = Some(anchor(&title).into());
                }
            }
            Event::Text(part) | Event::Code(part) => {
                if let Some((_, title)) = &mut heading {
                    title.push_str(part);
                }
            }
            Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url, .. }) => {
                *dest_url = destination(std::mem::replace(dest_url, CowStr::Borrowed("")));
            }
            _ => {}
        }
    }
    events
}

/// The two runbooks link to each other by the names of their files.
fn destination(link: CowStr<'static>) -> CowStr<'static> {
    for language in [Language::English, Language::Russian] {
        if let Some(rest) = link.strip_prefix(language.file()) {
            return format!("{PATH}/{}{rest}", language.code()).into();
        }
    }
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_one_that_the_browser_prefers() {
        for (accepted, language) in [
            ("", Language::English),
            ("ru", Language::Russian),
            ("de, ru;q=0.8, en;q=0.5", Language::Russian),
            ("en-GB,en;q=0.9,ru;q=0.8", Language::English),
            ("ru;q=0, fr", Language::English),
            ("ru;q=x", Language::English),
            ("*", Language::English),
        ] {
            assert_eq!(preferred(accepted), language, "{accepted}");
        }
    }

    #[test]
    fn the_root_is_as_many_steps_up_as_the_path_has_slashes() {
        let roots = ["/runbook", "/runbook/", "/runbook/ru", "/runbook/ru/"].map(root_of);
        assert_eq!(roots, ["./", "../", "../", "../../"]);
    }

    #[test]
    fn every_heading_is_an_anchor_and_every_link_leads_somewhere() {
        for (language, document) in [(Language::English, &*ENGLISH), (Language::Russian, &*RUSSIAN)] {
            let anchors: Vec<String> =
                sections(language.text()).iter().map(|section| anchor(section.title)).collect();
            for anchor in &anchors {
                assert!(document.contains(&format!("id=\"{anchor}\"")), "{language:?}: {anchor}");
            }
            for link in document.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                let leads = link.starts_with("https://")
                    || link.starts_with("http://")
                    || link.starts_with('/')
                    || link
                        .strip_prefix('#')
                        .is_some_and(|name| anchors.iter().any(|anchor| *anchor == decoded(name)));
                assert!(leads, "{language:?}: {link}");
            }
        }
    }

    /// Undoes the percent-encoding of a link.
    fn decoded(link: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = link.bytes();
        while let Some(byte) = rest.next() {
            let hex: Vec<u8> = if byte == b'%' { rest.by_ref().take(2).collect() } else { Vec::new() };
            let code = std::str::from_utf8(&hex).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
            bytes.push(code.unwrap_or(byte));
        }
        String::from_utf8(bytes).unwrap()
    }
}
