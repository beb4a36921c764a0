//! A genome that is shorter or other than it was is refused at the start, with what to do. Nothing that was acknowledged is
//! lost in silence, wherever the log is cut.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::reliability::{Found, tell};
use crate::rounds::rounds;
use crate::running::cli::{self, Ended};
use crate::running::raw::Raw;
use crate::running::{Running, eventually};

fn log_of(data: &Path) -> PathBuf {
    data.join("genome.db-wal")
}

fn copy(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
        }
    }
    to
}

fn verify(data: &Path) -> Ended {
    cli::run(&["genome", "verify", "--data-dir", data.to_str().unwrap()])
}

/// What the refusal tells to set, to go on without what is lost.
fn told_head(said: &str) -> &str {
    said.trim_end().rsplit_once("KOLIBRI_ACCEPT_HEAD=").expect("it says how to go on").1
}

/// A directory of a node that taught `pairs` and was killed: everything but the first block is in the log.
fn killed(pairs: u64) -> TempDir {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    for number in 1..=pairs {
        assert_eq!(node.teach(&format!("question {number}"), "answer"), number);
    }
    node.kill();
    data
}

#[test]
fn a_log_that_was_lost_cut_or_garbled_is_not_taken_for_a_shorter_genome() {
    let whole = killed(20);
    let log = fs::read(log_of(whole.path())).unwrap();
    let (half, mut garbled) = (log[..log.len() / 2].to_vec(), log.clone());
    garbled[log.len() / 2] ^= 1;
    for (what, damaged) in
        [("lost", None), ("empty", Some(vec![])), ("cut", Some(half)), ("garbled", Some(garbled))]
    {
        let data = copy(whole.path());
        match &damaged {
            Some(bytes) => fs::write(log_of(data.path()), bytes).unwrap(),
            None => fs::remove_file(log_of(data.path())).unwrap(),
        }
        let said = Running::try_start(data.path(), &[]).err().expect(what);
        assert!(said.contains("block 20 was recorded: blocks "), "{what}: {said}");
        assert!(said.contains("Copy the data directory"), "{what}: {said}");
        let verdict = verify(data.path());
        assert!(
            verdict.code == 1 && verdict.out.contains("the genome is not as it was left"),
            "{what}: {verdict:?}"
        );
        // The refusal changed nothing: with its log the genome is whole again.
        fs::write(log_of(data.path()), &log).unwrap();
        let node = Running::try_start(data.path(), &[]).unwrap_or_else(|said| panic!("{what}: {said}"));
        assert_eq!(node.ask("question 20")["answer"], "answer", "{what}");
    }
}

#[test]
fn a_loss_is_accepted_by_naming_what_is_left_and_the_log_tells_what_is_lost() {
    let data = killed(9);
    let log = fs::read(log_of(data.path())).unwrap();
    fs::write(log_of(data.path()), &log[..log.len() / 2]).unwrap();
    let said = Running::try_start(data.path(), &[]).err().unwrap();
    let head = told_head(&said).to_owned();

    let other = format!("0:{}", "ab".repeat(32));
    let refused = Running::try_start(data.path(), &[("KOLIBRI_ACCEPT_HEAD", &other)]).err().unwrap();
    assert_eq!(told_head(&refused), head, "another head accepts nothing");

    let node = Running::try_start(data.path(), &[("KOLIBRI_ACCEPT_HEAD", &head)]).unwrap();
    let lost = node.log().into_iter().find(|line| line.contains("\"ERROR\"")).expect("the log tells it");
    assert!(lost.contains("block 9 was recorded"), "{lost}");
    node.teach("after the loss", "yes");
    node.kill();
    // The setting accepts nothing any more, and the log says that it should go.
    let node = Running::try_start(data.path(), &[("KOLIBRI_ACCEPT_HEAD", &head)]).unwrap();
    assert!(!node.log().iter().any(|line| line.contains("\"ERROR\"")), "{:?}", node.log());
    assert!(node.log().iter().any(|line| line.contains("take it away")), "{:?}", node.log());
    assert_eq!(node.ask("after the loss")["answer"], "yes");
    node.stop();
    verify(data.path()).printed();
}

