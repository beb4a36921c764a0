//! Checks that telemetry turned off is off altogether, and that telemetry that cannot start says why and what to do.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;

use crate::running::{Running, eventually, kolibri};
use crate::watching::collectors::{Collector, Manner};
use crate::watching::listening;

/// Pushes there and as often as it may; scraped at a port that is known beforehand.
fn variables<'a>(switch: &'a str, endpoint: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("KOLIBRI_TELEMETRY", switch),
        ("KOLIBRI_OTLP_ENDPOINT", endpoint),
        ("KOLIBRI_OTLP_EXPORT_INTERVAL_MS", "100"),
    ]
}

fn use_it(node: &Running) {
    node.teach("question", "answer");
    assert_eq!(node.ask("question")["answer"], "answer");
    assert_eq!(node.post("/api/v1/commands", &serde_json::json!({ "type": "DANCE" })).0, 422);
    eventually("the node is ready", || (node.get("/readyz").0 == 200).then_some(()));
    assert_eq!(node.get("/api/v1/traces/latest?outcome=failed").0, 200);
}

#[test]
fn off_means_no_listener_and_no_push_and_a_node_that_works() {
    for off in ["0", "false", "no", "off"] {
        let collector = Collector::start(Manner::Answers(200));
        let directory = tempfile::tempdir().unwrap();
        let node = Running::start_with(&directory.path().join("data"), &variables(off, &collector.url()));
        use_it(&node);
        assert_eq!(node.metrics, None, "KOLIBRI_TELEMETRY={off}");
        let api: SocketAddr = node.api.trim_start_matches("http://").parse().unwrap();
        assert_eq!(listening(node.pid()), [api], "KOLIBRI_TELEMETRY={off}: the API, and nothing else");
        let log = node.stop();
        // A push, had there been one, was sent before the node ended.
        assert_eq!(collector.connections(), 0, "KOLIBRI_TELEMETRY={off}");
        assert!(!log.iter().any(|line| line.contains("WARN")), "{log:#?}");
    }
}

/// The counterpart: the same checks see telemetry that is on.
#[test]
fn on_means_a_listener_and_pushes() {
    let collector = Collector::start(Manner::Answers(200));
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start_with(&directory.path().join("data"), &variables("on", &collector.url()));
    use_it(&node);
    assert!(node.metrics.is_some());
    assert_eq!(listening(node.pid()).len(), 2);
    node.stop();
    assert!(collector.connections() > 0);
}

#[test]
fn the_scrape_endpoint_is_where_its_two_variables_say() {
    let directory = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.3:0").unwrap().local_addr().unwrap();
    let port = free.port().to_string();
    let node = Running::start_with(
        directory.path(),
        &[("KOLIBRI_PROMETHEUS_HOST", "127.0.0.3"), ("KOLIBRI_PROMETHEUS_PORT", port.as_str())],
    );
    let scraped = node.http.get(format!("http://{free}/metrics")).send().unwrap().text().unwrap();
    assert!(scraped.contains("kolibri_backend_events_total"), "{scraped}");
    let addresses = listening(node.pid());
    assert!(addresses.contains(&free) && addresses.len() == 2, "there, and nowhere else: {addresses:?}");
}

/// Starts a node that must not start; returns what it said.
fn refused(directory: &Path, variables: &[(&str, &str)]) -> String {
    let mut node = kolibri()
        .arg("serve")
        .env("KOLIBRI_DATA_DIR", directory)
        .env("KOLIBRI_HTTP_PORT", "0")
        .env("KOLIBRI_PROMETHEUS_HOST", "127.0.0.1")
        .envs(variables.iter().copied())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let ended = || node.try_wait().unwrap();
    let status =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| eventually("the node gives up", ended)));
    let _ = node.kill();
    let said = std::io::read_to_string(node.stderr.take().unwrap()).unwrap();
    assert_eq!(status.unwrap().code(), Some(2), "{said}");
    said
}

