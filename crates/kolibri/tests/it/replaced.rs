//! A genome whose files are deleted, replaced or written by something else under a running node: nothing more is acknowledged,
//! since it would be gone with the node, and whoever looks is told within a second.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::reliability::{Found, tell};
use crate::rounds::rounds;
use crate::running::{Running, eventually};

/// Does something to a running node's files, and checks that it is noticed in time and nothing is acknowledged.
fn assert_noticed(what: &str, file: &str, change: impl FnOnce(&Path)) {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("before", "kept");
    eventually("the node is ready", || (node.get("/readyz").0 == 200).then_some(()));
    change(data.path());
    let since = Instant::now();
    let (status, body) = node.post("/api/v1/teach", &json!({ "stimulus": "after", "response": "lost" }));
    assert_eq!((status, &body["type"]), (503, &json!("urn:kolibri:problem:store_failed")), "{what}: {body}");
    assert!(body["detail"].as_str().unwrap().contains(file), "{what}: {body}");
    assert!(node.get("/readyz").1["detail"].as_str().unwrap().contains(file), "{what}");
    assert_eq!(node.post("/api/v1/forget", &json!({ "stimulus": "before" })).0, 503, "{what}");
    assert!(since.elapsed() < Duration::from_secs(30), "{what}: it waits for nothing");
    eventually("the log says it", || {
        node.log().into_iter().find(|line| line.contains("\"ERROR\"") && line.contains(file))
    });
}

#[test]
fn a_file_of_the_genome_that_is_deleted_or_replaced_ends_every_acknowledgement() {
    for file in ["genome.db", "genome.db-wal", "genome.db-shm", "lock"] {
        assert_noticed("deleted", file, |data| fs::remove_file(data.join(file)).unwrap());
        assert_noticed("replaced", file, |data| {
            fs::copy(data.join(file), data.join("copy")).unwrap();
            fs::rename(data.join("copy"), data.join(file)).unwrap();
        });
    }
    let name = "a file of the genome is deleted or replaced under the node";
    tell(name, &Found { times: 8, acknowledged: 0 });
}

#[test]
fn it_is_noticed_although_nobody_teaches_and_is_over_when_the_file_is_put_back() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("a", "b");
    eventually("the node is ready", || (node.get("/readyz").0 == 200).then_some(()));
    fs::rename(data.path().join("genome.db"), data.path().join("elsewhere.db")).unwrap();
    let problem = eventually("the node is not ready", || {
        let (status, body) = node.get("/readyz");
        (status == 503).then_some(body)
    });
    assert!(problem["detail"].as_str().unwrap().contains("was deleted or moved away"), "{problem}");
    assert_eq!(node.series("kolibri_backend_ready"), Some(0.0));

    // The very file is back: nothing can be missing in it.
    fs::rename(data.path().join("elsewhere.db"), data.path().join("genome.db")).unwrap();
    eventually("the node is ready", || (node.get("/readyz").0 == 200).then_some(()));
    assert_eq!((node.teach("c", "d"), node.ask("a")["answer"].clone()), (2, json!("b")));
}

