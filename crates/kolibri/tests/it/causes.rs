//! After an incident, one look says which command broke the store and which only noticed: on the node that it happened
//! to, and after a restart.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::running::Running;
use crate::running::store::{break_the_store, mend_the_store};

/// More than the node remembers.
const NOTICED: u64 = 600;

/// Seconds since the Unix epoch, as Prometheus writes them.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

fn trace(problem: &Value) -> String {
    problem["trace_id"].as_str().unwrap().to_owned()
}

fn failed(node: &Running, query: &str) -> Value {
    let (status, found) = node.get(&format!("/api/v1/traces/failed{query}"));
    assert_eq!(status, 200, "{found}");
    found
}

/// Event, error, fault, how many, how many of them noticed, and the trace of the example.
fn groups(found: &Value) -> Vec<[Value; 6]> {
    let told = |group: &Value| {
        let [event, error, fault] = ["event", "error", "fault"].map(|name| group[name].clone());
        let [count, noticed] = ["count", "noticed"].map(|name| group[name].clone());
        [event, error, fault, count, noticed, group["example"]["trace_id"].clone()]
    };
    found["groups"].as_array().unwrap().iter().map(told).collect()
}

#[test]
fn the_command_that_broke_the_store_is_found_behind_a_flood_of_others_and_after_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    // What is written of these times below is rounded to milliseconds.
    let before = now() - 0.001;
    let mistake = trace(&node.post("/api/v1/forget", &json!({ "stimulus": "never taught" })).1);
    let broke = break_the_store(data.path(), &node);
    for _ in 0..NOTICED {
        assert_eq!(node.post("/api/v1/ask", &json!({ "stimulus": "question 0" })).0, 503);
    }
    let after = now() + 0.001;
    let since = format!("?since={before:.3}");
    let behind = |kept: u64| {
        [
            [
                json!("TEACH"),
                json!("store_failed"),
                json!("node"),
                json!(kept + 1),
                json!(kept),
                json!(broke),
            ],
            [json!("FORGET"), json!("not_taught"), json!("caller"), json!(1), json!(0), json!(mistake)],
        ]
    };
    let found = failed(&node, &since);
    // Together with the other two: what is remembered.
    assert_eq!(groups(&found), behind(510));
    assert_eq!((&found["failures"], &found["remembered"]), (&json!(512), &json!(512)));
    assert!(found["missing_before"].as_str() > found["since"].as_str(), "it is told that some are missing");
    let example = &found["groups"][0]["example"];
    assert_eq!((&example["event"], &example["cause"]), (&json!("TEACH"), &Value::Null));
    let printed = node.run(&["trace", "failed", "--since", &format!("{before:.3}")]).printed();
    let first: Vec<&str> = printed.lines().take(2).collect();
    assert!(
        first[0].starts_with("TEACH store_failed (fault: node): at least 511 failed, 510 of them because"),
        "{printed}"
    );
    assert_eq!(first[1], format!("  kolibri trace show {broke}"));
    assert!(printed.contains("may be missing") && printed.contains("KOLIBRI_TRACE_PATH"), "{printed}");
    let last = trace(&node.get("/api/v1/traces/latest?outcome=failed").1);
    assert!(node.run(&["trace", "show", &last]).printed().contains(&format!("cause    {broke}")));
    mend_the_store(data.path());
    node.stop();

    let node = Running::start(data.path());
    assert_eq!(groups(&failed(&node, &since)), behind(510));
    // Later, other things fail.
    node.post("/api/v1/commands", &json!({ "type": "DANCE" }));
    let then = failed(&node, &format!("?since={before:.3}&until={after:.3}"));
    assert_eq!(groups(&then)[0][5], json!(broke));
    assert!(groups(&then).iter().all(|group| group[0] != "COMMAND"), "{then}");
    let later = failed(&node, &format!("?since={after:.3}"));
    assert_eq!((groups(&later).len(), &later["groups"][0]["event"]), (1, &json!("COMMAND")));
    assert_eq!(later["missing_before"], Value::Null);
}