#[test]
fn a_loss_that_was_accepted_is_no_leave_for_the_next_one_back_to_the_same_block() {
    let data = killed(9);
    fs::write(log_of(data.path()), "").unwrap();
    let said = Running::try_start(data.path(), &[]).err().unwrap();
    let accept = [("KOLIBRI_ACCEPT_HEAD", told_head(&said))];
    let node = Running::try_start(data.path(), &accept).unwrap();
    assert_eq!(node.teach("after the first loss", "yes"), 1);
    node.kill();
    fs::write(log_of(data.path()), "").unwrap();

    let refused = Running::try_start(data.path(), &accept).err().unwrap();
    let noted = data.path().join("genome.accepted");
    assert!(refused.contains("This block was accepted before, for another loss"), "{refused}");
    assert!(refused.contains(&format!("first delete {}", noted.display())), "{refused}");
    assert_eq!(told_head(&refused), accept[0].1);
    // What it says is what helps.
    fs::remove_file(noted).unwrap();
    let node = Running::try_start(data.path(), &accept).unwrap();
    assert_eq!(node.teach("after the second loss", "yes"), 1);
}

#[test]
fn an_older_file_that_was_put_back_and_another_genome_are_recognised() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("a", "1");
    node.stop();
    let older = fs::read(data.path().join("genome.db")).unwrap();
    let node = Running::start(data.path());
    node.teach("b", "2");
    node.stop();
    fs::write(data.path().join("genome.db"), older).unwrap();
    let said = Running::try_start(data.path(), &[]).err().unwrap();
    assert!(said.contains("its length is 2, but block 2 was recorded: blocks 2 to 2 are lost"), "{said}");

    let another = killed(5);
    let node = Running::try_start(another.path(), &[]).unwrap();
    node.stop();
    fs::copy(another.path().join("genome.db"), data.path().join("genome.db")).unwrap();
    let said = Running::try_start(data.path(), &[]).err().unwrap();
    assert!(said.contains("its block 2 is not the one that was recorded"), "{said}");
    assert!(verify(data.path()).out.starts_with("BROKEN at block 2: the genome is not as it was left"));
}

#[test]
fn a_mark_without_its_genome_and_a_mark_that_cannot_be_read_are_no_reason_to_begin_anew() {
    let data = killed(3);
    Running::try_start(data.path(), &[]).unwrap().stop();
    let genome = fs::read(data.path().join("genome.db")).unwrap();
    for entry in fs::read_dir(data.path()).unwrap().map(Result::unwrap) {
        if entry.file_name() != "genome.mark" {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    let said = Running::try_start(data.path(), &[]).err().unwrap();
    assert!(said.contains("genome.mark exists: the genome was lost or moved"), "{said}");
    fs::write(data.path().join("genome.db"), genome).unwrap();
    fs::write(data.path().join("genome.mark"), "nonsense").unwrap();
    let said = Running::try_start(data.path(), &[]).err().unwrap();
    assert!(said.contains("nobody knows whether blocks are lost"), "{said}");
    let node = Running::try_start(data.path(), &[("KOLIBRI_ACCEPT_HEAD", told_head(&said))]).unwrap();
    assert_eq!(node.ask("question 3")["answer"], "answer");
    node.stop();
    let told = |node: &Running| node.log().iter().any(|line| line.contains("has no mark beside it"));
    fs::remove_file(data.path().join("genome.mark")).unwrap();
    assert!(told(&Running::try_start(data.path(), &[]).unwrap()), "a genome without its mark is told");
    assert!(!told(&Running::try_start(data.path(), &[]).unwrap()), "once");
}

/// Teaches and forgets until the node is gone; returns the blocks that were acknowledged.
fn live(mut connection: Raw, name: &str, done: &AtomicUsize) -> Vec<Value> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let stimulus = format!("{name} asks {}", if number % 9 == 8 { number - 1 } else { number });
        let (path, body) = match number % 9 {
            8 => ("/api/v1/forget", json!({ "stimulus": stimulus })),
            _ => ("/api/v1/teach", json!({ "stimulus": stimulus, "response": "x".repeat(number % 700 + 1) })),
        };
        let Some(answer) = connection.post(path, &body).ok().filter(|answer| answer.status < 300) else {
            break;
        };
        acknowledged.push(answer.json()["block"].clone());
        done.fetch_add(1, Ordering::Relaxed);
    }
    acknowledged
}

