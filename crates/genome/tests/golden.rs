//! The promise of `docs/genome-format.md`: these inputs give these bytes, in every version of this crate and
//! in every other implementation. The vectors come from `vectors/reference.py`, which shares no code with the
//! crate. A change that makes one of these tests fail breaks every existing genome, and needs a new format
//! version.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that fails may panic")]
#![allow(clippy::cast_possible_truncation, reason = "a wrong number fails the test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use kolibri_genome::{
    Ask, Block, BlockError, Broken, Chain, Content, ContentError, EventType, FORMAT_VERSION, Forget, Hash,
    Match, Teach, Verifier, content_digest,
};
use serde_json::Value;

#[test]
fn sealing_the_inputs_gives_every_byte_of_the_golden_genome() {
    let mut chain = None;
    for golden in list("genome") {
        let salt = bytes(&golden["salt"]).try_into().unwrap();
        let clock = number(&golden["clock"]);
        let sealed = match (&mut chain, content(&golden)) {
            (None, Content::Genesis { genome_id }) => {
                let (begun, genesis) = Chain::begin(clock, &salt, genome_id);
                chain = Some(begun);
                genesis
            }
            (None, content) => panic!("a genome does not begin with {content:?}"),
            (Some(chain), content) => chain.seal(clock, &salt, &content).unwrap(),
        };
        let note = &golden["note"];
        assert_eq!(hex(&sealed.content), golden["content_bytes"], "{note}");
        assert_eq!(content_digest(&salt, &sealed.content).to_string(), golden["digest"], "{note}");
        assert_eq!(sealed.block.index, number(&golden["index"]), "{note}");
        assert_eq!(sealed.block.time, number(&golden["time"]), "{note}");
        assert_eq!(hex(&sealed.block.to_bytes()), golden["block"], "{note}");
        assert_eq!(sealed.hash.to_string(), golden["hash"], "{note}");
    }
}

#[test]
fn the_golden_genome_reads_back_as_what_went_in() {
    for golden in list("genome") {
        let block = Block::from_bytes(&bytes(&golden["block"])).unwrap();
        assert_eq!(block.event.name(), golden["event"]);
        assert_eq!(
            block.open(&bytes(&golden["salt"]), &bytes(&golden["content_bytes"])),
            Ok(content(&golden))
        );
    }
}

#[test]
fn the_golden_genome_covers_every_event_and_announces_this_format_version() {
    let blocks: Vec<Block> =
        golden_genome().iter().map(|stored| Block::from_bytes(&stored.block).unwrap()).collect();
    assert_eq!(blocks[0].format_version(), Some(FORMAT_VERSION));
    for event in EventType::ALL {
        assert!(blocks.iter().any(|block| block.event == event), "{event}");
    }
}

#[test]
fn content_at_the_edges_has_one_spelling() {
    for golden in list("contents") {
        let content = content(&golden);
        let spelling = bytes(&golden["content_bytes"]);
        assert_eq!(hex(&content.to_bytes()), hex(&spelling), "{}", golden["note"]);
        assert_eq!(Content::from_bytes(content.event(), &spelling), Ok(content), "{}", golden["note"]);
    }
}

#[test]
fn bytes_that_are_no_block_are_refused() {
    for golden in list("rejected_blocks") {
        let error = Block::from_bytes(&bytes(&golden["block"])).unwrap_err();
        assert_eq!(rule(&Broken::Unreadable(error)), golden["rule"], "{}", golden["note"]);
    }
}

#[test]
fn bytes_that_are_not_canonical_content_are_refused() {
    for golden in list("rejected_contents") {
        let refused = Content::from_bytes(event(&golden), &bytes(&golden["content_bytes"]));
        assert_eq!(refused, Err(ContentError::Malformed(event(&golden))), "{}", golden["note"]);
    }
}

#[test]
fn a_block_that_does_not_follow_is_refused_by_the_rule_it_breaks() {
    for golden in list("rejected_successors") {
        let mut genome = golden_genome();
        genome.truncate(golden["after"].as_u64().unwrap() as usize);
        genome.push(Stored::read(&golden));
        assert_eq!(verify(&genome), Err(golden["rule"].as_str().unwrap()), "{}", golden["note"]);
    }
}