#[test]
fn a_port_in_use_is_told_by_its_variable_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");

    let said = refused(&data, &[("KOLIBRI_PROMETHEUS_PORT", &port)]);
    let line = format!("KOLIBRI_PROMETHEUS_PORT: cannot listen on 127.0.0.1:{port}: ");
    assert!(said.contains(&line) && said.contains("in use"), "{said}");
    assert!(said.contains(&format!("ss -ltnp sport = :{port}")), "how to find who listens there: {said}");
    assert!(said.contains("choose another port"), "{said}");
    assert!(!said.contains("KOLIBRI_HTTP_PORT"), "nothing is wrong with the API: {said}");
    assert!(!data.exists(), "a node that does not start leaves nothing behind");

    let both = [("KOLIBRI_PROMETHEUS_PORT", port.as_str()), ("KOLIBRI_HTTP_PORT", &port)];
    let other = ("KOLIBRI_PROMETHEUS_HOST", "127.0.0.2");
    let elsewhere = TcpListener::bind(format!("127.0.0.2:{port}")).unwrap();
    let said = refused(&data, &[&both[..], &[other]].concat());
    assert!(
        said.contains("KOLIBRI_PROMETHEUS_PORT: ") && said.contains("KOLIBRI_HTTP_PORT: "),
        "both at once: {said}"
    );
    drop(elsewhere);
}

#[test]
fn one_port_for_both_doors_is_refused_before_anything_listens() {
    let directory = tempfile::tempdir().unwrap();
    for host in ["127.0.0.1", "0.0.0.0"] {
        let ports = [
            ("KOLIBRI_HTTP_PORT", "9464"),
            ("KOLIBRI_PROMETHEUS_PORT", "9464"),
            ("KOLIBRI_PROMETHEUS_HOST", host),
        ];
        let said = refused(directory.path(), &ports);
        assert!(said.contains("KOLIBRI_PROMETHEUS_PORT: ") && said.contains("KOLIBRI_HTTP_PORT"), "{said}");
    }
}

#[test]
fn a_second_node_in_the_same_directory_is_told_so_and_not_of_its_ports() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start(directory.path());
    let port = node.metrics.as_ref().unwrap().trim_end_matches("/metrics").rsplit(':').next().unwrap();
    let said = refused(directory.path(), &[("KOLIBRI_PROMETHEUS_PORT", port)]);
    assert!(said.contains(&format!("in use by process {}", node.pid())), "{said}");
    assert!(!said.contains("KOLIBRI_PROMETHEUS_PORT"), "{said}");
}

#[test]
fn bad_hosts_and_numbers_are_told_all_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let faults = [
        ("KOLIBRI_PROMETHEUS_HOST", "no such host"),
        ("KOLIBRI_PROMETHEUS_PORT", "65536"),
        ("KOLIBRI_OTLP_ENDPOINT", "collector:4318"),
        ("KOLIBRI_OTLP_PROTOCOL", "http"),
        ("KOLIBRI_OTLP_HEADERS", "authorization"),
        ("KOLIBRI_OTLP_EXPORT_INTERVAL_MS", "soon"),
        ("KOLIBRI_HTTP_PORT", "-1"),
    ];
    let said = refused(directory.path(), &faults);
    for (variable, value) in faults {
        let line = said.lines().find(|line| line.trim().starts_with(&format!("{variable}: ")));
        let line = line.unwrap_or_else(|| panic!("{variable} is not told: {said}"));
        let secret = variable == "KOLIBRI_OTLP_HEADERS";
        assert!(secret || variable == "KOLIBRI_OTLP_ENDPOINT" || line.contains(value), "{line}");
    }
    for (switch, taken) in [("maybe", false), ("", true), ("FALSE", true)] {
        let checked = kolibri().args(["config", "check"]).env("KOLIBRI_TELEMETRY", switch).output().unwrap();
        assert_eq!(checked.status.success(), taken, "{switch}: {checked:?}");
    }
}

#[test]
fn an_address_of_another_machine_is_told_by_the_host_variable() {
    let directory = tempfile::tempdir().unwrap();
    // From a range that is reserved for documentation.
    let said = refused(directory.path(), &[("KOLIBRI_PROMETHEUS_HOST", "192.0.2.1")]);
    assert!(said.contains("KOLIBRI_PROMETHEUS_HOST: ") && said.contains("0.0.0.0 always work"), "{said}");
}

/// What follows the endpoint would end up in the path, and credentials would end up in the log.
#[test]
fn an_endpoint_with_more_than_a_path_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    for endpoint in
        ["http://c/?key=secret", "http://c/#secret", "http://user:secret@c/", "ftp://c/", "http://"]
    {
        let said = refused(directory.path(), &[("KOLIBRI_OTLP_ENDPOINT", endpoint)]);
        assert!(said.contains("KOLIBRI_OTLP_ENDPOINT: ") && !said.contains("secret"), "{endpoint}: {said}");
    }
}
