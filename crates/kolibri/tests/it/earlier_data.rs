//! Data directories that earlier versions wrote are opened, verified and answered from, without being rebuilt.
//!
//! `fixtures/closed` was written by 7a37bcf and closed, `fixtures/killed` was written by 7a37bcf, which was then killed: its
//! newest blocks are in the log. In both, what was taught and forgotten is what the tests below ask for.
//!
//! `fixtures/first_keys` was written by cbe9ba2, for which `x²` and `x2` were one stimulus, and `password` with and without
//! an invisible letter were two.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::running::{Running, cli};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures").join(name)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// A copy of a fixture that the test may change.
fn earlier(name: &str) -> TempDir {
    let data = tempfile::tempdir().unwrap();
    copy(&fixture(name), data.path());
    data
}

fn verified(data: &Path) -> Value {
    cli::run(&["genome", "verify", "--json", "--data-dir", data.to_str().unwrap()]).json()
}

#[track_caller]
fn assert_answers(node: &Running, question: &str, (how, answer): (&str, Value)) {
    let found = node.ask(question);
    assert_eq!((&found["match"], &found["answer"]), (&json!(how), &answer), "{question}: {found}");
}

#[test]
fn a_closed_directory_opens_verifies_and_answers_and_its_drill_and_traces_are_still_known() {
    let data = earlier("closed");
    let verdict = verified(data.path());
    assert_eq!(
        (&verdict["sound"], &verdict["blocks"], &verdict["erased"]),
        (&json!(true), &json!(13), &json!(2))
    );
    let head = "2ffe634d018f57401ae4bdf5e8bdad0a96f12995cfb1aa15a3d385e9a742fbe9";
    assert_eq!(verdict["head"]["hash"], head);

    let node = Running::start(data.path());
    assert_eq!(node.get("/api/v1/genome").1["head"], head);
    assert_answers(&node, "restarting payment servise", ("similar", json!("systemctl restart payments")));
    assert_answers(&node, "кто дежурит сегодня", ("similar", json!("Смотри календарь on-call")));
    assert_answers(&node, "capital of KAZAKHSTAN", ("exact", json!("Astana")));
    assert_answers(&node, "the door code", ("none", Value::Null));
    let (_, block) = node.get("/api/v1/genome/blocks/5");
    assert_eq!((&block["content"], &block["erased_by"]), (&Value::Null, &json!(11)));

    let (_, drills) = node.get("/api/v1/soaks");
    let drill = &drills["soaks"][0];
    assert_eq!(drill["head"]["hash"], "c3b93a49710b2af4c5c98f1d36431c97e679dfc87c5b7b33420e67b78208bf88");
    assert_eq!(node.get("/api/v1/traces/latest?outcome=failed").1["error"], "not_taught");

    let next = node.teach("a new question", "a new answer");
    assert!(next >= 13);
    let log = node.stop().join("\n");
    assert!(!log.contains("rebuilding"), "the index was kept: {log}");
    assert_eq!(verified(data.path())["sound"], true);
}

#[test]
fn a_directory_that_a_kill_left_behind_opens_with_everything_that_was_acknowledged() {
    let data = earlier("killed");
    let node = Running::start(data.path());
    assert_answers(&node, "restarting payment servise", ("similar", json!("systemctl restart payments")));
    assert_answers(&node, "the door code", ("exact", json!("1234")));
    let (status, forgotten) = node.post("/api/v1/forget", &json!({ "stimulus": "the door code" }));
    assert_eq!((status, &forgotten["erased"]), (200, &json!([2])));
    node.stop();
    let verdict = verified(data.path());
    assert_eq!((&verdict["sound"], &verdict["erased"]), (&json!(true), &json!(1)));
}

#[test]
fn what_an_earlier_version_took_for_the_same_is_answered_each_by_its_own_since_the_first_start() {
    let data = earlier("first_keys");
    assert_eq!(verified(data.path())["sound"], true, "as it was left");
    let node = Running::start(data.path());
    let exact = |question: &str, answer: &str| assert_answers(&node, question, ("exact", json!(answer)));
    exact("What is X²?", "x times x");
    exact("what is x2?", "the second x");
    exact("½", "a half");
    exact("1⁄2", "a fraction, written out");
    exact("m²", "square metres");
    exact("M2", "a part");
    exact("file ABC", "another way of writing");
    exact("ﬁle abc", "another way of writing");
    exact("pass\u{ad}word", "without");
    let forget = |stimulus: &str| node.post("/api/v1/forget", &json!({ "stimulus": stimulus }));
    assert_eq!(forget("h₂o").0, 404, "it was forgotten as the same as h2o");
    let (status, forgotten) = forget("what is x²?");
    assert_eq!((status, &forgotten["erased"]), (200, &json!([1, 5])));
    assert_eq!(forget("password").1["erased"], json!([9, 10]));
    exact("what is x2?", "the second x");

    // Nothing can be seen in it: it cannot be asked or taught any more, but forgotten.
    let invisible = json!({ "stimulus": "\u{3164}" });
    assert_eq!(node.post("/api/v1/ask", &invisible).0, 422);
    assert_eq!(forget("\u{2060}").1["erased"], json!([8]));
    assert_eq!(forget("\u{3164}").0, 422);

    let log = node.stop().join("\n");
    assert!(log.contains("the table of answers is made anew"), "{log}");
    let verdict = verified(data.path());
    assert_eq!((&verdict["sound"], &verdict["erased"]), (&json!(true), &json!(7)));
    let again = Running::start(data.path()).stop().join("\n");
    assert!(!again.contains("table of answers"), "{again}");
}

#[test]
fn a_backup_of_an_earlier_version_is_restored_and_upgraded_by_the_next_start() {
    let (backup, data) = (earlier("first_keys"), tempfile::tempdir().unwrap());
    let file = backup.path().join("genome.db");
    cli::run(&["restore", file.to_str().unwrap(), "--data-dir", data.path().to_str().unwrap()]).printed();
    let node = Running::start(data.path());
    assert_answers(&node, "what is x²?", ("exact", json!("x times x")));
    node.stop();
    assert_eq!(verified(data.path())["sound"], true);
}
