//! The search index is derived: whatever happens to it, answers are right, and it comes back by itself.

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

#[tokio::test]
async fn it_is_built_anew_at_each_start() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach_known(&node).await;
    teach(&node, KNOWN[1].0, "not there").await;
    teach(&node, KNOWN[1].0, KNOWN[1].2).await;
    assert_known(&node).await;
    drop(node);
    assert_known(&open(root.path())).await;
}

#[tokio::test]
async fn a_restored_genome_is_answered_from_as_it_was() {
    let (root, backup) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let node = open(root.path());
    teach_known(&node).await;
    drop(node);
    copy(root.path(), backup.path());
    let node = open(root.path());
    teach(&node, "restarting payment services, the new way", "after the backup").await;
    drop(node);
    std::fs::copy(backup.path().join("genome.db"), root.path().join("genome.db")).unwrap();
    std::fs::copy(backup.path().join("genome.mark"), root.path().join("genome.mark")).unwrap();
    assert_known(&open(root.path())).await;
}

#[tokio::test]
async fn the_files_of_an_earlier_versions_index_are_removed() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach_known(&node).await;
    drop(node);
    let former = DataDirectory::new(root.path()).former_index();
    std::fs::create_dir(&former).unwrap();
    std::fs::write(former.join("0123.term"), "a stem that was forgotten").unwrap();
    assert_known(&open(root.path())).await;
    assert!(!former.exists());
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
async fn a_crash_before_the_index_has_caught_up_loses_nothing() {
    let (root, crashed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let node = open(root.path());
    teach(&node, "an early one", "x").await;
    stop_index(&node);
    teach_known(&node).await;
    // What a power cut leaves: the write-ahead log is not folded into the genome.
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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_taught_anew_is_found_in_other_words_at_every_moment() {
    let root = tempfile::tempdir().unwrap();
    let node = Arc::new(open(root.path()));
    teach(&node, "How do I restart the payment service?", "version 0").await;
    until_indexed(&node);
    let asking = (0..3).map(|_| {
        let node = Arc::clone(&node);
        tokio::spawn(async move {
            for _ in 0..2_000 {
                // Without a block for each question: they would come faster than a busy disk takes them.
                let found = node.find("how do I restart the payments service".into()).await.unwrap();
                assert!(found.answer.is_some(), "{found:?}");
            }
        })
    });
    let asking: Vec<_> = asking.collect();
    let mut version = 0;
    while asking.iter().any(|asking| !asking.is_finished()) {
        version += 1;
        teach(&node, "How do I restart the payment service?", &format!("version {version}")).await;
    }
    for asking in asking {
        asking.await.unwrap();
    }
}
