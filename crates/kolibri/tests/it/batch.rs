//! Teaching in one long stream: a result for each line, in order, whatever is wrong with the others; memory that does
//! not grow with the stream; and nothing acknowledged that is not there, however the stream ends.

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::rounds::rounds;
use crate::running::raw::Raw;
use crate::running::{Running, cli, eventually};

const HEAD: &str = "POST /api/v1/teach:batch HTTP/1.1\r\nHost: localhost\r\n\
                    Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
const MAX_LINE: usize = 128 * 1024;

/// A stream that is being sent.
struct Sending(TcpStream);

impl Sending {
    fn send(&mut self, text: &str) -> std::io::Result<()> {
        self.0.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes())
    }

    fn end(&mut self) {
        self.0.write_all(b"0\r\n\r\n").unwrap();
    }
}

/// Begins a batch; what is sent and what is read go their own ways.
fn begin(node: &Running) -> (Sending, Raw) {
    let mut connection = Raw::connect(&node.api);
    connection.send(HEAD).unwrap();
    (Sending(connection.sender()), connection)
}

/// The answers, a line each; ends where the stream ends or breaks off.
fn answers(mut connection: Raw) -> impl Iterator<Item = Value> {
    let head = connection.head().unwrap();
    assert_eq!((head.status, head.header("content-type")), (200, Some("application/x-ndjson")));
    connection.lines().map_while(Result::ok).map(|line| serde_json::from_str(&line).unwrap())
}

/// Sends a whole stream, and returns its answers.
fn batch(node: &Running, text: &str) -> Vec<Value> {
    let (mut sending, connection) = begin(node);
    sending.send(text).unwrap();
    sending.end();
    answers(connection).collect()
}

fn line(number: usize) -> String {
    format!(
        "{}\n",
        json!({ "stimulus": format!("question {number}"), "response": format!("answer {number}") })
    )
}

/// A line of some length, whose text would be missed if it stayed in memory.
fn long_line(number: usize, bytes: usize) -> String {
    let response = "no end ".repeat(bytes / 7);
    format!("{}\n", json!({ "stimulus": format!("question {number}"), "response": response }))
}

fn problem<'a>(answer: &'a Value, number: u64, kind: &str) -> &'a str {
    assert_eq!(answer["line"], number, "{answer}");
    assert_eq!(answer["problem"]["type"], format!("urn:kolibri:problem:{kind}"), "{answer}");
    answer["problem"]["detail"].as_str().unwrap()
}

/// The last line of a batch that replaces nothing.
fn summary(taught: usize, failed: usize) -> Value {
    json!({ "summary": { "taught": taught, "failed": failed, "replaced": 0, "unchanged": 0 } })
}

/// Resident memory of the node, in bytes.
fn resident(node: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", node.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

/// Checks that every acknowledged line is answered from its block, and that the genome is sound.
fn assert_kept(node: &Running, data: &std::path::Path, acknowledged: &[Value]) {
    for answer in acknowledged {
        let number = answer["line"].as_u64().unwrap() - 1;
        let kept = node.ask(&format!("question {number}"));
        assert_eq!(
            (&kept["answer"], &kept["source"]),
            (&json!(format!("answer {number}")), &answer["block"])
        );
    }
    cli::run(&["genome", "verify", "--data-dir", data.to_str().unwrap()]).printed();
}

#[test]
fn a_line_in_which_nothing_can_be_seen_is_refused_and_the_others_are_taught() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let line = |stimulus: &str, response: &str| {
        format!("{}\n", json!({ "stimulus": stimulus, "response": response }))
    };
    let lines = [line("\u{3164}", "x"), line("x", "\u{e0041}\u{301}"), line("x²", "seen")].concat();
    let answers = batch(&node, &lines);
    for (number, field) in [(1, "stimulus"), (2, "response")] {
        let detail = problem(&answers[number - 1], number as u64, "invalid_text");
        assert!(detail.starts_with(&format!("{field} has nothing that can be seen")), "{detail}");
    }
    assert_eq!(answers[3], summary(1, 2));
    assert_eq!(node.ask("x²")["answer"], "seen");
}

/// The bytes of a long stream.
const SENT: usize = 210_000_000;

