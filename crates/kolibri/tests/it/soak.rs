//! Soak drills as their users meet them: the API and the command line of the real binary.

use std::path::Path;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::running::cli::{self, Ended};
use crate::running::{Running, eventually, kolibri, send};

/// Starts a drill, and returns its id.
fn start(node: &Running, parameters: &Value) -> String {
    let (status, body) = node.post("/api/v1/soaks", parameters);
    assert_eq!((status, &body["state"]), (202, &json!("running")), "{body}");
    body["id"].as_str().unwrap().to_owned()
}

fn report(node: &Running, id: &str) -> Value {
    let (status, report) = node.get(&format!("/api/v1/soaks/{id}"));
    assert_eq!(status, 200, "{report}");
    report
}

fn until_ended(node: &Running, id: &str) -> Value {
    eventually("the drill has ended", || Some(report(node, id)).filter(|report| report["state"] != "running"))
}

/// A drill that lasts until it is stopped.
fn endless() -> Value {
    json!({ "minutes": 10_000, "events_per_minute": 60, "pace": "real" })
}

fn delete(node: &Running, id: &str) -> u16 {
    node.http.delete(node.url(&format!("/api/v1/soaks/{id}"))).send().unwrap().status().as_u16()
}

/// A drill in a process of its own, on free ports, with metrics at home.
fn standalone(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let mut command = kolibri();
    command
        .args(["soak", "run", "--standalone", "--json", "--directory"])
        .arg(directory)
        .args(arguments)
        .env("KOLIBRI_PROMETHEUS_HOST", "127.0.0.1")
        .env("KOLIBRI_PROMETHEUS_PORT", "0")
        .envs(variables.iter().copied());
    cli::end(&mut command)
}

