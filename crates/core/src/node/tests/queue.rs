//! The bounded queue before the genome: what it refuses, and what it finishes.

use std::future::Future;
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use rusqlite::Connection;

use super::*;

/// Keeps the node's writer from committing until it is dropped (or SQLite's five seconds are over).
struct HeldWriter(Connection);

impl HeldWriter {
    fn of(root: &Path) -> Self {
        let other = Connection::open(DataDirectory::new(root).genome()).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        Self(other)
    }
}

impl Drop for HeldWriter {
    fn drop(&mut self) {
        self.0.execute_batch("ROLLBACK").unwrap();
    }
}

fn node_with_places(root: &Path, queue_capacity: usize, telemetry: &Telemetry) -> Node {
    Node::open(&NodeConfig { queue_capacity, ..config(root) }, telemetry).unwrap()
}

/// Runs a command as far as it goes without waiting.
pub(super) fn start<T>(command: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    command.poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_counts_it_and_records_nothing_of_it() {
    let (root, telemetry) = (tempfile::tempdir().unwrap(), telemetry());
    let node = node_with_places(root.path(), 3, &telemetry);
    let held = HeldWriter::of(root.path());
    let mut taken = Vec::new();
    for number in 0..3 {
        let node = &node;
        let mut command = Box::pin(async move { try_teach(node, &number.to_string(), "taken").await });
        assert!(start(command.as_mut()).is_pending());
        taken.push(command);
    }
    assert_eq!(series(&telemetry, "kolibri_backend_queue_depth"), Some(3.0));

    assert_eq!(try_teach(&node, "refused", "no").await, Err(CommandError::QueueFull));
    assert_eq!(forget(&node, "refused").await, Err(CommandError::QueueFull));
    let asked = node.ask(TraceId::random(), "refused".into()).await;
    assert_eq!(asked, Err(CommandError::QueueFull), "an answer without a block");
    for command in ["TEACH", "ASK", "FORGET"] {
        let labels = format!("event_type=\"{command}\"");
        for name in [
            format!("kolibri_backend_events_failed_total{{{labels},fault=\"node\"}}"),
            format!("kolibri_backend_queue_refused_total{{{labels}}}"),
        ] {
            assert_eq!(series(&telemetry, &name), Some(1.0), "{name}");
        }
    }

    drop(held);
    for (command, block) in taken.into_iter().zip(1..) {
        assert_eq!(command.await, Ok(block));
    }
    assert_eq!(series(&telemetry, "kolibri_backend_queue_depth"), Some(0.0));
    assert_eq!(node.reader().head().unwrap().index, 3);
    assert_eq!(node.reader().current(Key::of("refused")), Ok(None));
    assert_eq!(teach(&node, "refused", "then taken").await, 4);
}

/// An answer that is taught to another question, and what is queued before it and takes the answer away.
#[tokio::test]
async fn an_answer_that_is_forgotten_or_replaced_in_the_queue_is_not_taught_to_another_question() {
    let (root, telemetry) = (tempfile::tempdir().unwrap(), telemetry());
    let node = node_with_places(root.path(), 3, &telemetry);
    for (replaced, now) in [(false, None), (true, Some(4))] {
        let seen = teach(&node, "When is lunch?", "At noon").await;
        let premise = Premise { replaces: Expected::Nothing, answer_of: Some(seen) };
        let held = HeldWriter::of(root.path());
        let mut before = Box::pin(async {
            if replaced {
                try_teach(&node, "when is LUNCH?", "At one").await.map(drop)
            } else {
                forget(&node, "when is lunch?").await.map(drop)
            }
        });
        assert!(start(before.as_mut()).is_pending());
        let mut confirmed =
            pin!(node.teach_over(TraceId::random(), "Lunch when?".into(), "At noon".into(), premise));
        assert!(start(confirmed.as_mut()).is_pending());
        drop(held);
        before.await.unwrap();
        assert_eq!(confirmed.await.unwrap_err(), CommandError::ChangedMeanwhile { now });
        assert_eq!(node.reader().current(Key::of("Lunch when?")), Ok(None));
    }
    assert_eq!(node.reader().head().unwrap().index, 4, "what was refused is no block");
    let premise = Premise { replaces: Expected::Nothing, answer_of: Some(4) };
    let taught = node.teach_over(TraceId::random(), "Lunch when?".into(), "At one".into(), premise).await;
    assert_eq!(taught.unwrap().block.index, 5);
}

#[tokio::test]
async fn an_ask_is_measured_when_it_is_answered_a_teach_when_it_is_durable_and_a_refusal_never() {
    let (root, telemetry) = (tempfile::tempdir().unwrap(), telemetry());
    let node = node_with_places(root.path(), 2, &telemetry);
    let measured = |command: &str| {
        let name = format!("kolibri_backend_command_duration_seconds_count{{event_type=\"{command}\"}}");
        series(&telemetry, &name).unwrap()
    };
    let held = HeldWriter::of(root.path());
    let mut taught = pin!(try_teach(&node, "one", "1"));
    assert!(start(taught.as_mut()).is_pending());
    ask(&node, "one").await;
    assert_eq!([measured("TEACH"), measured("ASK")], [0.0, 1.0], "neither block is durable yet");
    node.ask(TraceId::random(), "two".into()).await.unwrap_err();
    try_teach(&node, "", "empty").await.unwrap_err();
    drop(held);
    taught.await.unwrap();
    forget(&node, "unheard of").await.unwrap_err();
    node.close();
    assert_eq!([measured("TEACH"), measured("ASK"), measured("FORGET")], [1.0, 1.0, 0.0]);
}

#[tokio::test]
async fn long_texts_take_more_room_in_the_queue_and_the_longest_still_fits_a_small_one() {
    let (root, telemetry) = (tempfile::tempdir().unwrap(), telemetry());
    let node = node_with_places(root.path(), 5, &telemetry);
    let (of_five_places, of_seventeen) = ("x".repeat(4 * 4096), "x".repeat(MAX_RESPONSE));
    assert_eq!(try_teach(&node, "longest", &of_seventeen).await, Ok(1));
    let held = HeldWriter::of(root.path());
    let mut long = pin!(try_teach(&node, "long", &of_five_places));
    assert!(start(long.as_mut()).is_pending());
    assert_eq!(try_teach(&node, "short", "s").await, Err(CommandError::QueueFull));
    drop(held);
    assert_eq!(long.await, Ok(2));
    assert_eq!(try_teach(&node, "short", "s").await, Ok(3));
}

#[tokio::test]
async fn a_batch_waits_for_room_instead_of_being_refused() {
    let (root, telemetry) = (tempfile::tempdir().unwrap(), telemetry());
    let node = node_with_places(root.path(), 2, &telemetry);
    let mut batch = Vec::new();
    for number in 0..100 {
        batch.push(node.teach_in_batch(TraceId::random(), format!("line {number}"), "x".into()).await);
    }
    batch.push(node.teach_in_batch(TraceId::random(), "line 100".into(), String::new()).await);
    let mut settled = Vec::new();
    for line in batch {
        settled.push(line.settled().await.map(|taught| taught.block.index));
    }
    assert!(matches!(settled.pop(), Some(Err(CommandError::Text { field: "response", .. }))));
    assert_eq!(settled, (1..=100).map(Ok).collect::<Vec<_>>());
    let refused = r#"kolibri_backend_queue_refused_total{event_type="TEACH"}"#;
    assert_eq!(series(&telemetry, refused), Some(0.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_served_while_a_long_batch_is_taught() {
    let (root, telemetry) = (tempfile::tempdir().unwrap(), telemetry());
    let node = Arc::new(node_with_places(root.path(), 8, &telemetry));
    let batch = tokio::spawn({
        let node = Arc::clone(&node);
        async move {
            for number in 0..500 {
                let line = node.teach_in_batch(TraceId::random(), format!("line {number}"), "x".into()).await;
                drop(line);
            }
        }
    });
    let mut served = 0;
    while !batch.is_finished() {
        teach(&node, "meanwhile", &served.to_string()).await;
        served += 1;
    }
    batch.await.unwrap();
    assert!(served > 0);
}

#[tokio::test]
async fn closing_finishes_what_was_taken_and_refuses_the_rest() {
    let (root, telemetry) = (tempfile::tempdir().unwrap(), telemetry());
    let node = Arc::new(node_with_places(root.path(), 96, &telemetry));
    let held = HeldWriter::of(root.path());
    let mut taken = Vec::new();
    for number in 0..16 {
        let node = Arc::clone(&node);
        let mut command = Box::pin(async move { try_teach(&node, &number.to_string(), "taken").await });
        assert!(start(command.as_mut()).is_pending());
        taken.push(command);
    }
    let mut waiting = Box::pin(async {
        // The share of batches has room for two of these; the third waits.
        let text = "x".repeat(MAX_RESPONSE);
        let mut lines = Vec::new();
        for number in 0..4 {
            lines.push(node.teach_in_batch(TraceId::random(), format!("batch {number}"), text.clone()).await);
        }
        lines
    });
    assert!(start(waiting.as_mut()).is_pending());

    let closing = std::thread::spawn({
        let node = Arc::clone(&node);
        move || node.close()
    });
    until("no more commands are taken", || {
        let mut late = pin!(try_teach(&node, "late", "refused"));
        start(late.as_mut()) == Poll::Ready(Err(CommandError::Stopping))
    });
    drop(held);
    closing.join().unwrap();

    for command in taken {
        assert!(command.await.is_ok());
    }
    let mut settled = Vec::new();
    for line in waiting.await {
        settled.push(line.settled().await.map(drop));
    }
    assert!(settled[..2].iter().all(Result::is_ok), "{settled:?}");
    assert_eq!(settled[2..], [Err(CommandError::Stopping), Err(CommandError::Stopping)]);
    assert_eq!(try_teach(&node, "later", "refused").await, Err(CommandError::Stopping));
    assert_eq!(forget(&node, "1").await, Err(CommandError::Stopping));
    assert_eq!(node.ask(TraceId::random(), "1".into()).await, Err(CommandError::Stopping));
    drop(node);

    let recorded = Reader::open(&DataDirectory::new(root.path())).unwrap().associations(0, 1_000).unwrap().0;
    let late = recorded.iter().filter(|association| association.teach.stimulus == "late").count();
    assert_eq!(recorded.len() - late, 16 + 2);
}

/// How many events of one type were counted as recorded, and how many as failed.
fn counted(telemetry: &Telemetry, event: &str) -> [f64; 2] {
    let labels = format!("event_type=\"{event}\"");
    [
        format!("kolibri_backend_events_total{{{labels}}}"),
        format!("kolibri_backend_events_failed_total{{{labels},fault=\"node\"}}"),
    ]
    .map(|name| series(telemetry, &name).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_that_meets_the_end_of_the_node_is_answered_and_counted_once() {
    for _ in 0..10 {
        let (root, telemetry) = (tempfile::tempdir().unwrap(), telemetry());
        let node = Arc::new(node_with_places(root.path(), 1024, &telemetry));
        let commands: Vec<_> = (0..8)
            .map(|person| {
                let node = Arc::clone(&node);
                tokio::spawn(async move {
                    let mut taught = 0;
                    loop {
                        match try_teach(&node, &format!("{person}"), "x").await {
                            Ok(_) => taught += 1,
                            Err(error) => break (taught, error),
                        }
                    }
                })
            })
            .collect();
        until("some commands were executed", || node.reader().head().unwrap().index > 20);
        node.close();
        let mut taught = 0;
        for command in commands {
            let (own, error) = command.await.unwrap();
            assert_eq!(error, CommandError::Stopping);
            taught += own;
        }
        assert_eq!(counted(&telemetry, "TEACH"), [f64::from(taught), 8.0]);
        assert_eq!(node.reader().head().unwrap().index, taught as u64);
    }
}
