//! A store that fails for as long as a test wants: another program takes a table away, and gives it back.

use std::path::Path;

use serde_json::json;

use super::{Running, eventually};

/// Takes a table away from a node, and teaches until it notices that it can no longer write; returns the trace of the command
/// that noticed it first.
pub fn break_the_store(data: &Path, node: &Running) -> String {
    rename(data, "answer", "hidden");
    let teach = json!({ "stimulus": "question", "response": "answer" });
    eventually("it is noticed", || {
        let (status, refused) = node.post("/api/v1/teach", &teach);
        (status == 503).then(|| refused["trace_id"].as_str().unwrap().to_owned())
    })
}

/// Gives the table back.
pub fn mend_the_store(data: &Path) {
    rename(data, "hidden", "answer");
}

fn rename(data: &Path, from: &str, to: &str) {
    let other = rusqlite::Connection::open(data.join("genome.db")).unwrap();
    let statement = format!("PRAGMA busy_timeout = 5000; ALTER TABLE {from} RENAME TO {to}");
    other.execute_batch(&statement).unwrap();
}
