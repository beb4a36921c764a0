//! Checks that what Prometheus sees is right: born at zero, exact after a known sequence, under names and labels that no
//! caller can change.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::programs::program;
use crate::running::{PATIENCE, Running, eventually};
use crate::watching::exposition::{self, Samples, Series, difference, family, label_names, label_values};
use crate::watching::prometheus::Prometheus;

const EVENTS: [&str; 4] = ["GENESIS", "TEACH", "ASK", "FORGET"];
/// What can fail, and by whose fault: every event, a command that does not exist, a trace that cannot be written.
const FAILURES: [(&str, &str); 9] = [
    ("GENESIS", "node"),
    ("TEACH", "caller"),
    ("TEACH", "node"),
    ("ASK", "caller"),
    ("ASK", "node"),
    ("FORGET", "caller"),
    ("FORGET", "node"),
    ("COMMAND", "caller"),
    ("TRACE", "trace"),
];
const SOAK_BOUNDS: [f64; 15] =
    [1.0, 5.0, 10.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0, 240.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0];
const FAMILIES: &str = "kolibri_backend_events_total|kolibri_backend_events_failed_total|\
                        kolibri_backend_genome_blocks_.+|kolibri_backend_soak_.+";

fn genome_bounds() -> Vec<f64> {
    let steps = (0..9).flat_map(|power| [1.0, 2.0, 5.0].map(|step| step * 10f64.powi(power)));
    steps.chain([1e9]).collect()
}

/// What the node did: events with the genome's length after each, and failures, all by their callers' fault.
#[derive(Default)]
struct Done {
    events: Vec<(&'static str, u64)>,
    failures: Vec<&'static str>,
}

impl Done {
    /// An event was recorded; block 0 is there from the start.
    fn event(&mut self, event: &'static str) {
        self.events.push((event, self.events.len() as u64 + 2));
    }

    fn count(&self, event: &str) -> f64 {
        self.events.iter().filter(|(name, _)| *name == event).count() as f64
    }

    /// The families of events and drills, whole.
    fn expected(&self) -> Samples {
        let mut samples = Samples::new();
        for event in EVENTS {
            let labels = [("event_type", event)];
            samples.insert(Series::new("kolibri_backend_events_total", &labels), self.count(event));
            let ours = self.events.iter().filter(|(name, _)| *name == event);
            let lengths: Vec<_> = ours.map(|(_, length)| *length as f64).collect();
            let name = "kolibri_backend_genome_blocks";
            exposition::histogram(&mut samples, name, &labels, &genome_bounds(), &lengths);
        }
        for (event, fault) in FAILURES {
            let labels = [("event_type", event), ("fault", fault)];
            let series = Series::new("kolibri_backend_events_failed_total", &labels);
            let count = self.failures.iter().filter(|name| (**name, "caller") == (event, fault)).count();
            samples.insert(series, count as f64);
        }
        let phase = [("phase", "soak")];
        let duration = "kolibri_backend_soak_duration_seconds";
        exposition::histogram(&mut samples, duration, &phase, &SOAK_BOUNDS, &[]);
        for name in ["kolibri_backend_soak_events_total", "kolibri_backend_soak_events_failed_total"] {
            samples.insert(Series::new(name, &phase), 0.0);
        }
        for outcome in ["completed", "failed", "stopped", "interrupted", "refused"] {
            let name = "kolibri_backend_soak_last_start_timestamp_seconds";
            samples.insert(Series::new(name, &[("outcome", outcome)]), 0.0);
        }
        samples
    }
}

fn families(samples: &Samples) -> Samples {
    let names = ["events", "genome_blocks", "soak"].map(|name| format!("kolibri_backend_{name}"));
    names.iter().flat_map(|name| family(samples, name)).collect()
}

/// Grows with everything that is counted, so a scrape that is not yet whole has less of it.
fn total(samples: &Samples) -> f64 {
    samples.values().sum()
}

#[track_caller]
fn assert_same(expected: &Samples, found: &Samples) {
    let difference = difference(expected, found);
    assert!(difference.is_empty(), "{difference:#?}");
}

/// Histograms that are about time, with their bounds in seconds.
const TIMES: [(&str, &[f64]); 3] = [
    (
        "http_server_request_duration_seconds",
        &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0],
    ),
    (
        "kolibri_backend_command_duration_seconds",
        &[0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0],
    ),
    (
        "kolibri_backend_commit_duration_seconds",
        &[0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0],
    ),
];

