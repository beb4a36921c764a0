//! Backup and restore: a backup is whole whoever teaches meanwhile, a restore checks before it touches anything, and a log
//! that a crash left behind is not replayed over it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use serde_json::json;

use crate::reliability::{Found, tell};
use crate::running::cli::{self, Ended};
use crate::running::raw::Raw;
use crate::running::{Running, eventually, kolibri};

/// A command on a data directory, without a node.
fn on(data: &Path, arguments: &[&str]) -> Ended {
    cli::run(&[arguments, &["--data-dir", data.to_str().unwrap()]].concat())
}

fn restore(file: &Path, data: &Path) -> Ended {
    on(data, &["restore", file.to_str().unwrap(), "--json"])
}

fn backup(node: &Running, file: &Path) -> Ended {
    node.run(&["backup", file.to_str().unwrap(), "--json"])
}

fn answer(node: &Running, stimulus: &str) -> serde_json::Value {
    node.ask(stimulus)["answer"].clone()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The directories that restores left in a data directory.
fn kept(data: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("before-restore-"))
        .collect()
}

#[test]
fn a_restore_after_kill_9_brings_the_backup_back_and_not_the_log_that_was_left_behind() {
    for large in [false, true] {
        let root = tempfile::tempdir().unwrap();
        let (data, file) = (root.path().join("data"), root.path().join("backup.db"));
        let node = Running::start(&data);
        node.teach("old", "a");
        let made = backup(&node, &file).json();
        assert_eq!(made["blocks"], 2);
        if large {
            // More than the log holds before it is copied into the database.
            for number in 0..450 {
                node.teach(&format!("big {number}?"), &"answer ".repeat(8_000));
            }
        }
        for number in 1..4 {
            node.teach(&format!("new {number}"), "b");
        }
        node.kill();
        assert!(data.join("genome.db-wal").metadata().unwrap().len() > 0);

        let done = restore(&file, &data).json();
        assert_eq!((&done["blocks"], &done["head"]), (&json!(2), &made["head"]));
        assert!(on(&data, &["genome", "verify"]).printed().starts_with("sound: 2 blocks"));
        let node = Running::start(&data);
        assert_eq!((answer(&node, "old"), answer(&node, "new 1")), (json!("a"), json!(null)));
        assert!(node.teach("after the restore", "c") < 5, "what was asked is a block, too");
        node.stop();
        // What was there is whole: it can be put back.
        let old = &kept(&data)[0];
        assert!(on(old, &["genome", "verify"]).printed().starts_with("sound: "));
        let old = Running::start(old);
        assert_eq!(answer(&old, "new 3"), "b");
    }
    let name = "a restore over the log of a node that was killed";
    tell(name, &Found { times: 2, acknowledged: 4 + 454 });
}

