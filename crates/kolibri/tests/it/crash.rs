//! What was acknowledged survives `kill -9`, and nothing that was not acknowledged is half there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use std::{fs, thread};

use serde_json::{Value, json};

use crate::reliability::{Found, tell};
use crate::rounds::rounds;
use crate::running::raw::Raw;
use crate::running::{Running, cli, eventually, kolibri};

const PEOPLE: usize = 64;
/// Every response holds this and a number of its own.
const MARK: &str = "marked-";

/// Something a person asked for, and what was acknowledged.
#[derive(Debug)]
enum Sent {
    Teach { stimulus: String, response: String, acknowledged: Option<Value> },
    Forget { stimulus: String, acknowledged: Option<Value> },
}

/// Teaches, teaches anew and forgets, one after the other, until the node is gone.
fn live(mut connection: Raw, name: &str, done: &AtomicUsize) -> Vec<Sent> {
    let mut all = Vec::new();
    for number in 0.. {
        // Of seven: four are taught and stay, one is taught three times, one is forgotten.
        let (group, step) = (number / 7, number % 7);
        let stimulus = format!("{name} group {group} stimulus {}", if step < 4 { step } else { 4 });
        let body = json!({ "stimulus": stimulus, "response": format!("{MARK}{name}-{number}.") });
        let (path, sent) = match step {
            6 => (
                "/api/v1/forget",
                json!({ "stimulus": format!("{name} group {group} stimulus {}", group % 5) }),
            ),
            _ => ("/api/v1/teach", body),
        };
        let answer = connection.post(path, &sent).ok().filter(|answer| answer.status < 300);
        let acknowledged = answer.map(|answer| answer.json());
        let over = acknowledged.is_none();
        let text = |field: &str| sent[field].as_str().unwrap().to_owned();
        all.push(match step {
            6 => Sent::Forget { stimulus: text("stimulus"), acknowledged },
            _ => Sent::Teach { stimulus: text("stimulus"), response: text("response"), acknowledged },
        });
        if over {
            return all;
        }
        done.fetch_add(1, Ordering::Relaxed);
    }
    all
}

/// Lets many people at a node, and kills it in the middle.
fn crash(node: Running, round: usize) -> Vec<Sent> {
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        let done = &done;
        let begin = |person| {
            let connection = Raw::connect(&node.api);
            scope.spawn(move || live(connection, &format!("r{round}p{person}"), done))
        };
        let people: Vec<_> = (0..PEOPLE).map(begin).collect();
        let enough = 150 + 17 * round;
        eventually("enough was acknowledged", || (done.load(Ordering::Relaxed) >= enough).then_some(()));
        node.kill();
        people.into_iter().flat_map(|person| person.join().unwrap()).collect()
    })
}

/// What may be answered to a stimulus, and the block that was acknowledged for it.
type May<'a> = (Option<&'a str>, Option<&'a Value>);

/// For each stimulus the acknowledged answer, or that of what was under way.
fn expected(sent: &[Sent]) -> BTreeMap<&str, Vec<May<'_>>> {
    let mut expected: BTreeMap<&str, Vec<May<'_>>> = BTreeMap::new();
    for sent in sent {
        let (stimulus, answer, acknowledged) = match sent {
            Sent::Teach { stimulus, response, acknowledged } => {
                (stimulus, Some(response.as_str()), acknowledged)
            }
            Sent::Forget { stimulus, acknowledged } => (stimulus, None, acknowledged),
        };
        let may = expected.entry(stimulus).or_insert_with(|| vec![(None, None)]);
        if acknowledged.is_some() {
            may.clear();
        }
        may.push((answer, acknowledged.as_ref().map(|acknowledged| &acknowledged["block"])));
    }
    expected
}

/// Asks for everything that was sent.
fn assert_answers(node: &Running, sent: &[Sent]) {
    let mut connection = Raw::connect(&node.api);
    for (stimulus, may) in expected(sent) {
        let answer = connection.post("/api/v1/ask", &json!({ "stimulus": stimulus })).unwrap().json();
        let exact = if answer["match"] == "exact" { answer["answer"].as_str() } else { None };
        let fits = may.iter().any(|(response, block)| {
            exact == *response && (response.is_none() || block.is_none_or(|block| *block == answer["source"]))
        });
        assert!(fits, "{stimulus}: {answer}, but one of {may:?} was sent");
    }
}

