//! Meanings: made behind the acknowledgement, kept, erased, and done without when the model fails.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use kolibri_encoder::scan::quantise;

use crate::recall::meaning::{MeaningStatus, Model, ModelError};
use crate::recall::{Judge, RecallConfig};
use crate::telemetry::Telemetry;
use crate::testing::{answer, ask, config, copy, files, forget, teach, until, until_indexed};
use crate::{Node, NodeConfig};

/// Words that mean the same to the model.
const SYNONYMS: [(&str, &str); 3] = [("reboot", "restart"), ("box", "server"), ("yearly", "annual")];
const DIMENSION: usize = 96;

/// A model that knows a few synonyms: a text's vector counts its words.
#[derive(Default)]
struct Counting {
    name: &'static str,
    /// Turns every vector, as another version of the model would.
    turned: bool,
    fails: AtomicBool,
    encoded: AtomicUsize,
}

impl Counting {
    fn named(name: &'static str) -> Arc<Self> {
        Arc::new(Self { name, ..Self::default() })
    }

    fn vector(&self, text: &str) -> Vec<f32> {
        let mut vector = vec![0.0; DIMENSION];
        for word in text.to_lowercase().split(|letter: char| !letter.is_alphanumeric()) {
            let word = SYNONYMS.iter().find(|(synonym, _)| *synonym == word).map_or(word, |(_, meant)| meant);
            let place = word.bytes().fold(7usize, |place, byte| place.wrapping_mul(31) + usize::from(byte));
            vector[(place + usize::from(self.turned)) % DIMENSION] += 1.0;
        }
        vector
    }
}

impl Model for Counting {
    fn identity(&self) -> &str {
        self.name
    }

    fn encode(&self, texts: &[&str], _: Instant) -> Result<Vec<Vec<f32>>, ModelError> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(ModelError("is out of order".into()));
        }
        self.encoded.fetch_add(texts.len(), Ordering::Relaxed);
        Ok(texts.iter().map(|text| self.vector(text)).collect())
    }
}

fn open(root: &Path, model: Arc<Counting>) -> Node {
    let recall = RecallConfig { judge: Judge::default(), model: Ok(model) };
    Node::open(&NodeConfig { recall, ..config(root) }, &Telemetry::off()).unwrap()
}

/// Waits until the meaning of everything that was taught is known.
#[track_caller]
fn until_known(node: &Node) {
    until_indexed(node);
    until("every meaning is known", || {
        let MeaningStatus { missing, reached, ready, .. } = node.meaning();
        missing == 0 && ready && reached >= Some(*node.announced().borrow())
    });
}

/// The files that contain the vector of a text.
fn holding(root: &Path, model: &Counting, text: &str) -> BTreeSet<String> {
    let row = quantise(&model.vector(text));
    let holds = |file: &Path| {
        let bytes = std::fs::read(file).unwrap_or_default();
        bytes.windows(row.len()).any(|window| window == row)
    };
    let found = files(root);
    let found = found.iter().filter(|file| holds(file));
    found.map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

const TAUGHT: [(&str, &str); 3] = [
    ("How do I restart the payment server tonight", "systemctl restart payments"),
    ("Where is the annual report kept", "in the archive"),
    ("cook borscht with beetroot and cabbage", "boil it"),
];

async fn teach_all(node: &Node) {
    for (stimulus, response) in TAUGHT {
        teach(node, stimulus, response).await;
    }
    until_known(node);
}

#[tokio::test]
async fn what_means_the_same_is_answered_although_its_words_differ() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path(), Counting::named("counting"));
    teach_all(&node).await;
    let question = "how do i reboot the payment box tonight";
    assert_eq!(answer(&node, question).await.as_deref(), Some("systemctl restart payments"));
}

#[tokio::test]
async fn vectors_are_kept_and_only_what_is_new_is_made_after_a_restart() {
    let (root, crashed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let node = open(root.path(), Counting::named("counting"));
    teach_all(&node).await;
    // As a power cut leaves it: nothing was closed.
    copy(root.path(), crashed.path());
    drop(node);
    for root in [root.path(), crashed.path()] {
        let model = Counting::named("counting");
        let node = open(root, Arc::clone(&model));
        until_known(&node);
        let measured = model.encoded.load(Ordering::Relaxed);
        teach(&node, "something new", "x").await;
        until_known(&node);
        assert_eq!(model.encoded.load(Ordering::Relaxed), measured + 1);
        assert_eq!(node.meaning().made, 4);
    }
}

#[tokio::test]
async fn a_list_that_an_earlier_version_made_is_completed_and_its_vectors_are_kept() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path(), Counting::named("counting"));
    teach_all(&node).await;
    drop(node);
    let file = crate::store::DataDirectory::new(root.path()).vectors();
    let taken_for_the_same = "DELETE FROM vector WHERE block = 1; PRAGMA user_version = 1";
    rusqlite::Connection::open(file).unwrap().execute_batch(taken_for_the_same).unwrap();
    let model = Counting::named("counting");
    let node = open(root.path(), Arc::clone(&model));
    until_known(&node);
    until("the vector is made", || node.meaning().made == 3);
    drop(node);
    let (before, model) = (model.encoded.load(Ordering::Relaxed), Counting::named("counting"));
    until_known(&open(root.path(), Arc::clone(&model)));
    assert_eq!(before, model.encoded.load(Ordering::Relaxed) + 1);
}

