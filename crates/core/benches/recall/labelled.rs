//! The labelled set, asked through the public API. Shared by the bench, which shows every number, and by the
//! test `recall_quality`, which keeps them from falling.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use kolibri_core::recall::{Found, MeaningStatus, RecallConfig};
use kolibri_core::store::DataDirectory;
use kolibri_core::telemetry::Telemetry;
use kolibri_core::trace::TraceId;
use kolibri_core::{Node, NodeConfig, Ready};
use serde::Deserialize;
use serde::de::DeserializeOwned;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/recall");
/// How long the index may take to follow the genome; far more than it needs.
const DEADLINE: Duration = Duration::from_secs(60);

/// A pair to teach.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Pair {
    pub(crate) id: String,
    pub(crate) stimulus: String,
    pub(crate) response: String,
}

/// A question, and the pair that answers it; `None` if none does.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Question {
    pub(crate) query: String,
    pub(crate) expect: Option<String>,
    pub(crate) kind: String,
    pub(crate) split: String,
}

impl Question {
    pub(crate) fn language(&self) -> &'static str {
        let cyrillic = |letter: char| ('\u{400}'..='\u{4ff}').contains(&letter);
        if self.query.contains(cyrillic) { "ru" } else { "en" }
    }
}

/// A question that was asked, and the most similar pair.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) question: Question,
    /// The pair that is most probably meant, and its probability.
    pub(crate) nearest: Option<(String, f32)>,
    /// Whether it was given as the answer.
    pub(crate) answered: bool,
}

/// The results of a number of questions.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) asked: usize,
    pub(crate) with_answer: usize,
    pub(crate) answered: usize,
    pub(crate) right: usize,
}

impl Tally {
    /// Counts with the node's own decisions.
    pub(crate) fn of<'asked>(asked: impl IntoIterator<Item = &'asked Asked>) -> Self {
        Self::counting(asked, |asked| asked.answered)
    }

    /// Counts as if the threshold were another one.
    pub(crate) fn at<'asked>(threshold: f32, asked: impl IntoIterator<Item = &'asked Asked>) -> Self {
        Self::counting(asked, |asked| asked.nearest.as_ref().is_some_and(|(_, score)| *score >= threshold))
    }

    fn counting<'asked>(
        asked: impl IntoIterator<Item = &'asked Asked>,
        answers: impl Fn(&Asked) -> bool,
    ) -> Self {
        let mut tally = Self::default();
        for asked in asked {
            let expected = asked.question.expect.as_ref();
            let right = expected.is_some() && expected == asked.nearest.as_ref().map(|(id, _)| id);
            tally.asked += 1;
            tally.with_answer += usize::from(expected.is_some());
            tally.answered += usize::from(answers(asked));
            tally.right += usize::from(answers(asked) && right);
        }
        tally
    }

    /// The share of right answers among those given.
    pub(crate) fn precision(&self) -> f64 {
        self.right as f64 / self.answered as f64
    }

    /// The share of right answers among the questions that have one.
    pub(crate) fn recall(&self) -> f64 {
        self.right as f64 / self.with_answer as f64
    }

    /// The harmonic mean of both.
    pub(crate) fn f1(&self) -> f64 {
        2.0 * self.right as f64 / (self.answered + self.with_answer) as f64
    }
}

/// Teaches the labelled pairs to a new node in `directory`, and asks it every question.
pub(crate) async fn ask_all(directory: &Path, recall: RecallConfig) -> Vec<Asked> {
    let taught: Vec<Pair> = read("taught.jsonl");
    let questions: Vec<Question> = read("queries.jsonl");
    let node = open(directory, recall);
    teach(&node, taught.iter().map(|pair| (pair.stimulus.clone(), pair.response.clone()))).await;
    let ids: HashMap<_, _> = taught.into_iter().map(|pair| (pair.stimulus, pair.id)).collect();
    let mut asked = Vec::with_capacity(questions.len());
    for question in questions {
        let found = node.ask(TraceId::random(), question.query.clone()).await.unwrap();
        asked.push(Asked::new(question, found, &ids));
    }
    node.close();
    asked
}

impl Asked {
    fn new(question: Question, found: Found, ids: &HashMap<String, String>) -> Self {
        let near = &found.suggestions;
        let nearest = match (&found.answer, near.first()) {
            (Some(answer), _) => Some((ids[&answer.teach.stimulus].clone(), found.score)),
            (None, Some(near)) => Some((ids[&near.association.teach.stimulus].clone(), near.score)),
            (None, None) => None,
        };
        Self { question, nearest, answered: found.answer.is_some() }
    }
}

pub(crate) fn open(directory: &Path, recall: RecallConfig) -> Node {
    let directory = DataDirectory::new(directory);
    let config = NodeConfig {
        directory,
        queue_capacity: 4096,
        trace: None,
        recall,
        verify_every: None,
        accepted_head: None,
    };
    Node::open(&config, &Telemetry::off()).unwrap()
}

/// Teaches pairs as one batch, and waits until they can be found.
pub(crate) async fn teach(node: &Node, pairs: impl IntoIterator<Item = (String, String)>) {
    let mut batch = Vec::new();
    for (stimulus, response) in pairs {
        batch.push(node.teach_in_batch(TraceId::random(), stimulus, response).await);
    }
    for taught in batch {
        taught.settled().await.unwrap();
    }
    until_indexed(node);
}

/// Waits until the index contains what the genome does.
pub(crate) fn until_indexed(node: &Node) {
    let (head, started) = (node.reader().head().unwrap().index, Instant::now());
    while node.ready() != Ready::Yes || node.index().reached < Some(head) {
        assert!(started.elapsed() < DEADLINE, "the index is still behind: {:?}", node.index());
        std::thread::sleep(Duration::from_millis(2));
    }
    let unfinished = |meaning: MeaningStatus| meaning.reached < Some(head) || meaning.missing > 0;
    while node.meaning().model.is_some() && unfinished(node.meaning()) {
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn read<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let text = std::fs::read_to_string(Path::new(FOLDER).join(file)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