#[test]
fn a_backup_is_one_file_with_its_checksum_and_can_be_made_again() {
    let root = tempfile::tempdir().unwrap();
    let (data, file) = (root.path().join("data"), root.path().join("backup.db"));
    let node = Running::start(&data);
    assert_eq!(node.series("kolibri_backend_backup_timestamp_seconds"), Some(0.0));
    node.teach("a", "1");
    assert!(backup(&node, &file).json()["taken"].as_str().unwrap().ends_with('Z'));
    assert!(node.series("kolibri_backend_backup_timestamp_seconds").unwrap() > 1.7e9);
    node.teach("b", "2");
    let said = node.run(&["backup", text(&file)]).printed();
    assert!(said.starts_with("backed up: 3 blocks, ") && said.contains("; head 2:"), "{said}");
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = entries.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names(root.path()), ["backup.db", "backup.db.sha256", "data"], "nothing else is left");
    for name in ["backup.db", "backup.db.sha256"] {
        let mode = root.path().join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} is its owner's alone");
    }
    assert!(!data.join("genome.copy").exists());
    let checked =
        Command::new("sha256sum").args(["-c", "backup.db.sha256"]).current_dir(root.path()).output();
    assert!(checked.unwrap().status.success());

    let folder = root.path().join("many");
    fs::create_dir(&folder).unwrap();
    for _ in 0..2 {
        node.run(&["backup", text(&folder), "--keep", "1"]).printed();
        // Each is named after its second.
        let first = names(&folder);
        assert_eq!(first.len(), 2, "{first:?}");
        eventually("another second", || {
            node.run(&["backup", text(&folder), "--keep", "1"]).printed();
            let now = names(&folder);
            assert_eq!(now.len(), 2, "{now:?}");
            (now != first).then_some(())
        });
    }
    let said = node.run(&["backup", text(&file), "--keep", "1"]).failed(2);
    assert!(said.contains("--keep needs a directory"), "{said}");
    node.stop();

    // Nobody runs: the data directory is read, and so is a log that a crash left behind.
    let node = Running::start(&data);
    node.teach("c", "3");
    node.kill();
    let mut offline = kolibri();
    offline.args(["backup", text(&file), "--json", "--data-dir", text(&data)]).env("KOLIBRI_HTTP_PORT", "1");
    assert_eq!(cli::end(&mut offline).json()["blocks"], 4);
    let elsewhere = root.path().join("elsewhere");
    assert_eq!(restore(&file, &elsewhere).json()["kept"], json!(null));
    assert_eq!(answer(&Running::start(&elsewhere), "c"), "3");
}

#[test]
fn a_restore_touches_nothing_unless_the_backup_is_whole_and_no_node_runs() {
    let root = tempfile::tempdir().unwrap();
    let (data, file) = (root.path().join("data"), root.path().join("backup.db"));
    let node = Running::start(&data);
    for number in 0..30 {
        node.teach(&format!("question {number}"), "the answer that was taught");
    }
    backup(&node, &file).json();
    let held = restore(&file, &data).failed(2);
    assert!(held.contains("is in use by process"), "{held}");
    node.stop();

    let whole = fs::read(&file).unwrap();
    let place = whole.windows(10).position(|bytes| bytes == b"the answer").unwrap();
    let mut changed = whole.clone();
    changed[place] ^= 1;
    fs::write(&file, &changed).unwrap();
    assert!(restore(&file, &data).failed(2).contains("its checksum differs"));
    fs::remove_file(root.path().join("backup.db.sha256")).unwrap();
    assert!(restore(&file, &data).failed(2).contains("is broken at block "));
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    restore(&file, &data).failed(2);
    fs::write(&file, "nonsense").unwrap();
    restore(&file, &data).failed(2);
    fs::write(&file, &whole).unwrap();
    fs::write(root.path().join("backup.db-wal"), "a log").unwrap();
    assert!(restore(&file, &data).failed(2).contains("has a write-ahead log beside it"));
    assert!(restore(&root.path().join("nowhere"), &data).failed(2).contains("nowhere"));
    assert!(kept(&data).is_empty());
    assert!(on(&data, &["genome", "verify"]).printed().starts_with("sound: 31 blocks"));

    fs::remove_file(root.path().join("backup.db-wal")).unwrap();
    let said = on(&data, &["restore", text(&file), "--discard-old"]).printed();
    assert!(said.starts_with("restored: 31 blocks") && !said.contains("kept"), "{said}");
    assert!(kept(&data).is_empty());
}

#[test]
fn a_restore_that_was_interrupted_starts_no_new_genome_and_can_be_repeated() {
    let root = tempfile::tempdir().unwrap();
    let (data, file) = (root.path().join("data"), root.path().join("backup.db"));
    let node = Running::start(&data);
    node.teach("a", "1");
    backup(&node, &file).json();
    node.stop();
    // As if the power had failed when the old files were aside and the new one was not in its place yet.
    for entry in fs::read_dir(&data).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    fs::copy(&file, data.join("genome.restored")).unwrap();
    let mut serve = kolibri();
    serve.args(["serve", "--data-dir", text(&data), "--http-port", "0", "--prometheus-port", "0"]);
    let said = cli::end(&mut serve).failed(2);
    assert!(said.contains("genome.restored exists"), "{said}");
    restore(&file, &data).json();
    assert_eq!(answer(&Running::start(&data), "a"), "1");
    tell("a restore that is interrupted", &Found { times: 1, acknowledged: 1 });
}