#[test]
fn a_long_stream_is_answered_in_order_with_flat_memory() {
    let lines = rounds(20_000, 100_000);
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let (mut sending, connection) = begin(&node);
    let sender = thread::spawn(move || {
        for hundred in 0..lines / 100 {
            let mut text: String =
                (100 * hundred..100 * hundred + 97).map(|number| long_line(number, SENT / lines)).collect();
            text.push_str("this is no JSON\n\n{\"stimulus\": \"\", \"response\": \"x\"}\n");
            sending.send(&text).unwrap();
        }
        sending.end();
    });
    // The peaks of both halves are compared: caches fill, and merging the index takes some 20 MiB now and then. What is
    // sent in the second half is far more.
    let (mut peaks, mut block) = ([0, 0], 0);
    let mut answers = answers(connection);
    for number in (0..lines).filter(|number| number % 100 != 98) {
        let answer = answers.next().unwrap();
        match number % 100 {
            97 => assert!(problem(&answer, number as u64 + 1, "bad_json").contains("a JSON object")),
            99 => assert_eq!(problem(&answer, number as u64 + 1, "invalid_text"), "stimulus is empty"),
            _ => {
                block += 1;
                assert_eq!((&answer["line"], &answer["block"]["index"]), (&json!(number + 1), &json!(block)));
            }
        }
        if number % (lines / 100) == 0 {
            let peak = &mut peaks[number / (lines / 2)];
            *peak = resident(&node).max(*peak);
        }
    }
    assert_eq!(answers.next().unwrap(), summary(lines / 100 * 97, lines / 100 * 2));
    assert_eq!(answers.next(), None);
    sender.join().unwrap();
    assert!(peaks[1] < peaks[0] + (48 << 20), "resident memory rose: {peaks:?} bytes");

    assert_eq!(node.failed("TEACH"), (lines / 100) as f64);
    assert_eq!(node.get("/api/v1/genome").1["length"], block + 1);
    for number in [0, 1, 4_711, lines - 4] {
        assert!(node.ask(&format!("question {number}"))["answer"].as_str().unwrap().starts_with("no end"));
    }
}

#[test]
fn every_spelling_of_lines_is_understood() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    assert_eq!(batch(&node, "\n"), [summary(0, 0)]);
    let crlf_and_no_end =
        "\r\n {\"stimulus\":\"a\",\"response\":\"1\"} \r\n\t\n{\"stimulus\":\"b\",\"response\":\"2\"}";
    let answers = batch(&node, crlf_and_no_end);
    let lines: Vec<_> = answers.iter().map(|answer| answer["line"].as_u64()).collect();
    assert_eq!(lines, [Some(2), Some(4), None]);
    assert_eq!(answers[2], summary(2, 0));
    assert_eq!((node.ask("a")["answer"].as_str(), node.ask("b")["answer"].as_str()), (Some("1"), Some("2")));
}

#[test]
fn a_line_that_is_too_long_or_wrong_is_named_and_the_rest_is_taught() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let long = |length: usize| {
        let text = json!({ "stimulus": "long", "response": "r" }).to_string();
        format!("{text}{}\n", " ".repeat(length - text.len()))
    };
    let response = "x".repeat(64 * 1024 + 1);
    let text = [
        long(MAX_LINE),
        long(MAX_LINE + 1),
        long(3 << 20),
        json!({ "stimulus": "s", "response": response }).to_string() + "\n",
        "{\"stimulus\":\"s\"}\n".into(),
        "[\"s\",\"r\"]\n".into(),
        "{\"stimulus\":\"s\",\"response\":\"r\",\"more\":1}\n".into(),
        "{\"stimulus\":\"\\ud800\",\"response\":\"r\"}\n".into(),
        line(8),
    ]
    .concat();
    let answers = batch(&node, &text);
    assert_eq!(answers.len(), 10, "{answers:?}");
    assert_eq!(answers[0]["block"]["index"], 1);
    assert!(problem(&answers[1], 2, "line_too_long").contains("131072 bytes"));
    problem(&answers[2], 3, "line_too_long");
    assert!(problem(&answers[3], 4, "invalid_text").contains("65537 bytes long, but at most 65536"));
    assert_eq!(answers[3]["problem"]["trace_id"].as_str().unwrap().len(), 32);
    assert!(problem(&answers[4], 5, "bad_json").contains("missing field `response`"));
    problem(&answers[5], 6, "bad_json");
    assert!(problem(&answers[6], 7, "bad_json").contains("unknown field `more`"));
    problem(&answers[7], 8, "bad_json");
    assert_eq!((&answers[8]["line"], &answers[8]["block"]["index"]), (&json!(9), &json!(2)));
    assert_eq!(answers[9], summary(2, 7));
}

#[test]
fn answers_come_while_the_stream_is_open() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let (mut sending, connection) = begin(&node);
    sending.send(&line(0)).unwrap();
    let mut answers = answers(connection);
    for number in 1..5 {
        assert_eq!(answers.next().unwrap()["block"]["index"], number);
        sending.send(&line(number)).unwrap();
    }
    assert_eq!(answers.next().unwrap()["block"]["index"], 5);
    sending.end();
    assert_eq!(answers.next().unwrap()["summary"]["taught"], 5);
}

