//! The commands that name no environment, run as a reader would run them: against a live node and a live Prometheus.
//!
//! The page names the ports and the data directory of a fresh installation. Here each has a free port and a temporary
//! directory, and the commands are given these instead; nothing else is changed.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use aho_corasick::AhoCorasick;

use super::{ENGLISH, blocks, page};
use crate::programs::require;
use crate::running::{Running, cli, kolibri, port};
use crate::shipped::markdown::{prose, spans};
use crate::watching::prometheus::Prometheus;

/// Where a reader works.
struct Shell {
    folder: tempfile::TempDir,
    /// What stands on the page, and what is here.
    places: Vec<(String, String)>,
}

impl Shell {
    fn new(places: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        std::fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kolibri"), bin.join("kolibri")).unwrap();
        std::fs::create_dir(folder.path().join("here")).unwrap();
        let places = places.iter().map(|(there, here)| ((*there).to_owned(), (*here).to_owned())).collect();
        Self { folder, places }
    }

    /// Runs a block; what it left running is ended.
    ///
    /// # Errors
    /// What was run and what it said, when any command of the block failed.
    fn run(&self, block: &str) -> Result<(), String> {
        let (there, here): (Vec<_>, Vec<_>) = self.places.iter().cloned().unzip();
        let script = AhoCorasick::new(there).unwrap().replace_all(block, &here);
        let log = self.folder.path().join("log");
        let file = std::fs::File::create(&log).unwrap();
        let path = std::env::var("PATH").unwrap();
        let mut shell = Command::new("bash")
            .args(["-euo", "pipefail", "-x", "-c", &script])
            .current_dir(self.folder.path().join("here"))
            .env_clear()
            .env("PATH", format!("{}:{path}", self.folder.path().join("bin").display()))
            .env("KOLIBRI_URL", format!("http://{}", self.places[0].1))
            .env("KOLIBRI_PROMETHEUS_HOST", "127.0.0.1")
            .envs([("DRILL_SECONDS", "1"), ("DRILL_PACE", "fast")])
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        let status = shell.wait().unwrap();
        let group = format!("-{}", shell.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let said = std::fs::read_to_string(log).unwrap();
        if status.success() { Ok(()) } else { Err(format!("{status}\n{script}\n{said}")) }
    }
}

fn address(url: &str) -> &str {
    url.trim_start_matches("http://").trim_end_matches("/metrics")
}

fn with_a_live_node(data: &Path, check: impl FnOnce(&Shell)) {
    require(&["amtool", "curl", "jq", "openssl", "promtool", "sqlite3"]);
    let node = Running::start(data);
    let prometheus = Prometheus::scraping(node.metrics.as_ref().unwrap());
    let shell = Shell::new(&[
        ("127.0.0.1:8080", address(&node.api)),
        ("127.0.0.1:9464", address(node.metrics.as_ref().unwrap())),
        ("127.0.0.1:9090", address(prometheus.url())),
        ("/var/lib/kolibri", data.to_str().unwrap()),
        ("8081", &port::unused().port().to_string()),
        ("9465", &port::unused().port().to_string()),
    ]);
    check(&shell);
}

#[test]
fn every_command_works_on_a_live_node() {
    let data = tempfile::tempdir().unwrap();
    with_a_live_node(data.path(), |shell| {
        let blocks = blocks("");
        assert!(blocks.len() > 20, "the page has commands");
        for block in blocks {
            shell.run(&block).unwrap_or_else(|failed| panic!("{failed}"));
        }
    });
}

#[test]
fn a_block_fails_when_any_of_its_commands_fails() {
    let data = tempfile::tempdir().unwrap();
    with_a_live_node(data.path(), |shell| {
        shell.run("kolibri healthcheck").unwrap();
        for broken in [
            "kolibri healthczech\ntrue",
            "kolibri genome verify --data-dir /nowhere | cat",
            "curl -sf http://127.0.0.1:8080/api/v1/nothing\ntrue",
            "kolibri healthcheck --url http://127.0.0.1:8081\ntrue",
        ] {
            let failed = shell.run(broken).expect_err(broken);
            assert!(
                failed.contains(broken.split('\n').next().unwrap().split(' ').next().unwrap()),
                "{failed}"
            );
        }
    });
}

/// Commands in the text and in tables: at least there are such commands.
#[test]
fn every_command_in_the_text_exists() {
    let page = page(ENGLISH);
    let lines: Vec<String> = page.iter().map(prose).collect();
    let commands = lines.iter().flat_map(|line| spans(line)).filter_map(|span| span.strip_prefix("kolibri "));
    let commands: Vec<&str> = commands.filter(|command| !command.starts_with("...")).collect();
    assert!(commands.len() > 1, "{commands:?}");
    for command in commands {
        let words: Vec<&str> =
            command.split(' ').filter(|word| word.chars().all(|c| c.is_lowercase() || c == '-')).collect();
        cli::end(kolibri().args(words).arg("--help")).printed();
    }
}