#[test]
fn histograms_of_time_have_the_bounds_that_their_questions_need() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start(directory.path());
    node.teach("a", "1");
    let scraped = node.scrape();
    for (name, bounds) in TIMES {
        let bucket = format!("{name}_bucket{{");
        let found: BTreeSet<&str> = scraped
            .lines()
            .filter(|line| line.starts_with(&bucket))
            .filter_map(|line| line.split_once("le=\"")?.1.split_once('"').map(|(bound, _)| bound))
            .filter(|bound| *bound != "+Inf")
            .collect();
        let mut found: Vec<f64> = found.into_iter().map(|bound| bound.parse().unwrap()).collect();
        found.sort_by(f64::total_cmp);
        assert_eq!(found, bounds, "{name}");
    }
}

#[test]
fn prometheus_sees_zeros_first_and_then_exactly_what_was_done() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start(directory.path());
    let prometheus = Prometheus::scraping(node.metrics.as_ref().unwrap());
    let query = format!("{{__name__=~\"{FAMILIES}\"}}");

    let born = prometheus.query(&query);
    assert_same(&Done::default().expected(), &born);
    assert_eq!(
        prometheus.query(r#"kolibri_backend_soak_duration_seconds_bucket{le="120"}"#).len(),
        1,
        "the soak alert asks about 120 s"
    );

    let done = work(&node);
    let seen = eventually("Prometheus scraped what was done", || {
        Some(prometheus.query(&query)).filter(|seen| total(seen) >= total(&done.expected()))
    });
    assert_same(&done.expected(), &seen);

    let labels = prometheus.label_names();
    let closed = [CLOSED_LABELS, &["__name__", "instance", "job"]].concat();
    assert!(labels.iter().all(|label| closed.contains(&label.as_str())), "{labels:?}");
}

/// Gives the node some of everything, and says what should have been counted.
fn work(node: &Running) -> Done {
    let mut done = Done::default();
    let post = |path: &str, body: Value, status: u16| {
        let (answered, body) = node.post(path, &body);
        assert_eq!(answered, status, "{path}: {body}");
    };
    for number in 0..12 {
        node.teach(&format!("question {number}"), "answer");
        done.event("TEACH");
    }
    node.teach("question 3", "another answer");
    done.event("TEACH");
    for question in ["question 3", "the question 5, please", "something else altogether"] {
        node.ask(question);
        done.event("ASK");
    }
    post("/api/v1/forget", json!({ "stimulus": "question 3" }), 200);
    done.event("FORGET");
    post("/api/v1/commands", json!({ "type": "TEACH", "stimulus": "by name", "response": "too" }), 201);
    done.event("TEACH");
    let lines = concat!(
        "{\"stimulus\":\"line one\",\"response\":\"r\"}\n",
        "{\"stimulus\":\" \",\"response\":\"r\"}\n",
        "no JSON\n",
        "{\"stimulus\":\"line four\",\"response\":\"r\"}\n",
    );
    assert_eq!(raw(node, "/api/v1/teach:batch", "application/x-ndjson", lines.into()), 200);
    done.event("TEACH");
    done.failures.push("TEACH");
    done.event("TEACH");

    // Refused or failed commands count as failed, by their type.
    post("/api/v1/forget", json!({ "stimulus": "question 3" }), 404);
    post("/api/v1/forget", json!({ "stimulus": "never taught" }), 404);
    post("/api/v1/teach", json!({ "stimulus": "", "response": "r" }), 422);
    post("/api/v1/teach", json!({ "stimulus": "s", "response": "\u{7}" }), 422);
    post("/api/v1/teach", json!({ "stimulus": "s".repeat(5000), "response": "r" }), 422);
    post("/api/v1/ask", json!({ "stimulus": "\u{200b}" }), 422);
    post("/api/v1/commands", json!({ "type": "ASK", "stimulus": "" }), 422);
    post("/api/v1/commands", json!({ "type": "DANCE" }), 422);
    post("/api/v1/commands", json!({ "type": "teach", "stimulus": "s", "response": "r" }), 422);
    post("/api/v1/commands", json!({ "type": "GENESIS" }), 422);
    let failures =
        ["FORGET", "FORGET", "TEACH", "TEACH", "TEACH", "ASK", "ASK", "COMMAND", "COMMAND", "COMMAND"];
    done.failures.extend(failures);

    // What never became a command counts nowhere here.
    for path in ["/api/v1/teach", "/api/v1/ask", "/api/v1/forget", "/api/v1/commands"] {
        assert_eq!(raw(node, path, "application/json", "{\"stimulus\":".into()), 400);
        assert_eq!(raw(node, path, "application/json", "{\"surprise\":1}".into()), 400);
        assert_eq!(raw(node, path, "application/json", vec![b' '; 129 * 1024]), 413);
        assert_eq!(raw(node, path, "text/plain", "{}".into()), 415);
    }
    post("/api/v1/commands", json!({ "type": "TEACH", "stimulus": "s" }), 400);
    post("/api/v1/commands", json!({ "type": 7 }), 400);
    post("/api/v1/dance", json!({ "stimulus": "s" }), 404);
    node.ask("question 7");
    done.event("ASK");

    // An ASK is answered before its block is durable.
    let expected = done.expected();
    let seen = eventually("every ASK is recorded", || {
        let seen = families(&exposition::parse(&node.scrape()));
        Some(seen).filter(|seen| total(seen) >= total(&expected))
    });
    assert_same(&expected, &seen);
    done
}