/// Compares every block of the genome with what was sent.
fn assert_genome(node: &Running, sent: &[Sent]) {
    let blocks = blocks(node);
    // By stimulus and response, the block that was acknowledged.
    let mut taught: BTreeMap<&str, BTreeMap<&str, Option<u64>>> = BTreeMap::new();
    let mut forgotten = BTreeSet::new();
    for sent in sent {
        match sent {
            Sent::Teach { stimulus, response, acknowledged } => {
                let index = acknowledged.as_ref().map(|acknowledged| found(&blocks, acknowledged, "TEACH"));
                taught.entry(stimulus).or_default().insert(response, index);
            }
            Sent::Forget { stimulus, acknowledged } => {
                forgotten.insert(stimulus.as_str());
                let Some(acknowledged) = acknowledged else { continue };
                let index = found(&blocks, acknowledged, "FORGET");
                assert_eq!(blocks[index as usize]["content"]["erased"], acknowledged["erased"]);
                let versions: BTreeSet<_> = taught[stimulus.as_str()].values().flatten().copied().collect();
                let erased: BTreeSet<_> = acknowledged["erased"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|index| index.as_u64().unwrap())
                    .collect();
                assert_eq!(erased, versions, "every version of {stimulus} is erased");
                for index in erased {
                    assert_eq!(blocks[index as usize]["erased_by"], acknowledged["block"]["index"]);
                }
            }
        }
    }
    let mut seen = BTreeSet::new();
    for (index, block) in blocks.iter().enumerate() {
        assert_eq!(block["index"], index, "the genome has no gaps");
        if block["event"] == "TEACH" && block["erased_by"].is_null() {
            let text = |field: &str| block["content"][field].as_str().unwrap();
            let acknowledged = taught[text("stimulus")][text("response")];
            assert!(acknowledged.is_none_or(|acknowledged| acknowledged == index as u64), "{block}");
            assert!(seen.insert(text("response")), "recorded twice: {block}");
        }
    }
    for (stimulus, responses) in taught.iter().filter(|(stimulus, _)| !forgotten.contains(*stimulus)) {
        let lost = responses.iter().find(|(response, index)| index.is_some() && !seen.contains(**response));
        assert_eq!(lost, None, "{stimulus} was acknowledged");
    }
}

/// The index of an acknowledged block, which is there with its hash.
fn found(blocks: &[Value], acknowledged: &Value, event: &str) -> u64 {
    let index = acknowledged["block"]["index"].as_u64().unwrap();
    let block =
        blocks.get(index as usize).unwrap_or_else(|| panic!("block {index} was acknowledged and is lost"));
    assert_eq!((&block["hash"], &block["event"]), (&acknowledged["block"]["hash"], &json!(event)));
    index
}

fn blocks(node: &Running) -> Vec<Value> {
    let (mut all, mut from) = (Vec::new(), Some(0));
    while let Some(start) = from {
        let (_, mut page) = node.get(&format!("/api/v1/genome/blocks?limit=500&from={start}"));
        all.append(page["blocks"].as_array_mut().unwrap());
        from = page["next"].as_u64();
    }
    all
}

/// Checks that no file holds a response that was erased.
fn assert_erased(data: &Path, sent: &[Sent]) {
    let mut erased = BTreeSet::new();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for sent in sent {
        match sent {
            Sent::Teach { stimulus, response, .. } => versions.entry(stimulus).or_default().push(response),
            Sent::Forget { stimulus, acknowledged: Some(_) } => {
                erased.extend(versions.remove(stimulus.as_str()).unwrap())
            }
            Sent::Forget { .. } => {}
        }
    }
    for path in files(data) {
        // A file of the index may go while it is looked at.
        let bytes = fs::read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        for (start, _) in text.match_indices(MARK) {
            let text = text[start..].split_inclusive('.').next().unwrap();
            assert!(!erased.contains(text), "{} holds erased text: {text}", path.display());
        }
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn assert_sound(data: &Path) {
    let verdict = cli::run(&["genome", "verify", "--json", "--data-dir", data.to_str().unwrap()]);
    let json = verdict.json();
    assert_eq!((verdict.code, &json["sound"]), (0, &json!(true)), "{verdict:?}");
}

#[test]
fn sixty_four_people_survive_crash_after_crash() {
    let crashes = rounds(3, 20);
    let data = tempfile::tempdir().unwrap();
    let mut sent = Vec::new();
    for round in 0..crashes {
        let before = sent.len();
        sent.extend(crash(Running::start(data.path()), round));
        assert_sound(data.path());
        let node = Running::start(data.path());
        assert_erased(data.path(), &sent);
        assert_genome(&node, &sent);
        assert_answers(&node, &sent[before..]);
        assert!(!node.log().iter().any(|line| line.contains("\"level\":\"ERROR\"")), "{:#?}", node.log());
        // Killed while the answers' blocks may not be durable yet.
        node.kill();
    }
    let node = Running::start(data.path());
    assert_answers(&node, &sent);
    assert_genome(&node, &sent);
    node.stop();
    assert_sound(data.path());
    let acknowledged = sent.iter().filter(|sent| match sent {
        Sent::Teach { acknowledged, .. } | Sent::Forget { acknowledged, .. } => acknowledged.is_some(),
    });
    let acknowledged = acknowledged.count();
    assert!(acknowledged > crashes * 150);
    let name = "`kill -9` while 64 people teach and forget";
    tell(name, &Found { times: crashes, acknowledged });
}

#[test]
fn a_node_that_is_killed_while_it_starts_starts_the_next_time() {
    let data = tempfile::tempdir().unwrap();
    let starts = rounds(12, 60);
    for step in 0..starts {
        let directory = data.path().join(format!("{}", step % 4));
        let mut command = kolibri();
        command.arg("serve").env("KOLIBRI_DATA_DIR", &directory).env("KOLIBRI_HTTP_PORT", "0");
        let mut starting =
            command.env("KOLIBRI_PROMETHEUS_PORT", "0").stderr(std::process::Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(3 * step as u64 % 36));
        starting.kill().unwrap();
        starting.wait().unwrap();
        let node = Running::start(&directory);
        node.teach(&format!("question {step}"), "answer");
        node.kill();
        assert_sound(&directory);
    }
    for step in 0..starts {
        let node = Running::start(&data.path().join(format!("{}", step % 4)));
        assert_eq!(node.ask(&format!("question {step}"))["answer"], "answer");
    }
    tell("`kill -9` while it starts", &Found { times: starts, acknowledged: starts });
}