#[tokio::test]
async fn a_forgotten_vector_is_gone_from_every_file() {
    let root = tempfile::tempdir().unwrap();
    let model = Counting::named("counting");
    let node = open(root.path(), Arc::clone(&model));
    teach_all(&node).await;
    let secret = TAUGHT[0].0;
    assert!(!holding(root.path(), &model, secret).is_empty());
    forget(&node, secret).await.unwrap();
    until("the vector is gone", || holding(root.path(), &model, secret).is_empty());
    drop(node);
    assert!(holding(root.path(), &model, secret).is_empty());
    assert!(!holding(root.path(), &model, TAUGHT[1].0).is_empty());
}

#[tokio::test]
async fn what_is_forgotten_right_before_the_stop_leaves_no_vector() {
    let root = tempfile::tempdir().unwrap();
    let model = Counting::named("counting");
    for _ in 0..5 {
        let node = open(root.path(), Arc::clone(&model));
        teach_all(&node).await;
        forget(&node, TAUGHT[0].0).await.unwrap();
        node.close();
        assert!(holding(root.path(), &model, TAUGHT[0].0).is_empty());
    }
}

#[tokio::test]
async fn another_model_makes_all_vectors_anew() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path(), Counting::named("counting"));
    teach_all(&node).await;
    drop(node);
    // By another name, and as another one under the same name.
    for model in [
        Counting::named("another"),
        Arc::new(Counting { name: "another", turned: true, ..Counting::default() }),
    ] {
        let node = open(root.path(), Arc::clone(&model));
        until_known(&node);
        assert_eq!(node.meaning().made, 3);
        for (stimulus, _) in TAUGHT {
            let found = || !holding(root.path(), &model, stimulus).is_empty();
            until("its vectors are the new ones", found);
        }
    }
}

#[tokio::test]
async fn while_the_model_fails_words_answer_and_afterwards_meanings_again() {
    let root = tempfile::tempdir().unwrap();
    let model = Counting::named("counting");
    let node = open(root.path(), Arc::clone(&model));
    teach_all(&node).await;
    let question = "how do i reboot the payment box tonight";
    model.fails.store(true, Ordering::Relaxed);
    assert_eq!(answer(&node, question).await, None);
    assert_eq!(answer(&node, "the annual report is kept where").await.as_deref(), Some("in the archive"));
    let note = node.meaning().note().unwrap();
    assert!(note.contains("by words alone") && note.contains("is out of order"), "{note}");
    model.fails.store(false, Ordering::Relaxed);
    until("meanings are known again", || node.meaning().note().is_none());
    assert!(answer(&node, question).await.is_some());
}

#[tokio::test]
async fn a_damaged_file_of_vectors_is_made_anew() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path(), Counting::named("counting"));
    teach_all(&node).await;
    drop(node);
    let file = crate::store::DataDirectory::new(root.path()).vectors();
    let whole = std::fs::read(&file).unwrap();
    let half = &whole[..whole.len() / 2];
    let scrambled: Vec<u8> =
        whole.iter().enumerate().map(|(at, byte)| if at < 100 { *byte } else { !byte }).collect();
    for damaged in [&b"no database at all"[..], half, &scrambled] {
        std::fs::write(&file, damaged).unwrap();
        let node = open(root.path(), Counting::named("counting"));
        until_known(&node);
        assert_eq!(node.meaning().made, 3);
    }
    std::fs::remove_file(&file).unwrap();
    let node = open(root.path(), Counting::named("counting"));
    until_known(&node);
    assert_eq!(node.meaning().made, 3);
}

#[tokio::test]
async fn vectors_of_another_genome_are_not_used() {
    let (root, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (root, stimulus) in [(root.path(), "of this one"), (other.path(), "of the other one")] {
        let node = open(root, Counting::named("counting"));
        teach(&node, stimulus, "x").await;
        until_known(&node);
    }
    let vectors = |root: &Path| crate::store::DataDirectory::new(root).vectors();
    std::fs::copy(vectors(other.path()), vectors(root.path())).unwrap();
    let model = Counting::named("counting");
    let node = open(root.path(), Arc::clone(&model));
    until_known(&node);
    assert!(!holding(root.path(), &model, "of this one").is_empty());
    assert!(holding(root.path(), &model, "of the other one").is_empty());
}

#[tokio::test]
async fn a_question_in_the_midst_of_an_import_is_answered_by_meaning_too() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path(), Counting::named("counting"));
    for number in 0..300 {
        teach(&node, &format!("filler {number} about nothing"), &number.to_string()).await;
    }
    teach(&node, "payment server restart in the night watch", "by hand").await;
    until_indexed(&node);
    let found = ask(&node, "payment box reboot in the night watch").await;
    assert_eq!(found.answer.map(|found| found.teach.response).as_deref(), Some("by hand"));
}
