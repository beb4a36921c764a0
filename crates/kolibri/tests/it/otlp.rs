//! Checks that a collector gets the same series as a scraper, and that a collector in trouble troubles nobody else.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;

use crate::running::cli::end;
use crate::running::{Running, eventually, kolibri, port};
use crate::watching::collectors::{Collector, Manner};
use crate::watching::exposition::{self, Samples, Series, difference, family};
use crate::watching::grpc::{self, GrpcCollector};
use crate::watching::rotel::Rotel;
use crate::watching::tls::{Authority, TlsRelay};

const HTTP: &str = "http/protobuf";
const GRPC: &str = "grpc";
/// No push before the last one.
const NEVER: &str = "86400000";
const OFTEN: &str = "100";
const GZIP: (&str, &str) = ("KOLIBRI_OTLP_COMPRESSION", "gzip");

/// A node that pushes to `endpoint`.
fn pushing(
    directory: &Path,
    endpoint: &str,
    protocol: &str,
    interval: &str,
    more: &[(&str, &str)],
) -> Running {
    let push = [
        ("KOLIBRI_OTLP_ENDPOINT", endpoint),
        ("KOLIBRI_OTLP_PROTOCOL", protocol),
        ("KOLIBRI_OTLP_EXPORT_INTERVAL_MS", interval),
    ];
    Running::start_with(&directory.join("data"), &[&push, more].concat())
}

#[test]
fn http_delivers_what_the_scrape_shows() {
    let rotel = Rotel::start();
    delivers_what_the_scrape_shows(&rotel, &rotel.http, HTTP, &[]);
}

#[test]
fn grpc_delivers_what_the_scrape_shows() {
    let rotel = Rotel::start();
    delivers_what_the_scrape_shows(&rotel, &rotel.grpc, GRPC, &[]);
}

#[test]
fn https_delivers_what_the_scrape_shows_when_the_authority_is_trusted() {
    let (rotel, authority) = (Rotel::start(), Authority::new());
    let trusted = [("SSL_CERT_FILE", authority.certificate())];
    let trusted = trusted.each_ref().map(|(name, path)| (*name, path.to_str().unwrap()));
    for (url, protocol) in [(&rotel.http, HTTP), (&rotel.grpc, GRPC)] {
        let relay = TlsRelay::to(url, &authority);
        delivers_what_the_scrape_shows(&rotel, &format!("https://{}", relay.address), protocol, &trusted);
    }
}

/// The last values are pushed when the node stops, however long the interval is.
fn delivers_what_the_scrape_shows(rotel: &Rotel, endpoint: &str, protocol: &str, more: &[(&str, &str)]) {
    let before = rotel.pushes();
    let directory = tempfile::tempdir().unwrap();
    let node = pushing(directory.path(), endpoint, protocol, NEVER, more);
    work(&node);
    eventually("every meaning is known", || {
        let scrape = node.scrape();
        let holds = |line: &str| scrape.lines().any(|held| held == line);
        // Of five that were taught, one was forgotten.
        let known = holds("kolibri_backend_recall_vectors{state=\"missing\"} 0")
            && holds("kolibri_backend_recall_vectors{state=\"made\"} 4");
        (known && holds("kolibri_backend_recall_model_ready 1")).then_some(())
    });
    let scraped = exposition::parse(&node.scrape());
    let log = node.stop();
    let complaints: Vec<_> = log.iter().filter(|line| line.contains("\"WARN\"")).collect();
    assert!(complaints.is_empty(), "{complaints:#?}");

    eventually("the whole push is printed", || (rotel.received().len() == scraped.len()).then_some(()));
    let pushed = rotel.received();
    // These go on changing: the same series, though.
    let changing = |series: &Series| {
        let changing = ["process_", "kolibri_backend_ready", "kolibri_backend_disk_"];
        changing.iter().any(|name| series.name.starts_with(name))
    };
    let others = |samples: &Samples| -> Samples {
        samples.iter().filter(|(series, _)| !changing(series)).map(|(s, v)| (s.clone(), *v)).collect()
    };
    let differences = difference(&others(&scraped), &others(&pushed));
    assert!(differences.is_empty(), "{differences:#?}");
    let names = |samples: &Samples| samples.keys().filter(|s| changing(s)).cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&pushed), names(&scraped));
    assert_eq!(
        pushed[&Series::new("kolibri_backend_ready", &[])],
        0.0,
        "a node that has stopped is not ready"
    );
    for name in [
        "kolibri_backend_events_total",
        "http_server_request_duration_seconds_bucket",
        "process_cpu_seconds_total",
    ] {
        assert!(!family(&pushed, name).is_empty(), "{name}");
    }
    assert_eq!(rotel.pushes(), before + 1, "the last push is the only one");
}

