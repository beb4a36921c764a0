//! A clock that jumps a century forward and back: block times stand still, and the node says so until they go on.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::programs::require;
use crate::running::{Running, eventually, kolibri};

/// The clock of a process, which a test can set.
pub struct Clock(PathBuf);

impl Clock {
    /// A clock that is right, and can be set through this file.
    pub fn at(file: PathBuf) -> Self {
        let clock = Self(file);
        clock.set("+0");
        clock
    }

    /// Sets it, as `faketime` takes it: `+100y`.
    pub fn set(&self, offset: &str) {
        let new = self.0.with_extension("new");
        std::fs::write(&new, offset).unwrap();
        std::fs::rename(new, &self.0).unwrap();
    }

    /// Starts a node that goes by it.
    pub fn start(&self, data: &Path) -> Running {
        require(&["faketime"]);
        let mut command = kolibri();
        command
            .args(["serve", "--http-port", "0"])
            .args(["--prometheus-host", "127.0.0.1", "--prometheus-port", "0"])
            .env("KOLIBRI_DATA_DIR", data)
            .env("LD_PRELOAD", library())
            .env("FAKETIME_TIMESTAMP_FILE", &self.0)
            .env("FAKETIME_NO_CACHE", "1")
            .env("DONT_FAKE_MONOTONIC", "1");
        Running::spawn(command)
    }
}

/// What `faketime` loads into a program; its folder is named after the machine.
fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap().map(|entry| entry.unwrap().path());
    let mut files = folders.map(|folder| folder.join("faketime/libfaketime.so.1"));
    files.find(|file| file.exists()).expect("faketime has its library below /usr/lib")
}

fn time(node: &Running, block: u64) -> String {
    node.get(&format!("/api/v1/genome/blocks/{block}")).1["time"].as_str().unwrap().to_owned()
}

fn said(node: &Running, part: &str) -> usize {
    node.log().iter().filter(|line| line.contains(part)).count()
}

#[test]
fn a_jump_of_a_century_and_back_is_logged_shown_and_measured_until_block_times_go_on() {
    let root = tempfile::tempdir().unwrap();
    let clock = Clock::at(root.path().join("clock"));
    let node = clock.start(&root.path().join("data"));
    node.teach("before", "the jump");
    assert_eq!(node.series("kolibri_backend_clock_behind_seconds"), Some(0.0));
    // Two looks of the node are a second apart; it has seen the right time by then.
    eventually("the mark is a second old", || (uptime(&node) > 2.0).then_some(()));

    clock.set("+100y");
    eventually("the jump is logged", || (said(&node, "the clock was set forward") == 1).then_some(()));
    let far = node.teach("during", "the jump");
    clock.set("+0");
    let stands_still = "block times stand still until it has caught up";
    eventually("that times stand still is logged", || (said(&node, stands_still) == 1).then_some(()));
    let after = node.teach("after", "the jump");
    assert_eq!(time(&node, after), time(&node, far));

    let century = 100.0 * 365.0 * 86_400.0;
    let behind = node.series("kolibri_backend_clock_behind_seconds").unwrap();
    assert!((behind - century).abs() < 600.0, "{behind}");
    let (_, told) = node.get("/api/v1/operations");
    assert_eq!(
        (&told["condition"]["kind"], &told["condition"]["level"]),
        (&json!("clock_behind"), &json!("degraded"))
    );
    let (status, ready) = node.get("/readyz");
    assert_eq!(status, 200);
    assert!(ready["notes"].to_string().contains("block times stand still"), "{ready}");
    assert_eq!(node.ask("after")["answer"], "the jump");

    clock.set("+101y");
    eventually("that times go on is logged", || (said(&node, "block times go on") == 1).then_some(()));
    assert_eq!(node.series("kolibri_backend_clock_behind_seconds"), Some(0.0));
    assert!(time(&node, node.teach("at last", "it goes on")) > time(&node, far));
    assert_eq!(said(&node, stands_still), 1);
}

fn uptime(node: &Running) -> f64 {
    let (_, told): (_, Value) = node.get("/api/v1/operations");
    told["uptime_seconds"].as_f64().unwrap()
}
