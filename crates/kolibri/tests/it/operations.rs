//! What an on-call engineer reads of a node without any other tool: how it is, what the last hour was like, what failed.

use serde_json::{Value, json};

use crate::running::{Running, eventually};

#[test]
fn a_node_tells_how_it_is() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let block = node.teach("a", "1");
    let (_, genome) = node.get("/api/v1/genome");
    let told = eventually("the index has caught up", || {
        let (status, told) = node.get("/api/v1/operations");
        assert_eq!(status, 200);
        (told["index"]["reached"] == block && told["state"] == "ready").then_some(told)
    });
    assert_eq!(told["problems"], json!([]));
    assert_eq!(told["version"], env!("CARGO_PKG_VERSION"));
    let head = json!({ "index": block, "hash": genome["head"] });
    assert_eq!(told["genome"], json!({ "blocks": block + 1, "head": head }));
    assert_eq!((&told["telemetry"], &told["tracing"]), (&json!(true), &json!(true)));
    assert_eq!(told["index"], json!({ "caught_up": true, "reached": block }));
    let [started, now] = ["started", "now"].map(|name| told[name].as_str().unwrap());
    assert!(started < now && started.ends_with('Z'), "{started} {now}");
    let up = |told: &Value| told["uptime_seconds"].as_f64().unwrap();
    assert!(up(&told) > 0.0 && up(&node.get("/api/v1/operations").1) > up(&told));
}

#[test]
fn a_node_that_is_not_ready_says_why_and_still_answers() {
    let data = tempfile::tempdir().unwrap();
    let variables = [("KOLIBRI_TELEMETRY", "off"), ("KOLIBRI_TRACE", "off")];
    let node = Running::start_with(data.path(), &variables);
    let other = rusqlite::Connection::open(data.path().join("genome.db")).unwrap();
    other.execute("UPDATE block SET hash = zeroblob(32)", []).unwrap();
    let (status, told) = node.get("/api/v1/operations");
    assert_eq!((status, &told["state"], &told["genome"]), (200, &json!("not_ready"), &Value::Null));
    let problems = told["problems"].as_array().unwrap();
    assert!(problems[0]["detail"].as_str().unwrap().contains("the last block is broken"), "{problems:?}");
    assert_eq!(problems[0]["kind"], "genome_unreadable");
    assert_eq!((&told["telemetry"], &told["tracing"]), (&json!(false), &json!(false)));
}

#[test]
fn the_command_line_says_how_a_node_is_in_the_nodes_own_words() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    // Mistakes of callers are not the node's illness.
    for _ in 0..9 {
        assert_eq!(node.post("/api/v1/forget", &json!({ "stimulus": "unheard of" })).0, 404);
    }
    eventually("the mistakes are counted", || {
        let (_, history) = node.get("/api/v1/operations/history");
        (sum(&history, "/faults/caller") == 9).then_some(())
    });
    let told = eventually("the node is healthy", || {
        let (_, told) = node.get("/api/v1/operations");
        (told["condition"]["level"] == "healthy").then_some(told)
    });
    assert_eq!(told["condition"]["sentence"], "Healthy");
    assert_eq!(node.run(&["status"]).printed(), "Healthy\n");
}

#[test]
fn the_command_line_says_what_is_wrong_and_ends_with_1() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let other = rusqlite::Connection::open(data.path().join("genome.db")).unwrap();
    other.execute("UPDATE block SET hash = zeroblob(32)", []).unwrap();
    let said = node.run(&["status"]);
    assert!(said.out.starts_with("Not ready since 20") && said.out.contains("UTC: "), "{}", said.out);
    said.failed(1);
}

#[test]
fn the_command_line_shows_the_settings_of_the_running_node_and_no_secret() {
    let data = tempfile::tempdir().unwrap();
    let variables = [("KOLIBRI_QUEUE_CAPACITY", "77"), ("KOLIBRI_OTLP_HEADERS", "x=planted-secret")];
    let node = Running::start_with(data.path(), &variables);
    let told = node.run(&["config", "show"]).printed();
    let line = |name: &str| told.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(line("KOLIBRI_QUEUE_CAPACITY").ends_with(" 77  (environment)"), "{told}");
    assert!(line("KOLIBRI_OTLP_HEADERS").ends_with(" (set, not shown)  (environment)"), "{told}");
    assert!(line("KOLIBRI_LOG_FORMAT").contains("  ("), "{told}");
    assert!(!node.get("/api/v1/settings").1.to_string().contains("planted-secret"));
}

/// Of each point the number at `path`, added up.
fn sum(history: &Value, path: &str) -> u64 {
    let points = history["points"].as_array().unwrap();
    points.iter().map(|point| point.pointer(path).unwrap().as_u64().unwrap()).sum()
}