#[test]
fn gzip_delivers_what_the_scrape_shows() {
    let rotel = Rotel::start();
    for (url, protocol) in [(&rotel.http, HTTP), (&rotel.grpc, GRPC)] {
        delivers_what_the_scrape_shows(&rotel, url, protocol, &[GZIP]);
    }
    let collector = Collector::start(Manner::Answers(200));
    let directory = tempfile::tempdir().unwrap();
    pushing(directory.path(), &collector.url(), HTTP, NEVER, &[GZIP]).stop();
    let push = collector.pushes().pop().unwrap();
    assert_eq!((push.header("content-encoding"), &push.body[..2]), (Some("gzip"), &b"\x1f\x8b"[..]));
}

#[test]
fn an_authority_of_ones_own_is_trusted() {
    let (rotel, authority) = (Rotel::start(), Authority::new());
    let file = authority.certificate();
    for (url, protocol) in [(&rotel.http, HTTP), (&rotel.grpc, GRPC)] {
        let relay = TlsRelay::to(url, &authority);
        let endpoint = format!("https://{}", relay.address);
        delivers_what_the_scrape_shows(
            &rotel,
            &endpoint,
            protocol,
            &[("KOLIBRI_OTLP_CA_FILE", file.to_str().unwrap())],
        );
    }
}

/// What a fleet sets for another vendor's collector.
const OF_ANOTHER_VENDOR: [(&str, &str); 9] = [
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9/not-here"),
    ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://127.0.0.1:9/nor-here"),
    ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=another-vendors-secret"),
    ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "x-api-key=another-vendors-secret"),
    ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
    ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
    ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"),
    ("OTEL_METRIC_EXPORT_INTERVAL", "1"),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
];

#[test]
fn nothing_of_what_is_meant_for_another_vendor_reaches_our_collector() {
    let (http, grpc) = (Collector::start(Manner::Answers(200)), GrpcCollector::start("0"));
    for (url, protocol) in [(http.url(), HTTP), (grpc.url(), GRPC)] {
        let directory = tempfile::tempdir().unwrap();
        let log = pushing(directory.path(), &url, protocol, NEVER, &OF_ANOTHER_VENDOR).stop();
        let told = |line: &&String| line.contains("this variable of OpenTelemetry does nothing here");
        assert_eq!(log.iter().filter(told).count(), OF_ANOTHER_VENDOR.len(), "{log:#?}");
        for (variable, value) in OF_ANOTHER_VENDOR {
            let named = |line: &&String| line.contains(&format!("\"variable\":\"{variable}\""));
            assert_eq!(log.iter().filter(named).count(), 1, "{variable}: {log:#?}");
            let secret = value.contains("secret") && log.iter().any(|line| line.contains(value));
            assert!(!secret, "{log:#?}");
        }
    }
    let pushes = [http.pushes(), grpc.pushes()].concat();
    assert_eq!(pushes.len(), 2, "one from each node, when it stops");
    for push in pushes {
        assert!(!push.head.contains("another-vendors"), "{}", push.head);
        for header in ["authorization", "x-api-key", "content-encoding", "grpc-encoding"] {
            assert_eq!(push.header(header), None, "{}", push.head);
        }
    }
}

#[test]
fn metrics_stay_cumulative_whatever_the_fleets_variable_says() {
    let rotel = Rotel::start();
    for (url, protocol) in [(&rotel.http, HTTP), (&rotel.grpc, GRPC)] {
        let directory = tempfile::tempdir().unwrap();
        let before = rotel.pushes();
        let node = pushing(directory.path(), url, protocol, NEVER, &OF_ANOTHER_VENDOR);
        work(&node);
        node.stop();
        eventually("the push is printed", || (rotel.pushes() > before).then_some(()));
        // Reading a delta fails.
        let taught = Series::new("kolibri_backend_events_total", &[("event_type", "TEACH")]);
        eventually("the counter arrives", || (rotel.received().get(&taught) == Some(&5.0)).then_some(()));
    }
}

