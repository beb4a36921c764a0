//! Embeds the built page (`make page` writes it to `web/dist`) into the binary: a table of its files for
//! `src/http/page.rs`. Without a built page the table is empty, and the node says how to build one.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    // Cargo can wait for a change only in what exists. Where the sources are read-only, nothing will change either.
    let _ = fs::create_dir_all(&dist);
    println!("cargo:rerun-if-changed={}", dist.display());

    let mut table = String::from("&[\n");
    for file in files(&dist)? {
        if file.extension().is_some_and(|extension| extension == "gz") {
            continue;
        }
        let path = file.strip_prefix(&dist).map_err(io::Error::other)?.display().to_string();
        let zipped = file.with_added_extension("gz");
        let zipped =
            if zipped.is_file() { format!("Some(include_bytes!({zipped:?}))") } else { "None".into() };
        let _ = writeln!(
            table,
            "    File {{ path: {path:?}, plain: include_bytes!({file:?}), zipped: {zipped} }},"
        );
    }
    table.push(']');
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("page.rs"), table)
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
