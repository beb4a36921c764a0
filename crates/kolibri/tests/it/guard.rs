//! Nobody gets in who should not: the token, the Host rules against DNS rebinding, no listening beyond loopback without
//! a token, and nothing for pages of other sites.

use std::net::TcpListener;

use reqwest::StatusCode;
use reqwest::blocking::Response;
use serde_json::json;

use crate::running::raw::{Answer, Raw};
use crate::running::{Running, cli, eventually, kolibri};

const TOKEN: &str = "correct-horse-battery-staple";

fn guarded(data: &std::path::Path) -> Running {
    Running::start_with(data, &[("KOLIBRI_API_TOKEN", TOKEN)])
}

fn get(node: &Running, path: &str, authorization: &str) -> Response {
    node.http.get(node.url(path)).header("authorization", authorization).send().unwrap()
}

/// `kolibri serve` with these variables does not start; returns what it says.
#[track_caller]
fn refuses_to_start(variables: &[(&str, &str)]) -> String {
    let data = tempfile::tempdir().unwrap();
    let mut command = kolibri();
    command.arg("serve").env("KOLIBRI_DATA_DIR", data.path().join("data")).env("KOLIBRI_HTTP_PORT", "0");
    let said =
        cli::end(command.env("KOLIBRI_PROMETHEUS_PORT", "0").envs(variables.iter().copied())).failed(2);
    assert!(!data.path().join("data").exists(), "nothing is made before the configuration is good");
    said
}

fn raw(node: &Running, request: &str) -> Answer {
    let mut connection = Raw::connect(&node.api);
    connection.send(request).unwrap();
    connection.answer().unwrap()
}

#[test]
fn every_api_call_needs_the_token() {
    let data = tempfile::tempdir().unwrap();
    let node = guarded(data.path());
    for right in [format!("Bearer {TOKEN}"), format!("bearer {TOKEN}"), format!("BEARER   {TOKEN} ")] {
        assert_eq!(get(&node, "/api/v1/genome", &right).status(), 200, "{right}");
    }
    let wrong = [
        String::new(),
        "Bearer".into(),
        "Bearer ".into(),
        TOKEN.into(),
        format!("Basic {TOKEN}"),
        format!("Bearer {TOKEN}x"),
        format!("Bearer {}", &TOKEN[..TOKEN.len() - 1]),
        format!("Bearer {}", TOKEN.to_uppercase()),
        format!("Bearer {TOKEN},{TOKEN}"),
        format!("Bearer {TOKEN} {TOKEN}"),
    ];
    for wrong in &wrong {
        let refused = get(&node, "/api/v1/genome", wrong);
        assert_eq!(
            (refused.status().as_u16(), &refused.headers()["www-authenticate"]),
            (401, &"Bearer".parse().unwrap())
        );
        assert_eq!(refused.headers()["content-type"], "application/problem+json");
        let text = refused.text().unwrap();
        assert!(
            text.contains("urn:kolibri:problem:unauthorized") && !text.contains(TOKEN),
            "{wrong}: {text}"
        );
    }
    for path in [
        "/api",
        "/api/",
        "/api/v1/openapi.json",
        "/api/v1/traces/latest",
        "/api/v1/operations",
        "/api/v1/operations/alerts",
        "/api/v1/genome/verification/progress",
        "/api/v1/associations",
        "/api/nowhere",
    ] {
        assert_eq!(get(&node, path, "").status(), 401, "{path}");
    }
    for path in ["/api/v1/teach", "/api/v1/teach:batch", "/api/v1/commands"] {
        let body = json!({ "type": "TEACH", "stimulus": "s", "response": "r" });
        assert_eq!(node.http.post(node.url(path)).json(&body).send().unwrap().status(), 401, "{path}");
    }
    assert_eq!((node.failed("TEACH"), node.failed("COMMAND")), (0.0, 0.0));
    let genome: serde_json::Value = get(&node, "/api/v1/genome", &format!("Bearer {TOKEN}")).json().unwrap();
    assert_eq!(genome["length"], 1);
}

#[test]
fn a_page_of_another_site_starts_nothing() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let start = |site: &str| {
        let request = node.http.post(node.url("/api/v1/genome/verification"));
        request.header("sec-fetch-site", site).send().unwrap()
    };
    for site in ["cross-site", "same-site"] {
        let refused = start(site);
        assert_eq!(refused.status(), 403, "{site}");
        assert!(refused.text().unwrap().contains("urn:kolibri:problem:other_site"));
    }
    assert_eq!(node.get("/api/v1/genome/verification").1["state"], "none");
    let linked = node.http.get(node.url("/api/v1/genome")).header("sec-fetch-site", "cross-site");
    assert_eq!(linked.send().unwrap().status(), 200, "to follow a link changes nothing");
    let from = |origin: &str| {
        node.http
            .post(node.url("/api/v1/genome/verification"))
            .header("origin", origin)
            .send()
            .unwrap()
            .status()
    };
    assert_eq!((from("http://evil.example"), from("null")), (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN));
    assert_eq!(start("same-origin").status(), 202, "the node's own page");
    assert_ne!(from(&node.api), 403, "an older browser's own page");
}

