//! What happens when the store fails: nothing more is acknowledged, the node says why, and opening it again
//! restores everything that was acknowledged, and nothing by halves.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::sync::Mutex;

use rusqlite::Connection;

use super::erasure::found;
use super::queue::start;
use super::*;
use crate::store::{Expected, Recorded, Verdict, verify};
use crate::{NotReady, NotReadyKind};

fn store_failed(error: &crate::CommandError) -> NotReady {
    NotReady { kind: NotReadyKind::StoreFailed, detail: error.to_string() }
}

/// Changes the genome's tables behind the node's back.
fn alter(root: &Path, sql: &str) {
    Connection::open(DataDirectory::new(root).genome()).unwrap().execute_batch(sql).unwrap();
}

/// What broke the store.
#[track_caller]
fn reason(error: &CommandError) -> &str {
    match error {
        CommandError::StoreFailed { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_table_that_something_else_changed_stops_the_writer_until_it_is_changed_back() {
    let (root, telemetry) = (tempfile::tempdir().unwrap(), telemetry());
    let node = Node::open(&config(root.path()), &telemetry).unwrap();
    teach(&node, "kept", "yes").await;
    assert_eq!(node.reader().head().unwrap().index, 1);
    until_indexed(&node);

    alter(root.path(), "ALTER TABLE answer RENAME TO hidden");
    let failed = try_teach(&node, "not kept", "no").await.unwrap_err();
    assert!(reason(&failed).contains("genome.db-wal was written by something else"), "{failed}");

    let later = try_teach(&node, "later", "no").await.unwrap_err();
    assert_eq!(reason(&later), reason(&failed));
    assert_eq!(forget(&node, "kept").await, Err(later.clone()));
    assert_eq!(node.ask(TraceId::random(), "kept".into()).await.unwrap_err(), later);
    assert_eq!(node.ready(), Ready::No(vec![store_failed(&later)]));
    for (event, failures) in [("TEACH", 2.0), ("FORGET", 1.0), ("ASK", 1.0)] {
        let name = format!("kolibri_backend_events_failed_total{{event_type=\"{event}\",fault=\"node\"}}");
        assert_eq!(series(&telemetry, &name), Some(failures), "{event}");
    }

    // The node finds out by itself, and reads back what is durable.
    alter(root.path(), "ALTER TABLE hidden RENAME TO answer");
    until("the node is ready", || node.ready() == Ready::Yes);
    assert_eq!(node.reader().head().unwrap().index, 1);
    assert_eq!(teach(&node, "later", "yes").await, 2);
    assert_eq!(answer(&node, "kept").await.as_deref(), Some("yes"));
    assert_eq!(answer(&node, "not kept").await, None);
}

#[tokio::test]
async fn what_another_program_locks_is_refused_and_recovers_as_soon_as_the_lock_is_gone() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach(&node, "kept", "yes").await;
    until_indexed(&node);
    let other = Connection::open(DataDirectory::new(root.path()).genome()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = try_teach(&node, "refused", "no").await.unwrap_err();
    assert!(matches!(&refused, CommandError::StoreBusy(_)), "{refused}");
    assert_eq!(node.failure(), None, "it passes");
    assert_eq!(node.ready(), Ready::No(vec![store_failed(&refused)]));
    // Nobody waits five seconds again.
    assert_eq!(try_teach(&node, "at once", "no").await, Err(refused));
    other.execute_batch("ROLLBACK").unwrap();
    until("the node is ready", || node.ready() == Ready::Yes);
    assert_eq!(teach(&node, "later", "yes").await, 2);
    assert_eq!(answer(&node, "refused").await, None);
}

#[tokio::test]
async fn what_a_failed_commit_left_is_read_back_and_nothing_is_recorded_twice() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach(&node, "kept", "yes").await;
    until_indexed(&node);
    // As if the batch were on disk although its commit failed: another program appends what the node would have.
    alter(root.path(), "ALTER TABLE answer RENAME TO hidden");
    try_teach(&node, "in doubt", "no").await.unwrap_err();
    let twin = tempfile::tempdir().unwrap();
    copy(root.path(), twin.path());
    alter(twin.path(), "ALTER TABLE hidden RENAME TO answer");
    let block = {
        let twin = open(twin.path());
        teach(&twin, "in doubt", "it was durable").await;
        twin.close();
        twin.reader().block(2).unwrap().unwrap()
    };
    let from = DataDirectory::new(twin.path()).genome();
    alter(
        root.path(),
        &format!(
            "ATTACH '{}' AS twin; BEGIN IMMEDIATE; ALTER TABLE hidden RENAME TO answer;
             INSERT INTO block SELECT * FROM twin.block WHERE idx = 2;
             INSERT INTO answer SELECT * FROM twin.answer WHERE idx = 2; COMMIT",
            from.display()
        ),
    );
    until("the node is ready", || node.ready() == Ready::Yes);
    assert_eq!(answer(&node, "in doubt").await.as_deref(), Some("it was durable"));
    let next = teach(&node, "later", "yes").await;
    let blocks = node.reader().blocks(0, 10).unwrap();
    assert_eq!(blocks[2].hash, block.hash);
    assert!(next >= 3);
    node.close();
    let verdict = verify(&DataDirectory::new(root.path()), |_| true).unwrap();
    assert!(matches!(verdict, Verdict::Sound { .. }), "{verdict:?}");
}

#[tokio::test]
async fn a_forget_that_meets_links_in_a_circle_fails_instead_of_following_them_forever() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach(&node, "a", "first").await;
    teach(&node, "a", "second").await;
    alter(root.path(), "INSERT INTO version VALUES (1, 2)");
    assert!(matches!(forget(&node, "a").await, Err(CommandError::StoreFailed { .. })));
    drop(node);
    assert_eq!(answer(&open(root.path()), "a").await.as_deref(), Some("second"));
}

#[tokio::test]
async fn of_a_batch_that_fails_nothing_is_recorded() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach(&node, "kept", "yes").await;

    let held = Connection::open(DataDirectory::new(root.path()).genome()).unwrap();
    held.execute_batch("BEGIN IMMEDIATE; ALTER TABLE erasure RENAME TO hidden").unwrap();
    let mut first = Box::pin(try_teach(&node, "before the fault", "no"));
    let mut faulty = Box::pin(forget(&node, "kept"));
    let mut last = Box::pin(try_teach(&node, "behind the fault", "no"));
    assert!(start(first.as_mut()).is_pending());
    assert!(start(faulty.as_mut()).is_pending());
    assert!(start(last.as_mut()).is_pending());
    held.execute_batch("COMMIT").unwrap();
    let refused = |error| matches!(error, CommandError::StoreFailed { .. });
    // The writer may have taken the first one alone, before the others arrived.
    let first = first.await.ok();
    assert!(refused(faulty.await.unwrap_err()));
    assert!(refused(last.await.unwrap_err()));
    drop(node);

    held.execute_batch("ALTER TABLE hidden RENAME TO erasure").unwrap();
    drop(held);
    let node = open(root.path());
    assert_eq!(node.reader().head().unwrap().index, first.unwrap_or(1));
    assert_eq!(node.reader().current(Key::of("before the fault")), Ok(first));
    assert_eq!(node.reader().current(Key::of("behind the fault")), Ok(None));
    assert_eq!(answer(&node, "kept").await.as_deref(), Some("yes"));
}

