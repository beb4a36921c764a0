//! What the hot paths cost, in instructions of the real binary, counted by valgrind: unlike time, they change little on a busy
//! machine. A path that costs more than before, or less, is noticed, and `make bless` notes the new number.
//!
//! Tests have the unoptimised build, whose own code costs several times as much as the released one's, so a number only says
//! something beside the same number before. A path is gone many times, less what the program costs without it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::programs::program;
use crate::running::{Running, kolibri};
use crate::shipped;

const NOTED: &str = "crates/kolibri/tests/it/fixtures/cost.json";
/// How far the number of a path may be from the noted one, as a part of it.
fn tolerance(path: &str) -> f64 {
    match path {
        "verifying a block" | "an event of a drill" => 0.05,
        // A node does some work by the clock, and records questions together when they come fast: on a busy machine that was 15 %.
        _ => 0.25,
    }
}

/// How often each path is gone.
const TIMES: u64 = 150;

/// The binary without its debugging information, which valgrind would read for a quarter of a minute.
fn stripped(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("kolibri");
    let strip = program("objcopy").arg("--strip-debug").arg(kolibri().get_program()).arg(&path).status();
    assert!(strip.unwrap().success());
    path
}

/// A binary whose instructions are counted, and where.
struct Counted<'a> {
    binary: &'a Path,
    folder: &'a Path,
}

impl Counted<'_> {
    /// The command under valgrind.
    fn command(&self) -> Command {
        let mut command = program("valgrind");
        command.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
        command.arg(format!("--log-file={}", self.folder.join("count").display())).arg(self.binary);
        command
            .env_clear()
            .env("KOLIBRI_RECALL_MODEL", "off")
            .env("KOLIBRI_DATA_DIR", self.folder.join("data"));
        command
    }

    /// The instructions of the command that has ended.
    fn count(&self) -> u64 {
        let report = std::fs::read_to_string(self.folder.join("count")).unwrap();
        let (_, number) = report.split_once("I   refs:").unwrap_or_else(|| panic!("{report}"));
        number.trim().replace(',', "").parse().unwrap_or_else(|_| panic!("{report}"))
    }

    /// The instructions of a command that ends by itself.
    fn run(&self, arguments: &[&str]) -> u64 {
        let output = self.command().args(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        self.count()
    }

    /// The instructions of a node that is used.
    fn serve(&self, using: impl FnOnce(&Running)) -> u64 {
        let mut command = self.command();
        command.arg("serve").env("KOLIBRI_HTTP_PORT", "0").env("KOLIBRI_PROMETHEUS_PORT", "0");
        let node = Running::spawn(command);
        using(&node);
        node.stop();
        self.count()
    }
}

fn stimulus(number: u64) -> String {
    format!("how is the machine number {number} restarted after an outage")
}

fn teach(node: &Running) {
    for number in 0..TIMES {
        node.teach(&stimulus(number), "by its switch, which is on the back");
    }
}

/// The instructions of each path, gone once.
fn measure(binary: &Path) -> BTreeMap<&'static str, u64> {
    // Of a node that is used, and of verifying what it leaves.
    let used = |using: &dyn Fn(&Running)| {
        let folder = tempfile::tempdir().unwrap();
        let counted = Counted { binary, folder: folder.path() };
        (counted.serve(using), counted.run(&["genome", "verify"]))
    };
    let asked = |question: &dyn Fn(u64) -> String| {
        let asked = used(&|node| {
            teach(node);
            (0..TIMES).for_each(|number| drop(node.ask(&question(number))));
        });
        asked.0
    };
    let drill = |events: u64| {
        let folder = tempfile::tempdir().unwrap();
        let (directory, events) = (folder.path().join("drill"), events.to_string());
        let options = ["soak", "run", "--standalone", "--minutes", "1", "--concurrency", "1"];
        let more = ["--events-per-minute", &events, "--directory", directory.to_str().unwrap()];
        Counted { binary, folder: folder.path() }.run(&[&options[..], &more[..]].concat())
    };
    let (idle, verified_nothing) = used(&|_| {});
    let (taught, verified) = used(&teach);
    BTreeMap::from([
        ("a TEACH", (taught - idle) / TIMES),
        ("an ASK word for word", (asked(&stimulus) - taught) / TIMES),
        (
            "an ASK by words",
            (asked(&|number| format!("restarting machine number {number} after outages")) - taught) / TIMES,
        ),
        ("verifying a block", (verified - verified_nothing) / TIMES),
        ("an event of a drill", (drill(3 * TIMES) - drill(TIMES)) / (2 * TIMES)),
    ])
}

#[test]
fn the_hot_paths_cost_what_they_did() {
    let folder = tempfile::tempdir().unwrap();
    let found = measure(&stripped(folder.path()));
    let path = shipped::path(NOTED);
    if std::env::var_os("KOLIBRI_BLESS").is_some() {
        std::fs::write(path, serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
        return;
    }
    let noted: BTreeMap<String, u64> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let other: Vec<String> = found
        .iter()
        .filter_map(|(path, cost)| {
            let before = noted.get(*path).copied().unwrap_or_default();
            let change = *cost as f64 / before as f64 - 1.0;
            (change.abs() > tolerance(path) || before == 0)
                .then(|| format!("{path}: {cost} instructions, {:+.1} % beside {before}", change * 100.0))
        })
        .collect();
    assert!(
        other.is_empty(),
        "the cost has changed. If that is meant, say why in the commit, and run `make bless`:\n{}",
        other.join("\n")
    );
}
