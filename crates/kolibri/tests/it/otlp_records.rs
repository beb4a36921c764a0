//! Checks what a real receiver gets besides metrics: a span for each command and the lines of the log, with no text of
//! anybody's in them; and that a collector in trouble holds no command up.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;

use crate::running::cli::end;
use crate::running::{Running, eventually, kolibri};
use crate::watching::collectors::{Collector, Manner};
use crate::watching::grpc::GrpcCollector;
use crate::watching::rotel::{Rotel, record, squeezed};

const HTTP: &str = "http/protobuf";
const GRPC: &str = "grpc";

/// A node that pushes spans and the log, and no metrics.
fn pushing(directory: &Path, endpoint: &str, protocol: &str, more: &[(&str, &str)]) -> Running {
    let push = [
        ("KOLIBRI_OTLP_ENDPOINT", endpoint),
        ("KOLIBRI_OTLP_PROTOCOL", protocol),
        ("KOLIBRI_OTLP_SIGNALS", "traces, logs"),
    ];
    Running::start_with(&directory.join("data"), &[&push, more].concat())
}

/// A request that belongs to a trace.
fn send(node: &Running, path: &str, traceparent: &str, body: &serde_json::Value) {
    let request = node.http.post(node.url(path)).header("traceparent", traceparent).json(body);
    request.send().unwrap();
}

const TAUGHT: &str = "0af7651916cd43dd8448eb211c80319c";
const REFUSED: &str = "1bf7651916cd43dd8448eb211c80319c";
const UNSAMPLED: &str = "2cf7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

#[test]
fn a_receiver_gets_a_span_for_each_command_and_the_log_with_trace_ids_and_no_text() {
    for protocol in [HTTP, GRPC] {
        let rotel = Rotel::start();
        let endpoint = if protocol == HTTP { &rotel.http } else { &rotel.grpc };
        let directory = tempfile::tempdir().unwrap();
        // Whatever an operator opted in to stays in the file.
        let more = [
            ("KOLIBRI_TRACE_CONTENT", "on"),
            ("KOLIBRI_API_TOKEN", "zq-secret-token-of-16"),
            ("KOLIBRI_OTLP_HEADERS", "x-key=zq-secret-header"),
        ];
        let mut node = pushing(directory.path(), endpoint, protocol, &more);
        node.http = reqwest::blocking::Client::builder()
            .default_headers(
                [(reqwest::header::AUTHORIZATION, "Bearer zq-secret-token-of-16".parse().unwrap())]
                    .into_iter()
                    .collect(),
            )
            .build()
            .unwrap();
        let taught = json!({ "stimulus": "zq-secret-question", "response": "zq-secret-answer" });
        send(&node, "/api/v1/teach", &format!("00-{TAUGHT}-{PARENT}-01"), &taught);
        send(
            &node,
            "/api/v1/forget",
            &format!("00-{REFUSED}-{PARENT}-01"),
            &json!({ "stimulus": "zq-secret-unknown" }),
        );
        send(
            &node,
            "/api/v1/ask",
            &format!("00-{UNSAMPLED}-{PARENT}-00"),
            &json!({ "stimulus": "zq-secret-question" }),
        );
        node.stop();
        let printed = eventually("the last line of the log arrives", || {
            let printed = rotel.printed();
            printed.iter().any(|line| line.contains("stopping: new commands")).then_some(printed)
        });

        let trace = format!("Trace ID : {TAUGHT}");
        let whole = record(
            &printed,
            "Span #",
            &[
                &trace,
                &format!("Parent ID : {PARENT}"),
                "Name : TEACH",
                "Kind : SPAN_KIND_SERVER",
                "-> kolibri.event.type: Str(TEACH)",
                "-> kolibri.block: Int(1)",
            ],
        );
        assert!(!whole.iter().any(|line| line.contains("STATUS_CODE_ERROR")), "{whole:#?}");
        let id = whole
            .iter()
            .map(|line| squeezed(line))
            .find_map(|line| line.strip_prefix("ID : ").map(str::to_owned));
        let child = format!("Parent ID : {}", id.unwrap());
        record(&printed, "Span #", &[&trace, &child, "Name : queue", "Kind : SPAN_KIND_INTERNAL"]);
        record(&printed, "Span #", &[&trace, &child, "Name : commit", "Kind : SPAN_KIND_INTERNAL"]);

        let trace = format!("Trace ID : {REFUSED}");
        let failed = [
            "Status code : STATUS_CODE_ERROR",
            "-> error.type: Str(not_taught)",
            "-> kolibri.fault: Str(caller)",
        ];
        record(&printed, "Span #", &[&[trace.as_str(), "Name : FORGET"], &failed[..]].concat());
        record(
            &printed,
            "LogRecord #",
            &[&trace, "Body: Str(a command was refused)", "SeverityText: INFO", "-> error: Str(not_taught)"],
        );
        record(&printed, "LogRecord #", &["Body: Str(the genome is open)"]);
        let told = |text: &str| printed.iter().any(|line| line.contains(text));
        assert!(!told(UNSAMPLED), "the caller does not sample this trace");
        assert!(!told("zq-secret"), "{printed:#?}");
        assert_eq!(rotel.pushes(), 0, "no metrics were asked for");
    }
}

