//! The search index is disposable: whatever happens to it, answers are right, and it comes back by itself.

use std::path::Path;

use super::*;

/// Pairs with a question that only the index can bring to the stimulus.
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

/// A data directory in which [`KNOWN`] is taught; its index has several segments, and one of them deleted stimuli.
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

#[tokio::test]
async fn zz_exhaustive_meta() {
    let root = taught().await;
    for file in files(&index(root.path())) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let whole = std::fs::read(&file).unwrap();
        eprintln!(
            "DBG {name} {} {}",
            whole.len(),
            if name.ends_with("json") { String::from_utf8_lossy(&whole).into_owned() } else { String::new() }
        );
        let step = if name == "meta.json" || name == ".managed.json" { 1 } else { (whole.len() / 5).max(1) };
        for at in (0..whole.len()).step_by(step) {
            for flip in [1u8, 4] {
                let copied = tempfile::tempdir().unwrap();
                copy(root.path(), copied.path());
                let mut damaged = whole.clone();
                damaged[at] ^= flip;
                let target = index(copied.path()).join(&name);
                std::fs::write(&target, &damaged).unwrap();
                let what = format!("{name} byte {at} {:?} -> {:?}", whole[at] as char, damaged[at] as char);
                let node = match Node::open(&config(copied.path()), &Telemetry::off()) {
                    Ok(node) => node,
                    Err(error) => {
                        eprintln!("DBG {what} OPEN {error}");
                        continue;
                    }
                };
                let started = std::time::Instant::now();
                loop {
                    let s = node.index();
                    if !s.purge_due
                        && s.reached == Some(node.reader().head().unwrap().index)
                        && node.ready() == Ready::Yes
                    {
                        break;
                    }
                    if started.elapsed().as_secs() > 3 {
                        eprintln!("DBG {what} STUCK {s:?} {:?}", node.ready());
                        break;
                    }
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
                for (_, question, response) in KNOWN {
                    let a = node
                        .ask(TraceId::random(), question.into())
                        .await
                        .map(|f| f.answer.map(|a| a.teach.response));
                    if a != Ok(Some(response.to_owned())) {
                        eprintln!("DBG {what} WRONG {question} {a:?}");
                    }
                }
            }
        }
    }
}
