//! What tests share: a node in a directory, short forms of its commands, and waiting for background work.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::follow::FollowStatus;
use crate::recall::{Found, RecallConfig};
use crate::store::DataDirectory;
use crate::telemetry::{Telemetry, TelemetryConfig};
use crate::trace::TraceId;
use crate::{CommandError, Node, NodeConfig, Ready};

/// How long the background may take before a test gives up; far more than it ever needs.
const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) fn config(path: &Path) -> NodeConfig {
    NodeConfig {
        directory: DataDirectory::new(path),
        queue_capacity: 1024,
        trace: None,
        recall: RecallConfig::default(),
        verify_every: None,
        accepted_head: None,
    }
}

pub(crate) fn open(path: &Path) -> Node {
    Node::open(&config(path), &Telemetry::off()).unwrap()
}

/// Telemetry that is scraped by [`series`].
pub(crate) fn telemetry() -> Telemetry {
    let config = TelemetryConfig {
        instance: "test".into(),
        version: "0".into(),
        otlp: None,
        records: Default::default(),
        of: crate::telemetry::Publisher::Node,
    };
    Telemetry::start(&config).unwrap()
}

/// The value of one series, as a scraper reads it.
pub(crate) fn series(telemetry: &Telemetry, name_and_labels: &str) -> Option<f64> {
    let text = telemetry.render().unwrap().unwrap();
    text.lines().find_map(|line| line.strip_prefix(name_and_labels)?.strip_prefix(' ')?.parse().ok())
}

/// Waits until `condition` holds.
#[track_caller]
pub(crate) fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < DEADLINE, "after {DEADLINE:?} this is still not true: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until the index contains everything that was announced, and nothing that was forgotten.
#[track_caller]
pub(crate) fn until_indexed(node: &Node) {
    until("the index contains what is taught, and nothing that was forgotten", || {
        let FollowStatus { reached, untidy, .. } = node.index();
        !untidy && reached >= Some(*node.announced().borrow()) && node.ready() == Ready::Yes
    });
}

pub(crate) async fn teach(node: &Node, stimulus: &str, response: &str) -> u64 {
    try_teach(node, stimulus, response).await.unwrap()
}

pub(crate) async fn try_teach(node: &Node, stimulus: &str, response: &str) -> Result<u64, CommandError> {
    let taught = node.teach(TraceId::random(), stimulus.into(), response.into()).await;
    taught.map(|taught| taught.block.index)
}

pub(crate) async fn ask(node: &Node, stimulus: &str) -> Found {
    node.ask(TraceId::random(), stimulus.into()).await.unwrap()
}

/// The answer, if there is one.
pub(crate) async fn answer(node: &Node, stimulus: &str) -> Option<String> {
    ask(node, stimulus).await.answer.map(|answer| answer.teach.response)
}

/// Forgets, and returns the blocks that were erased.
pub(crate) async fn forget(node: &Node, stimulus: &str) -> Result<Vec<u64>, CommandError> {
    node.forget(TraceId::random(), stimulus.into()).await.map(|forgotten| forgotten.erased)
}

/// Every file below `directory`.
pub(crate) fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    // A file may vanish while a node runs.
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Copies a data directory as a power cut would leave it; nothing may be written meanwhile.
pub(crate) fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(&file, &target).unwrap();
    }
}
