//! A genome whose files are deleted or replaced under a running node: nothing more is acknowledged, since it would be gone
//! with the node, and whoever looks is told within a second.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::reliability::{Found, tell};
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
    for file in ["genome.db", "genome.db-wal", "genome.db-shm"] {
        assert_noticed("deleted", file, |data| fs::remove_file(data.join(file)).unwrap());
        assert_noticed("replaced", file, |data| {
            fs::copy(data.join(file), data.join("copy")).unwrap();
            fs::rename(data.join("copy"), data.join(file)).unwrap();
        });
    }
    let name = "a file of the genome is deleted or replaced under the node";
    tell(name, &Found { times: 6, acknowledged: 0 });
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
