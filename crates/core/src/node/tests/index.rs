//! The search index is disposable: whatever happens to it, answers are right, and it comes back by itself.

use std::path::Path;

use super::*;

/// Pairs, each with a question that only the index can match to the stimulus.
const KNOWN: [(&str, &str, &str); 3] = [
    ("How do I restart the payment service?", "restarting payment services", "kubectl rollout restart"),
    ("Где лежит журнал сервера?", "журналы сервера: где лежит", "в /var/log"),
    ("Which port does the database listen on?", "database listening port", "5432"),
];

async fn teach_known(node: &Node) {
    for (stimulus, _, response) in KNOWN {
        teach(node, stimulus, response).await;
    }
}

async fn assert_known(node: &Node) {
    until_indexed(node);
    for (stimulus, question, response) in KNOWN {
        assert_eq!(answer(node, stimulus).await.as_deref(), Some(response), "{stimulus}");
        assert_eq!(answer(node, question).await.as_deref(), Some(response), "{question}");
    }
}

/// A data directory in which [`KNOWN`] is taught; its index has several segments, one of them with deleted
/// stimuli.
async fn taught() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach_known(&node).await;
    until_indexed(&node);
    teach(&node, KNOWN[1].0, "not there").await;
    teach(&node, KNOWN[1].0, KNOWN[1].2).await;
    assert_known(&node).await;
    node.close();
    root
}

fn index(root: &Path) -> std::path::PathBuf {
    DataDirectory::new(root).index()
}

#[tokio::test]
async fn an_index_that_was_deleted_is_built_anew() {
    let root = taught().await;
    std::fs::remove_dir_all(index(root.path())).unwrap();
    assert_known(&open(root.path())).await;
}

/// Opens the directory with its index damaged, and expects everything to be answered all the same.
async fn assert_mended(taught: &Path, file: &str, damage: impl FnOnce(&Path)) {
    let root = tempfile::tempdir().unwrap();
    copy(taught, root.path());
    damage(&index(root.path()).join(file));
    assert_known(&open(root.path())).await;
}

/// One file of each kind that the index consists of.
fn one_of_each_kind(index: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        files(index).iter().map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect();
    names.sort_by_key(|name| name.rsplit_once('.').map(|(_, kind)| kind.to_owned()));
    names.dedup_by_key(|name| name.rsplit_once('.').map(|(_, kind)| kind.to_owned()));
    names.extend(["meta.json".into(), ".managed.json".into()]);
    names.retain(|name| !name.ends_with(".lock"));
    names
}

#[tokio::test]
async fn an_index_with_a_damaged_or_missing_file_is_built_anew() {
    let root = taught().await;
    let kinds = one_of_each_kind(&index(root.path()));
    assert!(kinds.len() >= 9, "{kinds:?}");
    for name in kinds {
        let whole = std::fs::read(index(root.path()).join(&name)).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 0x10;
        assert_mended(root.path(), &name, |file| std::fs::write(file, &flipped).unwrap()).await;
        assert_mended(root.path(), &name, |file| std::fs::write(file, &whole[..whole.len() / 2]).unwrap())
            .await;
        assert_mended(root.path(), &name, |file| std::fs::remove_file(file).unwrap()).await;
    }
}

#[tokio::test]
async fn an_index_whose_list_of_segments_is_wrong_is_built_anew() {
    let root = taught().await;
    let list = std::fs::read_to_string(index(root.path()).join("meta.json")).unwrap();
    let segment = list.split_once("\"segment_id\": \"").unwrap().1[..8].to_owned();
    let another = segment.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect::<String>();
    for (right, wrong) in [
        (segment.as_str(), another.as_str()),
        ("\"max_doc\": ", "\"max_doc\": 1"),
        ("\"num_deleted_docs\": ", "\"num_deleted_docs\": 1"),
        ("\"indexing\"", "\"indexinG\""),
        ("|", "|1"),
        ("\"payload\"", "\"payloaD\""),
        ("kolibri-index ", "kolibri-index 9"),
    ] {
        assert!(list.contains(right), "{right} is not in {list}");
        let damaged = list.replacen(right, wrong, 1);
        assert_mended(root.path(), "meta.json", |file| std::fs::write(file, damaged).unwrap()).await;
    }
}

#[tokio::test]
async fn an_index_of_another_genome_is_built_anew() {
    let (root, other) = (taught().await, tempfile::tempdir().unwrap());
    let node = open(other.path());
    for number in 0..20 {
        teach(&node, &format!("restarting payment services {number}"), "of another genome").await;
    }
    until_indexed(&node);
    node.close();
    std::fs::remove_dir_all(index(root.path())).unwrap();
    copy(&index(other.path()), &index(root.path()));
    assert_known(&open(root.path())).await;
}

