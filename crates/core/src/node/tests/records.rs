//! What a node reports about its work: metrics as a scraper reads them, traces, and whether it is ready.

use std::path::{Path, PathBuf};

use super::*;
use crate::trace::{Outcome, Trace};
use crate::{ErrorKind, NotReady, NotReadyKind};

/// Checks the values of some of the backend's series.
#[track_caller]
fn assert_series(telemetry: &Telemetry, expected: &[(&str, f64)]) {
    for (name, value) in expected {
        assert_eq!(series(telemetry, &format!("kolibri_backend_{name}")), Some(*value), "{name}");
    }
}

#[tokio::test]
async fn metrics_count_what_was_recorded_and_what_failed() {
    let (root, telemetry) = (tempfile::tempdir().unwrap(), telemetry());
    let node = Node::open(&config(root.path()), &telemetry).unwrap();
    teach(&node, "a", "1").await;
    teach(&node, "a", "2").await;
    teach(&node, "b", "3").await;
    ask(&node, "a").await;
    ask(&node, "unheard of").await;
    forget(&node, "a").await.unwrap();
    forget(&node, "a").await.unwrap_err();
    try_teach(&node, "", "4").await.unwrap_err();
    node.ask(TraceId::random(), " ".into()).await.unwrap_err();
    node.refuse_unknown(TraceId::random());
    node.close();
    assert_series(
        &telemetry,
        &[
            (r#"events_total{event_type="GENESIS"}"#, 0.0),
            (r#"events_total{event_type="TEACH"}"#, 3.0),
            (r#"events_total{event_type="ASK"}"#, 2.0),
            (r#"events_total{event_type="FORGET"}"#, 1.0),
            (r#"events_failed_total{event_type="GENESIS",fault="node"}"#, 0.0),
            (r#"events_failed_total{event_type="TEACH",fault="caller"}"#, 1.0),
            (r#"events_failed_total{event_type="TEACH",fault="node"}"#, 0.0),
            (r#"events_failed_total{event_type="ASK",fault="caller"}"#, 1.0),
            (r#"events_failed_total{event_type="ASK",fault="node"}"#, 0.0),
            (r#"events_failed_total{event_type="FORGET",fault="caller"}"#, 1.0),
            (r#"events_failed_total{event_type="FORGET",fault="node"}"#, 0.0),
            (r#"events_failed_total{event_type="COMMAND",fault="caller"}"#, 1.0),
            (r#"events_failed_total{event_type="TRACE",fault="trace"}"#, 0.0),
            (r#"queue_refused_total{event_type="TEACH"}"#, 0.0),
            (r#"genome_blocks_count{event_type="TEACH"}"#, 3.0),
            (r#"genome_blocks_sum{event_type="TEACH"}"#, 2.0 + 3.0 + 4.0),
            (r#"genome_blocks_sum{event_type="FORGET"}"#, 7.0),
            (r#"genome_blocks_bucket{event_type="TEACH",le="2"}"#, 1.0),
            (r#"command_duration_seconds_count{event_type="TEACH"}"#, 3.0),
            (r#"command_duration_seconds_count{event_type="ASK"}"#, 2.0),
            (r#"command_duration_seconds_count{event_type="FORGET"}"#, 1.0),
            ("queue_depth", 0.0),
        ],
    );
}

#[tokio::test]
async fn no_text_shows_in_metrics() {
    let (root, telemetry) = (tempfile::tempdir().unwrap(), telemetry());
    let node = Node::open(&config(root.path()), &telemetry).unwrap();
    teach(&node, "zanzibarstimulus", "zanzibarresponse").await;
    ask(&node, "zanzibarquestion").await;
    forget(&node, "zanzibarforgotten").await.unwrap_err();
    node.close();
    let text = telemetry.render().unwrap().unwrap();
    assert!(!text.contains("zanzibar"), "{text}");
}

/// A node that traces into a file.
fn tracing_node(root: &Path, content: bool) -> (Node, PathBuf) {
    let path = root.join("trace.jsonl");
    let trace = TraceConfig { path: Some(path.clone()), max_bytes: 1 << 20, content };
    let node = Node::open(&NodeConfig { trace: Some(trace), ..config(root) }, &Telemetry::off()).unwrap();
    (node, path)
}

fn written(path: &Path) -> Vec<Trace> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn every_command_leaves_a_trace_that_says_how_it_went() {
    let root = tempfile::tempdir().unwrap();
    let (node, path) = tracing_node(root.path(), false);
    let ids: Vec<_> = (0..6).map(|_| TraceId::random()).collect();
    node.teach(ids[0], "ping".into(), "pong".into()).await.unwrap();
    node.ask(ids[1], "ping".into()).await.unwrap();
    node.teach(ids[2], "ping".into(), String::new()).await.unwrap_err();
    node.forget(ids[3], "unheard of".into()).await.unwrap_err();
    node.refuse_unknown(ids[4]);
    node.forget(ids[5], "ping".into()).await.unwrap();
    until("the ASK is traced", || node.traces().unwrap().find(ids[1]).is_some());

    let of = |id| node.traces().unwrap().find(id).unwrap();
    let (ok, failed) = (Outcome::Ok, Outcome::Failed);
    let expected = [
        ("TEACH", ok, None, Some(1)),
        ("ASK", ok, None, Some(2)),
        ("TEACH", failed, Some(ErrorKind::InvalidText), None),
        ("FORGET", failed, Some(ErrorKind::NotTaught), None),
        ("COMMAND", failed, Some(ErrorKind::UnknownCommand), None),
        ("FORGET", ok, None, Some(3)),
    ];
    for (id, expected) in ids.iter().zip(expected) {
        let trace = of(*id);
        assert_eq!((&*trace.event, trace.outcome, trace.error, trace.block), expected);
        assert_eq!(trace.trace_id, *id);
        assert!(trace.content.is_none());
    }
    let phases = of(ids[1]).duration_us;
    assert!(phases.recall > 0 && phases.commit > 0, "{phases:?}");
    assert!(phases.total >= phases.recall + phases.queue + phases.commit, "{phases:?}");
    assert_eq!(of(ids[0]).duration_us.recall, 0);
    assert_eq!(node.traces().unwrap().latest(Some(failed)).unwrap().trace_id, ids[4]);

    node.close();
    let in_file = written(&path);
    assert_eq!(in_file.len(), 6);
    assert!(ids.iter().all(|id| in_file.iter().any(|trace| trace.trace_id == *id)));
}

#[tokio::test]
async fn the_last_failure_can_be_asked_for_after_a_restart() {
    let root = tempfile::tempdir().unwrap();
    let id = TraceId::random();
    let (node, _) = tracing_node(root.path(), false);
    node.forget(id, "unheard of".into()).await.unwrap_err();
    drop(node);
    let (node, _) = tracing_node(root.path(), false);
    let last = node.traces().unwrap().latest(Some(Outcome::Failed)).unwrap();
    assert_eq!((last.trace_id, last.error), (id, Some(ErrorKind::NotTaught)));
}

#[tokio::test]
async fn texts_are_traced_only_when_an_operator_opted_in() {
    for opted_in in [false, true] {
        let root = tempfile::tempdir().unwrap();
        let (node, path) = tracing_node(root.path(), opted_in);
        teach(&node, "zanzibarstimulus", "zanzibarresponse").await;
        ask(&node, "zanzibarstimulus").await;
        try_teach(&node, "zanzibaragain", "\u{7}").await.unwrap_err();
        forget(&node, "zanzibarnever").await.unwrap_err();
        node.close();
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(text.contains("zanzibar"), opted_in, "{text}");
        let asked = text.lines().find(|line| line.contains(r#""event":"ASK""#)).unwrap();
        let response =
            serde_json::from_str::<Trace>(asked).unwrap().content.and_then(|content| content.response);
        assert_eq!(response.as_deref(), opted_in.then_some("zanzibarresponse"));
    }
}

#[tokio::test]
async fn texts_that_were_traced_once_do_not_come_back_when_an_operator_has_opted_out() {
    let root = tempfile::tempdir().unwrap();
    let id = TraceId::random();
    let (node, _) = tracing_node(root.path(), true);
    node.forget(id, "zanzibar".into()).await.unwrap_err();
    assert!(node.traces().unwrap().find(id).unwrap().content.is_some());
    drop(node);
    let (node, _) = tracing_node(root.path(), false);
    assert!(node.traces().unwrap().find(id).unwrap().content.is_none());
}

#[tokio::test]
async fn commands_continue_when_traces_cannot_be_written_and_are_still_found_in_memory() {
    let (root, telemetry) = (tempfile::tempdir().unwrap(), telemetry());
    let path = Some(root.path().join("no/such/directory/trace.jsonl"));
    let trace = Some(TraceConfig { path, max_bytes: 1 << 20, content: false });
    let node = Node::open(&NodeConfig { trace, ..config(root.path()) }, &telemetry).unwrap();
    let id = TraceId::random();
    node.teach(id, "a".into(), "b".into()).await.unwrap();
    assert_eq!(node.traces().unwrap().find(id).unwrap().outcome, Outcome::Ok);
    until("the node is ready", || node.ready() == Ready::Yes);
    node.close();
    assert_series(
        &telemetry,
        &[
            (r#"events_failed_total{event_type="TRACE",fault="trace"}"#, 1.0),
            (r#"events_failed_total{event_type="TEACH",fault="caller"}"#, 0.0),
            (r#"events_failed_total{event_type="TEACH",fault="node"}"#, 0.0),
        ],
    );
}

#[tokio::test]
async fn a_node_is_ready_when_its_index_has_caught_up() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    for number in 0..10 {
        teach(&node, &number.to_string(), "x").await;
    }
    drop(node);
    let node = open(root.path());
    let catching_up = |problems: &[NotReady]| problems[0].kind == NotReadyKind::IndexCatchingUp;
    until("the node is ready", || match node.ready() {
        Ready::Yes => true,
        Ready::No(problems) if catching_up(&problems) => false,
        Ready::No(problems) => panic!("{problems:?}"),
    });
}