fn raw(node: &Running, path: &str, content_type: &str, body: Vec<u8>) -> u16 {
    let request = node.http.post(node.url(path)).header(CONTENT_TYPE, content_type).body(body);
    let response = request.send().unwrap();
    let status = response.status().as_u16();
    response.bytes().unwrap();
    status
}

#[test]
fn promtool_accepts_the_text_before_and_after_the_first_event() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start(directory.path());
    promtool_accepts(&node.scrape());
    work(&node);
    promtool_accepts(&node.scrape());
}

/// Operators name the attributes of a resource as they like.
#[test]
fn no_resource_attribute_takes_the_scrape_down() {
    let directory = tempfile::tempdir().unwrap();
    let attributes = "1st_line_team=oncall,7=x,a:b=1,a_b=2,a.b=3,__name__=up,job=j,instance=i,\
                      команда=дежурные,%22=quote,-=dash,_=line,empty=,new%0Aline=%0A%22%5C";
    let node = Running::start_with(directory.path(), &[("OTEL_RESOURCE_ATTRIBUTES", attributes)]);
    let text = node.scrape();
    promtool_accepts(&text);
    let target = text.lines().find(|line| line.starts_with("target_info{")).unwrap();
    for label in [
        r#"key_1st_line_team="oncall""#,
        r#"key_7="x""#,
        r#"key__name__="up""#,
        r#"service_namespace="kolibri""#,
    ] {
        assert!(target.contains(label), "{label}: {target}");
    }
    let values = target.split("a_b=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert_eq!(
        values.split(';').collect::<std::collections::BTreeSet<_>>(),
        ["1", "2", "3"].into(),
        "{target}"
    );
}

fn promtool_accepts(text: &str) {
    let mut promtool = program("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
}

/// What Prometheus 2 and 3 send, with and without protobuf (native histograms), and what others do.
const ACCEPTS: [&str; 8] = [
    "",
    "*/*",
    "text/plain",
    "application/openmetrics-text",
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
     text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,\
     application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,\
     text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
     application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
     text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;\
     escaping=allow-utf-8;q=0.7,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
     application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
     text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
];

#[test]
fn the_names_are_the_same_whatever_the_scraper_accepts() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start(directory.path());
    node.teach("question", "answer");
    let expected: BTreeSet<_> = exposition::parse(&node.scrape()).into_keys().collect();
    for accept in ACCEPTS {
        let response = node.http.get(node.metrics.as_ref().unwrap()).header(ACCEPT, accept).send().unwrap();
        assert_eq!(response.status(), 200, "{accept}");
        assert_eq!(response.headers()[CONTENT_TYPE], "text/plain; version=0.0.4; charset=utf-8", "{accept}");
        let found: BTreeSet<_> = exposition::parse(&response.text().unwrap()).into_keys().collect();
        assert_eq!(found, expected, "{accept}");
    }
}

/// Every label there is.
const CLOSED_LABELS: &[&str] = &[
    "error_type",
    "event_type",
    "fault",
    "http_request_method",
    "http_response_status_code",
    "http_route",
    "le",
    "outcome",
    "phase",
    "state",
    "service_instance_id",
    "service_name",
    "service_namespace",
    "service_version",
    "signal",
    "url_scheme",
];
const METHODS: [&str; 10] =
    ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "_OTHER"];