#[test]
fn the_history_tells_what_the_metrics_tell() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("a", "1");
    node.teach("b", "2");
    node.ask("a");
    assert_eq!(node.post("/api/v1/forget", &json!({ "stimulus": "unheard of" })).0, 404);
    assert_eq!(node.post("/api/v1/commands", &json!({ "type": "DANCE" })).0, 422);
    let history = eventually("what was done is in the history", || {
        let (status, history) = node.get("/api/v1/operations/history");
        assert_eq!(
            (status, &history["available"], &history["step_seconds"]),
            (200, &json!(true), &json!(10))
        );
        (sum(&history, "/events/ASK") == 1).then_some(history)
    });
    for event in ["TEACH", "ASK", "FORGET"] {
        let counted = node.series(&format!("kolibri_backend_events_total{{event_type=\"{event}\"}}"));
        assert_eq!(Some(sum(&history, &format!("/events/{event}")) as f64), counted, "{event}");
    }
    for failed in ["TEACH", "ASK", "FORGET", "COMMAND", "TRACE"] {
        assert_eq!(sum(&history, &format!("/failed/{failed}")) as f64, node.failed(failed), "{failed}");
    }
    let point = history["points"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&point["blocks"], &point["queue_depth"], &point["queue_refused"]),
        (&json!(4), &json!(0), &json!(0))
    );
    let took = |quantile: &str| point["latency"]["TEACH"][quantile].as_f64().unwrap();
    assert!(0.0 < took("p50_seconds") && took("p50_seconds") <= took("p99_seconds"), "{point}");
    assert_eq!(point["latency"]["FORGET"], Value::Null, "none was executed");
    assert!(!history.as_object().unwrap().contains_key("variable"));
}

#[test]
fn the_history_outlives_a_kill_and_tells_its_gap_in_every_range() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("a", "1");
    eventually("it is in the history", || {
        let (_, history) = node.get("/api/v1/operations/history");
        (sum(&history, "/events/TEACH") == 1).then_some(())
    });
    node.kill();
    // What a crash of the machine may leave.
    let path = data.path().join("history.jsonl");
    let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
    std::io::Write::write_all(&mut file, b"{\"time\":\"2026-11-2").unwrap();
    let node = Running::start(data.path());
    node.teach("b", "2");
    for (range, step) in [("15m", 10), ("1h", 10), ("6h", 60), ("24h", 240)] {
        let history = eventually("both are in the history", || {
            let (status, history) = node.get(&format!("/api/v1/operations/history?range={range}"));
            assert_eq!((status, &history["step_seconds"]), (200, &json!(step)), "{range}");
            (sum(&history, "/events/TEACH") == 2).then_some(history)
        });
        assert_eq!(history["gaps"].as_array().unwrap().len(), 1, "{range}: {history}");
    }
    assert_eq!(node.get("/api/v1/operations/history?range=2h").0, 400);
}

#[test]
fn without_telemetry_there_is_no_history_and_no_zeros_that_look_like_one() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start_with(data.path(), &[("KOLIBRI_TELEMETRY", "off")]);
    let (status, mut told) = node.get("/api/v1/operations/history");
    let of_time = told.as_object_mut().unwrap();
    assert!(of_time.remove("since").is_some() && of_time.remove("until").is_some());
    let expected = json!({
        "available": false, "variable": "KOLIBRI_TELEMETRY", "step_seconds": 10, "points": [], "gaps": [],
    });
    assert_eq!((status, told), (200, expected));
}

#[test]
fn the_last_traces_are_told_newest_first() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    for number in 0..3 {
        node.teach(&format!("s{number}"), "r");
        node.post("/api/v1/commands", &json!({ "type": "DANCE" }));
    }
    let told = |query: &str| {
        let (status, body) = node.get(&format!("/api/v1/traces{query}"));
        assert_eq!(status, 200, "{body}");
        body["traces"].as_array().unwrap().clone()
    };
    let events = |traces: &[Value]| -> Vec<String> {
        traces.iter().map(|trace| trace["event"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(events(&told("?limit=3")), ["COMMAND", "TEACH", "COMMAND"]);
    assert_eq!(told("").len(), 6);
    let failed = told("?outcome=failed&limit=2");
    assert_eq!(events(&failed), ["COMMAND"; 2]);
    assert_eq!(failed[0], node.get("/api/v1/traces/latest?outcome=failed").1);
    assert_eq!(told("?outcome=ok")[0]["block"], 3);
    for query in ["?limit=0", "?limit=101", "?limit=x", "?outcome=maybe", "?after=1"] {
        let (status, problem) = node.get(&format!("/api/v1/traces{query}"));
        assert_eq!((status, &problem["type"]), (400, &json!("urn:kolibri:problem:bad_query")), "{query}");
    }
}
