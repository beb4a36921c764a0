//! The parsers of outside bytes in this crate, each with what must hold of it. `fuzz/` gives them arbitrary bytes; the test below
//! gives them the inputs that are kept.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use crate::{cli, config, http};

/// A name, which is also that of a folder of inputs, and what it is about.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("commands", http::commands::fuzz),
    ("batch", http::batch::fuzz),
    ("block_index", http::genome::fuzz),
    ("query", http::traces::fuzz),
    ("guard", http::guard::fuzz),
    ("alerts", http::alerts::fuzz),
    ("terminal", cli::terminal::fuzz),
    ("csv", cli::import::fuzz_csv),
    ("jsonl", cli::import::fuzz_jsonl),
    ("settings", config::fuzz),
];

/// The target of this name.
///
/// # Panics
/// If there is none.
pub fn run(name: &str, data: &[u8]) {
    TARGETS.iter().find(|(known, _)| *known == name).unwrap().1(data);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs::{read, read_dir, read_to_string};

    use super::*;

    const FUZZ: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz");

    fn names(folder: &str) -> BTreeSet<String> {
        let files = read_dir(format!("{FUZZ}/{folder}")).unwrap();
        files.map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn every_kept_input_holds() {
        for (name, target) in TARGETS {
            let folder = format!("{FUZZ}/corpus/{name}");
            let inputs: Vec<_> = read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
            assert!(!inputs.is_empty(), "{name} has no inputs");
            inputs.iter().for_each(|input| target(&read(input).unwrap()));
        }
    }

    #[test]
    fn every_target_is_a_program_with_kept_inputs() {
        let manifest = read_to_string(format!("{FUZZ}/Cargo.toml")).unwrap();
        let programs = names("fuzz_targets");
        assert_eq!(names("corpus"), programs);
        assert_eq!(manifest.matches("[[bin]]").count(), programs.len());
        for name in programs {
            let program = read_to_string(format!("{FUZZ}/fuzz_targets/{name}.rs")).unwrap();
            assert!(program.contains(&format!("::fuzzing::run(\"{name}\", data)")), "{program}");
            assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        }
    }
}