#[test]
fn process_metrics_have_their_standard_names_and_believable_values() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start(directory.path());
    // The kernel counts processor time in hundredths of a second.
    eventually("some processor time is used", || {
        node.series("process_cpu_seconds_total").filter(|used| (0.01..600.0).contains(used))
    });
    let samples = exposition::parse(&node.scrape());
    let value = |name: &str| samples[&Series::new(name, &[])];
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    assert!((1e6..1e10).contains(&value("process_resident_memory_bytes")));
    assert!(value("process_virtual_memory_bytes") > value("process_resident_memory_bytes"));
    assert!((5.0..1e4).contains(&value("process_open_fds")));
    assert!(value("process_max_fds") >= value("process_open_fds"));
    assert!((now - 600.0..now + 10.0).contains(&value("process_start_time_seconds")), "it started just now");
}

#[test]
fn the_node_tells_how_it_is_from_the_first_scrape_on() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start(directory.path());
    eventually("it is ready", || node.series("kolibri_backend_ready").filter(|ready| *ready == 1.0));
    assert_eq!(node.series("kolibri_backend_otlp_exports_failed_total"), Some(0.0), "it pushes nowhere");
    let df = Command::new("df").args(["--block-size=1", "--output=avail"]).arg(directory.path()).output();
    let df = String::from_utf8(df.unwrap().stdout).unwrap();
    let available: f64 = df.lines().last().unwrap().trim().parse().unwrap();
    let told = node.series("kolibri_backend_disk_available_bytes").unwrap();
    // Others write to the same disk meanwhile.
    assert!((available * 0.9..available * 1.1).contains(&told), "df says {available}, the node {told}");
}

#[test]
fn http_metrics_follow_the_semantic_conventions() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start(directory.path());
    node.teach("question", "answer");
    node.get("/api/v1/genome/blocks/1");
    node.get("/api/v1/genome/blocks/0");
    node.get("/api/v1/genome/blocks/99");
    node.get("/no/such/path");
    let samples = exposition::parse(&node.scrape());
    let count = |labels: &[(&str, &str)]| {
        let labels = [&[("url_scheme", "http")], labels].concat();
        samples[&Series::new("http_server_request_duration_seconds_count", &labels)]
    };
    let labels = |method, route, status| {
        [("http_request_method", method), ("http_response_status_code", status), ("http_route", route)]
    };
    assert_eq!(count(&labels("POST", "/api/v1/teach", "201")), 1.0);
    assert_eq!(count(&labels("GET", "/api/v1/genome/blocks/{index}", "200")), 2.0);
    assert_eq!(count(&labels("GET", "/api/v1/genome/blocks/{index}", "404")), 1.0);
    // No route was matched, so none is told.
    assert_eq!(count(&labels("GET", "", "404")[..2]), 1.0);
    for method in ["GET", "POST"] {
        let labels = [("http_request_method", method), ("url_scheme", "http")];
        assert_eq!(samples[&Series::new("http_server_active_requests", &labels)], 0.0);
    }
}

#[test]
fn a_server_error_says_so_in_its_series() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start_with(directory.path(), &[("KOLIBRI_QUEUE_CAPACITY", "1")]);
    let question = json!({ "stimulus": "question", "response": "answer" });
    // Somebody else writes, so the node's writer waits with the first command, and the second finds the queue full.
    let other = rusqlite::Connection::open(directory.path().join("genome.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| node.post("/api/v1/teach", &question).0);
        let waits = || node.series("kolibri_backend_queue_depth").filter(|depth| *depth == 1.0);
        eventually("the first command waits", waits);
        assert_eq!(node.post("/api/v1/teach", &question).0, 503);
        other.execute_batch("ROLLBACK").unwrap();
        assert_eq!(first.join().unwrap(), 201);
    });
    let labels = [
        ("error_type", "503"),
        ("http_request_method", "POST"),
        ("http_response_status_code", "503"),
        ("http_route", "/api/v1/teach"),
        ("url_scheme", "http"),
    ];
    let failed = Series::new("http_server_request_duration_seconds_count", &labels);
    assert_eq!(exposition::parse(&node.scrape())[&failed], 1.0);
    assert_eq!(node.series("kolibri_backend_queue_refused_total{event_type=\"TEACH\"}"), Some(1.0));
    assert_eq!(node.failed("TEACH"), 1.0);
}

