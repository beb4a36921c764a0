//! The table of `docs/reliability.md`: what is done to a node, how often, and what is lost. Each test that does it tells what it
//! found, and `make reliability` writes that down.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::shipped;

const DOCUMENT: &str = "docs/reliability.md";
const BEGIN: &str = "<!-- The table is written by `make reliability`. -->\n";
const END: &str = "<!-- The end of the table. -->\n";

/// Something that is done to a node, the test that does it, and what the node does about it.
struct Fault {
    name: &'static str,
    test: &'static str,
    answer: &'static str,
}

const FAULTS: [Fault; 16] = [
    Fault {
        name: "`kill -9` while 64 people teach and forget",
        test: "crash",
        answer: "starts again, verifies",
    },
    Fault { name: "`kill -9` while it starts", test: "crash", answer: "starts the next time" },
    Fault {
        name: "`kill -9`, then a log that is cut, lost or garbled at a random place",
        test: "mark",
        answer: "refuses the start and says what is lost; or starts whole",
    },
    Fault {
        name: "a full disk, then a restart with room",
        test: "disk_full",
        answer: "503 `store_failed`, not ready; nothing is acknowledged until there is room",
    },
    Fault {
        name: "a full disk, then room under the running node",
        test: "disk_full",
        answer: "recovers by itself",
    },
    Fault {
        name: "a full disk in the middle of a batch",
        test: "disk_full",
        answer: "each line is told whether it is stored",
    },
    Fault {
        name: "a start on a full disk",
        test: "disk_full",
        answer: "is refused with the reason, and harms nothing",
    },
    Fault {
        name: "another program's lock on the genome",
        test: "locked",
        answer: "503 `store_busy` for as long, then recovers by itself",
    },
    Fault {
        name: "a file of the genome is deleted or replaced under the node",
        test: "replaced",
        answer: "503 and not ready within a second; nothing more is acknowledged",
    },
    Fault {
        name: "a file of the genome is overwritten, cut or emptied in place under the node",
        test: "replaced",
        answer: "503 and not ready within a second; recovers by itself when it is undone",
    },
    Fault {
        name: "the log is written over while people teach",
        test: "replaced",
        answer: "503 and not ready, mostly within a second; the next start says what is lost",
    },
    Fault {
        name: "FORGET beside a program that reads the genome",
        test: "erasing",
        answer: "202 until the text is gone; 200 means gone",
    },
    Fault { name: "a backup while people teach and forget", test: "backup", answer: "is whole and verifies" },
    Fault {
        name: "a restore over the log of a node that was killed",
        test: "backup",
        answer: "brings the backup back, and keeps what was there",
    },
    Fault {
        name: "a restore that is interrupted",
        test: "backup",
        answer: "no new genome begins; the restore can be repeated",
    },
    Fault {
        name: "a bit of any field of a block is flipped",
        test: "tamper",
        answer: "verification names the block",
    },
];

/// What a test found.
#[derive(Debug, Serialize, Deserialize)]
pub struct Found {
    /// How often it was tried.
    pub times: usize,
    /// What was acknowledged to people before or meanwhile, and has to be there.
    pub acknowledged: usize,
}

fn results() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("reliability")
}

/// Notes what a test found of a fault, and that nothing was lost in silence: a test that finds a loss fails before.
pub fn tell(name: &str, found: &Found) {
    let at = FAULTS.iter().position(|fault| fault.name == name).expect("the document has a row for it");
    std::fs::create_dir_all(results()).unwrap();
    std::fs::write(results().join(format!("{at}.json")), serde_json::to_string(found).unwrap()).unwrap();
}

fn row(fault: &Fault, found: &Found) -> String {
    let Found { times, acknowledged } = found;
    let Fault { name, test, answer } = fault;
    format!("| {name} | {answer} | {times} | {acknowledged} | 0 | `{test}.rs` |\n")
}

fn table() -> String {
    const HEAD: &str = "| What is done | What the node does | Times | Acknowledged | Lost | Test |\n|---|---|--:|--:|--:|---|\n";
    let rows = FAULTS.iter().enumerate().map(|(at, fault)| {
        let file = results().join(format!("{at}.json"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", fault.name));
        row(fault, &serde_json::from_str(&text).unwrap())
    });
    HEAD.to_owned() + &rows.collect::<String>()
}

/// The numbers of each row of the document.
fn written(document: &str) -> BTreeMap<&str, Vec<usize>> {
    let table = document.split_once(BEGIN).unwrap().1.split_once(END).unwrap().0;
    let rows = table.lines().skip(2).map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        (cells[1], cells[3..6].iter().map(|cell| cell.parse().unwrap()).collect())
    });
    rows.collect()
}

/// `make reliability` calls this after the tests, with KOLIBRI_BLESS=1.
#[test]
fn every_fault_that_is_tried_stands_in_the_document_and_nothing_was_lost() {
    let document = shipped::text(DOCUMENT);
    if std::env::var_os("KOLIBRI_BLESS").is_some() {
        let (before, rest) = document.split_once(BEGIN).unwrap();
        let after = rest.split_once(END).unwrap().1;
        let anew = [before, BEGIN, &table(), END, after].concat();
        std::fs::write(shipped::path(DOCUMENT), anew).unwrap();
    }
    let document = shipped::text(DOCUMENT);
    let written = written(&document);
    assert_eq!(written.len(), FAULTS.len());
    for fault in &FAULTS {
        let [times, _, lost] = written[fault.name][..] else { panic!("{} has no numbers", fault.name) };
        assert!(times > 0 && lost == 0, "{}: {times} times, {lost} lost", fault.name);
        let source = format!("crates/kolibri/tests/it/{}.rs", fault.test);
        assert!(
            shipped::text(&source).contains(&format!("{:?}", fault.name)),
            "{source} does not tell of it"
        );
    }
}
