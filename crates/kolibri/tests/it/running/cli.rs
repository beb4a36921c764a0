//! Commands of the binary, run to their end.

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{Running, kolibri};

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ended {
    /// What was printed, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks the exit code, and returns what was said on standard error.
    #[track_caller]
    pub fn failed(self, code: i32) -> String {
        assert_eq!(self.code, code, "{self:?}");
        assert!(!self.err.contains("panicked"), "{self:?}");
        self.err
    }

    /// Checks that all went well, and returns what was printed.
    #[track_caller]
    pub fn printed(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }
}

/// Runs `kolibri` with these arguments and no node in sight.
pub fn run(arguments: &[&str]) -> Ended {
    end(kolibri().args(arguments))
}

/// Runs a prepared command.
pub fn end(command: &mut Command) -> Ended {
    feed(command, b"")
}

/// Runs a prepared command that reads its standard input.
pub fn feed(command: &mut Command, input: &[u8]) -> Ended {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that does not read its input closes it.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// The binary, run by somebody for whom file permissions hold: a superuser's rights are given up. It is copied to
/// `shared`, which everybody must be able to enter.
pub fn unprivileged(shared: &Path) -> Command {
    let binary = shared.join("kolibri");
    // Not by this process: a program that another test starts just then would inherit the open copy, and a file that is
    // open for writing cannot be run.
    assert!(
        Command::new("cp")
            .args([env!("CARGO_BIN_EXE_kolibri").as_ref(), &*binary])
            .status()
            .unwrap()
            .success()
    );
    let mut command = Command::new(binary);
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.uid(65_534).gid(65_534);
    }
    command.env_clear();
    command
}

impl Running {
    /// A command of the binary that talks to this node.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = kolibri();
        command.args(arguments).env("KOLIBRI_URL", &self.api);
        command
    }

    /// Runs a command that talks to this node.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        end(&mut self.command(arguments))
    }
}