/// Ways to write a file in place.
type Write = (&'static str, fn(&Path, &[u8]));

const WRITES: [Write; 4] = [
    ("emptied", |file, _| fs::write(file, "").unwrap()),
    ("cut", |file, now| in_place(file).set_len(now.len() as u64 / 2).unwrap()),
    ("zeroed", |file, now| in_place(file).write_all_at(&vec![0; now.len()], 0).unwrap()),
    ("garbled", |file, now| {
        let half = now.len() / 2;
        in_place(file).write_all_at(&vec![0xa5; half], half as u64).unwrap();
    }),
];

fn in_place(file: &Path) -> File {
    File::options().write(true).open(file).unwrap()
}

#[test]
fn a_file_of_the_genome_that_is_written_in_place_ends_every_acknowledgement_and_is_over_when_it_is_undone() {
    for file in ["genome.db", "genome.db-wal"] {
        for (what, write) in WRITES {
            let data = tempfile::tempdir().unwrap();
            let both = ["genome.db", "genome.db-wal"].map(|name| data.path().join(name));
            let node = Running::start(data.path());
            for number in 1..=20 {
                node.teach(&format!("question {number}"), &"answer ".repeat(300));
            }
            // Most of it is in the database then, and the rest in the log.
            node.stop();
            let node = Running::start(data.path());
            assert_eq!(node.teach("question 21", "answer"), 21);
            eventually("the node is ready", || (node.get("/readyz").0 == 200).then_some(()));
            let before = both.each_ref().map(|path| fs::read(path).unwrap());

            let written = data.path().join(file);
            write(&written, &fs::read(&written).unwrap());
            let (status, body) =
                node.post("/api/v1/teach", &json!({ "stimulus": "after", "response": "lost" }));
            assert_eq!(
                (status, &body["type"]),
                (503, &json!("urn:kolibri:problem:store_failed")),
                "{file} {what}"
            );
            let said = format!("{file} was written by something else");
            assert!(body["detail"].as_str().unwrap().contains(&said), "{file} {what}: {body}");
            assert!(node.get("/readyz").1["detail"].as_str().unwrap().contains(&said), "{file} {what}");
            let damaged = both.each_ref().map(|path| fs::read(path).unwrap());
            eventually("it was tried to read it back", || {
                node.log().into_iter().find(|line| line.contains("can still not be written"))
            });
            assert_eq!(node.get("/readyz").0, 503, "{file} {what}");
            let left = both.each_ref().map(|path| fs::read(path).unwrap());
            assert!(left == damaged, "{file} {what}: the node wrote what it could not trust");

            in_place(&written).set_len(0).unwrap();
            in_place(&written).write_all_at(&before[usize::from(file != "genome.db")], 0).unwrap();
            eventually("the node is ready", || (node.get("/readyz").0 == 200).then_some(()));
            assert_eq!(node.teach("after all", "kept"), 22, "{file} {what}");
            node.stop();
            let verdict =
                crate::running::cli::run(&["genome", "verify", "--data-dir", data.path().to_str().unwrap()]);
            assert_eq!(verdict.code, 0, "{file} {what}: {verdict:?}");
        }
    }
    let name = "a file of the genome is overwritten, cut or emptied in place under the node";
    tell(name, &Found { times: 2 * WRITES.len(), acknowledged: 2 * WRITES.len() * 22 });
}

#[test]
fn a_node_that_stops_leaves_files_that_something_else_wrote_as_they_are() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    for number in 0..20 {
        node.teach(&format!("question {number}"), "answer");
    }
    let log = data.path().join("genome.db-wal");
    let whole = fs::read(&log).unwrap();
    let older = fs::read(data.path().join("genome.db")).unwrap();
    in_place(&log).write_all_at(&[0; 32], whole.len() as u64 / 2).unwrap();
    node.stop();
    assert!(fs::read(data.path().join("genome.db")).unwrap() == older, "nothing was copied out of that log");
    fs::write(&log, &whole).unwrap();
    let node = Running::start(data.path());
    assert_eq!(node.ask("question 19")["answer"], "answer");
}

#[test]
fn a_log_that_is_emptied_while_people_teach_ends_every_acknowledgement_of_what_comes_after() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("first", "kept");
    let (touched, emptied) = (AtomicBool::new(false), AtomicBool::new(false));
    let teach_until_refused = |client: usize| {
        let mut acknowledged_after = 0;
        for number in 0.. {
            let began_after = emptied.load(Ordering::SeqCst);
            let teach = json!({ "stimulus": format!("question {client} {number}"), "response": "answer" });
            let (status, body) = node.post("/api/v1/teach", &teach);
            match status {
                201 => acknowledged_after += usize::from(began_after),
                _ if touched.load(Ordering::SeqCst) => break,
                _ => panic!("nobody has touched the log: {body}"),
            }
        }
        acknowledged_after
    };
    let acknowledged: usize = thread::scope(|scope| {
        let teach = &teach_until_refused;
        let clients: Vec<_> = (0..8).map(|client| scope.spawn(move || teach(client))).collect();
        thread::sleep(Duration::from_secs(1));
        touched.store(true, Ordering::SeqCst);
        in_place(&data.path().join("genome.db-wal")).set_len(0).unwrap();
        emptied.store(true, Ordering::SeqCst);
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    });
    assert_eq!(acknowledged, 0, "acknowledged after the log was emptied");
    assert_eq!(node.get("/readyz").0, 503);
}