#[test]
fn the_genome_verifies_after_forgotten_content_was_overwritten_with_zeros() {
    let forgotten = list("genome").iter().filter(|golden| golden["forgotten"] == true).count();
    assert_eq!(forgotten, 2);
    assert_eq!(verify(&golden_store()), Ok(()));
    assert_eq!(verify(&golden_genome()), Err("erasure"), "a FORGET lists content that is still there");
}

#[test]
fn a_store_that_erased_too_much_or_too_little_is_broken() {
    for golden in list("rejected_stores") {
        let mut genome = golden_genome();
        for index in golden["zeros"].as_array().unwrap() {
            genome[index.as_u64().unwrap() as usize].erase();
        }
        genome.extend(golden.get("more").filter(|more| !more.is_null()).map(Stored::read));
        assert_eq!(verify(&genome), Err(golden["rule"].as_str().unwrap()), "{}", golden["note"]);
    }
}

#[test]
fn erased_content_does_not_open() {
    for stored in golden_store().iter().filter(|stored| stored.is_erased()) {
        let block = Block::from_bytes(&stored.block).unwrap();
        assert_eq!(block.open(&stored.salt, &stored.content), Err(ContentError::Digest));
    }
}

#[test]
fn an_independent_implementation_computes_the_same_vectors() {
    let checked = reference(&vectors_dir().join("v1.json"));
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

#[test]
fn the_independent_implementation_notices_one_changed_digit() {
    let golden = std::fs::read_to_string(vectors_dir().join("v1.json")).unwrap();
    let changed = Path::new(env!("CARGO_TARGET_TMPDIR")).join("changed-v1.json");
    std::fs::write(&changed, golden.replacen("734512", "734513", 1)).unwrap();
    let checked = reference(&changed);
    assert_eq!(checked.status.code(), Some(1), "{}", String::from_utf8_lossy(&checked.stderr));
}

#[test]
fn the_worked_example_of_the_specification_is_the_golden_genome() {
    let specification = std::fs::read_to_string(crate_dir().join("../../docs/genome-format.md")).unwrap();
    let (_, example) = specification.split_once("## Worked example").unwrap();
    let example = example.replace(' ', "");
    for golden in &list("genome")[..2] {
        for field in ["salt", "content_bytes", "digest", "hash"] {
            assert!(example.contains(text(&golden[field])), "{field} of {}", golden["note"]);
        }
        let block = text(&golden["block"]);
        let (head, previous) = (&block[..36], &block[100..]);
        assert!(example.contains(head) && example.contains(previous), "{}", golden["note"]);
    }
}

#[test]
fn the_dependency_list_proves_purity() {
    let manifest = std::fs::read_to_string(crate_dir().join("Cargo.toml")).unwrap();
    let mut table = "";
    let mut dependencies = Vec::new();
    for line in manifest.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            table = line;
            // A separate table for one dependency, one platform or the build script counts too.
            let counts = table.contains("dependencies") && !table.starts_with("[dev-dependencies");
            if counts && table != "[dependencies]" {
                dependencies.push(table);
            }
        } else if table == "[dependencies]" {
            dependencies.push(line.split(['.', ' ', '=']).next().unwrap());
        }
    }
    assert_eq!(dependencies, ["sha2", "thiserror"]);
    assert!(!crate_dir().join("build.rs").exists(), "a build script could read what the crate must not");
}

/// One block as a store keeps it.
struct Stored {
    block: Vec<u8>,
    hash: Hash,
    salt: Vec<u8>,
    content: Vec<u8>,
}

impl Stored {
    fn read(golden: &Value) -> Self {
        Self {
            block: bytes(&golden["block"]),
            hash: text(&golden["hash"]).parse().unwrap(),
            salt: bytes(&golden["salt"]),
            content: bytes(&golden["content_bytes"]),
        }
    }

    fn erase(&mut self) {
        self.salt.fill(0);
        self.content.fill(0);
    }

    fn is_erased(&self) -> bool {
        self.salt.iter().chain(&self.content).all(|byte| *byte == 0)
    }
}