#[test]
fn a_backup_that_is_made_while_people_teach_and_forget_is_whole() {
    let root = tempfile::tempdir().unwrap();
    let (data, file) = (root.path().join("data"), root.path().join("backup.db"));
    let node = Running::start(&data);
    for number in 0..300 {
        node.teach(&format!("a question before {number}"), &"x".repeat(8_000));
    }
    node.teach("a secret", "NEEDLE");
    let (stop, taught) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for person in 0..16 {
            let (mut connection, stop, taught) = (Raw::connect(&node.api), &stop, &taught);
            scope.spawn(move || {
                for number in 0.. {
                    let body =
                        json!({ "stimulus": format!("p{person} n{number}"), "response": "y".repeat(500) });
                    assert_eq!(connection.post("/api/v1/teach", &body).unwrap().status, 201);
                    taught.fetch_add(1, Ordering::Relaxed);
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                }
            });
        }
        eventually("people teach", || (taught.load(Ordering::Relaxed) > 200).then_some(()));
        node.post("/api/v1/forget", &json!({ "stimulus": "a secret" }));
        let length = node.get("/api/v1/genome").1["length"].as_u64().unwrap();
        for _ in 0..3 {
            let made = backup(&node, &file).json();
            assert!(
                made["blocks"].as_u64().unwrap() >= length,
                "what was acknowledged before is in it: {made}"
            );
            let bytes = fs::read(&file).unwrap();
            assert!(!bytes.windows(6).any(|bytes| bytes == b"NEEDLE"), "what was forgotten before is not");
        }
        stop.store(true, Ordering::Relaxed);
    });
    node.kill();
    restore(&file, &data).json();
    assert!(on(&data, &["genome", "verify"]).printed().starts_with("sound: "));
    let acknowledged = taught.load(Ordering::Relaxed) as usize;
    tell("a backup while people teach and forget", &Found { times: 3, acknowledged });
}

#[test]
fn a_node_whose_genome_was_deleted_can_still_be_backed_up() {
    let root = tempfile::tempdir().unwrap();
    let (data, file) = (root.path().join("data"), root.path().join("backup.db"));
    let node = Running::start(&data);
    node.teach("a", "1");
    fs::remove_file(data.join("genome.db")).unwrap();
    eventually("it is noticed", || (node.get("/readyz").0 == 503).then_some(()));
    backup(&node, &file).json();
    node.stop();
    restore(&file, &data).json();
    assert_eq!(answer(&Running::start(&data), "a"), "1");
}

#[test]
fn only_a_backup_of_this_genome_is_noted() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let put = |body: serde_json::Value| {
        node.http.put(node.url("/api/v1/genome/backup")).json(&body).send().unwrap().status().as_u16()
    };
    let hash = node.get("/api/v1/genome").1["head"].clone();
    let taken = "2026-11-26T12:00:00Z";
    assert_eq!(put(json!({ "taken": taken, "index": 0, "hash": "ab".repeat(32) })), 409);
    assert_eq!(put(json!({ "taken": taken, "index": 9, "hash": hash })), 409);
    assert_eq!(put(json!({ "taken": "yesterday", "index": 0, "hash": hash })), 400);
    assert_eq!(node.series("kolibri_backend_backup_timestamp_seconds"), Some(0.0));
    assert_eq!(put(json!({ "taken": taken, "index": 0, "hash": hash })), 204);
    assert_eq!(node.series("kolibri_backend_backup_timestamp_seconds"), Some(1_795_694_400.0));
}
