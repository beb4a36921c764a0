//! The parsers of this crate, each with what must hold of it. `fuzz/` gives them arbitrary bytes; the test below gives them the
//! inputs that are kept.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use crate::{file, tokenizer};

/// A name, which is also that of a folder of inputs, and what it is about.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[("model_file", file::fuzz), ("vocabulary", tokenizer::fuzz)];

/// The target of this name.
///
/// # Panics
/// If there is none.
pub fn run(name: &str, data: &[u8]) {
    TARGETS.iter().find(|(known, _)| *known == name).unwrap().1(data);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kept_input_holds() {
        for (name, target) in TARGETS {
            let folder = format!("{}/../../fuzz/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
            let inputs: Vec<_> =
                std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
            assert!(!inputs.is_empty(), "{name} has no inputs");
            inputs.iter().for_each(|input| target(&std::fs::read(input).unwrap()));
        }
    }
}
