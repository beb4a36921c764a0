//! A disk that takes no more: nothing is acknowledged that was not stored, everybody is told why and what to do, and
//! after a restart with room everything acknowledged is there.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use serde_json::{Value, json};

use crate::reliability::{Found, tell};
use crate::running::{Running, cli, eventually};

/// `kolibri serve`, whose files may not grow beyond `blocks` blocks of 512 or 1024 bytes, as the shell counts.
fn limited(data: &Path, blocks: u32) -> Command {
    let mut command = Command::new("sh");
    // Without the trap the limit would kill the process; a full disk does not.
    command.args(["-c", &format!("trap '' XFSZ; ulimit -S -f {blocks}; exec \"$0\" serve")]);
    command.arg(env!("CARGO_BIN_EXE_kolibri")).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.env("KOLIBRI_DATA_DIR", data).env("KOLIBRI_HTTP_PORT", "0");
    command.env("KOLIBRI_PROMETHEUS_HOST", "127.0.0.1").env("KOLIBRI_PROMETHEUS_PORT", "0");
    command
}

fn verify(data: &Path) -> String {
    cli::run(&["genome", "verify", "--data-dir", data.to_str().unwrap()]).printed()
}

fn teach(number: usize) -> Value {
    json!({ "stimulus": format!("question {number}"), "response": "x".repeat(8_000) })
}

/// Teaches until the disk takes no more and the node does not recover by emptying its log. Returns the blocks that were
/// acknowledged, how many TEACHes failed, and what the last one was told.
fn fill(node: &Running) -> (Vec<Value>, usize, Value) {
    let (mut acknowledged, mut failed) = (Vec::new(), 0);
    loop {
        let (status, body) = node.post("/api/v1/teach", &teach(acknowledged.len()));
        if status == 201 {
            acknowledged.push(body["block"].clone());
            continue;
        }
        failed += 1;
        let patience = Instant::now() + Duration::from_secs(8);
        while node.get("/readyz").0 != 200 {
            if Instant::now() > patience {
                return (acknowledged, failed, body);
            }
            thread::sleep(Duration::from_millis(50));
        }
        assert!(acknowledged.len() < 2_000, "the limit does not hold");
    }
}

#[test]
fn a_full_disk_stops_the_writer_and_loses_nothing_that_was_acknowledged() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::spawn(limited(data.path(), 4_096));
    let (acknowledged, failed, told) = fill(&node);
    let store_failed = |(status, body): (u16, Value)| {
        assert_eq!((status, &body["type"]), (503, &json!("urn:kolibri:problem:store_failed")), "{body}");
        let detail = body["detail"].as_str().unwrap();
        assert!(
            detail.starts_with("the store failed and accepts nothing until it can be written again: "),
            "{detail}"
        );
    };
    let broke = told["trace_id"].as_str().unwrap().to_owned();
    assert_eq!(broke.len(), 32);
    store_failed((503, told));

    // Nothing more is acknowledged, however small.
    let small = json!({ "stimulus": "small", "response": "s" });
    for _ in 0..3 {
        store_failed(node.post("/api/v1/teach", &small));
        store_failed(node.post("/api/v1/forget", &json!({ "stimulus": "question 0" })));
        store_failed(node.post("/api/v1/ask", &json!({ "stimulus": "question 0" })));
    }
    assert_eq!(["TEACH", "FORGET", "ASK"].map(|event| node.failed(event)), [failed as f64 + 3.0, 3.0, 3.0]);

    // Whoever is on call sees it at every place where one looks.
    let (status, problem) = node.get("/readyz");
    assert_eq!((status, &problem["type"]), (503, &json!("urn:kolibri:problem:not_ready")));
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("the store failed") && detail.contains(&broke), "{problem}");
    let condition = &node.get("/api/v1/operations").1["problems"][0];
    assert!(condition["detail"].as_str().unwrap().contains(&broke), "{condition}");
    assert_eq!(condition["kind"], "store_failed");
    assert!(node.run(&["healthcheck"]).failed(1).contains("the store failed"));
    assert_eq!(node.get("/livez").0, 200);
    let advice = eventually("the log says what to do", || {
        let failed = |line: &String| line.contains("\"ERROR\"") && line.contains("a commit failed");
        node.log().into_iter().filter(failed).find(|line| line.contains(&broke))
    });
    assert!(advice.contains("Check the disk (space") && advice.contains("is tried again"), "{advice}");
    let (_, trace) = node.get("/api/v1/traces/latest?outcome=failed");
    assert_eq!((&trace["event"], &trace["error"]), (&json!("ASK"), &json!("store_failed")));
    assert_eq!(trace["cause"], broke.as_str());
    let (_, trace) = node.get(&format!("/api/v1/traces/{broke}"));
    assert_eq!((&trace["event"], &trace["cause"]), (&json!("TEACH"), &Value::Null));

    // What is stored can still be read and saved.
    assert_eq!(node.get("/api/v1/genome/blocks/1").1["hash"], acknowledged[0]["hash"]);
    assert!(node.run(&["export"]).printed().lines().count() >= acknowledged.len());
    node.stop();

    assert!(verify(data.path()).starts_with("sound: "));
    let node = Running::start(data.path());
    for (number, block) in acknowledged.iter().enumerate() {
        let answer = node.ask(&format!("question {number}"));
        assert_eq!((&answer["answer"], &answer["source"]), (&teach(number)["response"], block));
    }
    assert_eq!(node.ask("small")["match"], "none");
    assert_eq!(node.post("/api/v1/teach", &small).0, 201);
    eventually("the node is ready", || (node.get("/readyz").0 == 200).then_some(()));
    node.stop();
    verify(data.path());
    let name = "a full disk, then a restart with room";
    tell(name, &Found { times: 1, acknowledged: acknowledged.len() });
}

