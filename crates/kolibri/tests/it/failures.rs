//! Whoever looks after a failed command finds who sent it, in its trace and in the log, and never what was sent.

use serde_json::{Value, json};

use crate::running::{Running, eventually};

const TOKEN: &str = "0123456789abcdef";

/// The log lines about failed commands.
fn lines(node: &Running) -> Vec<Value> {
    let lines = node.log().into_iter().filter_map(|line| serde_json::from_str::<Value>(&line).ok());
    lines.filter(|line| line["fault"].is_string()).collect()
}

#[test]
fn a_failed_command_names_its_caller_in_its_trace_and_in_the_log() {
    let root = tempfile::tempdir().unwrap();
    let node = Running::start(root.path());
    let (_, problem) = node.post("/api/v1/forget", &json!({ "stimulus": "secret words" }));
    let id = problem["trace_id"].as_str().unwrap();
    let (_, trace) = node.get(&format!("/api/v1/traces/{id}"));
    assert_eq!(trace["caller"], json!({ "address": "loopback" }));
    assert_eq!((&trace["fault"], &trace["error"]), (&json!("caller"), &json!("not_taught")));
    let line = eventually("it is logged", || lines(&node).pop());
    for (field, value) in [
        ("level", "INFO"),
        ("trace_id", id),
        ("event", "FORGET"),
        ("fault", "caller"),
        ("error", "not_taught"),
        ("address", "loopback"),
    ] {
        assert_eq!(line[field], value, "{field}: {line}");
    }
    // Of one that was executed it is not told who asked.
    let taught = node.http.post(node.url("/api/v1/teach")).json(&json!({ "stimulus": "a", "response": "b" }));
    let taught = taught.send().unwrap();
    let id = taught.headers()["x-trace-id"].to_str().unwrap().to_owned();
    assert_eq!(node.get(&format!("/api/v1/traces/{id}")).1["caller"], Value::Null);
    assert!(!node.stop().join("\n").contains("secret words"));
}

#[test]
fn a_caller_with_a_token_is_named_by_the_tokens_name_and_never_by_the_token() {
    let root = tempfile::tempdir().unwrap();
    let node = Running::start_with(root.path(), &[("KOLIBRI_API_TOKEN", TOKEN)]);
    let post = |path: &str, body: &'static str| {
        let request = node.http.post(node.url(path)).bearer_auth(TOKEN).body(body);
        let json = if path.ends_with("batch") { "application/x-ndjson" } else { "application/json" };
        request.header("content-type", json).send().unwrap().text().unwrap()
    };
    post("/api/v1/commands", r#"{"type":"DANCE"}"#);
    post("/api/v1/teach:batch", r#"{"stimulus":"","response":"r"}"#);
    let found = eventually("both are logged", || Some(lines(&node)).filter(|lines| lines.len() == 2));
    for (line, event) in found.iter().zip(["COMMAND", "TEACH"]) {
        assert_eq!((&line["event"], &line["token"]), (&json!(event), &json!("api token")), "{line}");
        let url = node.url(&format!("/api/v1/traces/{}", line["trace_id"].as_str().unwrap()));
        let trace: Value = node.http.get(url).bearer_auth(TOKEN).send().unwrap().json().unwrap();
        assert_eq!(trace["caller"], json!({ "address": "loopback", "token": "api token" }));
    }
    assert!(!node.stop().join("\n").contains(TOKEN));
}

#[test]
fn of_a_flood_of_failures_the_log_has_some_and_tells_how_many_it_left_out() {
    let root = tempfile::tempdir().unwrap();
    let node = Running::start(root.path());
    for _ in 0..60 {
        node.post("/api/v1/commands", &json!({ "type": "DANCE" }));
    }
    assert_eq!(node.failed("COMMAND"), 60.0, "metrics count each of them");
    let log: Vec<Value> = node.stop().iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let logged = log.iter().filter(|line| line["trace_id"].is_string()).count() as u64;
    let left_out: u64 = log.iter().filter_map(|line| line["left_out"].as_u64()).sum();
    // A slow machine may need more than one window for them.
    assert!(logged >= 10 && left_out > 0, "{logged} and {left_out}");
    assert_eq!(logged + left_out, 60);
}

#[test]
fn a_failed_commit_names_the_trace_of_the_command_that_broke_the_store() {
    let root = tempfile::tempdir().unwrap();
    let node = Running::start(root.path());
    let other = rusqlite::Connection::open(root.path().join("genome.db")).unwrap();
    other.execute_batch("PRAGMA busy_timeout = 5000; ALTER TABLE answer RENAME TO hidden").unwrap();
    let (status, problem) = node.post("/api/v1/teach", &json!({ "stimulus": "a", "response": "b" }));
    assert_eq!(status, 503, "{problem}");
    let log = node.stop();
    let line = log.iter().find(|line| line.contains("a commit failed")).expect("it is logged");
    assert_eq!(serde_json::from_str::<Value>(line).unwrap()["trace_id"], problem["trace_id"]);
    let command = log.iter().find(|line| line.contains("\"fault\":\"node\"")).expect("so is the command");
    assert_eq!(serde_json::from_str::<Value>(command).unwrap()["level"], "WARN");
}
