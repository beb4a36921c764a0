//! Another program that holds the genome's lock for longer than the node waits: commands are refused for as long, and the node
//! recovers without anybody's help.

use reqwest::header::RETRY_AFTER;
use serde_json::json;

use crate::reliability::{Found, tell};
use crate::running::{Running, eventually};

#[test]
fn a_lock_of_another_program_refuses_commands_until_it_is_gone_and_no_longer() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("before", "kept");
    eventually("the node is ready", || (node.get("/readyz").0 == 200).then_some(()));
    let other = rusqlite::Connection::open(data.path().join("genome.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let teach = json!({ "stimulus": "meanwhile", "response": "no" });
    let refused = node.http.post(node.url("/api/v1/teach")).json(&teach).send().unwrap();
    assert_eq!((refused.status().as_u16(), &refused.headers()[RETRY_AFTER]), (503, &"1".parse().unwrap()));
    let problem: serde_json::Value = refused.json().unwrap();
    assert_eq!(problem["type"], "urn:kolibri:problem:store_busy");
    assert!(problem["detail"].as_str().unwrap().contains("nothing was recorded, try again"), "{problem}");
    assert_eq!(node.get("/readyz").0, 503);
    assert!(node.log().iter().any(|line| line.contains("nothing is in doubt")), "{:#?}", node.log());

    other.execute_batch("ROLLBACK").unwrap();
    eventually("the node is ready", || (node.get("/readyz").0 == 200).then_some(()));
    assert_eq!(node.post("/api/v1/teach", &json!({ "stimulus": "after", "response": "yes" })).0, 201);
    assert_eq!(node.ask("before")["answer"], "kept");
    assert_eq!(node.ask("meanwhile")["match"], "none");
    node.stop();
    tell("another program's lock on the genome", &Found { times: 1, acknowledged: 2 });
}