/// Whoever can reach the API can try every method on every path, with and without what the guard asks for.
#[test]
fn no_request_can_add_a_label_or_a_series_beyond_the_closed_set() {
    let directory = tempfile::tempdir().unwrap();
    let token = "0123456789abcdef";
    let node = Running::start_with(directory.path(), &[("KOLIBRI_API_TOKEN", token)]);
    let bearer = format!("Bearer {token}");
    let document = node.http.get(node.url("/api/v1/openapi.json")).header(AUTHORIZATION, &bearer);
    let document: Value = document.send().unwrap().json().unwrap();
    let mut routes: BTreeSet<_> = document["paths"].as_object().unwrap().keys().cloned().collect();
    routes.insert("/api/v1/openapi.json".to_owned());

    let other = [String::new(), bearer];
    let [nobody, somebody] = &other;
    for method in METHODS.map(|method| method.replace("_OTHER", "BREW")) {
        for (number, route) in routes.iter().map(String::as_str).chain(["/secret", "/x"]).enumerate() {
            let path = route.replace("{index}", &number.to_string()).replace("{trace_id}", "tr%61ce");
            for (host, authorization) in
                [("evil.example", somebody), ("localhost", nobody), ("localhost", somebody)]
            {
                answer(
                    &node,
                    &format!(
                        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\n"
                    ),
                );
            }
        }
    }
    for target in
        ["/api/v1/secret-path?secret=1", "*", "http://secret.example/secret", "/%ff/../secret", "//secret"]
    {
        for method in ["GET", "SECRET", "get", "OPTIONS", "CONNECT"] {
            answer(&node, &format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n"));
        }
    }

    let samples = exposition::parse(&node.scrape());
    let labels = label_names(&samples);
    assert!(labels.iter().all(|label| CLOSED_LABELS.contains(&label.as_str())), "{labels:?}");
    let methods = label_values(&samples, "http_request_method");
    assert!(methods.iter().all(|method| METHODS.contains(&method.as_str())), "{methods:?}");
    let told = label_values(&samples, "http_route");
    assert!(told.is_subset(&routes), "{:?}", told.difference(&routes));
    let statuses = label_values(&samples, "http_response_status_code");
    assert!(statuses.iter().all(|status| status.len() == 3), "{statuses:?}");
    assert_eq!(label_values(&samples, "event_type"), FAILURES.map(|(event, _)| event.to_owned()).into());
    assert_eq!(label_values(&samples, "fault"), FAILURES.map(|(_, fault)| fault.to_owned()).into());
    assert!(!node.scrape().to_lowercase().contains("secret"));
}

/// Sends a request without a body, given up to its last header, and waits for the answer.
fn answer(node: &Running, head: &str) {
    let mut stream = TcpStream::connect(node.api.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 "), "{head}: {}", String::from_utf8_lossy(&answer));
}

#[test]
fn the_target_says_what_it_is_and_the_standard_variables_win() {
    let directory = tempfile::tempdir().unwrap();
    let target = |variables: &[(&str, &str)]| {
        let node = Running::start_with(directory.path(), variables);
        let found = family(&exposition::parse(&node.scrape()), "target_info");
        node.stop();
        assert_eq!(found.len(), 1);
        found.into_keys().next().unwrap().labels
    };

    let own = target(&[]);
    assert_eq!(own["service_namespace"], "kolibri");
    assert_eq!(own["service_name"], "kolibri-backend");
    assert_eq!(own["service_version"], env!("CARGO_PKG_VERSION"));
    assert!(own["service_instance_id"].contains(':'), "host:port, {own:?}");
    assert_eq!(own.len(), 4);

    let attributes =
        "deployment.environment.name=prod%20eu%2Cwest, service.name=overridden,service.instance.id=here";
    let given = target(&[("OTEL_RESOURCE_ATTRIBUTES", attributes), ("OTEL_SERVICE_NAME", "birds")]);
    assert_eq!(given["service_name"], "birds", "OTEL_SERVICE_NAME wins");
    assert_eq!(given["service_instance_id"], "here");
    assert_eq!(given["deployment_environment_name"], "prod eu,west", "values are percent-decoded");
    assert_eq!(given["service_namespace"], "kolibri");

    let named = target(&[("OTEL_RESOURCE_ATTRIBUTES", "service.name=by-attribute")]);
    assert_eq!(named["service_name"], "by-attribute");
}

#[test]
fn malformed_resource_attributes_are_left_out_and_said_once() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start_with(directory.path(), &[("OTEL_RESOURCE_ATTRIBUTES", "a=1,b=%zz")]);
    let found = family(&exposition::parse(&node.scrape()), "target_info");
    assert_eq!(label_names(&found).len(), 4, "{found:?}");
    let said: Vec<_> =
        node.log().into_iter().filter(|line| line.contains("OTEL_RESOURCE_ATTRIBUTES")).collect();
    assert_eq!(said.len(), 1, "{said:?}");
}
