//! A FORGET beside a program that reads the genome: 200 means that the text is gone, and until it is nobody is told so.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::json;

use crate::reliability::{Found, tell};
use crate::running::{Running, eventually};

/// Whether a file of the genome holds the text.
fn holds(data: &Path, text: &str) -> bool {
    let files = ["genome.db", "genome.db-wal"].map(|name| fs::read(data.join(name)).unwrap());
    files.iter().any(|bytes| bytes.windows(text.len()).any(|bytes| bytes == text.as_bytes()))
}

#[test]
fn a_forget_that_a_reader_holds_up_says_so_until_the_text_is_gone() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("who is ill?", "NEEDLE42");
    node.teach("capital of Kazakhstan", "NEEDLE43");
    assert!(holds(data.path(), "NEEDLE42"));
    let reader = Connection::open(data.path().join("genome.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM block").unwrap();

    let (status, forgotten) = node.post("/api/v1/forget", &json!({ "stimulus": "who is ill?" }));
    assert_eq!((status, &forgotten["texts"], &forgotten["erased"]), (202, &json!("erasing"), &json!([1])));
    assert!(holds(data.path(), "NEEDLE42"));
    assert_eq!(node.series("kolibri_backend_erasing"), Some(1.0));
    let told =
        |words: &str| node.log().iter().any(|line| line.contains(words) && line.contains("write-ahead log"));
    eventually("the log says it", || told("a FORGET was answered while").then_some(()));
    assert_eq!(node.ask("who is ill?")["match"], "none");
    // Others are not held up.
    node.teach("meanwhile", "taught");

    reader.execute_batch("COMMIT").unwrap();
    eventually("it is gone", || (node.series("kolibri_backend_erasing") == Some(0.0)).then_some(()));
    assert!(!holds(data.path(), "NEEDLE42"));
    eventually("the log says it", || told("what was forgotten is gone").then_some(()));

    let (status, forgotten) = node.post("/api/v1/forget", &json!({ "stimulus": "capital of Kazakhstan" }));
    assert_eq!((status, &forgotten["texts"]), (200, &json!("gone")));
    assert!(!holds(data.path(), "NEEDLE43"));
    tell("FORGET beside a program that reads the genome", &Found { times: 1, acknowledged: 2 });
}

#[test]
fn a_log_that_cannot_be_emptied_at_the_start_is_told_until_it_is() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("who is ill?", "NEEDLE44");
    let reader = Connection::open(data.path().join("genome.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM block").unwrap();
    assert_eq!(node.post("/api/v1/forget", &json!({ "stimulus": "who is ill?" })).0, 202);
    node.kill();

    let node = Running::start(data.path());
    assert!(holds(data.path(), "NEEDLE44"));
    assert_eq!(node.series("kolibri_backend_erasing"), Some(1.0));
    assert!(
        node.log().iter().any(|line| line.contains("could not be emptied at the start")),
        "{:#?}",
        node.log()
    );
    reader.execute_batch("COMMIT").unwrap();
    eventually("it is gone", || (node.series("kolibri_backend_erasing") == Some(0.0)).then_some(()));
    assert!(!holds(data.path(), "NEEDLE44"));
}