/// Lets people at a node, and kills it after some of what they do.
fn work_and_kill(node: Running, round: usize, enough: usize) -> Vec<Value> {
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        let done = &done;
        let people: Vec<_> = (0..8)
            .map(|person| {
                let connection = Raw::connect(&node.api);
                scope.spawn(move || live(connection, &format!("r{round}p{person}"), done))
            })
            .collect();
        eventually("enough was acknowledged", || (done.load(Ordering::Relaxed) >= enough).then_some(()));
        node.kill();
        people.into_iter().flat_map(|person| person.join().unwrap()).collect()
    })
}

/// A number below `below` that looks random, the same in every run.
fn scattered(round: usize, below: usize) -> usize {
    (round.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) % below.max(1)
}

/// Cuts, empties, loses or garbles the log.
fn damage(data: &Path, round: usize) -> String {
    let mut log = fs::read(log_of(data)).unwrap();
    let place = scattered(round, log.len());
    let what = match round % 8 {
        0 => {
            fs::remove_file(log_of(data)).unwrap();
            return "the log is lost".to_owned();
        }
        1 if place < log.len() => {
            log[place] ^= 0x40;
            format!("byte {place} of {} is another", log.len())
        }
        2 => {
            log[place..].fill(0);
            format!("zeros from byte {place} of {}", log.len())
        }
        _ => {
            let whole = log.len();
            log.truncate(place);
            format!("cut at byte {place} of {whole}")
        }
    };
    fs::write(log_of(data), log).unwrap();
    what
}

/// Whether every block that was acknowledged is there, with its hash, and the genome verifies.
fn is_whole(data: &Path, acknowledged: &[Value]) -> bool {
    let genome = rusqlite::Connection::open(data.join("genome.db")).unwrap();
    let Ok(mut hash) = genome.prepare("SELECT lower(hex(hash)) FROM block WHERE idx = ?") else {
        return false;
    };
    acknowledged.iter().all(|block| {
        let stored = hash.query_row([block["index"].as_i64().unwrap()], |row| row.get::<_, String>(0));
        stored.is_ok_and(|stored| block["hash"] == stored)
    }) && verify(data).code == 0
}

#[test]
fn wherever_the_log_is_cut_the_start_accepts_no_less_than_was_acknowledged() {
    let (mut all, mut refused, mut whole, mut told) = (0, 0, 0, 0);
    let rounds = rounds(6, 200);
    // A genome is used for some rounds, so that a log is also cut over a database that is older than it.
    let mut genome = (tempfile::tempdir().unwrap(), Vec::new());
    for round in 0..rounds {
        if round % 8 == 0 {
            genome = (tempfile::tempdir().unwrap(), Vec::new());
        }
        let (data, acknowledged) = (genome.0.path(), &mut genome.1);
        let node = Running::try_start(data, &[]).unwrap_or_else(|said| panic!("without damage: {said}"));
        acknowledged.extend(work_and_kill(node, round, 50 + scattered(round + 7, 500)));
        let damaged = copy(data);
        let what = damage(damaged.path(), round);
        match Running::try_start(damaged.path(), &[]) {
            Err(said) => {
                assert!(!said.contains("panicked"), "round {round}, {what}: {said}");
                refused += 1;
            }
            Ok(node) => {
                // What no head shows, the verification after a crash does.
                let state = || node.get("/api/v1/genome/verification").1["state"].clone();
                let verdict = eventually("it is verified", || {
                    Some(state()).filter(|state| state != "none" && state != "running")
                });
                drop(node);
                let is_whole = is_whole(damaged.path(), acknowledged);
                assert!(is_whole || verdict != "sound", "round {round}, {what}: accepted in silence");
                if is_whole { whole += 1 } else { told += 1 }
            }
        }
        if round % 8 == 7 || round + 1 == rounds {
            all += acknowledged.len();
            assert!(is_whole(data, acknowledged), "round {round}: without damage nothing is lost");
        }
    }
    println!("{rounds} rounds, {all} acknowledged: {refused} refused, {whole} lost nothing, {told} told");
    let name = "`kill -9`, then a log that is cut, lost or garbled at a random place";
    tell(name, &Found { times: rounds, acknowledged: all });
    assert!(all > rounds * 50, "{all} acknowledged");
    // A few cuts may all have hit what was in the database already; many cannot.
    assert!(refused > 0 || rounds < 50, "nothing was ever missing");
}
