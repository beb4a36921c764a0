//! Forgetting, tested on the raw bytes of every file in the data directory.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;

use super::*;
use crate::store::{Verdict, verify};

/// Keeps a snapshot of the genome open, as a slow reader does, so that the write-ahead log cannot be emptied.
fn slow_reader(root: &Path) -> Connection {
    let reader = Connection::open(DataDirectory::new(root).genome()).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let _blocks: i64 = reader.query_row("SELECT count(*) FROM block", [], |row| row.get(0)).unwrap();
    reader
}

/// The files that contain some bytes.
fn holding(root: &Path, bytes: &[u8]) -> Vec<String> {
    let holds = |file: &Path| {
        let content = std::fs::read(file).unwrap_or_default();
        content.windows(bytes.len()).any(|window| window == bytes)
    };
    let name = |file: &Path| file.strip_prefix(root).unwrap().display().to_string();
    files(root).iter().filter(|file| holds(file)).map(|file| name(file)).collect()
}

#[tokio::test]
async fn a_slow_reader_delays_neither_forgetting_nor_what_comes_after() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach(&node, "the secret", "zanzibar").await;
    let reader = slow_reader(root.path());
    let started = Instant::now();
    forget(&node, "the secret").await.unwrap();
    for number in 0..20 {
        teach(&node, "meanwhile", &number.to_string()).await;
    }
    // A single wait for a lock, with SQLite's timeout for commits, takes five seconds.
    assert!(started.elapsed().as_secs() < 4, "{:?}", started.elapsed());
    assert_eq!(holding(root.path(), b"zanzibar"), ["genome.db-wal"]);
    drop(reader);
    until("the log is emptied when the reader is gone", || holding(root.path(), b"zanzibar").is_empty());
}

#[tokio::test]
async fn a_log_that_could_not_be_emptied_at_the_start_is_emptied_later() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach(&node, "the secret", "zanzibar").await;
    let reader = slow_reader(root.path());
    forget(&node, "the secret").await.unwrap();
    drop(node);
    let node = open(root.path());
    assert_eq!(holding(root.path(), b"zanzibar"), ["genome.db-wal"]);
    drop(reader);
    until("the log is emptied when the reader is gone", || holding(root.path(), b"zanzibar").is_empty());
    drop(node);
}

/// Random numbers that are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

/// An association in which every version has words that occur nowhere else.
struct Marked {
    stimulus: String,
    versions: u32,
}

impl Marked {
    fn new(number: usize, dice: &mut Dice) -> Self {
        let mut stimulus = format!("how about {}ing", marker('s', number, 0));
        if dice.below(4) == 0 {
            // Nearly as long as a stimulus may be.
            stimulus.extend(std::iter::repeat_n(format!(" {}", marker('s', number, 0)), 150));
        }
        Self { stimulus, versions: 0 }
    }

    async fn teach(&mut self, node: &Node, number: usize, dice: &mut Dice) {
        self.versions += 1;
        let word = format!("{} ", marker('r', number, self.versions));
        // On one page, on several overflow pages, or as long as a response may be.
        let repetitions = [1, 1, 1, 40, 800, 2_500][dice.below(6)];
        teach(node, &self.stimulus, &word.repeat(repetitions)).await;
    }

    /// What the files contain while it is taught: its texts, and the key that would confirm a guess.
    fn marks(&self, number: usize) -> impl Iterator<Item = Vec<u8>> {
        let responses = (1..=self.versions).map(move |version| marker('r', number, version));
        let words = responses.chain([marker('s', number, 0)]).map(String::into_bytes);
        words.chain([Key::of(&self.stimulus).0.to_vec()])
    }
}

/// A word that stemming keeps whole except for its ending, and that no other text contains, in this run or
/// another.
fn marker(kind: char, number: usize, version: u32) -> String {
    static RUN: LazyLock<u64> = LazyLock::new(|| crate::clock::now() % 1_000_000_000);
    let letters = |number: u64| -> String {
        number.to_string().bytes().map(|digit| (digit - b'0' + b'f') as char).collect()
    };
    format!("{kind}a{}z{}v{}ozk", letters(*RUN), letters(number as u64), letters(version.into()))
}

