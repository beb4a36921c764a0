//! A node that is told to stop finishes what it took, takes nothing more, and is gone within ten seconds, whoever is
//! still connected; a second signal ends it at once; the next start finds everything in order.

use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::running::raw::{Answer, Raw};
use crate::running::{Running, cli, eventually, kolibri, send};

/// The promise.
const WITHIN: Duration = Duration::from_secs(10);

fn wait_for_log(node: &Running, message: &str) {
    eventually(message, || node.log().iter().any(|line| line.contains(message)).then_some(()));
}

/// Waits for the end, and checks that it was a good one.
fn assert_stops(mut node: Running, since: Instant) {
    let status = node.wait();
    assert_eq!(status.code(), Some(0), "{:#?}", node.log());
    assert!(since.elapsed() < WITHIN, "it took {:?}", since.elapsed());
    let log = node.log();
    assert!(log.last().unwrap().contains("\"stopped\""), "{log:#?}");
    assert!(!log.iter().any(|line| line.contains("\"ERROR\"")), "{log:#?}");
}

/// The beginning of a TEACH whose body is sent in two parts; returns the second when the node has begun with the first.
fn begin_teach(node: &Running, connection: &mut Raw, stimulus: &str) -> String {
    let body = json!({ "stimulus": stimulus, "response": "r" }).to_string();
    let head = "POST /api/v1/teach HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
    let (first, second) = body.split_at(10);
    connection.send(format!("{head}\r\nContent-Length: {}\r\n\r\n{first}", body.len())).unwrap();
    let active = r#"http_server_active_requests{http_request_method="POST",url_scheme="http"}"#;
    eventually("the request is under way", || (node.series(active) == Some(1.0)).then_some(()));
    second.to_owned()
}

/// Sends the rest of a request.
fn finish(connection: &mut Raw, rest: &str) -> Answer {
    connection.send(rest).unwrap();
    connection.answer().unwrap()
}

/// Whether the node serves nobody new: waits until the listener is closed.
fn assert_nobody_new_is_served(node: &Running) {
    eventually("new connections are refused", || Raw::try_connect(&node.api).is_err().then_some(()));
}

fn assert_sound(data: &Path) {
    cli::run(&["genome", "verify", "--data-dir", data.to_str().unwrap()]).printed();
}

