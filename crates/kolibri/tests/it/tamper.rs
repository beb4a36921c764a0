//! `kolibri genome verify` finds whatever was changed in a genome, and names the block; it says plainly when there is
//! nothing it could read, and works beside a live node.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::reliability::{Found, tell};
use crate::running::cli::Ended;
use crate::running::{Running, cli, eventually, kolibri};

/// The blocks of [`closed`], by what they are.
const REPLACED: u64 = 1;
const FORGOTTEN: u64 = 3;
const FORGET: u64 = 4;
const LONG: u64 = 5;
const ASK: u64 = 6;
const LAST: u64 = 7;

/// A genome with a block of every kind, closed.
fn closed() -> TempDir {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("capital of Kazakhstan", "Almaty");
    node.teach("capital of Kazakhstan", "Astana");
    node.teach("код от двери", "1234");
    node.post("/api/v1/forget", &json!({ "stimulus": "код от двери" }));
    node.teach("a long story", &"once upon a time ".repeat(1_000));
    node.ask("capital of Kazakhstan");
    eventually("the ASK is a block", || (node.get("/api/v1/genome").1["length"] == ASK + 1).then_some(()));
    node.ask("a long story");
    node.stop();
    data
}

fn genome(data: &Path) -> PathBuf {
    data.join("genome.db")
}

fn command(data: &Path, arguments: &[&str]) -> Ended {
    cli::run(&[&["genome"], arguments, &["--data-dir", data.to_str().unwrap()]].concat())
}

fn verify(data: &Path) -> Ended {
    command(data, &["verify"])
}

/// Checks that `verify` says no and names the block, in words and in JSON.
#[track_caller]
fn assert_broken(data: &Path, block: u64, what: &str) {
    let verdict = verify(data);
    assert_eq!((verdict.code, verdict.err.as_str()), (1, ""), "{what}: {verdict:?}");
    let said = verdict.out.strip_prefix(&format!("BROKEN at block {block}: "));
    assert!(said.is_some_and(|said| said.len() > 10), "{what} at block {block}: {verdict:?}");
    let verdict = command(data, &["verify", "--json"]);
    let json = verdict.json();
    assert_eq!(
        (verdict.code, &json["sound"], &json["block"]),
        (1, &json!(false), &json!(block)),
        "{what}: {json}"
    );
    assert_eq!(format!("{}\n", json["fault"].as_str().unwrap()), said.unwrap(), "{what}");
}