#[test]
fn no_spelling_of_a_path_gets_around_the_token() {
    let data = tempfile::tempdir().unwrap();
    let node = guarded(data.path());
    for path in [
        "/%61pi/v1/genome",
        "//api/v1/genome",
        "/./api/v1/genome",
        "/livez/../api/v1/genome",
        "/API/v1/genome",
    ] {
        let answer = raw(&node, &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        assert_eq!(answer.status, 404, "{path}");
    }
    for target in ["/api/v1/genome", "http://localhost/api/v1/genome", "/api/v1/genome?token=x"] {
        let answer = raw(&node, &format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        assert_eq!(answer.status, 401, "{target}");
    }
}

#[test]
fn health_needs_no_token() {
    let data = tempfile::tempdir().unwrap();
    let node = guarded(data.path());
    assert_eq!(node.get("/livez").0, 200);
    eventually("the node is ready", || (node.get("/readyz").0 == 200).then_some(()));
    cli::end(node.command(&["healthcheck"]).env_remove("KOLIBRI_API_TOKEN")).printed();
}

#[test]
fn a_token_may_come_from_a_file_and_its_last_line_end_does_not_count() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("token");
    for ending in ["", "\n", "\r\n"] {
        std::fs::write(&file, format!("{TOKEN}{ending}")).unwrap();
        let variables = [("KOLIBRI_API_TOKEN_FILE", file.to_str().unwrap())];
        let node = Running::start_with(&data.path().join("data"), &variables);
        assert_eq!(get(&node, "/api/v1/genome", &format!("Bearer {TOKEN}")).status(), 200, "{ending:?}");
        assert_eq!(get(&node, "/api/v1/genome", "Bearer wrong").status(), 401);
        cli::end(node.command(&["teach", "s", "r"]).envs(variables)).printed();
        node.run(&["ask", "s", "--api-token-file", file.to_str().unwrap()]).printed();
    }
}

#[test]
fn the_command_line_says_how_to_give_a_token() {
    let data = tempfile::tempdir().unwrap();
    let node = guarded(data.path());
    let file = data.path().join("knowledge.jsonl");
    std::fs::write(&file, r#"{"stimulus":"s","response":"r"}"#).unwrap();
    let import = ["import", file.to_str().unwrap()];
    for arguments in [&["ask", "s"][..], &["teach", "s", "r"], &["trace", "latest"], &["export"], &import] {
        let said = node.run(arguments).failed(2);
        assert!(said.contains("requires a token; set KOLIBRI_API_TOKEN or KOLIBRI_API_TOKEN_FILE"), "{said}");
        let wrong = cli::end(node.command(arguments).env("KOLIBRI_API_TOKEN", "some-other-secret")).failed(2);
        assert!(
            wrong.contains("does not accept this token") && !wrong.contains("some-other-secret"),
            "{wrong}"
        );
        let said = cli::end(node.command(arguments).env("KOLIBRI_API_TOKEN", "short")).failed(2);
        assert!(said.contains("KOLIBRI_API_TOKEN: a token must be at least 16"), "{said}");
    }
}

#[test]
fn a_token_that_cannot_guard_is_refused_at_the_start() {
    let data = tempfile::tempdir().unwrap();
    let file = |text: &str| {
        let path = data.path().join(format!("{}.token", text.len()));
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    for weak in ["hunter2", "with a space inside it", " leading-white-space", "кириллица-кириллица"]
    {
        let said = refuses_to_start(&[("KOLIBRI_API_TOKEN", weak)]);
        assert!(said.contains("KOLIBRI_API_TOKEN: a token must be at least 16 printable ASCII"), "{said}");
        assert!(!said.contains(weak), "{said}");
        let said = refuses_to_start(&[("KOLIBRI_API_TOKEN_FILE", &file(weak))]);
        assert!(
            said.contains("KOLIBRI_API_TOKEN_FILE: a token must be at least 16") && !said.contains(weak),
            "{said}"
        );
    }
    let said = refuses_to_start(&[("KOLIBRI_API_TOKEN_FILE", &file("\n"))]);
    assert!(said.contains("KOLIBRI_API_TOKEN_FILE: a token must be at least 16"), "{said}");
    let said = refuses_to_start(&[("KOLIBRI_API_TOKEN_FILE", "/nowhere/token")]);
    assert!(said.contains("/nowhere/token cannot be read: No such file"), "{said}");
    let said = refuses_to_start(&[("KOLIBRI_API_TOKEN", TOKEN), ("KOLIBRI_API_TOKEN_FILE", &file(TOKEN))]);
    assert!(said.contains("keep only one of them") && !said.contains(TOKEN), "{said}");
}

#[test]
fn names_that_other_sites_can_point_here_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let node =
        Running::start_with(data.path(), &[("KOLIBRI_HTTP_ALLOWED_HOSTS", "kolibri.example, Other.Example")]);
    let ask = |target: &str, headers: &str| raw(&node, &format!("GET {target} HTTP/1.1\r\n{headers}\r\n"));
    for host in [
        "localhost",
        "LocalHost:1234",
        "127.0.0.1",
        "127.0.0.1:80",
        "[::1]:8080",
        "10.1.2.3",
        "kolibri.example",
        "KOLIBRI.example:8080",
        "other.example",
    ] {
        assert_eq!(ask("/api/v1/genome", &format!("Host: {host}\r\n")).status, 200, "{host}");
    }
    for host in [
        "",
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1.nip.io",
        "kolibri.example.evil",
        "evil.example@",
        "evil.example/127.0.0.1",
        "127.0.0.1 evil.example",
        "127.0.0.1,evil.example",
    ] {
        for path in ["/api/v1/genome", "/", "/nowhere"] {
            let answer = ask(path, &format!("Host: {host}\r\n"));
            assert_eq!(answer.status, 421, "{host}");
            assert!(
                answer.json()["detail"].as_str().unwrap().contains("KOLIBRI_HTTP_ALLOWED_HOSTS"),
                "{host}"
            );
        }
    }
    assert_eq!(ask("/api/v1/genome", "").status, 421);
    assert_eq!(ask("/api/v1/genome", "Host: localhost\r\nHost: evil.example\r\n").status, 421);
    // An absolute request target overrides the header.
    assert_eq!(ask("http://localhost/api/v1/genome", "Host: localhost\r\n").status, 200);
    assert_eq!(ask("http://evil.example/api/v1/genome", "Host: 127.0.0.1\r\n").status, 421);
}

#[test]
fn health_checks_come_under_any_name_or_none_and_by_http_1_0() {
    let data = tempfile::tempdir().unwrap();
    let node = guarded(data.path());
    eventually("the node is ready", || (node.get("/readyz").0 == 200).then_some(()));
    for path in ["/livez", "/readyz"] {
        for request in [
            format!("GET {path} HTTP/1.0\r\n\r\n"),
            format!("GET {path} HTTP/1.1\r\n\r\n"),
            format!("GET {path} HTTP/1.1\r\nHost: kolibri_backend\r\n\r\n"),
            format!("HEAD {path} HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
        ] {
            let mut connection = Raw::connect(&node.api);
            connection.send(&request).unwrap();
            assert_eq!(connection.head().unwrap().status, 200, "{request}");
        }
    }
    assert_eq!(raw(&node, "GET /livez/ HTTP/1.1\r\nHost: evil.example\r\n\r\n").status, 421);
}

#[test]
fn a_body_whose_end_is_not_clear_or_that_is_compressed_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let body = json!({ "stimulus": "s", "response": "r" }).to_string();
    let chunks = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let length = format!("Content-Length: {}", body.len());
    let send = |headers: &str, body: &str| {
        let head = "POST /api/v1/teach HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
        raw(&node, &format!("{head}\r\n{headers}\r\n\r\n{body}")).status
    };
    for coding in ["gzip, chunked", "chunked, chunked", "gzip", "identity", "xchunked", "\u{b}chunked"] {
        assert_eq!(send(&format!("Transfer-Encoding: {coding}"), &chunks), 400, "{coding}");
    }
    assert_eq!(send("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", &chunks), 400);
    assert_eq!(send(&format!("{length}\r\n{length}0"), &body), 400);
    for coding in ["gzip", "br", "identity, gzip"] {
        assert_eq!(send(&format!("{length}\r\nContent-Encoding: {coding}"), &body), 415, "{coding}");
    }
    assert_eq!(node.get("/api/v1/genome").1["length"], 1, "nothing of it was taught");
    assert_eq!(send("Transfer-Encoding: Chunked", &chunks), 201);
    // A second request after a body with two lengths is never read.
    for both in
        [format!("{length}\r\nTransfer-Encoding: chunked"), format!("Transfer-Encoding: chunked\r\n{length}")]
    {
        let mut connection = Raw::connect(&node.api);
        let head = "POST /api/v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
        let smuggled = "GET /api/v1/genome HTTP/1.1\r\nHost: localhost\r\n\r\n";
        connection.send(format!("{head}\r\n{both}\r\n\r\n{chunks}{smuggled}")).unwrap();
        assert_eq!(connection.answer().unwrap().header("connection"), Some("close"));
        assert!(connection.is_ended(), "{both}");
    }
    assert_eq!(send(&format!("{length}\r\nContent-Encoding: identity"), &body), 201);
}

#[test]
fn a_field_that_comes_twice_is_refused_wherever_commands_are_taken() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let send = |path: &str, body: &str| {
        let request = node.http.post(node.url(path)).header("content-type", "application/json");
        let refused = request.body(body.to_owned()).send().unwrap();
        (refused.status().as_u16(), refused.text().unwrap())
    };
    for (path, body) in [
        ("/api/v1/teach", r#"{"stimulus":"s","response":"r","response":"other"}"#),
        ("/api/v1/commands", r#"{"type":"TEACH","stimulus":"s","response":"r","response":"other"}"#),
        ("/api/v1/commands", r#"{"type":"TEACH","stimulus":"s","response":"r","type":"FORGET"}"#),
    ] {
        let (status, problem) = send(path, body);
        assert_eq!(status, 400, "{path}: {problem}");
        assert!(problem.contains("duplicate field"), "{problem}");
    }
    assert_eq!(node.get("/api/v1/genome").1["length"], 1);
}

#[test]
fn an_allowed_host_that_could_never_match_is_refused_at_the_start() {
    for odd in ["kolibri.example:8080", "http://kolibri.example", "*.example"] {
        let said = refuses_to_start(&[("KOLIBRI_HTTP_ALLOWED_HOSTS", &format!("good.example,{odd}"))]);
        assert!(said.contains(&format!("KOLIBRI_HTTP_ALLOWED_HOSTS: `{odd}` can never match")), "{said}");
    }
}

#[test]
fn nothing_is_taught_under_a_strange_host() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let body = json!({ "stimulus": "s", "response": "r" }).to_string();
    let head = "POST /api/v1/teach HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/json";
    let answer = raw(&node, &format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    assert_eq!((answer.status, node.get("/api/v1/genome").1["length"].as_u64()), (421, Some(1)));
}

#[test]
fn pages_of_other_sites_get_no_permission() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let request = |method: &str, path: &str| {
        let request = node
            .http
            .request(method.parse().unwrap(), node.url(path))
            .header("origin", "http://evil.example");
        request.header("access-control-request-method", "POST")
    };
    for (method, path) in [
        ("OPTIONS", "/api/v1/teach"),
        ("OPTIONS", "/api/v1/genome"),
        ("GET", "/api/v1/genome"),
        ("GET", "/livez"),
        ("GET", "/nowhere"),
    ] {
        let answer = request(method, path).send().unwrap();
        let cors = answer.headers().keys().find(|name| name.as_str().starts_with("access-control"));
        assert_eq!(cors, None, "{method} {path}");
        assert_eq!(
            (&answer.headers()["cache-control"], &answer.headers()["x-content-type-options"]),
            (&"no-store".parse().unwrap(), &"nosniff".parse().unwrap())
        );
    }
    assert_eq!(request("OPTIONS", "/api/v1/teach").send().unwrap().status(), 405);
    // What a page may send without asking first: forms and plain text.
    let body = json!({ "stimulus": "s", "response": "r" }).to_string();
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        for path in ["/api/v1/teach", "/api/v1/teach:batch"] {
            let sent =
                request("POST", path).header("content-type", content_type).body(body.clone()).send().unwrap();
            assert_eq!(sent.status(), 403, "{content_type}");
            let of_none = node.http.post(node.url(path)).header("content-type", content_type);
            assert_eq!(of_none.body(body.clone()).send().unwrap().status(), 415, "{content_type}");
        }
    }
    assert_eq!(node.get("/api/v1/genome").1["length"], 1);
}

#[test]
fn listening_beyond_loopback_needs_a_token() {
    for everywhere in ["0.0.0.0", "::", "192.0.2.1"] {
        let said = refuses_to_start(&[("KOLIBRI_HTTP_HOST", everywhere)]);
        assert!(said.contains("KOLIBRI_HTTP_HOST") && said.contains("set KOLIBRI_API_TOKEN"), "{said}");
    }
    let data = tempfile::tempdir().unwrap();
    let node =
        Running::start_with(data.path(), &[("KOLIBRI_HTTP_HOST", "0.0.0.0"), ("KOLIBRI_API_TOKEN", TOKEN)]);
    assert_eq!(get(&node, "/api/v1/genome", "").status(), 401);
    assert_eq!(get(&node, "/api/v1/genome", &format!("Bearer {TOKEN}")).status(), 200);
}

#[test]
fn a_port_in_use_is_told_with_its_variable() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for variable in ["KOLIBRI_HTTP_PORT", "KOLIBRI_PROMETHEUS_PORT"] {
        let said = refuses_to_start(&[(variable, &port), ("KOLIBRI_PROMETHEUS_HOST", "127.0.0.1")]);
        assert!(said.contains(variable) && said.contains("choose another port"), "{said}");
    }
}
