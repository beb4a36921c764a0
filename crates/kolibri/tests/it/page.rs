//! The page comes out of the binary, to everybody who may reach it, with headers that let nothing else run in it.

use reqwest::blocking::Response;

use crate::running::Running;
use crate::running::cli::run;
use crate::running::raw::Raw;

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

/// The paths of the files that the page names.
fn assets(page: &str) -> Vec<String> {
    page.split('"')
        .filter_map(|text| text.strip_prefix("./assets/"))
        .map(|name| format!("/assets/{name}"))
        .collect()
}

#[test]
fn nothing_runs_in_the_page_but_its_own_files() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let page = node.http.get(node.url("/")).send().unwrap();
    assert_eq!(page.status(), 200);
    assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
    let policy = header(&page, "content-security-policy");
    for rule in [
        "default-src 'none'",
        "script-src 'self'",
        "require-trusted-types-for 'script'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(rule), "{rule} in {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-cache"),
    ] {
        assert_eq!(header(&page, name), value, "{name}");
    }
}

#[test]
fn the_files_are_named_by_their_content_and_kept_for_ever() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let page = node.http.get(node.url("/")).send().unwrap().text().unwrap();
    let assets = assets(&page);
    if assets.is_empty() {
        assert!(page.contains("make page"), "a binary without a page says how to build one: {page}");
        return;
    }
    for path in assets {
        let plain = node.http.get(node.url(&path)).send().unwrap();
        assert_eq!(plain.status(), 200, "{path}");
        assert!(header(&plain, "cache-control").contains("immutable"), "{path}");
        assert_eq!(header(&plain, "content-encoding"), "");
        let length = plain.bytes().unwrap().len();
        let zipped = node.http.get(node.url(&path)).header("accept-encoding", "gzip").send().unwrap();
        // A few bytes only grow by it.
        let expected = if length < 200 { "" } else { "gzip" };
        assert_eq!(header(&zipped, "content-encoding"), expected, "{path}");
        assert!(zipped.bytes().unwrap().len() <= length, "{path}");
    }
}

#[test]
fn the_page_needs_no_token_but_the_api_does() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start_with(data.path(), &[("KOLIBRI_API_TOKEN", "correct-horse-battery-staple")]);
    assert_eq!(node.http.get(node.url("/")).send().unwrap().status(), 200);
    assert_eq!(node.get("/api/v1/genome").0, 401);
}

#[test]
fn a_foreign_host_gets_no_page() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let mut connection = Raw::connect(&node.api);
    connection.send("GET / HTTP/1.1\r\nhost: evil.example\r\n\r\n").unwrap();
    assert_eq!(connection.answer().unwrap().status, 421);
}

#[test]
fn what_is_not_there_is_a_problem_not_a_page() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    for path in ["/assets/none.js", "/assets/../index.html", "/index.html", "/genome"] {
        let answer = node.http.get(node.url(path)).send().unwrap();
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(header(&answer, "cache-control"), "no-store", "{path}");
    }
}

#[test]
fn the_runbook_opens_without_a_token_in_the_language_of_the_browser_and_in_a_terminal() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start_with(data.path(), &[("KOLIBRI_API_TOKEN", "0123456789abcdef0123456789abcdef")]);
    let page = |path: &str, language: &str| {
        let response = node.http.get(node.url(path)).header("accept-language", language).send().unwrap();
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
        assert!(header(&response, "content-security-policy").contains("default-src 'none'"));
        response.text().unwrap()
    };
    let (english, russian) = (page("/runbook", "en-GB,ru;q=0.5"), page("/runbook", "ru,en;q=0.5"));
    assert!(english.contains("<html lang=\"en\">") && russian.contains("<html lang=\"ru\">"));
    for runbook in [&english, &russian] {
        assert!(runbook.contains("<h3 id=\"kolibrinotready\">"), "an alert's link has where to lead");
    }
    let in_language = |path: &str, other: &str| page(path, other).replace("href=\"../", "href=\"./");
    assert!(in_language("/runbook/en", "ru") == english && in_language("/runbook/ru", "en") == russian);
    // A slash at the end leads one step deeper, and every link one step further up.
    assert!(in_language("/runbook/", "ru") == russian, "by the browser's language");
    let slashed = page("/runbook/ru/", "en");
    assert!(slashed.contains("href=\"../../runbook.css\"") && slashed.contains("href=\"../../runbook/en\""));
    assert!(slashed.replace("href=\"../../", "href=\"./") == russian);
    let below =
        node.http.get(node.url("/runbook/ru")).header("x-forwarded-prefix", "/team/kb").send().unwrap();
    assert_eq!(header(&below, "vary"), "accept-language, x-forwarded-prefix");
    let below = below.text().unwrap();
    for link in ["/team/kb/runbook.css", "/team/kb/runbook/en", "/team/kb/#/operations"] {
        assert!(below.contains(&format!("href=\"{link}\"")), "{link}");
    }
    assert_eq!(node.http.get(node.url("/runbook.css")).send().unwrap().status(), 200);
    assert_eq!(node.http.get(node.url("/runbook/de")).send().unwrap().status(), 404);

    let section = run(&["runbook", "KolibriNotReady", "--language", "en"]).printed();
    assert!(
        section.starts_with("### KolibriNotReady\n") && !section.contains("### KolibriDiskFilling"),
        "{section}"
    );
    let russian = run(&["runbook", "#kolibrinotready", "--language", "ru"]).printed();
    assert!(russian.starts_with("### KolibriNotReady\n") && russian != section, "{russian}");
    let unknown = run(&["runbook", "KolibriNoSuch"]).failed(2);
    assert!(unknown.contains("KolibriNotReady"), "it names the sections: {unknown}");
}