/// One row of the genome, as it lies in the file.
struct Row {
    index: u64,
    /// Each field's name, place in the file, and length.
    fields: [(&'static str, usize, usize); 4],
}

/// Where the rows lie. Texts too long for a page of the database are left out.
fn rows(data: &Path) -> Vec<Row> {
    let raw = fs::read(genome(data)).unwrap();
    let connection = Connection::open(genome(data)).unwrap();
    let mut statement = connection
        .prepare(
            "SELECT idx, length(bytes), length(hash), length(salt), length(content),
                    CAST(bytes||hash||salt||content AS BLOB) FROM block",
        )
        .unwrap();
    let rows = statement.query_map([], |row| {
        let lengths: Vec<usize> = (1..5).map(|column| row.get::<_, i64>(column).unwrap() as usize).collect();
        Ok((row.get::<_, i64>(0)? as u64, lengths, row.get::<_, Vec<u8>>(5)?))
    });
    let rows: Vec<_> = rows.unwrap().map(Result::unwrap).collect();
    rows.into_iter()
        .filter(|(_, _, joined)| joined.len() < 2_000)
        .map(|(index, lengths, joined)| {
            let mut place = (0..raw.len())
                .find(|place| raw[*place..].starts_with(&joined))
                .expect("the row is in the file");
            let mut field = |name, length| {
                place += length;
                (name, place - length, length)
            };
            let fields = [
                field("bytes", lengths[0]),
                field("hash", lengths[1]),
                field("salt", lengths[2]),
                field("content", lengths[3]),
            ];
            Row { index, fields }
        })
        .collect()
}

/// Flips one bit of the genome's file, looks, and flips it back.
fn with_flipped_bit(data: &Path, place: usize, bit: u8, look: impl FnOnce()) {
    let mut raw = fs::read(genome(data)).unwrap();
    raw[place] ^= 1 << bit;
    fs::write(genome(data), &raw).unwrap();
    look();
    raw[place] ^= 1 << bit;
    fs::write(genome(data), &raw).unwrap();
}

/// Changes a genome with SQL, looks, and restores it.
fn with_change(data: &Path, sql: &str, look: impl FnOnce()) {
    let raw = fs::read(genome(data)).unwrap();
    let connection = Connection::open(genome(data)).unwrap();
    connection.execute_batch(sql).unwrap();
    connection.close().unwrap();
    look();
    fs::write(genome(data), &raw).unwrap();
}

#[test]
fn a_stopped_node_leaves_a_whole_genome_in_one_file() {
    let data = closed();
    let sound = verify(data.path()).printed();
    let copied = tempfile::tempdir().unwrap();
    fs::copy(genome(data.path()), genome(copied.path())).unwrap();
    assert_eq!(verify(copied.path()).printed(), sound);
    assert!(sound.starts_with("sound: 8 blocks, 1 of them erased by a FORGET; head 7:"), "{sound}");
}

#[test]
fn a_flipped_bit_in_any_field_of_any_block_is_found_and_named() {
    let data = closed();
    verify(data.path()).printed();
    let rows = rows(data.path());
    assert_eq!(rows.iter().map(|row| row.index).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 6, 7]);
    let (blocks, mut flipped) = (rows.len(), 0);
    for Row { index, fields } in rows {
        for (name, place, length) in fields {
            for (offset, bit) in [(0, 7), (length / 3, 0), (length / 2, 4), (length - 1, 0)] {
                with_flipped_bit(data.path(), place + offset, bit, || {
                    assert_broken(data.path(), index, name);
                });
                flipped += 1;
            }
        }
    }
    verify(data.path()).printed();
    tell("a bit of any field of a block is flipped", &Found { times: flipped, acknowledged: blocks });
}

#[test]
fn every_byte_of_a_block_counts() {
    let data = closed();
    let row = rows(data.path()).into_iter().find(|row| row.index == REPLACED).unwrap();
    for (name, place, length) in row.fields {
        for offset in 0..length {
            with_flipped_bit(data.path(), place + offset, (offset % 8) as u8, || {
                let verdict = verify(data.path());
                assert_eq!(verdict.code, 1, "{name} at {offset}: {verdict:?}");
                assert!(verdict.out.starts_with("BROKEN at block 1: "), "{name} at {offset}: {verdict:?}");
            });
        }
    }
}

#[test]
fn a_changed_letter_in_a_long_text_is_found() {
    let data = closed();
    let raw = fs::read(genome(data.path())).unwrap();
    let letters: Vec<_> = (0..raw.len()).filter(|place| raw[*place..].starts_with(b"upon a time")).collect();
    for place in [letters[0], letters[letters.len() / 2], letters[letters.len() - 1]] {
        with_flipped_bit(data.path(), place, 0, || assert_broken(data.path(), LONG, "a letter"));
    }
}

#[test]
fn what_is_done_through_the_database_is_found_and_named() {
    let data = closed();
    for (sql, block, what) in [
        ("DELETE FROM block WHERE idx = 0", 0, "the first block deleted"),
        ("DELETE FROM block WHERE idx = 2", 2, "a block deleted"),
        ("DELETE FROM block", 0, "all blocks deleted"),
        ("UPDATE block SET idx = 9 WHERE idx = 6", ASK, "a block moved"),
        ("UPDATE block SET hash = x'00' WHERE idx = 1", REPLACED, "a hash cut short"),
        ("UPDATE block SET bytes = x'' WHERE idx = 6", ASK, "the bytes emptied"),
        (
            "UPDATE block SET salt = zeroblob(32), content = zeroblob(length(content)) WHERE idx = 1",
            REPLACED,
            "erased by nobody",
        ),
        ("UPDATE block SET salt = zeroblob(32) WHERE idx = 1", REPLACED, "a salt erased"),
        ("INSERT INTO erasure VALUES (1, 4)", REPLACED, "said to be erased"),
        ("DELETE FROM erasure", FORGOTTEN, "the mark of an erasure deleted"),
        ("UPDATE erasure SET by = 6", FORGOTTEN, "erased by an ASK"),
        ("UPDATE erasure SET by = 1", FORGOTTEN, "erased by a TEACH"),
        ("UPDATE erasure SET by = 99", FORGOTTEN, "erased by no block"),
        (
            "UPDATE block SET content = old.content, salt = old.salt FROM block AS old
             WHERE old.idx = 1 AND block.idx = 2",
            2,
            "the old answer put back",
        ),
        ("UPDATE answer SET idx = 1 WHERE idx = 2", 2, "the old answer made current"),
        ("UPDATE answer SET idx = 5 WHERE idx = 2", 5, "the answer of another question"),
        ("UPDATE answer SET idx = 6 WHERE idx = 5", 6, "an answer that is no TEACH"),
        ("DELETE FROM answer WHERE idx = 5", LONG, "an answer deleted"),
        ("INSERT INTO answer VALUES (zeroblob(32), 5)", LONG, "an answer for a stimulus nobody taught"),
        ("UPDATE version SET replaces = 5 WHERE idx = 2", 2, "it replaces another stimulus"),
        ("UPDATE version SET replaces = 2 WHERE idx = 2", 2, "it replaces itself"),
    ] {
        with_change(data.path(), sql, || assert_broken(data.path(), block, what));
    }
    verify(data.path()).printed();
}

#[test]
fn a_value_of_another_type_is_damage_at_its_block() {
    let data = closed();
    let schema = "UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = 'block'";
    for (value, column) in [("7", "bytes"), ("'text'", "hash"), ("1.5", "salt"), ("'text'", "content")] {
        let sql = format!(
            "PRAGMA writable_schema = ON; {schema}; PRAGMA writable_schema = RESET;
             UPDATE block SET {column} = {value} WHERE idx = 2"
        );
        with_change(data.path(), &sql, || assert_broken(data.path(), 2, column));
    }
}

#[test]
fn a_genome_that_was_cut_short_or_exchanged_is_caught_by_a_head_noted_elsewhere() {
    let data = closed();
    // As in a copy: beside its mark, a genome that was cut short does not even look sound.
    fs::remove_file(data.path().join("genome.mark")).unwrap();
    let head = command(data.path(), &["head"]).printed();
    let (noted, time) = head.trim_end().split_once("  ").unwrap();
    assert!(noted.starts_with(&format!("{LAST}:")) && noted.len() == 2 + 64 && time.ends_with('Z'), "{head}");
    assert!(
        command(data.path(), &["verify", "--expect", noted]).printed().ends_with(&format!("head {noted}\n"))
    );
    let first = command(data.path(), &["show", "0"]).json()["hash"].as_str().unwrap().to_owned();
    command(data.path(), &["verify", "--expect", &format!("0:{first}")]).printed();

    with_change(data.path(), &format!("DELETE FROM block WHERE idx = {LAST}"), || {
        assert!(verify(data.path()).printed().starts_with("sound: 7 blocks"));
        let cut = command(data.path(), &["verify", "--expect", noted]);
        assert_eq!(
            (cut.code, cut.out.starts_with("BROKEN at block 7: the genome ends before this block")),
            (1, true),
            "{cut:?}"
        );
    });

    let other = closed();
    fs::remove_file(other.path().join("genome.mark")).unwrap();
    assert!(verify(other.path()).printed().starts_with("sound: 8 blocks"));
    let exchanged = command(other.path(), &["verify", "--json", "--expect", noted]);
    assert_eq!((exchanged.code, &exchanged.json()["block"]), (1, &json!(LAST)));
    let fault = exchanged.json()["fault"].as_str().unwrap().to_owned();
    assert!(fault.contains("was expected") && fault.contains(&noted[2..]), "{fault}");

    for nonsense in ["7", "7:", "x:00", ":", &noted[..20], &format!("-1{}", &noted[1..])] {
        let said = command(data.path(), &["verify", &format!("--expect={nonsense}")]).failed(2);
        assert!(said.contains("INDEX:HASH"), "{said}");
    }
}

#[test]
fn what_is_no_genome_is_told_apart_from_a_broken_one() {
    let root = tempfile::tempdir().unwrap();
    let directory = |name: &str| {
        let path = root.path().join(name);
        fs::create_dir(&path).unwrap();
        path
    };
    let check = |data: &Path, expected: &str| {
        for arguments in [&["verify"][..], &["verify", "--json"], &["head"], &["show", "0"]] {
            let ended = command(data, arguments);
            assert!(ended.out.is_empty(), "{ended:?}");
            let said = ended.failed(2);
            assert!(
                said.contains(expected) && said.contains(data.to_str().unwrap()),
                "{arguments:?}: {said}"
            );
        }
    };
    check(&root.path().join("nowhere"), "there is no genome in");
    check(&directory("empty"), "`kolibri serve` creates one");

    let foreign = directory("foreign");
    Connection::open(genome(&foreign)).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    check(&foreign, "is not a Kolibri genome");
    let nothing = directory("nothing");
    fs::write(genome(&nothing), "").unwrap();
    check(&nothing, "is not a Kolibri genome");
    let text = directory("text");
    fs::write(genome(&text), "This is a letter, and no database at all.".repeat(100)).unwrap();
    check(&text, "file is not a database; this is not a genome, or its database is damaged");
    let pipe = directory("pipe");
    assert!(std::process::Command::new("mkfifo").arg(genome(&pipe)).status().unwrap().success());
    check(&pipe, "it is a folder, a pipe, a device or the like, and no file");
    let strange = directory("strange");
    fs::create_dir(genome(&strange)).unwrap();
    check(&strange, "it is a folder, a pipe, a device or the like, and no file");

    let data = closed();
    with_change(data.path(), "PRAGMA user_version = 3", || {
        check(data.path(), "this program reads versions up to 2")
    });
    let raw = fs::read(genome(data.path())).unwrap();
    fs::write(genome(data.path()), &raw[..raw.len() / 2]).unwrap();
    let said = verify(data.path()).failed(2);
    assert!(said.contains("keep the file, and restore a backup"), "{said}");
}

#[test]
fn a_node_does_not_start_on_a_genome_without_one_of_its_tables() {
    for table in ["block", "answer", "erasure", "version"] {
        let data = closed();
        Connection::open(genome(data.path())).unwrap().execute_batch(&format!("DROP TABLE {table}")).unwrap();
        let mut serve = kolibri();
        serve.args([
            "serve",
            "--data-dir",
            data.path().to_str().unwrap(),
            "--http-port=0",
            "--prometheus-port=0",
        ]);
        let said = cli::end(&mut serve).failed(2);
        assert!(
            said.contains(&format!("no such table: {table}")) && said.contains("restore a backup"),
            "{said}"
        );
    }
}

#[test]
fn an_auditor_who_may_only_read_can_verify_a_copy_and_is_told_when_he_may_not() {
    let data = closed();
    let shared = tempfile::tempdir().unwrap();
    let set_mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set_mode(shared.path(), 0o755);
    let copy = shared.path().join("a copy? 100%");
    fs::create_dir(&copy).unwrap();
    fs::copy(genome(data.path()), genome(&copy)).unwrap();
    set_mode(&genome(&copy), 0o444);
    set_mode(&copy, 0o555);
    let look = |arguments: [&str; 2]| {
        let mut command = cli::unprivileged(shared.path());
        cli::end(command.arg("genome").args(arguments).arg("--data-dir").arg(&copy))
    };
    assert_eq!(look(["verify", "--json"]).printed(), command(data.path(), &["verify", "--json"]).printed());
    assert_eq!(look(["show", "5"]).printed(), command(data.path(), &["show", "5"]).printed());
    set_mode(&copy, 0o000);
    let said = look(["verify", "--json"]).failed(2);
    assert!(said.contains("Permission denied") && said.contains("check its owner and mode"), "{said}");
    set_mode(&copy, 0o755);
}

#[test]
fn a_node_does_not_build_on_a_damaged_end_and_does_not_answer_with_a_changed_text() {
    let data = closed();
    let last = rows(data.path()).into_iter().find(|row| row.index == LAST).unwrap();
    with_flipped_bit(data.path(), last.fields[0].1 + 10, 3, || {
        let mut serve = kolibri();
        serve.args(["serve", "--http-port", "0", "--prometheus-port", "0", "--data-dir"]).arg(data.path());
        let said = cli::end(&mut serve).failed(2);
        assert!(
            said.contains("its last block is damaged") && said.contains("kolibri genome verify"),
            "{said}"
        );
    });

    let current = rows(data.path()).into_iter().find(|row| row.index == 2).unwrap();
    let (_, place, length) = current.fields[3];
    with_flipped_bit(data.path(), place + length - 1, 0, || {
        let node = Running::start(data.path());
        let (status, problem) = node.post("/api/v1/ask", &json!({ "stimulus": "capital of Kazakhstan" }));
        assert_eq!((status, &problem["type"]), (500, &json!("urn:kolibri:problem:unreadable")));
        assert!(problem["detail"].as_str().unwrap().contains("block 2"), "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("kolibri genome verify"), "{problem}");
        let (_, block) = node.get("/api/v1/genome/blocks/2");
        assert_eq!((&block["content"], block["fault"].as_str().is_some()), (&Value::Null, true), "{block}");
        assert_eq!(node.failed("ASK"), 1.0);
        let exported = node.run(&["export"]).failed(2);
        assert!(exported.contains("block 2: the content does not match"), "{exported}");
        assert!(node.ask("a long story")["answer"].as_str().unwrap().starts_with("once upon"));
        node.stop();
    });
}

#[test]
fn an_export_that_meets_a_damaged_block_on_its_way_says_that_it_is_not_whole() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    for number in 0..1_500 {
        node.teach(&format!("question {number}"), "answer");
    }
    node.stop();
    Connection::open(genome(data.path()))
        .unwrap()
        .execute_batch("UPDATE block SET salt = randomblob(32) WHERE idx = 1400")
        .unwrap();
    let node = Running::start(data.path());
    let exported = node.run(&["export"]);
    assert_eq!(exported.code, 2, "{}", exported.err);
    assert!((1..1_400).contains(&exported.out.lines().count()));
    assert!(
        exported.err.contains("the export is incomplete") && exported.err.contains("see the node's log"),
        "{}",
        exported.err
    );
    eventually("the log tells why", || {
        node.log()
            .iter()
            .any(|line| line.contains("was cut off") && line.contains("block 1400"))
            .then_some(())
    });
}

#[test]
fn show_and_head_tell_what_the_api_tells() {
    let data = closed();
    let shown: Vec<Value> =
        (0..=LAST).map(|index| command(data.path(), &["show", &index.to_string()]).json()).collect();
    let head = command(data.path(), &["head", "--json"]).json();
    let node = Running::start(data.path());
    for (index, block) in shown.iter().enumerate() {
        assert_eq!(node.get(&format!("/api/v1/genome/blocks/{index}")).1, *block);
    }
    let last = &shown[LAST as usize];
    assert_eq!(head, json!({ "index": LAST, "hash": last["hash"], "time": last["time"] }));
    assert_eq!(shown[FORGOTTEN as usize]["erased_by"], FORGET);
    assert_eq!(shown[FORGET as usize]["content"], json!({ "erased": [FORGOTTEN] }));
    let sound = command(data.path(), &["verify", "--json"]).json();
    assert_eq!(sound, json!({ "sound": true, "blocks": LAST + 1, "erased": 1, "head": head }));
    let said = command(data.path(), &["show", "8"]).failed(1);
    assert!(said.contains("there is no block 8; the last one is block 7"), "{said}");
    command(data.path(), &["show", "18446744073709551615"]).failed(1);
    command(data.path(), &["show", "-1"]).failed(2);
    command(data.path(), &["show", "first"]).failed(2);
}

struct SetWhenDropped<'a>(&'a AtomicBool);

