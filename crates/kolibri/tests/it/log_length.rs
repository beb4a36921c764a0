//! The genome's log stays short although other programs read the genome all the time.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::json;

use crate::running::Running;

const MIB: u64 = 1 << 20;

#[test]
fn a_log_does_not_grow_without_end_because_there_always_is_a_reader() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let (over, longest) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        // One begins before the other ends.
        for reader in 0..2 {
            let over = &over;
            let genome = Connection::open(data.path().join("genome.db")).unwrap();
            scope.spawn(move || {
                thread::sleep(Duration::from_millis(30 * reader));
                while !over.load(Ordering::Relaxed) {
                    genome.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema").unwrap();
                    thread::sleep(Duration::from_millis(60));
                    genome.execute_batch("COMMIT").unwrap();
                }
            });
        }
        let (over, longest) = (&over, &longest);
        let log = data.path().join("genome.db-wal");
        scope.spawn(move || {
            while !over.load(Ordering::Relaxed) {
                longest.fetch_max(log.metadata().map_or(0, |found| found.len()), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(20));
            }
        });
        let response = "x".repeat(60_000);
        for batch in 0..8 {
            let line = |number| json!({ "stimulus": format!("{batch} {number}"), "response": response });
            let body: String = (0..400).map(|number| format!("{}\n", line(number))).collect();
            let request = node.http.post(node.url("/api/v1/teach:batch"));
            let request = request.header("content-type", "application/x-ndjson").body(body);
            let answers = request.send().unwrap().text().unwrap();
            assert!(answers.contains(r#""taught":400"#), "{}", answers.lines().last().unwrap());
        }
        over.store(true, Ordering::Relaxed);
    });
    let longest = longest.into_inner() / MIB;
    assert!((16..176).contains(&longest), "of 190 MiB that were written, the log held {longest}");
}