#[test]
fn a_node_recovers_by_itself_when_there_is_room_again() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::spawn(limited(data.path(), 4_096));
    let (acknowledged, ..) = fill(&node);
    let room = Rlimit { current: Some(1 << 30), maximum: Some(1 << 30) };
    prlimit(Some(Pid::from_raw(node.pid() as i32).unwrap()), Resource::Fsize, room).unwrap();
    eventually("it is ready", || (node.get("/readyz").0 == 200).then_some(()));
    let small = json!({ "stimulus": "small", "response": "s" });
    assert_eq!(node.post("/api/v1/teach", &small).0, 201);
    for (number, block) in acknowledged.iter().enumerate() {
        assert_eq!(&node.ask(&format!("question {number}"))["source"], block);
    }
    assert_eq!(node.ask("small")["answer"], "s");
    node.kill();
    verify(data.path());
    assert_eq!(Running::start(data.path()).ask("small")["answer"], "s");
    let name = "a full disk, then room under the running node";
    tell(name, &Found { times: 1, acknowledged: acknowledged.len() + 1 });
}

#[test]
fn a_batch_that_meets_a_full_disk_names_every_line_that_was_not_stored() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::spawn(limited(data.path(), 4_096));
    let body: String = (0..1_000).map(|number| format!("{}\n", teach(number))).collect();
    let request =
        node.http.post(node.url("/api/v1/teach:batch")).header("content-type", "application/x-ndjson");
    let answers = request.body(body).send().unwrap().text().unwrap();
    let mut answers: Vec<Value> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let summary = answers.pop().unwrap()["summary"].clone();
    let stored = answers.iter().filter(|answer| answer["block"]["index"].is_u64()).count();
    assert_eq!(summary, json!({ "taught": stored, "failed": 1_000 - stored, "replaced": 0, "unchanged": 0 }));
    assert!(stored > 0 && stored < 1_000, "{stored}");
    assert!(
        answers[..stored].iter().all(|answer| answer["block"]["index"].is_u64()),
        "the first lines are stored"
    );
    assert!(
        answers[stored..]
            .iter()
            .all(|answer| answer["problem"]["type"] == "urn:kolibri:problem:store_failed")
    );
    node.stop();
    let node = Running::start(data.path());
    for (number, answer) in answers[..stored].iter().enumerate() {
        assert_eq!(node.ask(&format!("question {number}"))["source"], answer["block"]);
    }
    node.stop();
    verify(data.path());
    tell("a full disk in the middle of a batch", &Found { times: 1, acknowledged: stored });
}

#[test]
fn a_start_on_a_full_disk_is_refused_and_harms_nothing() {
    let data = tempfile::tempdir().unwrap();
    let fresh = data.path().join("fresh");
    let said = cli::end(&mut limited(&fresh, 0)).failed(2);
    assert!(said.contains(fresh.to_str().unwrap()), "{said}");

    let used = data.path().join("used");
    let node = Running::start(&used);
    node.teach("a", "b");
    node.kill();
    let said = cli::end(&mut limited(&used, 0)).failed(2);
    assert!(said.contains(used.to_str().unwrap()), "{said}");
    for directory in [&fresh, &used] {
        let node = Running::start(directory);
        node.teach("c", "d");
        node.stop();
        verify(directory);
    }
    assert_eq!(Running::start(&used).ask("a")["answer"], "b");
    tell("a start on a full disk", &Found { times: 2, acknowledged: 1 });
}