impl Drop for SetWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_live_node_is_verified_while_people_teach_and_forget() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    // More than is looked at as one piece, and much of it is forgotten meanwhile.
    let line = |number: usize| {
        let stimulus = format!("{} {}", number % 8, number % 50);
        format!("{}\n", json!({ "stimulus": stimulus, "response": format!("earlier answer {number}") }))
    };
    let earlier =
        node.http.post(node.url("/api/v1/teach:batch")).header("content-type", "application/x-ndjson");
    let earlier = earlier.body((0..6_000).map(line).collect::<String>()).send().unwrap().text().unwrap();
    assert!(earlier.contains("{\"summary\":{\"taught\":6000,\"failed\":0,"));

    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        // Also when a check fails: the people would go on for ever.
        let _over_at_the_end = SetWhenDropped(&over);
        for person in 0..8 {
            let (node, over) = (&node, &over);
            scope.spawn(move || {
                for number in 0.. {
                    let stimulus = format!("{person} {}", number % 50);
                    node.teach(&stimulus, &format!("answer {number}"));
                    if number % 10 == 0 {
                        assert_eq!(node.post("/api/v1/forget", &json!({ "stimulus": stimulus })).0, 200);
                    }
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
        }
        let mut noted = Vec::new();
        let mut length = 0;
        for _ in 0..15 {
            let head = command(data.path(), &["head"]).printed();
            noted.push(head.split("  ").next().unwrap().to_owned());
            let arguments: [&str; 4] = ["verify", "--json", "--expect", &noted[noted.len() / 2]];
            let verdict = command(data.path(), &arguments);
            assert_eq!(verdict.code, 0, "{verdict:?}");
            let blocks = verdict.json()["blocks"].as_u64().unwrap();
            assert!(blocks > length, "{blocks} blocks after {length}");
            length = blocks;
            let head = || node.get("/api/v1/genome").1["length"].as_u64();
            eventually("people go on", || (head() > Some(length)).then_some(()));
        }
    });
    node.stop();
    verify(data.path()).printed();
}