/// How often the log says that a signal is not accepted.
fn complaints(node: &Running, signal: &str) -> usize {
    let complaint = format!("the OTLP collector does not accept {signal}");
    node.log().iter().filter(|line| line.contains(&complaint)).count()
}

/// It answers each command at once, complains once for each signal, stops in time, and counts what is lost.
fn goes_on(node: &mut Running, several: impl Fn()) {
    for number in 0..20 {
        let started = Instant::now();
        node.teach(&format!("question {number}"), "answer");
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    }
    eventually("it complains", || {
        (complaints(node, "traces") > 0 && complaints(node, "logs") > 0).then_some(())
    });
    several();
    let stopping = Instant::now();
    node.signal(Signal::TERM);
    assert_eq!(node.wait().code(), Some(0), "{:#?}", node.log());
    assert!(stopping.elapsed() < Duration::from_secs(10), "{:?}", stopping.elapsed());
    assert_eq!((complaints(node, "traces"), complaints(node, "logs")), (1, 1), "{:#?}", node.log());
}

#[test]
fn a_collector_that_refuses_is_told_once_for_each_signal_and_what_it_will_never_take_is_lost() {
    let collector = Collector::start(Manner::Answers(400));
    let directory = tempfile::tempdir().unwrap();
    let mut node = pushing(directory.path(), &collector.url(), HTTP, &[]);
    goes_on(&mut node, || {});
    let paths = collector.pushes();
    for path in ["/v1/traces", "/v1/logs"] {
        assert!(
            paths.iter().any(|push| push.head.starts_with(&format!("POST {path} HTTP/1.1\r\n"))),
            "{path}"
        );
    }
}

#[test]
fn a_silent_collector_holds_up_neither_commands_nor_the_stop() {
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let collector = Collector::start(Manner::Silent);
            let directory = tempfile::tempdir().unwrap();
            goes_on(&mut pushing(directory.path(), &collector.url(), HTTP, &[]), || {});
        });
        scope.spawn(|| {
            let collector = GrpcCollector::start(crate::watching::grpc::SILENT);
            let directory = tempfile::tempdir().unwrap();
            goes_on(&mut pushing(directory.path(), &collector.url(), GRPC, &[]), || {});
        });
    });
}

#[test]
fn what_a_collector_cannot_take_now_arrives_later() {
    let collector = Collector::start(Manner::Answers(503));
    let directory = tempfile::tempdir().unwrap();
    let node = pushing(directory.path(), &collector.url(), HTTP, &[]);
    node.teach("question", "answer");
    eventually("it complains", || (complaints(&node, "traces") == 1).then_some(()));
    collector.turn(Manner::Answers(200));
    let before = collector.pushes().len();
    let spans = eventually("the span arrives", || {
        collector.pushes()[before..].iter().find(|push| push.head.contains("/v1/traces")).cloned()
    });
    assert!(spans.body.windows(5).any(|bytes| bytes == b"TEACH"));
    assert_eq!(node.series("kolibri_backend_otlp_lost_total{signal=\"traces\"}"), Some(0.0));
    node.stop();
}

#[test]
fn what_is_rejected_for_good_is_counted_by_signal() {
    let collector = Collector::start(Manner::Answers(400));
    let directory = tempfile::tempdir().unwrap();
    let node = pushing(directory.path(), &collector.url(), HTTP, &[]);
    node.teach("question", "answer");
    let lost = |signal: &str| node.series(&format!("kolibri_backend_otlp_lost_total{{signal=\"{signal}\"}}"));
    eventually("it is counted", || (lost("traces") == Some(1.0) && lost("logs") >= Some(2.0)).then_some(()));
    assert_eq!(lost("metrics"), Some(0.0));
    node.stop();
}

#[test]
fn a_start_that_fails_says_why_and_ends_whatever_is_pushed() {
    let directory = tempfile::tempdir().unwrap();
    let no_directory = directory.path().join("file");
    std::fs::write(&no_directory, "").unwrap();
    let used = directory.path().join("used");
    let _other = Running::start(&used);
    let healthy = Collector::start(Manner::Answers(200));
    let silent = Collector::start(Manner::Silent);
    for (data, signals, collector) in [
        (&no_directory, "logs", &healthy),
        (&no_directory, "metrics,traces,logs", &silent),
        (&used, "traces", &healthy),
        (&used, "metrics,traces", &silent),
    ] {
        let mut serve = kolibri();
        serve.args(["serve", "--http-port=0", "--prometheus-port=0"]).env("KOLIBRI_DATA_DIR", data);
        serve.envs([("KOLIBRI_OTLP_ENDPOINT", &*collector.url()), ("KOLIBRI_OTLP_SIGNALS", signals)]);
        let started = Instant::now();
        let said = end(&mut serve).failed(2);
        assert!(said.contains(data.to_str().unwrap()), "{signals}: {said}");
        assert!(started.elapsed() < Duration::from_secs(20), "{signals}: {:?}", started.elapsed());
    }
}
