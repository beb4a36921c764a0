//! People who ask for much and read nothing, or come and ask for nothing, hold a bounded part of the node's memory, and nobody else
//! up.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::net::sockopt::set_socket_recv_buffer_size;
use serde_json::json;

use crate::running::{Running, eventually};

/// A page of blocks, in bytes, of which 64 MiB hold fifteen.
const PAGE: usize = 4 << 20;

/// What is long: a page of blocks, and everything that is taught.
const LONG: [&str; 2] = ["/api/v1/genome/blocks?limit=500", "/api/v1/associations:export"];

/// Asks for something long, and takes no more of it than fits the smallest buffer of the system.
fn reader(node: &Running, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(node.api.trim_start_matches("http://")).unwrap();
    set_socket_recv_buffer_size(&stream, 4096).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    stream
}

/// The status of an answer, of which the beginning is read.
fn status(stream: &mut TcpStream) -> u16 {
    let mut head = [0; 12];
    stream.read_exact(&mut head).unwrap();
    std::str::from_utf8(&head[9..]).unwrap().parse().unwrap()
}

#[test]
fn answers_that_nobody_reads_take_a_bounded_part_of_the_memory() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let response = "x".repeat(60_000);
    let line = |number| json!({ "stimulus": format!("question {number}"), "response": response });
    let body: String = (0..100).map(|number| format!("{}\n", line(number))).collect();
    let request =
        node.http.post(node.url("/api/v1/teach:batch")).header("content-type", "application/x-ndjson");
    assert!(request.body(body).send().unwrap().text().unwrap().contains(r#""taught":100"#));

    for path in LONG {
        let mut readers: Vec<_> = (0..40).map(|_| reader(&node, path)).collect();
        let answers: Vec<_> = readers.iter_mut().map(status).collect();
        let served = answers.iter().filter(|status| **status == 200).count();
        assert!((10..=(64 << 20) / PAGE).contains(&served), "{path}: {answers:?}");
        assert!(answers.iter().all(|status| [200, 503].contains(status)), "{path}: {answers:?}");
        // Whoever asks for little is served meanwhile, and whoever asks for much as soon as those are gone.
        assert_eq!((node.get("/livez").0, node.get("/api/v1/genome").0), (200, 200));
        drop(readers);
        eventually("it is served again", || (status(&mut reader(&node, path)) == 200).then_some(()));
    }
}

#[test]
fn connections_that_ask_for_nothing_or_for_half_keep_nobody_out() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let silent: Vec<_> = (0..700)
        .map(|number| {
            let mut stream = TcpStream::connect(node.api.trim_start_matches("http://")).unwrap();
            if number % 2 == 0 {
                // The node may have closed it already, for those that came later.
                let _ = write!(stream, "GET /livez HTTP/1.1\r\nHost: loc");
            }
            stream
        })
        .collect();
    for path in ["/livez", "/readyz", "/api/v1/genome"] {
        let new = reqwest::blocking::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        assert_eq!(new.get(node.url(path)).send().unwrap().status(), 200, "{path}");
    }
    assert_eq!(node.teach("a", "b"), 1);
    drop(silent);
}

#[test]
fn connections_that_send_half_of_something_make_room_for_who_comes() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let half: Vec<_> = (0..640)
        .map(|number| {
            let mut stream = TcpStream::connect(node.api.trim_start_matches("http://")).unwrap();
            // Half a body, or a batch that stays open after its first line.
            let head = "Host: localhost\r\nContent-Type: application/";
            let begun = match number % 2 {
                0 => format!("POST /api/v1/teach HTTP/1.1\r\n{head}json\r\nContent-Length: 99\r\n\r\n{{"),
                _ => format!(
                    "POST /api/v1/teach:batch HTTP/1.1\r\n{head}x-ndjson\r\nContent-Length: 99\r\n\r\n\n"
                ),
            };
            // The node may have closed it already, for those that came later.
            let _ = stream.write_all(begun.as_bytes());
            stream
        })
        .collect();
    let new = reqwest::blocking::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
    assert_eq!(new.get(node.url("/livez")).send().unwrap().status(), 200);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // A byte a second each is no progress.
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                half.iter().for_each(|mut stream| drop(stream.write_all(b"\n")));
                std::thread::sleep(Duration::from_secs(1));
            }
        });
        assert_a_teach_is_taken(&node, &new);
        is_over.store(true, Ordering::Relaxed);
    });
}

/// Each of those who hold a place may keep it for half a minute and more while nobody waits.
fn assert_a_teach_is_taken(node: &Running, new: &reqwest::blocking::Client) {
    let begun = Instant::now();
    eventually("a TEACH is taken", || {
        let pair = json!({ "stimulus": "a", "response": "b" });
        let taught = new.post(node.url("/api/v1/teach")).json(&pair).send().unwrap();
        (taught.status() == 201).then_some(())
    });
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}
