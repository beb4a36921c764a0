//! Links in the documents: each leads to a file that is there, and to a heading in it.

use std::path::{Path, PathBuf};

use crate::shipped::markdown::{anchors, joined, links, parse, prose};
use crate::shipped::path;

/// Folders that hold other people's documents, or none.
const NOT_OURS: [&str; 4] = [".git", "node_modules", "target", "kolibri-data"];

/// The documents in a folder and in those below it.
fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir().unwrap().map(Result::unwrap) {
        let ours = !NOT_OURS.iter().any(|name| entry.file_name() == *name);
        if ours && entry.file_type().unwrap().is_dir() {
            found.extend(documents(&entry.path()));
        } else if entry.path().extension().is_some_and(|extension| extension == "md") {
            found.push(entry.path());
        }
    }
    found
}

/// The links of a document that lead nowhere. Those to other sites are not followed.
fn broken(document: &Path) -> Vec<String> {
    let page = joined(parse(&std::fs::read_to_string(document).unwrap()));
    let lines: Vec<String> = page.iter().map(prose).collect();
    let relative = lines.iter().flat_map(|line| links(line)).filter(|link| !link.contains("://"));
    let lost = relative.filter(|link| !leads_somewhere(document, link));
    lost.map(|link| format!("{}: {link}", document.display())).collect()
}

fn leads_somewhere(document: &Path, link: &str) -> bool {
    let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    let target = if file.is_empty() { document.to_owned() } else { document.parent().unwrap().join(file) };
    let has =
        |anchor| std::fs::read_to_string(&target).is_ok_and(|text| anchors(&parse(&text)).contains(anchor));
    target.exists() && anchor.is_none_or(has)
}

#[test]
fn every_link_leads_to_a_file_and_to_a_heading_in_it() {
    let documents = documents(&path(""));
    assert!(documents.len() > 15, "{documents:#?}");
    let broken: Vec<String> = documents.iter().flat_map(|document| broken(document)).collect();
    assert!(broken.is_empty(), "these lead nowhere: {broken:#?}");
}

#[test]
fn a_link_that_leads_nowhere_is_caught() {
    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("page.md");
    std::fs::write(folder.path().join("other.md"), "# A title\n\n## Two words\n").unwrap();
    let text = "# Title\n\n[a](other.md), [b](other.md#two-words), [c](#title), [d](https://example.com/no)\n\n\
                [e](another.md), [f](other.md#three-\nwords) [g](#no-title)\n\n| [h](gone.png) | |\n";
    std::fs::write(&document, text).unwrap();
    let lost = ["another.md", "other.md#three- words", "#no-title", "gone.png"];
    assert_eq!(broken(&document), lost.map(|link| format!("{}: {link}", document.display())));
}
