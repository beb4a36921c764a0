//! The genome of a running node is verified on request, beside commands, with progress, and stops when it is told to.

use std::io::{BufRead, BufReader};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::running::{Running, eventually, kolibri};

const PATH: &str = "/api/v1/genome/verification";

/// A node with enough in it for a verification to take a while.
fn node_with_much(data: &std::path::Path) -> Running {
    let node = Running::start(data);
    let response = "x".repeat(60_000);
    let lines = (0..600).map(|number| json!({ "stimulus": format!("{number}"), "response": response }));
    let body: String = lines.map(|line| format!("{line}\n")).collect();
    let request = node.http.post(node.url("/api/v1/teach:batch"));
    let answer = request.header("content-type", "application/x-ndjson").body(body).send().unwrap();
    let answer = answer.text().unwrap();
    assert!(answer.contains(r#""taught":600,"failed":0"#), "{}", answer.lines().last().unwrap());
    node
}

fn start(node: &Running) -> (u16, Value) {
    let response = node.http.post(node.url(PATH)).send().unwrap();
    (response.status().as_u16(), response.json().unwrap())
}

fn cancel(node: &Running) -> u16 {
    node.http.delete(node.url(PATH)).send().unwrap().status().as_u16()
}

/// The events of a progress stream, until it ends.
fn events(node: &Running) -> impl Iterator<Item = (String, Value)> {
    let response = node.http.get(node.url(&format!("{PATH}/progress"))).send().unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut lines = BufReader::new(response).lines().map_while(Result::ok);
    std::iter::from_fn(move || {
        let name = lines.find_map(|line| line.strip_prefix("event: ").map(str::to_owned))?;
        let data = lines.next()?;
        Some((name, serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap()))
    })
}

#[test]
fn a_sound_genome_is_found_sound_while_commands_go_on() {
    let data = tempfile::tempdir().unwrap();
    let node = node_with_much(data.path());
    let none = json!({
        "state": "none", "done": 0, "total": 0, "started": null, "ended": null, "head": null, "erased": null,
        "broken": null, "problem": null, "verdict": null,
    });
    assert_eq!(node.get(PATH), (200, none));
    assert_eq!(node.post("/api/v1/forget", &json!({ "stimulus": "0" })).0, 200);
    let (_, genome) = node.get("/api/v1/genome");
    let (status, begun) = start(&node);
    assert_eq!(status, 202);
    assert!(begun["started"].is_string(), "{begun}");
    let events: Vec<_> = events(&node).inspect(|_| assert_eq!(node.ask("1")["match"], "exact")).collect();
    let ((name, last), before) = events.split_last().unwrap();
    assert_eq!(name, "end");
    for (name, progress) in before {
        assert_eq!((name.as_str(), &progress["state"]), ("progress", &json!("running")));
        assert!(progress["done"].as_u64() <= progress["total"].as_u64(), "{progress}");
    }
    assert_eq!(*last, node.get(PATH).1, "the last result is remembered");
    assert_eq!((&last["state"], &last["erased"]), (&json!("sound"), &json!(1)));
    // Its blocks, and the answers that were not forgotten. Questions that were asked meanwhile may be among them.
    let blocks = last["head"]["index"].as_u64().unwrap() + 1;
    assert!(blocks >= genome["length"].as_u64().unwrap(), "{last}");
    assert_eq!((&last["done"], &last["total"]), (&json!(blocks + 599), &json!(blocks + 599)));
    assert!(last["ended"].as_str() > last["started"].as_str());
}

#[test]
fn a_broken_block_is_named() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("a", "1");
    node.teach("b", "2");
    let other = rusqlite::Connection::open(data.path().join("genome.db")).unwrap();
    other.execute("UPDATE block SET content = zeroblob(10) WHERE idx = 1", []).unwrap();
    assert_eq!(start(&node).0, 202);
    let (name, last) = events(&node).last().unwrap();
    assert_eq!((name.as_str(), &last["state"]), ("end", &json!("broken")));
    assert_eq!(last["broken"]["block"], 1);
    assert!(!last["broken"]["fault"].as_str().unwrap().is_empty());
    assert_eq!((&last["head"], &last["erased"]), (&Value::Null, &Value::Null));
    // The log comes through a pipe, a moment later.
    let logged = || node.log().iter().any(|line| line.contains("the genome is broken"));
    eventually("the log names it", || logged().then_some(()));
}

/// The values of the three gauges.
fn gauges(node: &Running) -> [f64; 3] {
    ["timestamp_seconds", "blocks", "broken"]
        .map(|name| node.series(&format!("kolibri_backend_genome_verified_{name}")).unwrap())
}

/// Verifies by the API, and returns the verdict.
fn verdict(node: &Running) -> Value {
    assert_eq!(start(node).0, 202);
    events(node).last().unwrap().1["verdict"].clone()
}

fn verify_by_hand(data: &std::path::Path) -> Option<i32> {
    kolibri().args(["genome", "verify", "--data-dir"]).arg(data).output().unwrap().status.code()
}

fn alter(data: &std::path::Path, statement: &str) {
    let other = rusqlite::Connection::open(data.join("genome.db")).unwrap();
    other.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    other.execute_batch(statement).unwrap();
}

#[test]
fn a_sound_verdict_outlives_a_restart_with_its_time_its_head_and_its_length() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    assert_eq!(gauges(&node), [0.0; 3], "there is none");
    assert_eq!(node.get("/api/v1/operations").1["verdict"], Value::Null);
    node.teach("a", "1");
    let found = verdict(&node);
    let (_, genome) = node.get("/api/v1/genome");
    assert_eq!(
        (&found["sound"], &found["length"], &found["sound_blocks"]),
        (&json!(true), &json!(2), &json!(2))
    );
    assert_eq!(found["head"], json!({ "index": 1, "hash": genome["head"] }));
    let before = gauges(&node);
    assert!(before[0] > 1.7e9 && before[1..] == [2.0, 0.0], "{before:?}");
    node.teach("b", "2");
    node.stop();

    let node = Running::start(data.path());
    assert_eq!(node.get("/api/v1/operations").1["verdict"], found, "what was taught later is not in it");
    let (_, told) = node.get(PATH);
    assert_eq!((&told["state"], &told["verdict"]), (&json!("none"), &found));
    assert_eq!(gauges(&node), before);
}

