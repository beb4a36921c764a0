//! Embeds what `make` made elsewhere into the binary:
//!
//! - the page (`make page` writes it to `web/dist`), as a table of its files for `src/http/page.rs`. Without a built page
//!   the table is empty, and the node says how to build one.
//! - the model of the encoder (`make model` writes it to `crates/encoder/model`), for `src/model.rs`, if it is there.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::write(Path::new(&out).join("page.rs"), page(&root.join("web/dist"))?)?;
    fs::write(Path::new(&out).join("model.rs"), model(&root.join("crates/encoder/model")))
}

/// Runs this again when something in a directory changes.
fn watch(directory: &Path) {
    // Cargo can wait for a change only in what exists. Where the sources are read-only, nothing will change either.
    let _ = fs::create_dir_all(directory);
    println!("cargo:rerun-if-changed={}", directory.display());
}

/// The model, if it was made.
fn model(directory: &Path) -> String {
    watch(directory);
    let file = directory.join("multilingual-e5-small.bin");
    if file.is_file() { format!("Some(include_bytes!({file:?}))") } else { "None".into() }
}

/// A table of the files of the page.
fn page(dist: &Path) -> io::Result<String> {
    watch(dist);
    let mut table = String::from("&[\n");
    for file in files(dist)? {
        if file.extension().is_some_and(|extension| extension == "gz") {
            continue;
        }
        let path = file.strip_prefix(dist).map_err(io::Error::other)?.display().to_string();
        let zipped = file.with_added_extension("gz");
        let zipped =
            if zipped.is_file() { format!("Some(include_bytes!({zipped:?}))") } else { "None".into() };
        let _ = writeln!(
            table,
            "    File {{ path: {path:?}, plain: include_bytes!({file:?}), zipped: {zipped} }},"
        );
    }
    table.push(']');
    Ok(table)
}

/// Every file below a directory, in the order of their names.
fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries =
        fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        if entry.is_dir() { found.extend(files(&entry)?) } else { found.push(entry) }
    }
    Ok(found)
}
