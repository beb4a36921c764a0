//! A node whose model is on a server that fails.

mod vectors;

use std::path::Path;
use std::sync::Arc;

use super::remote::Remote;
use super::remote::server::{
    Manner, Reply, Server, knows_no_shouting, knows_nothing, works, works_differently,
    works_with_more_dimensions,
};
use crate::recall::RecallConfig;
use crate::telemetry::Telemetry;
use crate::testing::{answer, ask, config, series, teach, telemetry, until};
use crate::{Node, NodeConfig};

const STIMULI: [&str; 3] = ["restart the payment service", "rotate the certificates", "оформить отпуск"];

struct Tested {
    node: Node,
    telemetry: Telemetry,
}

fn open(root: &Path, server: &Server, name: &str) -> Tested {
    let model = Remote::new(&server.url(), name.to_owned(), None).unwrap();
    let recall = RecallConfig { model: Ok(Arc::new(model)), ..RecallConfig::default() };
    let telemetry = telemetry();
    let node = Node::open(&NodeConfig { recall, ..config(root) }, &telemetry).unwrap();
    Tested { node, telemetry }
}

/// A node that was taught the stimuli and knows their meaning.
async fn taught(root: &Path, server: &Server) -> Tested {
    let tested = open(root, server, "letters");
    tested.teach(&STIMULI).await;
    tested.until_known(STIMULI.len());
    tested
}

impl Tested {
    /// Teaches stimuli that are answered by themselves, and waits until they are found.
    async fn teach(&self, stimuli: &[&str]) {
        for stimulus in stimuli {
            let block = teach(&self.node, stimulus, stimulus).await;
            self.node.indexed(block).await;
        }
    }

    #[track_caller]
    fn until_known(&self, stimuli: usize) {
        until("every meaning is known", || {
            let status = self.node.meaning();
            status.ready && status.missing == 0 && status.made == stimuli as u64
        });
    }

    #[track_caller]
    fn until_failed(&self, problem: &str) {
        until(problem, || self.node.meaning().problem.is_some_and(|told| told.contains(problem)));
    }

    fn series(&self, name: &str) -> f64 {
        series(&self.telemetry, &format!("kolibri_backend_recall_{name}")).unwrap()
    }

    fn fallbacks(&self) -> f64 {
        self.series("fallbacks_total")
    }
}

/// The first stimulus, in another order.
const ASKED: &str = "payment service restart";

#[tokio::test]
async fn questions_and_stimuli_are_sent_and_nothing_else() {
    let (root, server) = (tempfile::tempdir().unwrap(), Server::start(works));
    let tested = open(root.path(), &server, "letters");
    teach(&tested.node, "restart the payment service", "a response stays here").await;
    tested.until_known(1);
    ask(&tested.node, ASKED).await;
    ask(&tested.node, "Restart the payment service").await;
    assert_eq!((server.asked(ASKED), server.asked("restart the payment service")), (1, 1));
    assert_eq!(server.asked("Restart the payment service"), 0, "it was found word for word");
    let sent = server.requests().iter().map(|request| format!("{request:?}")).collect::<String>();
    assert!(!sent.contains("stays here"), "{sent}");
    assert_eq!(tested.fallbacks(), 0.0);
}