fn stop_under_load(signal: Signal) {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let node = Running::start(&data);
    let done = AtomicUsize::new(0);
    let acknowledged: Vec<(String, Value)> = thread::scope(|scope| {
        let (done, url) = (&done, node.api.clone());
        let begin = |person: usize| {
            let mut connection = Raw::connect(&url);
            scope.spawn(move || {
                let mut acknowledged = Vec::new();
                for number in 0.. {
                    let stimulus = format!("{person}.{number}");
                    let body = json!({ "stimulus": stimulus, "response": stimulus });
                    let Ok(answer) = connection.post("/api/v1/teach", &body) else { break };
                    // The last answer may say that no more is taken, and the connection ends with it.
                    if answer.status == 201 {
                        acknowledged.push((stimulus, answer.json()["block"].clone()));
                    } else {
                        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                }
                acknowledged
            })
        };
        let people: Vec<_> = (0..16).map(begin).collect();
        eventually("people are served", || (done.load(Ordering::Relaxed) > 500).then_some(()));
        let since = Instant::now();
        node.signal(signal);
        assert_stops(node, since);
        people.into_iter().flat_map(|person| person.join().unwrap()).collect()
    });
    assert_sound(&data);
    let node = Running::start(&data);
    for (stimulus, block) in &acknowledged {
        let answer = node.ask(stimulus);
        assert_eq!((&answer["answer"], &answer["source"]), (&json!(stimulus), block));
    }
    assert!(
        !node.log().iter().any(|line| line.contains("\"WARN\"") || line.contains("\"ERROR\"")),
        "{:#?}",
        node.log()
    );
    node.stop();
}

#[test]
fn sigterm_under_load_loses_nothing_that_was_acknowledged() {
    stop_under_load(Signal::TERM);
}

#[test]
fn sigint_under_load_loses_nothing_that_was_acknowledged() {
    stop_under_load(Signal::INT);
}

#[test]
fn what_was_begun_is_finished_and_what_comes_later_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let mut begun = Raw::connect(&node.api);
    let second_half = begin_teach(&node, &mut begun, "begun before");
    // Requests of which nothing but the beginning has arrived.
    let [mut later, mut health, mut live] = ["POST", "GET", "GET"].map(|method| {
        let mut connection = Raw::connect(&node.api);
        connection.send(method).unwrap();
        connection
    });
    let mut idle = Raw::connect(&node.api);
    idle.get("/livez").unwrap();

    let since = Instant::now();
    node.signal(Signal::TERM);
    wait_for_log(&node, "stopping");
    assert_nobody_new_is_served(&node);
    assert!(idle.is_ended());
    let body = json!({ "stimulus": "later", "response": "r" }).to_string();
    let rest =
        " /api/v1/teach HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length";
    let refused = finish(&mut later, &format!("{rest}: {}\r\n\r\n{body}", body.len()));
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    assert_eq!(refused.json()["type"], "urn:kolibri:problem:stopping");
    let not_ready = finish(&mut health, " /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!((not_ready.status, &not_ready.json()["detail"]), (503, &json!("the node is stopping")));
    assert_eq!(finish(&mut live, " /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);

    let taught = finish(&mut begun, &second_half);
    assert_eq!((taught.status, &taught.json()["block"]["index"]), (201, &json!(1)));
    assert_stops(node, since);
    let node = Running::start(data.path());
    assert_eq!(
        (node.ask("begun before")["match"].as_str(), node.ask("later")["answer"].as_str()),
        (Some("exact"), None)
    );
}

#[test]
fn nobody_who_is_connected_can_hold_the_node_back() {
    let data = tempfile::tempdir().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let collector = format!("http://{}", silent.local_addr().unwrap());
    let node = Running::start_with(data.path(), &[("KOLIBRI_OTLP_ENDPOINT", &collector)]);
    let long = "x".repeat(60_000);
    for number in 0..400 {
        node.teach(&format!("question {number}"), &long);
    }
    let mut idle: Vec<_> = (0..8).map(|_| Raw::connect(&node.api)).collect();
    idle.iter_mut().take(4).for_each(|connection| assert_eq!(connection.get("/livez").unwrap().status, 200));
    // 24 MB on their way to a reader that does not read.
    let mut reader = Raw::connect(&node.api);
    reader.send("GET /api/v1/associations:export HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    assert_eq!(reader.head().unwrap().status, 200);
    let mut unfinished = Raw::connect(&node.api);
    let _never_sent = begin_teach(&node, &mut unfinished, "never finished");
    let mut half_a_head = Raw::connect(&node.api);
    half_a_head.send("GET /livez HT").unwrap();
    let mut batch = Raw::connect(&node.api);
    let head = "POST /api/v1/teach:batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson";
    batch.send(format!("{head}\r\nTransfer-Encoding: chunked\r\n\r\n")).unwrap();
    assert_eq!(batch.head().unwrap().status, 200);
    let mut scraper = Raw::connect(node.metrics.as_ref().unwrap().strip_suffix("/metrics").unwrap());
    assert_eq!(scraper.get("/metrics").unwrap().status, 200);

    let since = Instant::now();
    node.signal(Signal::TERM);
    wait_for_log(&node, "some connections did not close in time");
    assert_stops(node, since);
    assert_sound(data.path());
    assert_eq!(Running::start(data.path()).get("/api/v1/genome").1["length"], 401);
}

#[test]
fn a_collector_that_never_answers_cannot_hold_the_node_back() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let data = tempfile::tempdir().unwrap();
    let variables = [("KOLIBRI_OTLP_ENDPOINT", endpoint.as_str()), ("KOLIBRI_OTLP_PROTOCOL", "grpc")];
    let node = Running::start_with(data.path(), &variables);
    node.teach("a", "b");
    let since = Instant::now();
    node.signal(Signal::TERM);
    assert_stops(node, since);
}

#[test]
fn a_second_signal_ends_the_node_at_once() {
    let data = tempfile::tempdir().unwrap();
    let mut node = Running::start(data.path());
    node.teach("a", "b");
    let mut unfinished = Raw::connect(&node.api);
    let _never_sent = begin_teach(&node, &mut unfinished, "never finished");
    node.signal(Signal::TERM);
    wait_for_log(&node, "stopping");
    // An echo of the first signal does not count as a second one; without patience the test sends one more.
    let since = Instant::now();
    eventually("the node ends", || {
        node.signal(Signal::INT);
        thread::sleep(Duration::from_millis(100));
        node.has_ended().then_some(())
    });
    assert_eq!(node.wait().code(), Some(130), "{:#?}", node.log());
    assert!(since.elapsed() < Duration::from_secs(2), "it took {:?}", since.elapsed());
    assert_sound(data.path());
    assert_eq!(Running::start(data.path()).ask("a")["answer"], "b");
}

#[test]
fn a_node_that_is_stopped_while_it_starts_ends_and_starts_the_next_time() {
    let data = tempfile::tempdir().unwrap();
    for step in 0..10 {
        let directory = data.path().join(format!("{}", step % 3));
        let mut command = kolibri();
        command.arg("serve").env("KOLIBRI_DATA_DIR", &directory).env("KOLIBRI_HTTP_PORT", "0");
        let mut starting =
            command.env("KOLIBRI_PROMETHEUS_PORT", "0").stderr(std::process::Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(5 * step));
        let since = Instant::now();
        send(&starting, Signal::TERM);
        eventually("it ends", || starting.try_wait().unwrap());
        assert!(since.elapsed() < WITHIN);
        Running::start(&directory).stop();
        assert_sound(&directory);
    }
}