/// Five data points were rejected, with a reason that quotes a header, as a collector does that wants to be helpful.
const REJECTED: &[u8] = b"\x0a\x24\x08\x05\x12\x20metric not allowed for topsecret";

#[test]
fn what_a_collector_rejects_is_counted_and_logged_once() {
    let collector = Collector::start(Manner::Partly(REJECTED));
    let directory = tempfile::tempdir().unwrap();
    let headers = [("KOLIBRI_OTLP_HEADERS", "authorization=topsecret")];
    let node = pushing(directory.path(), &collector.url(), HTTP, OFTEN, &headers);
    collector.await_pushes(5);
    let lost = |signal| {
        let scraped = exposition::parse(&node.scrape());
        scraped[&Series::new("kolibri_backend_otlp_lost_total", &[("signal", signal)])]
    };
    assert!(lost("metrics") >= 20.0 && lost("metrics") % 5.0 == 0.0, "{}", lost("metrics"));
    assert_eq!((lost("traces"), lost("logs")), (0.0, 0.0));
    assert!(node.series("kolibri_backend_otlp_exports_failed_total").unwrap() >= 4.0);
    let log = node.stop();
    let told: Vec<_> = log.iter().filter(|line| line.contains("accepts metrics only in part")).collect();
    assert_eq!(told.len(), 1, "{log:#?}");
    assert!(
        told[0].contains("\"rejected\":5") && told[0].contains("metric not allowed for ***"),
        "{}",
        told[0]
    );
}

#[test]
fn a_bad_file_of_authorities_stops_the_start_with_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ca.pem");
    std::fs::write(&file, "no certificate").unwrap();
    let mut serve = kolibri();
    serve.args(["serve", "--data-dir"]).arg(directory.path().join("data"));
    let refused = end(serve.env("KOLIBRI_OTLP_CA_FILE", &file)).failed(2);
    assert!(
        refused.contains("KOLIBRI_OTLP_CA_FILE: ") && refused.contains("contains no certificate"),
        "{refused}"
    );
}

/// Some of everything, recorded.
fn work(node: &Running) {
    for number in 0..5 {
        node.teach(&format!("question {number}"), "answer");
    }
    node.ask("question 2");
    node.ask("nothing that was taught");
    node.post("/api/v1/forget", &json!({ "stimulus": "question 2" }));
    node.post("/api/v1/forget", &json!({ "stimulus": "question 2" }));
    node.post("/api/v1/commands", &json!({ "type": "DANCE" }));
    let asked = Series::new("kolibri_backend_events_total", &[("event_type", "ASK")]);
    eventually("the ASKs are recorded", || (exposition::parse(&node.scrape())[&asked] == 2.0).then_some(()));
}

/// As `timeout` and some shells send it: to the process, and to the group it is in.
#[test]
fn a_signal_that_comes_with_its_echo_still_flushes_the_last_values() {
    let collector = Collector::start(Manner::Answers(200));
    let directory = tempfile::tempdir().unwrap();
    let mut node = pushing(directory.path(), &collector.url(), HTTP, NEVER, &[]);
    node.signal(Signal::TERM);
    // Two that are pending together count as one.
    std::thread::sleep(Duration::from_millis(10));
    node.signal(Signal::TERM);
    assert_eq!(node.wait().code(), Some(0), "{:#?}", node.log());
    assert_eq!(collector.pushes().len(), 1);
}

#[test]
fn an_unknown_authority_is_told_by_name_and_nothing_gets_through() {
    let (rotel, authority) = (Rotel::start(), Authority::new());
    for (url, protocol) in [(&rotel.http, HTTP), (&rotel.grpc, GRPC)] {
        let relay = TlsRelay::to(url, &authority);
        let directory = tempfile::tempdir().unwrap();
        let endpoint = format!("https://{}", relay.address);
        let node = pushing(directory.path(), &endpoint, protocol, OFTEN, &[]);
        let complaint = first_complaint(&node);
        assert!(complaint.contains("UnknownIssuer"), "{complaint}");
        node.stop();
    }
    assert_eq!(rotel.pushes(), 0);
}

