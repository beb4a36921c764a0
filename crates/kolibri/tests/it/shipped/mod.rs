//! The files that are shipped in `ops/` and `docs/`, deliberately broken copies of them, and the tools that check them.

pub mod markdown;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::programs::program;

/// A shipped file or folder, by its path from the root of the source.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// The text of a shipped file.
#[track_caller]
pub fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The documents of a YAML text.
#[track_caller]
pub fn yaml(text: &str) -> Vec<Value> {
    const TO_JSON: &str =
        "import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)";
    let mut python = program("python");
    let mut python =
        python.args(["-c", TO_JSON]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    python.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    serde_json::from_slice(&python.wait_with_output().unwrap().stdout).unwrap()
}

/// `ops/` as the binary carries it, in a folder of its own, to be changed at will.
pub struct Copy(TempDir);

impl Copy {
    pub fn of_ops() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut export = Command::new(env!("CARGO_BIN_EXE_kolibri"));
        judge(export.args(["ops", "export"]).arg(folder.path().join("ops"))).accepted();
        Self(folder)
    }

    /// A file or folder in it, by its path from `ops/`.
    pub fn at(&self, name: &str) -> PathBuf {
        self.0.path().join("ops").join(name)
    }

    /// Replaces a text that must be there.
    #[track_caller]
    pub fn change(self, name: &str, from: &str, to: &str) -> Self {
        let text = std::fs::read_to_string(self.at(name)).unwrap();
        assert!(text.contains(from), "{name} does not hold {from}");
        std::fs::write(self.at(name), text.replace(from, to)).unwrap();
        self
    }
}

/// What a tool thinks of a file.
#[derive(Debug)]
pub struct Verdict {
    /// Whether it exited with 0.
    pub good: bool,
    /// All that it said.
    pub said: String,
}

impl Verdict {
    #[track_caller]
    pub fn accepted(self) -> String {
        assert!(self.good, "{}", self.said);
        self.said
    }

    /// The tool found the mistake, and names it.
    #[track_caller]
    pub fn catches(self, mistake: &str) {
        assert!(!self.good && self.said.contains(mistake), "{self:?} should tell of {mistake}");
    }
}

/// Runs a tool.
pub fn tool(name: &str, arguments: &[&str]) -> Verdict {
    judge(program(name).args(arguments))
}

/// Runs a prepared tool.
pub fn judge(command: &mut Command) -> Verdict {
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Verdict { good: output.status.success(), said: String::from_utf8_lossy(&said).into_owned() }
}
