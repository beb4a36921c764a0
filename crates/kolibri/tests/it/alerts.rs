//! The node passes on what a Prometheus says of its alerts: only ours, in good order, and in bounded time whatever answers.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::running::{Running, eventually, port};
use crate::watching::collectors::{Collector, Manner};
use crate::watching::prometheus::Prometheus;

const RULES: &str = r#"
groups:
- name: test
  rules:
  - alert: KolibriTooSlow
    expr: vector(7)
    labels: {severity: page, team: on-call}
    annotations:
      summary: it is slow
      description: "{{ $value }} of them"
      runbook_url: "https://kolibri.example/operations#slow"
      dashboard_url: "javascript:alert(document.domain)"
  - alert: KolibriMaybeSoon
    expr: vector(1)
    for: 1h
  - alert: SomebodyElsesAlert
    expr: vector(1)
"#;

fn prometheus_judging(rules: &str) -> Prometheus {
    let directory = tempfile::tempdir().unwrap();
    let configuration = "{global: {evaluation_interval: 1s}, rule_files: [rules.yml]}";
    std::fs::write(directory.path().join("prometheus.yml"), configuration).unwrap();
    std::fs::write(directory.path().join("rules.yml"), rules).unwrap();
    Prometheus::start(directory)
}

fn node_asking(url: &str) -> (tempfile::TempDir, Running) {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start_with(data.path(), &[("KOLIBRI_PROMETHEUS_URL", url)]);
    (data, node)
}

fn alerts(node: &Running) -> Value {
    let (status, body) = node.get("/api/v1/operations/alerts");
    assert_eq!(status, 200, "{body}");
    body
}

/// Asks a node whose Prometheus does not answer as it should, and returns the problem it tells.
#[track_caller]
fn problem(node: &Running) -> String {
    let answer = alerts(node);
    assert_eq!((&answer["configured"], &answer["reachable"]), (&json!(true), &json!(false)), "{answer}");
    assert_eq!(answer["alerts"], json!([]));
    answer["problem"].as_str().unwrap().to_owned()
}

#[test]
fn our_alerts_are_told_as_prometheus_sees_them() {
    let prometheus = prometheus_judging(RULES);
    let (_data, node) = node_asking(prometheus.url());
    let answer = eventually("Prometheus has evaluated its rules", || {
        let answer = alerts(&node);
        assert_eq!((&answer["reachable"], &answer["problem"]), (&json!(true), &Value::Null), "{answer}");
        (answer["alerts"].as_array().unwrap().len() == 2).then_some(answer)
    });
    let [firing, pending] = answer["alerts"].as_array().unwrap().as_slice() else { unreachable!() };
    let since = firing["since"].as_str().unwrap();
    assert!(since.starts_with("20") && since.ends_with('Z'), "{since}");
    let expected = json!({
        "name": "KolibriTooSlow", "state": "firing", "since": since, "severity": "page", "team": "on-call", "instance": null,
        "summary": "it is slow", "description": "7 of them",
        "runbook_url": "https://kolibri.example/operations#slow", "dashboard_url": null, "trace_url": null,
    });
    assert_eq!(*firing, expected);
    assert_eq!((&pending["name"], &pending["state"]), (&json!("KolibriMaybeSoon"), &json!("pending")));
    let condition = node.get("/api/v1/operations").1["condition"].clone();
    assert_eq!((&condition["kind"], &condition["cause"]), (&json!("alert_fires"), &json!("KolibriTooSlow")));
}

#[test]
fn a_node_that_was_not_told_where_prometheus_is_says_what_to_set() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    assert_eq!(alerts(&node), json!({ "configured": false, "variable": "KOLIBRI_PROMETHEUS_URL" }));
}

#[test]
fn a_dead_prometheus_is_told_at_once() {
    let gone = port::unused();
    let (_data, node) = node_asking(&format!("http://{gone}"));
    let problem = problem(&node);
    assert!(problem.contains("refused") && !problem.contains(&gone.to_string()), "{problem}");
    let condition = node.get("/api/v1/operations").1["condition"].clone();
    assert_eq!((&condition["level"], &condition["kind"]), (&json!("unknown"), &json!("alerts_unknown")));
}

#[test]
fn a_silent_prometheus_holds_nobody_for_long_and_is_asked_once_by_many() {
    let silent = Collector::start(Manner::Silent);
    let (_data, node) = node_asking(&silent.url());
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(problem(&node), "it did not answer within 3 seconds"));
        }
    });
    assert!(started.elapsed() < Duration::from_secs(6), "one timeout for all: {:?}", started.elapsed());
    assert_eq!(silent.connections(), 1);
}

#[test]
fn a_node_that_stops_does_not_wait_for_a_silent_prometheus() {
    let silent = Collector::start(Manner::Silent);
    let (_data, node) = node_asking(&silent.url());
    thread::scope(|scope| {
        let asking = scope.spawn(|| node.get("/api/v1/operations/alerts"));
        eventually("Prometheus is asked", || (silent.connections() == 1).then_some(()));
        node.signal(Signal::TERM);
        let (status, problem) = asking.join().unwrap();
        assert_eq!((status, &problem["type"]), (503, &json!("urn:kolibri:problem:stopping")));
    });
}

#[test]
fn who_looks_at_a_node_hardly_waits_for_a_silent_prometheus() {
    let silent = Collector::start(Manner::Silent);
    let (_data, node) = node_asking(&silent.url());
    let started = Instant::now();
    let condition = node.get("/api/v1/operations").1["condition"].clone();
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "less than Prometheus may take: {:?}",
        started.elapsed()
    );
    assert_eq!((&condition["level"], &condition["kind"]), (&json!("unknown"), &json!("alerts_unknown")));
}

#[test]
fn whatever_else_answers_there_is_told_as_such() {
    for (answers, told) in [(404, "it answered with HTTP status 404 Not Found"), (200, "not Prometheus")] {
        let other = Collector::start(Manner::Answers(answers));
        let (_data, node) = node_asking(&other.url());
        let problem = problem(&node);
        assert!(problem.contains(told), "{problem}");
    }
}