#[test]
fn a_new_node_misses_no_failure_and_one_that_lost_its_trace_file_says_so() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    assert_eq!(failed(&node, "?since=0")["missing_before"], Value::Null);
    node.teach("question", "answer");
    node.stop();

    let node = Running::start(data.path());
    assert_eq!(failed(&node, "?since=0")["missing_before"], Value::Null);
    node.stop();

    std::fs::remove_file(data.path().join("trace.jsonl")).unwrap();
    let node = Running::start(data.path());
    assert!(failed(&node, "?since=0")["missing_before"].is_string());
}

#[test]
fn traces_and_failures_are_told_of_the_time_that_is_asked_for() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let stamps: Vec<String> = (0..3)
        .map(|_| {
            let failed = node.post("/api/v1/forget", &json!({ "stimulus": "never taught" })).1;
            let found = node.get(&format!("/api/v1/traces/{}", trace(&failed))).1;
            found["time"].as_str().unwrap().to_owned()
        })
        .collect();
    let times = |query: &str| {
        let (status, found) = node.get(&format!("/api/v1/traces?outcome=failed{query}"));
        assert_eq!(status, 200, "{found}");
        let of = |trace: &Value| trace["time"].as_str().unwrap().to_owned();
        found["traces"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    let [first, second, third] = [&stamps[0], &stamps[1], &stamps[2]];
    assert_eq!(times(""), [third.clone(), second.clone(), first.clone()]);
    // The beginning is part of the time, its end is not.
    assert_eq!(times(&format!("&since={second}")), [third.clone(), second.clone()]);
    assert_eq!(times(&format!("&since={first}&until={third}")), [second.clone(), first.clone()]);
    assert_eq!(times("&until=0"), Vec::<String>::new());
    let found = failed(&node, &format!("?since={second}&until={third}"));
    assert_eq!((&found["failures"], &found["since"]), (&json!(1), &json!(second)));
    assert_eq!((&found["groups"][0]["first"], &found["groups"][0]["last"]), (&json!(second), &json!(second)));
    assert_eq!(failed(&node, "?since=4000000000")["groups"], json!([]));
    assert!(node.run(&["trace", "failed", "--since", "4000000000"]).failed(1).is_empty());
    for query in ["since=yesterday", "until=2026-11-26", "since=2&until=1", "since=-1", "from=1"] {
        for path in ["traces", "traces/failed"] {
            let (status, problem) = node.get(&format!("/api/v1/{path}?{query}"));
            assert_eq!((status, &problem["type"]), (400, &json!("urn:kolibri:problem:bad_query")), "{query}");
        }
    }
    let offset = "2026-11-26T16:30:00%2B03:00";
    assert_eq!(failed(&node, &format!("?until={offset}"))["until"], "2026-11-26T13:30:00Z");
}

#[test]
fn what_fails_in_a_drill_is_not_among_what_failed() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let drill = json!({ "minutes": 60, "events_per_minute": 1000 });
    let id = node.post("/api/v1/soaks", &drill).1["id"].as_str().unwrap().to_owned();
    let genome = data.path().join("soaks").join(&id).join("genome.db");
    crate::running::eventually("the drill's store breaks", || {
        let other =
            rusqlite::Connection::open_with_flags(&genome, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE);
        other.ok()?.execute_batch("PRAGMA busy_timeout = 1000; DROP TABLE answer").ok()
    });
    let of_drill = crate::running::eventually("its failures are remembered", || {
        let traces = node.get(&format!("/api/v1/traces?soak={id}&limit=100")).1["traces"].clone();
        traces.as_array().filter(|traces| !traces.is_empty()).cloned()
    });
    assert!(of_drill.iter().all(|trace| trace["soak"] == id.as_str()));
    let found = failed(&node, "");
    assert_eq!((&found["failures"], &found["groups"]), (&json!(0), &json!([])));
}