#[tokio::test]
async fn a_writer_that_is_gone_makes_the_node_unready() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach(&node, "kept", "yes").await;
    until_indexed(&node);
    let event = Event::Forget { key: Key::of("unheard of"), expected: Expected::Anything };
    node.store.intake.submit(
        Entry { trace: TraceId::random(), event, time: 0 },
        Box::new(|_| panic!("on purpose, to end the writer's thread")),
    );
    until("the node is not ready", || node.ready() != Ready::Yes);
    assert!(node.failure().is_some_and(|failure| failure.contains("kolibri-writer")));
    assert_eq!(try_teach(&node, "later", "no").await, Err(CommandError::Stopping));
    assert!(
        matches!(node.ready(), Ready::No(problems) if problems[0].kind == NotReadyKind::ThreadFailed && problems[0].detail == "the thread kolibri-writer panicked; restart the node and report it")
    );
    drop(node);
    assert_eq!(answer(&open(root.path()), "kept").await.as_deref(), Some("yes"));
}

/// Names the directory where the process under test works and notes what was acknowledged.
const DIRECTORY: &str = "KOLIBRI_TEST_DIRECTORY";
const PEOPLE: usize = 4;

fn stimulus(root: &Path, person: usize, number: usize) -> String {
    format!("who asks for {}?", mark(root, person, number))
}