#[test]
fn a_caller_who_does_not_read_is_held_back_and_may_read_later() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let (mut sending, connection) = begin(&node);
    // The answers are longer than the wrong lines, so that it is the answers that fill the connection first.
    let long = json!({ "stimulus": "s", "response": "x".repeat(2_000) }).to_string();
    let piece = format!("{long}\nwrong\nwrong\nwrong\nwrong\n").repeat(20);
    let sender = thread::spawn(move || {
        for _ in 0..750 {
            sending.send(&piece).unwrap();
        }
        sending.end();
    });
    let mut last = 0;
    eventually("the node takes no more", || {
        thread::sleep(Duration::from_millis(300));
        let length = node.get("/api/v1/genome").1["length"].as_u64().unwrap();
        (std::mem::replace(&mut last, length) == length && length > 1).then_some(())
    });
    // What is not taken in takes no memory: far from all of the 15 000 are there.
    assert!(last < 10_000 && !sender.is_finished(), "{last} blocks");
    let mut answers = answers(connection);
    let taught = answers.by_ref().take(75_000).filter(|answer| answer["block"]["index"].is_u64()).count();
    assert_eq!(taught, 15_000);
    let replaced = json!({ "taught": 15_000, "failed": 60_000, "replaced": 14_999, "unchanged": 0 });
    assert_eq!(answers.next().unwrap()["summary"], replaced);
    sender.join().unwrap();
}

#[test]
fn a_caller_who_goes_away_harms_nobody_and_what_was_acknowledged_is_there() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let (mut sending, connection) = begin(&node);
    sending.send(&(0..3_000).map(line).collect::<String>()).unwrap();
    let acknowledged: Vec<_> = answers(connection).take(500).collect();
    drop(sending);

    let (mut sending, unread) = begin(&node);
    sending.send(&(0..3_000).map(line).collect::<String>()).unwrap();
    drop((sending, unread));

    eventually("nobody is served any more", || {
        let active = "http_server_active_requests{http_request_method=\"POST\",url_scheme=\"http\"}";
        let scraped = node.scrape();
        let gauge = scraped
            .lines()
            .find(|line| line.starts_with("http_server_active_requests{") && line.contains("POST"));
        let gauge = gauge.unwrap_or_else(|| panic!("no {active} in {scraped}"));
        gauge.ends_with(" 0").then_some(())
    });
    // The second caller sent the same again, so the answers stand in later blocks.
    for answer in &acknowledged {
        let number = answer["line"].as_u64().unwrap() - 1;
        assert_eq!(node.ask(&format!("question {number}"))["answer"], format!("answer {number}"));
    }
    let first = &acknowledged[0]["block"];
    assert_eq!(node.get("/api/v1/genome/blocks/1").1["hash"], first["hash"]);
    cli::run(&["genome", "verify", "--data-dir", data.path().to_str().unwrap()]).printed();
    node.stop();
}

#[test]
fn a_stream_that_breaks_off_gets_no_summary() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let (mut sending, connection) = begin(&node);
    sending.send(&line(0)).unwrap();
    sending.send("{\"stimulus\":\"half").unwrap();
    sending.0.shutdown(Shutdown::Write).unwrap();
    let answers: Vec<_> = answers(connection).collect();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(node.get("/api/v1/genome").1["length"], 2);
    assert_kept(&node, data.path(), &answers);
}

#[test]
fn a_node_that_stops_in_the_middle_keeps_what_it_acknowledged_and_sends_no_summary() {
    let data = tempfile::tempdir().unwrap();
    let mut node = Running::start(data.path());
    let (mut sending, connection) = begin(&node);
    // Sends until the node takes no more.
    let sender = thread::spawn(move || {
        let mut number = 0;
        while sending.send(&line(number)).is_ok() {
            number += 1;
        }
    });
    let mut acknowledged = Vec::new();
    let mut answers = answers(connection);
    acknowledged.extend(answers.by_ref().take(2_000));
    node.signal(Signal::TERM);
    acknowledged.extend(answers);
    assert!(node.wait().success());
    sender.join().unwrap();
    assert!(acknowledged.iter().all(|answer| answer.get("summary").is_none()));
    acknowledged.retain(|answer| answer.get("block").is_some());
    assert!(acknowledged.len() >= 2_000);
    let node = Running::start(data.path());
    assert_kept(&node, data.path(), &acknowledged);
    let ended = acknowledged.last().unwrap()["block"]["index"].as_u64().unwrap();
    assert!(node.get("/api/v1/genome").1["length"].as_u64().unwrap() > ended);
}