#[test]
fn the_path_for_metrics_is_added_to_an_endpoint_that_lacks_it() {
    let collector = Collector::start(Manner::Answers(200));
    for (endpoint, path) in [
        ("", "/v1/metrics"),
        ("/", "/v1/metrics"),
        ("/otlp", "/otlp/v1/metrics"),
        ("/otlp/", "/otlp/v1/metrics"),
        ("/v1/metrics", "/v1/metrics"),
        ("/otlp/v1/metrics", "/otlp/v1/metrics"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        pushing(directory.path(), &format!("{}{endpoint}", collector.url()), HTTP, NEVER, &[]).stop();
        let push = collector.pushes().pop().unwrap();
        assert_eq!(push.head.lines().next(), Some(format!("POST {path} HTTP/1.1").as_str()), "{endpoint}");
        assert_eq!(push.header("content-type"), Some("application/x-protobuf"));
    }
}

#[test]
fn headers_are_percent_decoded_once_and_sent_with_every_push() {
    let headers = "Authorization=Basic%20dXNlcjpwYXNz%3D%3D, x-scope-orgid = team%2C1,x-literal=100%2525";
    let headers = [("KOLIBRI_OTLP_HEADERS", headers)];
    let sent =
        [("authorization", "Basic dXNlcjpwYXNz=="), ("x-scope-orgid", "team,1"), ("x-literal", "100%25")];

    let collector = Collector::start(Manner::Answers(200));
    let directory = tempfile::tempdir().unwrap();
    let node = pushing(directory.path(), &collector.url(), HTTP, OFTEN, &headers);
    let mut pushes = collector.await_pushes(2);
    node.stop();

    let collector = GrpcCollector::start("0");
    let directory = tempfile::tempdir().unwrap();
    let node = pushing(directory.path(), &collector.url(), GRPC, OFTEN, &headers);
    pushes.extend(collector.await_pushes(2));
    node.stop();

    for push in pushes {
        for (name, value) in sent {
            assert_eq!(push.header(name), Some(value), "{name} in {}", push.head);
        }
    }
}

const COMPLAINT: &str = "the OTLP collector does not accept metrics";
const RELIEF: &str = "the OTLP collector accepts metrics again";

fn count(node: &Running, message: &str) -> usize {
    node.log().iter().filter(|line| line.contains(message)).count()
}

fn first_complaint(node: &Running) -> String {
    eventually("the node complains", || node.log().into_iter().find(|line| line.contains(COMPLAINT)))
}

/// A node whose collector is in trouble: it answers as before, complains once, with the cause, and stops in time.
/// `several` returns when several intervals have gone by; what it returns is kept until the node has stopped.
fn goes_on<T>(endpoint: &str, protocol: &str, cause: &str, several: impl Fn(&Running) -> T) {
    let directory = tempfile::tempdir().unwrap();
    let mut node = pushing(directory.path(), endpoint, protocol, OFTEN, &[]);
    // Before the first complaint, a push is under way; and after it, another one.
    answers_as_before(&node);
    let complaint = first_complaint(&node);
    assert!(complaint.contains(cause), "{protocol}, {cause}: {complaint}");
    assert!(complaint.contains(endpoint) && complaint.contains("Check KOLIBRI_OTLP_ENDPOINT"), "{complaint}");
    answers_as_before(&node);
    let kept = several(&node);
    assert_eq!(count(&node, COMPLAINT), 1, "{:#?}", node.log());
    assert_eq!(count(&node, RELIEF), 0);

    let stopping = Instant::now();
    node.signal(Signal::TERM);
    assert_eq!(node.wait().code(), Some(0), "{:#?}", node.log());
    assert!(stopping.elapsed() < Duration::from_secs(10), "{:?}", stopping.elapsed());
    drop(kept);
    assert_eq!(count(&node, COMPLAINT), 1, "{:#?}", node.log());
    assert_eq!(count(&node, "the last metrics did not reach the OTLP collector"), 1, "{:#?}", node.log());
}

/// Each command is far quicker than a push may be slow.
fn answers_as_before(node: &Running) {
    for number in 0..10 {
        let started = Instant::now();
        node.teach(&format!("question {number}"), "answer");
        assert_eq!(node.ask(&format!("question {number}"))["answer"], "answer");
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    }
}

#[test]
fn a_dead_collector_is_told_once_and_slows_nothing_down() {
    // Nobody listens there.
    let free = port::unused();
    let endpoint = format!("http://{free}");
    // A refused connection leaves nothing to wait for.
    let several = |_: &Running| std::thread::sleep(Duration::from_millis(2500));
    std::thread::scope(|scope| {
        for protocol in [HTTP, GRPC] {
            scope.spawn(|| goes_on(&endpoint, protocol, "Connection refused", several));
        }
    });
}

#[test]
fn a_silent_collector_is_told_once_and_slows_nothing_down() {
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let collector = Collector::start(Manner::Silent);
            goes_on(&collector.url(), HTTP, "timed out", |node| {
                collector.await_connections(1);
                dawdle(node)
            });
        });
        scope.spawn(|| {
            let collector = GrpcCollector::start(grpc::SILENT);
            goes_on(&collector.url(), GRPC, "timed out", |node| {
                collector.await_pushes(1);
                dawdle(node)
            });
        });
    });
}