fn response(root: &Path, person: usize, number: usize) -> String {
    format!("<{}> ", mark(root, person, number)).repeat([1, 30, 1_200][number % 3])
}

/// A text that no other contains, in this run or another.
fn mark(root: &Path, person: usize, number: usize) -> String {
    format!("{}/{person}/{number}", root.file_name().unwrap().to_string_lossy())
}

/// A separate process: people teach and forget until the store fails, or the process is killed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it is the process that the tests below start"]
async fn a_process_that_teaches_and_forgets() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let root = PathBuf::from(directory);
    let trace = TraceConfig { path: Some(root.join("data/trace.jsonl")), max_bytes: 1 << 20, content: false };
    let config = NodeConfig { trace: Some(trace), ..config(&root.join("data")) };
    let node = Arc::new(Node::open(&config, &Telemetry::off()).unwrap());
    let notes = Arc::new(Mutex::new(File::create(root.join("acknowledged")).unwrap()));
    let people: Vec<_> = (0..PEOPLE)
        .map(|person| {
            let (node, notes, root) = (Arc::clone(&node), Arc::clone(&notes), root.clone());
            let note = move |line: String| notes.lock().unwrap().write_all(line.as_bytes()).unwrap();
            tokio::spawn(async move {
                for number in 0.. {
                    let (text, answer) = (stimulus(&root, person, number), response(&root, person, number));
                    match try_teach(&node, &text, &answer).await {
                        Ok(block) => note(format!("taught {person} {number} {block}\n")),
                        Err(error) => return error,
                    }
                    if number % 3 == 2 {
                        match forget(&node, &stimulus(&root, person, number - 1)).await {
                            Ok(_) => note(format!("forgotten {person} {} 0\n", number - 1)),
                            Err(error) => return error,
                        }
                    }
                }
                unreachable!()
            })
        })
        .collect();
    let mut errors = Vec::new();
    for person in people {
        errors.push(person.await.unwrap());
    }
    assert!(errors.iter().all(|error| reason(error) == reason(&errors[0])), "{errors:?}");
    let later = try_teach(&node, "later", "no").await.unwrap_err();
    let (noticed, broke): (Vec<_>, Vec<_>) = errors.iter().partition(|error| error.cause().is_some());
    assert_eq!(broke.len(), 1, "{errors:?}");
    assert!(noticed.iter().all(|error| **error == later), "{errors:?}");
    assert!(matches!(node.ready(), Ready::No(problems) if problems[0].detail == later.to_string()));
    node.close();
}

/// The command line of that process; `limits` are shell commands that come before it.
fn process(root: &Path, limits: &str) -> Process {
    let mut shell = Process::new("sh");
    shell.args(["-c", &format!("{limits} exec \"$0\" \"$@\"")]);
    shell.arg(std::env::current_exe().unwrap());
    shell.args([
        "--exact",
        "node::tests::faults::a_process_that_teaches_and_forgets",
        "--ignored",
        "--nocapture",
    ]);
    shell.env(DIRECTORY, root).stdout(Stdio::piped()).stderr(Stdio::piped());
    shell
}

