//! The table in `docs/seed.md`: each sentence of the seed has a test that exists.

use std::path::Path;

use crate::shipped::{path, text};

/// Each row's test: the file's name and the name in it.
fn tests() -> Vec<(String, String)> {
    let page = text("docs/seed.md");
    let rows = page.lines().filter(|line| line.starts_with('|'));
    let last = rows.filter_map(|row| row.trim_end_matches(" |").rsplit_once("| `"));
    last.filter_map(|(_, cell)| cell.trim_end_matches('`').split_once("::"))
        .map(|(file, name)| (file.to_owned(), name.to_owned()))
        .collect()
}

fn is_there(folder: &Path, file: &str, declared: &[String]) -> bool {
    folder.read_dir().unwrap().map(Result::unwrap).any(|entry| {
        if entry.file_type().unwrap().is_dir() {
            return entry.file_name() != "node_modules" && is_there(&entry.path(), file, declared);
        }
        let text = || std::fs::read_to_string(entry.path()).unwrap();
        entry.file_name() == *file && declared.iter().any(|declared| text().contains(declared))
    })
}

#[test]
fn every_sentence_of_the_seed_has_a_test_that_exists() {
    let tests = tests();
    assert_eq!(tests.len(), 17);
    for (file, name) in tests {
        let declared =
            [format!("#[test]\n    fn {name}("), format!("#[test]\nfn {name}("), format!("test(\"{name}\"")];
        let found = [path("crates"), path("web/e2e")].iter().any(|folder| is_there(folder, &file, &declared));
        assert!(found, "docs/seed.md names {file}::{name}, and there is no such test");
    }
}

#[test]
fn every_place_that_the_table_names_is_there() {
    let page = text("docs/seed.md");
    let places = page.split('`').skip(1).step_by(2).filter(|span| span.contains('/') && !span.contains(' '));
    let places: Vec<&str> = places.collect();
    assert!(places.len() > 10, "{places:?}");
    for place in places {
        assert!(path(place).exists(), "docs/seed.md names {place}, which is not there");
    }
}