/// A caller who never finishes a request: the node waits for it too when it stops.
fn dawdle(node: &Running) -> TcpStream {
    let mut stream = TcpStream::connect(node.api.trim_start_matches("http://")).unwrap();
    let head = "POST /api/v1/teach HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

#[test]
fn a_refusing_collector_is_told_once_and_slows_nothing_down() {
    for status in [500, 401, 404, 302] {
        let collector = Collector::start(Manner::Answers(status));
        goes_on(&collector.url(), HTTP, &status.to_string(), |_| collector.await_pushes(5));
    }
    for (status, cause) in [("16", "Unauthenticated"), ("13", "Internal")] {
        let collector = GrpcCollector::start(status);
        goes_on(&collector.url(), GRPC, cause, |_| collector.await_pushes(5));
    }
}

#[test]
fn a_collector_that_hangs_up_is_told_once_and_slows_nothing_down() {
    std::thread::scope(|scope| {
        for protocol in [HTTP, GRPC] {
            scope.spawn(move || {
                let collector = Collector::start(Manner::Rude);
                goes_on(&collector.url(), protocol, "", |_| collector.await_connections(5));
            });
        }
    });
}

#[test]
fn each_change_of_a_collectors_state_is_told_once() {
    let collector = Collector::start(Manner::Answers(200));
    let directory = tempfile::tempdir().unwrap();
    let node = pushing(directory.path(), &collector.url(), HTTP, OFTEN, &[]);
    collector.await_pushes(3);
    for round in 1..=2 {
        collector.turn(Manner::Answers(500));
        collector.await_pushes(4);
        collector.turn(Manner::Answers(200));
        collector.await_pushes(4);
        assert_eq!((count(&node, COMPLAINT), count(&node, RELIEF)), (round, round), "{:#?}", node.log());
    }
    node.stop();

    let collector = GrpcCollector::start("0");
    let directory = tempfile::tempdir().unwrap();
    let node = pushing(directory.path(), &collector.url(), GRPC, OFTEN, &[]);
    collector.await_pushes(3);
    collector.turn("16");
    collector.await_pushes(4);
    collector.turn("0");
    collector.await_pushes(4);
    assert_eq!((count(&node, COMPLAINT), count(&node, RELIEF)), (1, 1), "{:#?}", node.log());
    node.stop();
}

#[test]
fn a_collector_that_comes_up_later_gets_everything() {
    let free = port::unused();
    let directory = tempfile::tempdir().unwrap();
    let node = pushing(directory.path(), &format!("http://{free}"), HTTP, OFTEN, &[]);
    first_complaint(&node);
    node.teach("question", "answer");
    let collector = Collector::at(&free.to_string(), Manner::Answers(200));
    collector.await_pushes(2);
    eventually("the node says so", || (count(&node, RELIEF) == 1).then_some(()));
    assert_eq!(count(&node, COMPLAINT), 1);
    node.stop();
}