#[tokio::test]
async fn without_a_model_nothing_is_counted_and_every_series_exists() {
    let (root, telemetry) = (tempfile::tempdir().unwrap(), telemetry());
    let node = Node::open(&config(root.path()), &telemetry).unwrap();
    let tested = Tested { node, telemetry };
    tested.teach(&STIMULI).await;
    assert_eq!(answer(&tested.node, ASKED).await.as_deref(), Some(STIMULI[0]));
    for name in ["fallbacks_total", "model_ready", r#"vectors{state="made"}"#, r#"vectors{state="missing"}"#]
    {
        assert_eq!(tested.series(name), 0.0, "{name}");
    }
}

#[tokio::test]
async fn while_the_server_fails_questions_are_answered_by_words_and_do_not_wait_for_it() {
    for (manner, problem) in [
        ((|_| Reply::Http(500, String::new())) as Manner, "HTTP status 500"),
        (|_| Reply::Http(401, String::new()), "HTTP status 401"),
        (|_| Reply::Http(200, "garbage".into()), "something else"),
        (|_| Reply::HangUp, "cannot be reached"),
        (|_| Reply::Silence, "in time"),
        (|_| Reply::Endless, "answers with more than"),
        (knows_nothing, "all zero"),
    ] {
        let (root, server) = (tempfile::tempdir().unwrap(), Server::start(works));
        let tested = taught(root.path(), &server).await;
        assert_eq!(tested.series("model_ready"), 1.0);

        server.turn(manner);
        assert_eq!(answer(&tested.node, ASKED).await.as_deref(), Some(STIMULI[0]));
        tested.until_failed(problem);
        assert_eq!((tested.fallbacks(), tested.series("model_ready")), (1.0, 0.0));
        assert!(tested.node.meaning().note().unwrap().contains(problem));
        for question in ["service restart of payment", "payment restart service"] {
            assert_eq!(answer(&tested.node, question).await.as_deref(), Some(STIMULI[0]));
            assert_eq!(server.asked(question), 0, "{problem}: the failure is known");
        }
        assert_eq!(tested.fallbacks(), 3.0);

        server.turn(works);
        tested.until_known(STIMULI.len());
        answer(&tested.node, "restart payment service").await;
        assert_eq!((server.asked("restart payment service"), tested.fallbacks()), (1, 3.0));
        assert_eq!((tested.node.meaning().note(), tested.series("model_ready")), (None, 1.0));
        assert_eq!(tested.series(r#"vectors{state="made"}"#), 3.0);
    }
}

#[tokio::test]
async fn a_question_of_which_the_model_knows_no_word_is_answered_by_its_words_and_is_no_failure() {
    let (root, server) = (tempfile::tempdir().unwrap(), Server::start(works));
    let tested = taught(root.path(), &server).await;
    server.turn(knows_no_shouting);
    assert_eq!(answer(&tested.node, &ASKED.to_uppercase()).await.as_deref(), Some(STIMULI[0]));
    assert_eq!((tested.series("model_ready"), tested.node.meaning().note()), (1.0, None));
}

#[tokio::test]
async fn a_server_that_is_not_there_at_the_start_is_found_when_it_comes() {
    let (root, server) = (tempfile::tempdir().unwrap(), Server::start(|_| Reply::HangUp));
    let tested = open(root.path(), &server, "letters");
    tested.teach(&STIMULI).await;
    tested.until_failed("cannot be reached");
    assert_eq!(answer(&tested.node, ASKED).await.as_deref(), Some(STIMULI[0]));
    assert_eq!(tested.fallbacks(), 1.0);
    until("three vectors are missing", || tested.series(r#"vectors{state="missing"}"#) == 3.0);
    server.turn(works);
    tested.until_known(STIMULI.len());
}

#[tokio::test]
async fn vectors_outlive_a_restart() {
    let (root, server) = (tempfile::tempdir().unwrap(), Server::start(works));
    taught(root.path(), &server).await.node.close();
    let tested = open(root.path(), &server, "letters");
    tested.until_known(STIMULI.len());
    assert!(STIMULI.iter().all(|stimulus| server.asked(stimulus) == 1));
}

#[tokio::test]
async fn another_model_makes_all_vectors_anew_whether_or_not_its_name_tells() {
    for (manner, name) in [
        (works as Manner, "other letters"),
        (works_differently, "letters"),
        (works_with_more_dimensions, "letters"),
    ] {
        let (root, server) = (tempfile::tempdir().unwrap(), Server::start(works));
        taught(root.path(), &server).await.node.close();
        server.turn(manner);
        let tested = open(root.path(), &server, name);
        tested.until_known(STIMULI.len());
        assert!(STIMULI.iter().all(|stimulus| server.asked(stimulus) == 2), "{name}");
    }
}

#[tokio::test]
async fn a_model_that_is_exchanged_while_the_node_runs_is_noticed() {
    for manner in [works_differently as Manner, works_with_more_dimensions] {
        let (root, server) = (tempfile::tempdir().unwrap(), Server::start(works));
        let tested = taught(root.path(), &server).await;
        server.turn(manner);
        teach(&tested.node, "another stimulus", "answer").await;
        tested.until_known(STIMULI.len() + 1);
        assert!(STIMULI.iter().all(|stimulus| server.asked(stimulus) == 2), "all are made anew");
    }
}

#[tokio::test]
async fn a_question_notices_that_a_model_has_other_dimensions() {
    let (root, server) = (tempfile::tempdir().unwrap(), Server::start(works));
    let tested = taught(root.path(), &server).await;
    server.turn(works_with_more_dimensions);
    assert_eq!(answer(&tested.node, ASKED).await.as_deref(), Some(STIMULI[0]));
    assert_eq!(tested.fallbacks(), 1.0);
    until("all are made anew", || STIMULI.iter().all(|stimulus| server.asked(stimulus) == 2));
    tested.until_known(STIMULI.len());
}

#[tokio::test]
async fn a_model_that_tells_nothing_apart_is_not_used() {
    let same = |texts: &[String]| {
        let data: Vec<_> = (0..texts.len())
            .map(|index| serde_json::json!({ "index": index, "embedding": [1, 0] }))
            .collect();
        Reply::Http(200, serde_json::json!({ "data": data }).to_string())
    };
    let (root, server) = (tempfile::tempdir().unwrap(), Server::start(same));
    open(root.path(), &server, "letters").until_failed("do not tell questions apart");
}

#[test]
fn a_question_waits_for_a_few_vectors_only_however_long_the_texts_are() {
    let texts =
        |sizes: &[usize]| -> Vec<(u64, String)> { sizes.iter().map(|size| (1, "x".repeat(*size))).collect() };
    assert_eq!(super::within(&texts(&[40; 64]), 1600), 40);
    assert_eq!(super::within(&texts(&[4096; 3]), 1600), 1);
    assert_eq!(super::within(&texts(&[800, 800, 1]), 1600), 2);
    assert_eq!(super::within(&texts(&[10]), 1600), 1);
}

#[tokio::test]
async fn a_node_stops_although_its_server_is_silent() {
    let (root, server) = (tempfile::tempdir().unwrap(), Server::start(works));
    let tested = taught(root.path(), &server).await;
    server.turn(|_| Reply::Silence);
    teach(&tested.node, "another stimulus", "answer").await;
    until("its vector is asked for", || server.asked("another stimulus") > 0);
    let closing = std::thread::spawn(move || tested.node.close());
    // Far sooner than a batch may take.
    let started = std::time::Instant::now();
    until("the node is closed", || closing.is_finished());
    assert!(started.elapsed() < super::maker::PATIENCE / 2);
}