/// Ways to write over a log that is in use, of this length.
const OVERWRITES: [fn(&File, u64); 4] = [
    |log, length| log.write_all_at(&vec![0; length as usize / 2], length / 2).unwrap(),
    |log, _| log.write_all_at(&[0xa5; 64], 5000).unwrap(),
    |log, length| log.write_all_at(&vec![0xa5; length as usize - 4096], 4096).unwrap(),
    |log, length| log.set_len(length / 2).unwrap(),
];

/// The log is written all the time then, so that its time tells nothing. What is overwritten may be an older page, which nobody
/// needs any more: then nothing is lost, and nothing need be noticed.
#[test]
fn a_log_that_is_written_over_while_people_teach_loses_nothing_in_silence() {
    let rounds = rounds(OVERWRITES.len(), 40);
    let (mut acknowledged, mut noticed) = (0, 0);
    for round in 0..rounds {
        let data = tempfile::tempdir().unwrap();
        let node = Running::start(data.path());
        let taught = taught_until_refused(&node, || {
            thread::sleep(Duration::from_millis(400));
            let log = in_place(&data.path().join("genome.db-wal"));
            OVERWRITES[round % OVERWRITES.len()](&log, log.metadata().unwrap().len());
        });
        noticed += usize::from(node.get("/readyz").0 == 503);
        node.kill();
        if let Ok(node) = Running::try_start(data.path(), &[]) {
            for stimulus in &taught {
                assert_eq!(node.ask(stimulus)["answer"], "answer", "{stimulus} is lost in silence");
            }
        }
        acknowledged += taught.len();
    }
    assert!(noticed >= rounds / 2, "{noticed} of {rounds}");
    tell("the log is written over while people teach", &Found { times: rounds, acknowledged });
}

/// What eight people teach while something is done, and until they are refused, or for some seconds.
fn taught_until_refused(node: &Running, change: impl FnOnce()) -> Vec<String> {
    let until = Instant::now() + Duration::from_secs(5);
    let teach = |client: usize| {
        let mut taught = Vec::new();
        for number in 0.. {
            let stimulus = format!("question {client} {number}");
            let pair = json!({ "stimulus": stimulus, "response": "answer" });
            let (status, _) = node.post("/api/v1/teach", &pair);
            if status == 201 {
                taught.push(stimulus);
            }
            if status != 201 || Instant::now() > until {
                break;
            }
        }
        taught
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..8).map(|client| scope.spawn(move || teach(client))).collect();
        change();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    })
}

#[test]
fn another_program_that_copies_the_log_into_the_database_is_recovered_from() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    for number in 1..=20 {
        node.teach(&format!("question {number}"), "answer");
    }
    let other = rusqlite::Connection::open(data.path().join("genome.db")).unwrap();
    for round in 0..3 {
        other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        let taught = eventually("a TEACH is taken", || {
            let taught = json!({ "stimulus": format!("after {round}"), "response": "yes" });
            let (status, body) = node.post("/api/v1/teach", &taught);
            (status == 201).then_some(body)
        });
        assert_eq!(taught["block"]["index"], 21 + round, "nothing is lost or recorded twice");
    }
    drop(other);
    eventually("the node is ready", || (node.get("/readyz").0 == 200).then_some(()));
    assert_eq!(node.ask("question 20")["answer"], "answer");
}
