//! The programs that tests need beyond Rust, wherever scripts/install-test-tools put them. One that is missing is reported
//! here, in one line.

use std::path::PathBuf;
use std::process::Command;

/// Searched before `PATH`.
const FOLDERS: [&str; 3] = [
    concat!(env!("CARGO_TARGET_TMPDIR"), "/../tools/checkers/bin"),
    concat!(env!("CARGO_TARGET_TMPDIR"), "/../tools/bin"),
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../ops/grafana/check/node_modules/.bin"),
];

/// A program, ready to be given arguments.
pub fn program(name: &str) -> Command {
    Command::new(find(name))
}

/// Fails the test unless all of these are installed: for scripts, which call them by name.
pub fn require(names: &[&str]) {
    for name in names {
        find(name);
    }
}

fn find(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = FOLDERS.iter().map(PathBuf::from).chain(std::env::split_paths(&path));
    let mut files = folders.map(|folder| folder.join(name));
    files.find(|file| file.is_file()).unwrap_or_else(|| missing(name))
}

fn missing(name: &str) -> ! {
    eprintln!("{name} is not installed; run scripts/install-test-tools");
    // The line above is the whole report. A panic would add a place in this file and a backtrace.
    std::panic::resume_unwind(Box::new(()))
}
