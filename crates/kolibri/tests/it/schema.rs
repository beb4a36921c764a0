//! The OpenAPI document is what the node does: schemathesis makes requests from docs/openapi.json, valid and invalid ones, and
//! compares the answers with it.
//!
//! `schema/schemathesis.toml` says what is checked and, with a reason each, what is not; `schema/hooks.py` what the tool has to
//! be told besides. The requests are the same in every run.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::programs::program;
use crate::rounds::rounds;
use crate::running::Running;
use crate::running::raw::Raw;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
const SETTINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/schema");
const TOKEN: &str = "0123456789abcdef";

/// Looks for differences between a document and a node. What it notes goes to a directory of the test.
fn schemathesis(node: &Running, document: &Path, notes: &TempDir) -> Command {
    let mut command = program("schemathesis");
    command
        .current_dir(notes)
        .envs([("PYTHONPATH", SETTINGS), ("PYTHONDONTWRITEBYTECODE", "1")])
        .args([
            "--config-file",
            &format!("{SETTINGS}/schemathesis.toml"),
            "run",
            "--url",
            &node.api,
            "--warnings",
            "off",
        ])
        .args(["--max-examples", &rounds(5, 200).to_string()])
        .arg(document);
    command
}

#[track_caller]
fn finds_nothing(command: &mut Command) {
    let found = command.output().unwrap();
    assert!(found.status.success(), "{}{}", text(&found.stdout), text(&found.stderr));
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

#[test]
fn a_node_answers_as_its_document_says() {
    let data = TempDir::new().unwrap();
    let node = Running::start(data.path());
    finds_nothing(&mut schemathesis(&node, DOCUMENT.as_ref(), &data));
}

#[test]
fn a_node_with_a_token_answers_as_its_document_says_and_tells_nothing_without_it() {
    let data = TempDir::new().unwrap();
    let node = Running::start_with(data.path(), &[("KOLIBRI_API_TOKEN", TOKEN)]);
    let with = format!("Authorization: Bearer {TOKEN}");
    finds_nothing(schemathesis(&node, DOCUMENT.as_ref(), &data).args(["--header", &with]));
    finds_nothing(
        schemathesis(&node, DOCUMENT.as_ref(), &data).env("NO_TOKEN", "1").args(["--phases", "coverage"]),
    );
}

#[test]
fn what_is_no_http_or_has_a_head_that_is_too_long_gets_no_body() {
    let data = TempDir::new().unwrap();
    let node = Running::start(data.path());
    let long = "x".repeat(1 << 20);
    for (status, request) in [
        (400, "no HTTP\r\n\r\n".to_owned()),
        (414, format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "x".repeat(70_000))),
        (431, format!("GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Long: {long}\r\n\r\n")),
    ] {
        let mut connection = Raw::connect(&node.api);
        // It may be cut off while it still sends.
        let _ = connection.send(request);
        let answer = connection.answer().unwrap();
        assert_eq!((answer.status, answer.body.len()), (status, 0));
    }
}

/// The tests above can fail: each of these is a document of another node.
#[test]
fn a_document_that_says_otherwise_is_noticed() {
    let data = TempDir::new().unwrap();
    let node = Running::start(data.path());
    let document = std::fs::read_to_string(DOCUMENT).unwrap();
    for (path, is, says_otherwise) in [
        ("/api/v1/genome/blocks/{index}", r#""404""#, r#""410""#),
        ("/api/v1/genome/blocks", r#""maximum": 500"#, r#""maximum": 400"#),
        ("/api/v1/ask", r#""minLength": 1"#, r#""minLength": 0"#),
        ("/api/v1/genome", r#""length""#, r#""size""#),
        ("/api/v1/traces/latest", r#""failed""#, r#""broken""#),
    ] {
        let changed = document.replace(is, says_otherwise);
        assert_ne!(changed, document, "{is}");
        let file = data.path().join("changed.json");
        std::fs::write(&file, changed).unwrap();
        let found = schemathesis(&node, &file, &data)
            .args(["--include-path", path, "--phases", "coverage,fuzzing"])
            .output();
        let said = text(&found.unwrap().stdout);
        assert!(said.contains("FAILURES"), "{path} with {says_otherwise}: {said}");
    }
}