/// Which of some byte strings occur in files below `root`, and in which files.
pub(super) fn found<'a>(root: &Path, marks: &'a HashSet<Vec<u8>>) -> BTreeSet<(&'a [u8], PathBuf)> {
    let mut beginnings = vec![false; 1 << 16];
    let beginning = |bytes: &[u8]| usize::from(bytes[0]) << 8 | usize::from(bytes[1]);
    marks.iter().for_each(|mark| beginnings[beginning(mark)] = true);
    let lengths: BTreeSet<usize> = marks.iter().map(Vec::len).collect();
    let mut found = BTreeSet::new();
    for file in files(root) {
        let content = std::fs::read(&file).unwrap_or_default();
        for at in 0..content.len().saturating_sub(1) {
            if beginnings[beginning(&content[at..])] {
                let candidates = lengths.iter().filter_map(|length| content.get(at..at + length));
                found.extend(
                    candidates
                        .filter_map(|bytes| marks.get(bytes))
                        .map(|mark| (mark.as_slice(), file.clone())),
                );
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_what_was_forgotten_is_left_in_any_file() {
    let root = tempfile::tempdir().unwrap();
    let trace =
        TraceConfig { path: Some(root.path().join("trace.jsonl")), max_bytes: 1 << 20, content: false };
    let node = Arc::new(
        Node::open(&NodeConfig { trace: Some(trace), ..config(root.path()) }, &Telemetry::off()).unwrap(),
    );
    let reading = Arc::new(AtomicBool::new(true));
    let reader = std::thread::spawn({
        let (node, reading, directory) =
            (Arc::clone(&node), Arc::clone(&reading), DataDirectory::new(root.path()));
        move || {
            while reading.load(Ordering::Relaxed) {
                let verdict = verify(&directory, |_| true).unwrap();
                assert!(matches!(verdict, Verdict::Sound { .. }), "{verdict:?}");
                node.reader().associations(0, 500).unwrap();
            }
        }
    });

    let mut dice = Dice(0x5eed);
    let mut known: Vec<(usize, Marked)> = Vec::new();
    let mut forgotten = Vec::new();
    let mut stay = HashSet::new();
    for number in 0..200 {
        let mut marked = Marked::new(number, &mut dice);
        marked.teach(&node, number, &mut dice).await;
        known.push((number, marked));
        while !known.is_empty() && dice.below(2) == 0 {
            let at = dice.below(known.len());
            match dice.below(3) {
                0 => {
                    let (number, marked) = &mut known[at];
                    marked.teach(&node, *number, &mut dice).await;
                }
                1 => {
                    let answer = ask(&node, &known[at].1.stimulus).await.answer.unwrap();
                    assert_eq!(answer.teach.stimulus, known[at].1.stimulus);
                }
                _ => {
                    let (number, marked) = known.swap_remove(at);
                    let erased = forget(&node, &marked.stimulus).await.unwrap();
                    assert_eq!(erased.len(), marked.versions as usize);
                    forgotten.push((number, marked));
                }
            }
        }
    }
    while known.len() > 100 {
        let (number, marked) = known.swap_remove(dice.below(known.len()));
        forget(&node, &marked.stimulus).await.unwrap();
        forgotten.push((number, marked));
    }
    for (number, marked) in &known {
        stay.extend(marked.marks(*number));
    }
    let gone: HashSet<Vec<u8>> =
        forgotten.iter().flat_map(|(number, marked)| marked.marks(*number)).collect();
    assert!(forgotten.len() >= 100 && gone.is_disjoint(&stay));
    reading.store(false, Ordering::Relaxed);
    reader.join().unwrap();
    until_indexed(&node);

    for closed in [false, true] {
        match closed {
            false => until("the log is emptied", || found(root.path(), &gone).is_empty()),
            true => node.close(),
        }
        let left = found(root.path(), &gone);
        assert!(
            left.is_empty(),
            "closed: {closed}, {} marks: {:?}",
            left.len(),
            left.iter().map(|(mark, file)| (String::from_utf8_lossy(mark), file)).collect::<Vec<_>>()
        );
    }
    let still: HashSet<&[u8]> = found(root.path(), &stay)
        .into_iter()
        .filter(|(_, file)| file.ends_with("genome.db"))
        .map(|(mark, _)| mark)
        .collect();
    assert_eq!(still.len(), stay.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_would_confirm_a_guess_are_gone_from_every_page_they_ever_stood_on() {
    let root = tempfile::tempdir().unwrap();
    let node = Arc::new(open(root.path()));
    let mut dice = Dice(0x5eed);
    let (mut known, mut gone) = (Vec::new(), HashSet::new());
    for round in 0..4 {
        // Enough of them for the pages of the table to be split and merged.
        let mut batch = Vec::new();
        for number in 0..700 {
            let stimulus = format!("{round} {number}");
            known.push(stimulus.clone());
            batch.push(node.teach_in_batch(TraceId::random(), stimulus, "x".into()).await);
        }
        for line in batch {
            line.settled().await.unwrap();
        }
        let forgets: Vec<_> = (0..500)
            .map(|_| {
                let (node, stimulus) = (Arc::clone(&node), known.swap_remove(dice.below(known.len())));
                gone.insert(Key::of(&stimulus).0.to_vec());
                tokio::spawn(async move { forget(&node, &stimulus).await.unwrap() })
            })
            .collect();
        for forgotten in forgets {
            forgotten.await.unwrap();
        }
    }
    until("the log is emptied", || found(root.path(), &gone).is_empty());
    let stay: HashSet<Vec<u8>> = known.iter().map(|stimulus| Key::of(stimulus).0.to_vec()).collect();
    assert_eq!(
        found(root.path(), &stay).into_iter().map(|(key, _)| key).collect::<HashSet<_>>().len(),
        stay.len()
    );
}