/// What the process noted: whether it was a TEACH, the person, the number and the block.
fn acknowledged(root: &Path) -> Vec<(bool, usize, usize, u64)> {
    let text = std::fs::read_to_string(root.join("acknowledged")).unwrap_or_default();
    let number = |field: &str| field.parse::<u64>().unwrap();
    // A kill may have cut the last line short.
    let lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split(' ').collect();
            let (person, item) = (number(fields[1]) as usize, number(fields[2]) as usize);
            (fields[0] == "taught", person, item, number(fields[3]))
        })
        .collect()
}

/// Opens what the process left behind, and compares it with what was acknowledged.
async fn assert_whole(root: &Path) {
    let (data, acknowledged) = (root.join("data"), acknowledged(root));
    let node = open(&data);
    let verdict = verify(&DataDirectory::new(&data), |_| true).unwrap();
    assert!(matches!(verdict, Verdict::Sound { .. }), "{verdict:?}");

    let mut taught = BTreeMap::new();
    let mut forgotten = Vec::new();
    for &(teach, person, number, block) in &acknowledged {
        if teach {
            taught.insert((person, number), block).map_or((), |_| panic!("twice"))
        } else {
            forgotten.push((person, number))
        }
    }
    let mut gone = HashSet::new();
    for pair in &forgotten {
        let block = taught.remove(pair).unwrap();
        let stored = node.reader().block(block).unwrap().unwrap();
        assert!(matches!(stored.recorded, Recorded::Erased { .. }), "{pair:?}: {stored:?}");
        let mark = mark(root, pair.0, pair.1);
        gone.extend([format!("<{mark}>").into_bytes(), format!("{mark}?").into_bytes()]);
        gone.insert(Key::of(&stimulus(root, pair.0, pair.1)).0.to_vec());
    }
    // Each person may have been about to forget one more, whose FORGET was recorded but not acknowledged.
    let mut unacknowledged = 0;
    for (&(person, number), &block) in &taught {
        let stored = node.reader().block(block).unwrap().unwrap();
        match stored.recorded {
            Recorded::Content(kolibri_genome::Content::Teach(teach)) => {
                assert_eq!(teach, Teach::new(stimulus(root, person, number), response(root, person, number)));
                assert_eq!(node.reader().current(Key::of(&teach.stimulus)), Ok(Some(block)));
            }
            other => {
                assert!(matches!(other, Recorded::Erased { .. }), "{other:?}");
                unacknowledged += 1;
            }
        }
    }
    let blocks = node.reader().head().unwrap().index as usize;
    unacknowledged += blocks - acknowledged.len();
    assert!(unacknowledged <= 2 * PEOPLE, "{unacknowledged} events that were not acknowledged");

    until_indexed(&node);
    until("nothing is left of what was forgotten", || found(&data, &gone).is_empty());
}

#[tokio::test]
async fn a_disk_that_takes_no_more_costs_nothing_that_was_acknowledged() {
    let root = tempfile::tempdir().unwrap();
    // No file may grow beyond a few megabytes, and trying is an error instead of a signal.
    let ended = process(root.path(), "trap '' XFSZ; ulimit -f 6000;").output().unwrap();
    assert!(
        ended.status.success(),
        "{}{}",
        String::from_utf8_lossy(&ended.stdout),
        String::from_utf8_lossy(&ended.stderr)
    );
    assert!(acknowledged(root.path()).len() > 50);
    assert_whole(root.path()).await;
}

#[tokio::test]
async fn a_process_that_was_killed_loses_nothing_that_was_acknowledged() {
    for enough in [1, 40, 400] {
        let root = tempfile::tempdir().unwrap();
        let mut running = process(root.path(), "").spawn().unwrap();
        until("the process has done something", || {
            assert_eq!(running.try_wait().unwrap(), None, "it ended by itself");
            acknowledged(root.path()).len() >= enough
        });
        running.kill().unwrap();
        running.wait().unwrap();
        assert_whole(root.path()).await;
    }
}