#[test]
fn a_node_with_a_broken_genome_answers_on_and_marks_it_until_a_verification_finds_it_sound() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("a", "1");
    node.teach("b", "2");
    assert!(node.ask("b").get("genome_broken").is_none());
    // A running node notices that something writes its files; what lay broken already it finds only by verifying.
    node.stop();
    let saved = "CREATE TABLE saved AS SELECT idx, content FROM block WHERE idx = 1";
    alter(data.path(), &format!("{saved}; UPDATE block SET content = zeroblob(10) WHERE idx = 1"));
    let node = Running::start(data.path());
    let found = verdict(&node);
    assert_eq!((&found["sound"], &found["broken"]["block"]), (&json!(false), &json!(1)));
    let is_marked = |node: &Running| {
        eventually("it is ready", || (node.get("/readyz").0 == 200).then_some(()));
        let (_, ready) = node.get("/readyz");
        assert_eq!(ready["genome_broken"], true, "{ready}");
        assert!(ready["notes"][0].as_str().unwrap().contains("broken at block 1: "), "{ready}");
        assert_eq!(node.ask("b")["genome_broken"], true);
        assert_eq!(gauges(node)[1..], [1.0, 1.0]);
    };
    is_marked(&node);
    node.stop();
    let node = Running::start(data.path());
    is_marked(&node);

    // As if a backup had been restored: another process finds it sound, and the node takes that over.
    alter(
        data.path(),
        "UPDATE block SET content = (SELECT content FROM saved) WHERE idx = 1; DROP TABLE saved",
    );
    assert_eq!(verify_by_hand(data.path()), Some(0));
    eventually("the node knows of it", || (gauges(&node)[2] == 0.0).then_some(()));
    eventually("it is ready", || (node.get("/readyz").0 == 200).then_some(()));
    assert!(node.ask("b").get("genome_broken").is_none());
    assert!(node.get("/readyz").1.get("genome_broken").is_none());
}

#[test]
fn what_the_command_line_finds_without_a_node_is_known_to_the_next_one() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("a", "1");
    node.stop();
    alter(data.path(), "UPDATE block SET content = zeroblob(10) WHERE idx = 1");
    assert_eq!(verify_by_hand(data.path()), Some(1));
    let node = Running::start(data.path());
    assert_eq!(gauges(&node)[1..], [1.0, 1.0]);
    assert_eq!(node.get("/api/v1/operations").1["verdict"]["broken"]["block"], 1);
}

#[test]
fn a_backup_that_cannot_be_written_is_verified_all_the_same() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.stop();
    // A directory in its place cannot be replaced by a file, whoever tries.
    std::fs::create_dir_all(data.path().join("verdict.json/in the way")).unwrap();
    assert_eq!(verify_by_hand(data.path()), Some(0));
}

#[test]
fn one_runs_at_a_time_and_is_cancelled_on_request() {
    let data = tempfile::tempdir().unwrap();
    let node = node_with_much(data.path());
    assert_eq!(cancel(&node), 404, "none is under way");
    // It may be through before the next request: then once more.
    eventually("a second one is refused", || {
        assert_eq!(start(&node).0, 202);
        let (status, problem) = start(&node);
        assert!(status == 409 || status == 202, "{problem}");
        let stopped = cancel(&node);
        let (_, told) = node.get(PATH);
        assert_ne!(told["state"], "running", "{told}");
        let refused = status == 409 && stopped == 204 && told["state"] == "cancelled";
        if refused {
            assert_eq!(problem["type"], "urn:kolibri:problem:verification_running");
            assert!(told["ended"].is_string() && told["head"].is_null(), "{told}");
        }
        refused.then_some(())
    });
    assert_eq!(start(&node).0, 202, "another one may follow");
    assert_eq!(events(&node).last().unwrap().1["state"], "sound");
}

#[test]
fn a_node_that_stops_does_not_wait_for_it_nor_for_those_who_watch() {
    let data = tempfile::tempdir().unwrap();
    let mut node = node_with_much(data.path());
    assert_eq!(start(&node).0, 202);
    let watching = events(&node);
    node.signal(Signal::TERM);
    let told: Vec<_> = watching.collect();
    assert!(told.iter().all(|(_, state)| state["state"] != "failed"), "{told:?}");
    assert!(node.wait().success());
    let log = node.log();
    assert!(!log.iter().any(|line| line.contains("did not close in time")), "{log:#?}");
}