#[tokio::test]
async fn an_index_that_is_ahead_of_a_restored_genome_is_built_anew() {
    let root = taught().await;
    let backup = tempfile::tempdir().unwrap();
    copy(root.path(), backup.path());
    let node = open(root.path());
    teach(&node, "restarting payment services, the new way", "after the backup").await;
    until_indexed(&node);
    drop(node);
    std::fs::copy(backup.path().join("genome.db"), root.path().join("genome.db")).unwrap();
    assert_known(&open(root.path())).await;
}

#[tokio::test]
async fn an_index_of_a_genome_that_went_another_way_since_is_built_anew() {
    let root = taught().await;
    let backup = tempfile::tempdir().unwrap();
    copy(root.path(), backup.path());
    for (directory, stimulus) in [(root.path(), "only in the first"), (backup.path(), "only in the second")] {
        let node = open(directory);
        teach(&node, stimulus, "x").await;
        until_indexed(&node);
    }
    std::fs::remove_dir_all(index(root.path())).unwrap();
    copy(&index(backup.path()), &index(root.path()));
    let node = open(root.path());
    assert_known(&node).await;
    assert_eq!(answer(&node, "in the first only").await.as_deref(), Some("x"));
    assert_eq!(answer(&node, "in the second only").await, None);
}

/// Stops the node's index, which does not follow the genome from now on.
fn stop_index(node: &Node) {
    until_indexed(node);
    node.recall.close();
}

#[tokio::test]
async fn an_index_that_is_behind_the_genome_catches_up() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach(&node, "restarting payment services", "outdated").await;
    teach(&node, "to be forgotten soon", "a secret").await;
    stop_index(&node);
    forget(&node, "restarting payment services").await.unwrap();
    forget(&node, "to be forgotten soon").await.unwrap();
    teach_known(&node).await;
    drop(node);
    let node = open(root.path());
    assert_known(&node).await;
    assert_eq!(answer(&node, "soon to be forgotten").await, None);
}

#[tokio::test]
async fn a_crash_between_two_commits_of_the_index_loses_nothing() {
    let (root, crashed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let node = open(root.path());
    teach(&node, "an early one", "x").await;
    stop_index(&node);
    teach_known(&node).await;
    // What a power cut leaves: the write-ahead log is not folded into the genome, and the index is behind.
    copy(root.path(), crashed.path());
    drop(node);
    assert!(crashed.path().join("genome.db-wal").metadata().unwrap().len() > 0);
    assert_known(&open(crashed.path())).await;
}

#[tokio::test]
async fn what_was_forgotten_is_not_answered_even_while_the_index_still_holds_it() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach_known(&node).await;
    stop_index(&node);
    for (stimulus, question, _) in KNOWN {
        forget(&node, stimulus).await.unwrap();
        for asked in [stimulus, question] {
            let found = ask(&node, asked).await;
            assert_eq!((found.answer, found.suggestions), (None, Vec::new()), "{asked}");
        }
    }
}

#[tokio::test]
async fn what_was_taught_again_is_answered_anew_even_while_the_index_is_behind() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach_known(&node).await;
    stop_index(&node);
    for (stimulus, question, _) in KNOWN {
        let block = teach(&node, &stimulus.to_uppercase(), "the new answer").await;
        let found = ask(&node, question).await;
        assert_eq!(found.by, kolibri_genome::Match::Similar { block });
        assert_eq!(found.answer.unwrap().teach.response, "the new answer");
    }
}

#[tokio::test]
async fn an_index_that_cannot_be_written_is_reported_does_no_harm_and_comes_back_by_itself() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach_known(&node).await;
    until_indexed(&node);
    std::fs::remove_dir_all(index(root.path())).unwrap();
    std::fs::write(index(root.path()), "a file where the directory was").unwrap();
    teach(&node, "another one", "an exact answer").await;
    let broken =
        || matches!(node.ready(), Ready::No(problems) if problems[0].contains("cannot follow the genome"));
    until("the node reports that its index does not follow", broken);
    // It keeps trying, and does not report a failed try as a success.
    let told = Instant::now();
    while told.elapsed().as_millis() < 2_500 {
        assert!(broken(), "{:?}", node.index());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(answer(&node, "another one").await.as_deref(), Some("an exact answer"));
    std::fs::remove_file(index(root.path())).unwrap();
    assert_known(&node).await;
    assert_eq!(answer(&node, "one another").await.as_deref(), Some("an exact answer"));
}