#[test]
fn a_drill_is_started_watched_and_reported_by_the_api() {
    let root = tempfile::tempdir().unwrap();
    let node = Running::start(root.path());
    node.teach("people's own", "knowledge");
    let id = start(&node, &json!({ "minutes": 2, "events_per_minute": 500 }));
    let events = node.http.get(node.url(&format!("/api/v1/soaks/{id}/progress"))).send().unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    let events = events.text().unwrap();
    let last = events.trim_end().rsplit("\n\n").next().unwrap();
    assert!(last.starts_with("event: end\ndata: {"), "{events}");
    assert!(last.contains(r#""state":"completed""#), "{last}");
    let report = report(&node, &id);
    assert_eq!((&report["state"], &report["verified"]), (&json!("completed"), &json!(true)), "{report}");
    assert_eq!((&report["events"], &report["head"]["index"]), (&json!(1000), &json!(1000)));
    assert_eq!(report["errors"], json!({}));
    for key in ["duration_seconds", "events_per_second", "bytes_per_block", "verification_seconds"] {
        assert!(report[key].as_f64().unwrap() > 0.0, "{key}: {report}");
    }
    for (event, quantile) in [("TEACH", "p50_seconds"), ("ASK", "p99_seconds"), ("ASK", "max_seconds")] {
        assert!(report["latency"][event][quantile].as_f64().unwrap() > 0.0, "{report}");
    }
    assert!(report["memory"]["peak_bytes"].as_u64() >= report["memory"]["start_bytes"].as_u64());
    let (_, all) = node.get("/api/v1/soaks");
    assert_eq!((&all["running"], &all["soaks"][0]), (&Value::Null, &report));
    // Counted as a drill's, and people's genome is what people made it.
    assert_eq!(node.series(r#"kolibri_backend_events_total{event_type="TEACH"}"#), Some(1.0));
    assert_eq!(node.series(r#"kolibri_backend_soak_events_total{phase="soak"}"#), Some(1000.0));
    assert_eq!(node.series(r#"kolibri_backend_soak_duration_seconds_count{phase="soak"}"#), Some(1.0));
    assert_eq!(node.get("/api/v1/genome").1["length"], 2);
    assert!(std::fs::read_dir(root.path().join("soaks")).unwrap().next().is_none());
}

#[test]
fn one_drill_at_a_time_and_a_stopped_one_says_so() {
    let root = tempfile::tempdir().unwrap();
    let node = Running::start(root.path());
    let id = start(&node, &endless());
    let (status, problem) = node.post("/api/v1/soaks", &endless());
    assert_eq!((status, &problem["type"]), (409, &json!("urn:kolibri:problem:soak_running")));
    assert!(problem["detail"].as_str().unwrap().contains(&id), "{problem}");
    assert_eq!(delete(&node, &id), 202);
    let report = until_ended(&node, &id);
    assert_eq!((&report["state"], &report["verified"]), (&json!("stopped"), &Value::Null));
    assert_eq!(node.series(r#"kolibri_backend_soak_duration_seconds_count{phase="soak"}"#), Some(0.0));
    // Its thread ends a moment after its report.
    eventually("there is nothing to stop", || (delete(&node, &id) == 409).then_some(()));
    assert_eq!(delete(&node, "20000101-000000-0000"), 404);
    node.stop();
}

#[test]
fn a_bad_drill_is_refused_with_everything_that_is_wrong_with_it() {
    let root = tempfile::tempdir().unwrap();
    let node = Running::start(root.path());
    let (status, problem) = node.post("/api/v1/soaks", &json!({ "minutes": 0, "concurrency": 1000 }));
    assert_eq!(status, 422);
    for name in ["minutes is 0", "concurrency is 1000"] {
        assert!(problem["detail"].as_str().unwrap().contains(name), "{problem}");
    }
    assert_eq!(node.post("/api/v1/soaks", &json!({ "minuts": 1 })).0, 400);
    let (status, problem) =
        node.post("/api/v1/soaks", &json!({ "minutes": 10_000, "events_per_minute": 200_000 }));
    assert_eq!((status, &problem["type"]), (507, &json!("urn:kolibri:problem:soak_too_large")));
    assert!(problem["detail"].as_str().unwrap().contains("MiB"), "{problem}");
    assert_eq!(node.get("/api/v1/soaks").1["soaks"][0]["state"], "refused");
}

#[test]
fn a_killed_drill_is_interrupted_leaves_nothing_behind_and_peoples_genome_verifies() {
    let root = tempfile::tempdir().unwrap();
    let node = Running::start(root.path());
    node.teach("people's own", "knowledge");
    // Long enough not to end by itself, short enough for a disk with little room: a drill asks for its space first.
    let id = start(&node, &json!({ "minutes": 300, "events_per_minute": 1000 }));
    eventually("some events are made", || {
        report(&node, &id)["events"].as_u64().filter(|events| *events > 100)
    });
    node.kill();
    assert!(root.path().join("soaks").join(&id).join("genome.db").exists());
    let node = Running::start(root.path());
    let interrupted = report(&node, &id);
    assert_eq!(interrupted["state"], "interrupted", "{interrupted}");
    assert!(!root.path().join("soaks").join(&id).exists());
    let verified = cli::end(kolibri().args(["genome", "verify", "--data-dir"]).arg(root.path())).printed();
    assert!(verified.starts_with("sound: 2 blocks"), "{verified}");
}

#[test]
fn a_node_that_is_stopped_stops_its_drill() {
    let root = tempfile::tempdir().unwrap();
    let node = Running::start(root.path());
    let id = start(&node, &endless());
    node.stop();
    let node = Running::start(root.path());
    assert_eq!(report(&node, &id)["state"], "stopped");
}

#[test]
fn the_command_line_runs_lists_shows_and_compares_drills() {
    let root = tempfile::tempdir().unwrap();
    let node = Running::start(root.path());
    let run = |arguments: &[&str]| node.run(&[&["soak"], arguments].concat());
    let short = ["run", "--minutes", "1", "--events-per-minute", "500"];
    let told = run(&short).printed();
    for part in ["(completed)", "every link and answer is correct", "errors    none", "p99"] {
        assert!(told.contains(part), "{part} is not in:\n{told}");
    }
    let second: Value = run(&[&short[..], &["--json"]].concat()).json();
    assert_eq!(second["comparison"]["comparable"], 1);
    let (_, all) = node.get("/api/v1/soaks");
    let ids: Vec<&str> =
        all["soaks"].as_array().unwrap().iter().map(|report| report["id"].as_str().unwrap()).collect();
    let listed = run(&["list"]).printed();
    assert!(ids.iter().all(|id| listed.contains(id)), "{listed}");
    assert_eq!(run(&["show", "last", "--json"]).json(), second);
    let compared = run(&["compare", ids[1], ids[0]]).printed();
    for part in
        ["events_per_second", "The genomes are identical, down to the last hash.", "the only one like it"]
    {
        assert!(compared.contains(part), "{part} is not in:\n{compared}");
    }
    let compared = run(&["compare", ids[1], ids[0], "--json"]).json();
    assert_eq!(compared["figures"]["events"], json!({ "a": 500.0, "b": 500.0, "change_ratio": 0.0 }));
    assert!(run(&["show", "nothing"]).failed(1).contains("there is no drill nothing"));
}

#[test]
fn thresholds_make_the_exit_code() {
    let root = tempfile::tempdir().unwrap();
    let node = Running::start(root.path());
    let run = |threshold: &[&str]| {
        node.run(&[&["soak", "run", "--minutes", "1", "--events-per-minute", "100"], threshold].concat())
    };
    run(&["--max-duration", "10m", "--max-error-ratio", "0.05", "--max-p99", "10m"]).printed();
    assert!(run(&["--max-duration", "1us"]).failed(1).contains("more than 1us"));
    assert!(run(&["--max-p99", "1us"]).failed(1).contains("the p99 of"));
    assert!(run(&["--max-duration", "soon"]).failed(2).contains("--max-duration"));
}

#[test]
fn an_interrupt_stops_the_drill_in_the_node() {
    let root = tempfile::tempdir().unwrap();
    let node = Running::start(root.path());
    let run = ["soak", "run", "--minutes", "10000", "--events-per-minute", "60", "--pace", "real"];
    let child = node.command(&run).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let id =
        eventually("the drill runs", || node.get("/api/v1/soaks").1["running"].as_str().map(str::to_owned));
    // Its progress is followed, so its signals are waited for.
    eventually("it listens", || (report(&node, &id)["events"].as_u64() > Some(0)).then_some(()));
    send(&child, Signal::INT);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the drill is stopped"), "{said}");
    assert_eq!(report(&node, &id)["state"], "stopped");
}

#[test]
fn a_standalone_drill_needs_no_node_and_gives_the_same_genome() {
    let root = tempfile::tempdir().unwrap();
    let node = Running::start(&root.path().join("node"));
    let asked = ["--minutes", "2", "--events-per-minute", "500", "--seed", "7"];
    let directory = root.path().join("drills");
    let alone = standalone(&directory, &asked, &[]).json();
    let beside = node.run(&[&["soak", "run", "--json", "--concurrency", "1"][..], &asked].concat()).json();
    assert_eq!(alone["head"], beside["head"]);
    let again = standalone(&directory, &asked, &[]).json();
    assert_eq!(again["comparison"]["comparable"], 1);
    let mut list = kolibri();
    let listed = cli::end(list.args(["soak", "list", "--json", "--directory"]).arg(&directory)).json();
    assert_eq!(listed, json!([again, alone]));
    let busy = standalone(&root.path().join("node"), &asked, &[]);
    assert!(busy.failed(2).contains("is in use by"));
}

#[test]
fn a_drill_in_a_temporary_directory_warns_of_nobody_who_might_read_it() {
    let mut command = kolibri();
    command
        .args(["soak", "run", "--standalone", "--json", "--minutes", "1", "--events-per-minute", "20"])
        .env("KOLIBRI_PROMETHEUS_HOST", "127.0.0.1")
        .env("KOLIBRI_PROMETHEUS_PORT", "0");
    let ended = cli::end(&mut command);
    assert!(!ended.err.contains("WARN"), "{}", ended.err);
    assert_eq!(ended.json()["state"], "completed");
}

#[test]
fn a_standalone_drill_with_a_bad_configuration_names_every_fault() {
    let root = tempfile::tempdir().unwrap();
    let wrong = [("KOLIBRI_OTLP_PROTOCOL", "smoke"), ("KOLIBRI_LOG_FORMAT", "runes")];
    let said = standalone(root.path(), &[], &wrong).failed(2);
    assert!(said.contains("KOLIBRI_OTLP_PROTOCOL") && said.contains("KOLIBRI_LOG_FORMAT"), "{said}");
}
