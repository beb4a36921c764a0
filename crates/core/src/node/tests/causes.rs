//! When the store breaks, the traces name the command that broke it: not the one that noticed.

use std::path::Path;

use rusqlite::Connection;

use super::queue::start;
use super::*;
use crate::error::ErrorKind;
use crate::trace::{EVER, Outcome, Trace};

fn traced(root: &Path) -> NodeConfig {
    let trace = TraceConfig { path: Some(root.join("trace.jsonl")), max_bytes: 1 << 20, content: false };
    NodeConfig { trace: Some(trace), ..config(root) }
}

fn ids<const N: usize>() -> [TraceId; N] {
    std::array::from_fn(|_| TraceId::random())
}

/// The failed trace with this id.
fn failed(node: &Node, id: TraceId) -> Arc<Trace> {
    let traces = node.traces().unwrap().last(Some(Outcome::Failed), &EVER, usize::MAX);
    traces.into_iter().find(|trace| trace.trace_id == id).unwrap()
}

/// Changes the genome's tables if there is something to execute, and keeps the writer waiting until that is committed.
fn hold(root: &Path, sql: &str) -> Connection {
    let other = Connection::open(DataDirectory::new(root).genome()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    other.execute_batch(sql).unwrap();
    other
}

/// A node that was taught one thing, on tables that were changed while it was stopped: what changes while it runs is told apart.
async fn on_changed_tables(root: &Path, sql: &str) -> Node {
    let node = Node::open(&traced(root), &Telemetry::off()).unwrap();
    teach(&node, "kept", "yes").await;
    drop(node);
    hold(root, sql).execute_batch("COMMIT").unwrap();
    Node::open(&traced(root), &Telemetry::off()).unwrap()
}

/// A FORGET fails at one of its statements.
const NOTHING_CAN_BE_ERASED: &str =
    "CREATE TRIGGER refuse BEFORE INSERT ON erasure BEGIN SELECT RAISE(ABORT, 'nothing can be erased'); END;";

#[tokio::test]
async fn whoever_notices_that_the_store_is_broken_names_the_command_that_broke_it() {
    let root = tempfile::tempdir().unwrap();
    let node = Node::open(&traced(root.path()), &Telemetry::off()).unwrap();
    teach(&node, "kept", "yes").await;
    hold(root.path(), "ALTER TABLE answer RENAME TO hidden").execute_batch("COMMIT").unwrap();
    let [broke, taught, forgot, asked] = ids();
    let error = node.teach(broke, "a".into(), "b".into()).await.unwrap_err();
    assert_eq!((error.kind(), error.cause()), (ErrorKind::StoreFailed, None));
    assert!(!error.to_string().contains(&broke.to_string()), "{error}");
    let noticed = [
        node.teach(taught, "a".into(), "b".into()).await.unwrap_err(),
        node.forget(forgot, "a".into()).await.unwrap_err(),
        node.ask(asked, "a".into()).await.unwrap_err(),
    ];
    for error in noticed {
        assert_eq!(error.cause(), Some(broke));
        assert!(error.to_string().contains(&broke.to_string()), "{error}");
    }
    // In the same trace, as a client does that has one for all it sends.
    let again = node.ask(broke, "a".into()).await.unwrap_err();
    assert_eq!((again.kind(), again.cause()), (ErrorKind::StoreFailed, Some(broke)));
    let named = |told: &str| told.contains(&broke.to_string());
    assert!(matches!(node.ready(), Ready::No(problems) if named(&problems[0].detail)));
    assert!(node.failure().is_some_and(|told| named(&told)));
    drop(node);
    hold(root.path(), "ALTER TABLE hidden RENAME TO answer").execute_batch("COMMIT").unwrap();

    let node = Node::open(&traced(root.path()), &Telemetry::off()).unwrap();
    let found = node.traces().unwrap().find(broke).unwrap();
    assert_eq!((&*found.event, found.cause), ("TEACH", None));
    for id in [taught, forgot, asked] {
        assert_eq!(failed(&node, id).cause, Some(broke));
    }
}

#[tokio::test]
async fn of_a_batch_the_cause_is_the_command_whose_statement_failed() {
    let root = tempfile::tempdir().unwrap();
    let node = on_changed_tables(root.path(), NOTHING_CAN_BE_ERASED).await;
    let held = hold(root.path(), "");
    let [first, second, broke, last] = ids();
    let mut commands = [
        Box::pin(node.teach(first, "first".into(), "no".into())),
        Box::pin(node.teach(second, "second".into(), "no".into())),
        Box::pin(node.teach(last, "last".into(), "no".into())),
    ];
    let mut faulty = Box::pin(node.forget(broke, "kept".into()));
    let [first_command, second_command, last_command] = &mut commands;
    assert!(start(first_command.as_mut()).is_pending());
    assert!(start(second_command.as_mut()).is_pending());
    assert!(start(faulty.as_mut()).is_pending());
    assert!(start(last_command.as_mut()).is_pending());
    held.execute_batch("COMMIT").unwrap();
    assert_eq!(faulty.await.unwrap_err().cause(), None);
    let [first_command, second_command, last_command] = commands;
    // The writer may have taken the first ones before the others arrived.
    for command in [first_command, second_command] {
        if let Err(error) = command.await {
            assert_eq!(error.cause(), Some(broke));
        }
    }
    assert_eq!(last_command.await.unwrap_err().cause(), Some(broke));
    assert_eq!(failed(&node, broke).event, "FORGET");
    assert_eq!(failed(&node, last).cause, Some(broke));
}

/// A commit with a TEACH fails, after each of its statements was executed.
const TEACH_CANNOT_BE_COMMITTED: &str = "
    CREATE TABLE parent (id INTEGER PRIMARY KEY);
    CREATE TABLE orphan (id REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
    CREATE TRIGGER refuse AFTER INSERT ON answer BEGIN INSERT INTO orphan VALUES (1); END;
";

#[tokio::test]
async fn of_a_batch_whose_commit_failed_the_cause_is_the_first_command_that_waits_for_it() {
    let root = tempfile::tempdir().unwrap();
    let node = on_changed_tables(root.path(), TEACH_CANNOT_BE_COMMITTED).await;
    let held = hold(root.path(), "");
    let [first, second, broke, last] = ids();
    for id in [first, second] {
        node.ask(id, "unheard of".into()).await.unwrap();
    }
    let mut taught = Box::pin(node.teach(broke, "a".into(), "b".into()));
    let mut later = Box::pin(node.teach(last, "c".into(), "d".into()));
    assert!(start(taught.as_mut()).is_pending());
    assert!(start(later.as_mut()).is_pending());
    held.execute_batch("COMMIT").unwrap();
    let error = taught.await.unwrap_err();
    assert_eq!((error.kind(), error.cause()), (ErrorKind::StoreFailed, None), "{error}");
    assert_eq!(later.await.unwrap_err().cause(), Some(broke));
    // The questions may have been recorded before; if not, they only shared the batch.
    for trace in node.traces().unwrap().last(Some(Outcome::Failed), &EVER, usize::MAX) {
        assert_eq!(trace.cause, Some(broke).filter(|_| trace.trace_id != broke), "{trace:?}");
    }
}