/// Every rule of the specification, in its order. The crate checks one block at a time; the rules that need
/// the whole genome (12 and 13) are here, and show that the public API is enough for them.
fn verify(genome: &[Stored]) -> Result<(), &'static str> {
    let mut verifier = Verifier::new();
    let mut events = Vec::new();
    let (mut erased, mut listed) = (BTreeSet::new(), BTreeSet::new());
    for stored in genome {
        let block = verifier.block(&stored.block, stored.hash).map_err(|broken| rule(&broken))?;
        events.push(block.event);
        if stored.is_erased() {
            erased.insert(block.index);
            continue;
        }
        let content = block.verify_content(&stored.salt, &stored.content).map_err(|broken| rule(&broken))?;
        let named = match content {
            Content::Ask(ask) => Vec::from_iter(ask.found().block()),
            Content::Forget(forget) => {
                listed.extend(forget.erased());
                forget.erased().to_vec()
            }
            Content::Genesis { .. } | Content::Teach(_) => vec![],
        };
        if named.iter().any(|named| events[*named as usize] != EventType::Teach) {
            return Err("reference type");
        }
    }
    if erased == listed { Ok(()) } else { Err("erasure") }
}

/// The name of a broken rule, as in the specification and the vectors.
fn rule(broken: &Broken) -> &'static str {
    match broken {
        Broken::Hash { .. } => "hash",
        Broken::Unreadable(BlockError::Length(_)) => "length",
        Broken::Unreadable(BlockError::Event(_)) => "event",
        Broken::Index { .. } => "index",
        Broken::Genesis { .. } => "genesis",
        Broken::Link { .. } => "link",
        Broken::SecondGenesis => "second genesis",
        Broken::Time => "time",
        Broken::Content(ContentError::Digest) => "digest",
        Broken::Content(ContentError::Malformed(_)) => "malformed",
        Broken::Reference(_) => "reference",
    }
}

/// The golden genome before anything was erased.
fn golden_genome() -> Vec<Stored> {
    list("genome").iter().map(Stored::read).collect()
}

/// The golden genome as a store keeps it after its FORGET.
fn golden_store() -> Vec<Stored> {
    let mut genome = golden_genome();
    for (stored, golden) in genome.iter_mut().zip(list("genome")) {
        if golden["forgotten"] == true {
            stored.erase();
        }
    }
    genome
}

fn content(golden: &Value) -> Content {
    let fields = &golden["content"];
    match event(golden) {
        EventType::Genesis => Content::Genesis { genome_id: bytes(&fields["genome_id"]).try_into().unwrap() },
        EventType::Teach => Content::Teach(Teach::new(text(&fields["stimulus"]), text(&fields["response"]))),
        EventType::Ask => {
            let found = match text(&fields["match"]) {
                "none" => Match::None,
                "exact" => Match::Exact { block: number(&fields["block"]) },
                "similar" => Match::Similar { block: number(&fields["block"]) },
                other => panic!("no kind of match: {other}"),
            };
            Content::Ask(Ask::new(found, fields["score"].as_u64().unwrap().try_into().unwrap()))
        }
        EventType::Forget => {
            Content::Forget(Forget::new(fields["erased"].as_array().unwrap().iter().map(number)).unwrap())
        }
    }
}

fn event(golden: &Value) -> EventType {
    text(&golden["event"]).parse().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// 64-bit integers are decimal strings in the vectors, so that no JSON reader rounds them.
fn number(value: &Value) -> u64 {
    text(value).parse().unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    let digits = text(value);
    assert!(digits.len().is_multiple_of(2));
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One of the lists in the vectors; an empty one would prove nothing.
fn list(name: &str) -> Vec<Value> {
    let vectors: Value = serde_json::from_str(include_str!("vectors/v1.json")).unwrap();
    let list = vectors[name].as_array().unwrap().clone();
    assert!(!list.is_empty(), "{name}");
    list
}

fn crate_dir() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn vectors_dir() -> PathBuf {
    crate_dir().join("tests/vectors")
}

/// What the Python implementation says about a file of vectors.
fn reference(file: &Path) -> std::process::Output {
    Command::new("python3")
        .arg(vectors_dir().join("reference.py"))
        .arg("--check")
        .arg(file)
        .output()
        .expect("python3 is not installed; run scripts/install-test-tools")
}
