//! What a node promises, checked without a door in front of it.

use std::path::Path;

use super::*;

fn open(path: &Path) -> Node {
    let config = NodeConfig { directory: DataDirectory::new(path), queue_capacity: 1024, trace: None };
    Node::open(&config, &Telemetry::off()).unwrap()
}

async fn teach(node: &Node, stimulus: &str, response: &str) -> u64 {
    node.teach(TraceId::random(), stimulus.into(), response.into()).await.unwrap().block.index
}

async fn ask(node: &Node, stimulus: &str) -> Found {
    node.ask(TraceId::random(), stimulus.into()).await.unwrap()
}

#[tokio::test]
async fn what_was_taught_is_answered_exactly_and_names_its_block() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    let block = teach(&node, "How do I restart the server?", "systemctl restart it").await;
    let found = ask(&node, "  how do I RESTART the server? ").await;
    let answer = found.answer.unwrap();
    assert_eq!((answer.source.index, answer.teach.response.as_str()), (block, "systemctl restart it"));
    assert_eq!(found.score, 1.0);
    node.close();
}
