//! What is sent to a server of embeddings, and what is believed of its answers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::json;

use super::server::{Reply, Server, works};
use super::*;
use crate::testing::until;

fn remote(server: &Server, key: Option<&str>) -> Remote {
    let key = key.map(|key| ApiKey::new(key).unwrap());
    Remote::new(&server.url(), "letters".into(), key).unwrap()
}

/// Much longer than it should ever take.
fn later() -> Instant {
    Instant::now() + Duration::from_secs(30)
}

/// Soon enough for a test that waits for it.
fn soon() -> Instant {
    Instant::now() + Duration::from_millis(100)
}

/// What is told of a server that answers like this.
#[track_caller]
fn problem(manner: super::server::Manner) -> String {
    let server = Server::start(manner);
    remote(&server, None).encode(&["one", "two"], later()).unwrap_err().0
}

#[test]
fn texts_are_sent_as_the_api_wants_them() {
    let server = Server::start(works);
    remote(&server, Some("sk-key")).encode(&["one", "Ещё один"], later()).unwrap();
    let request = server.requests().remove(0);
    assert_eq!(request.line, "POST /v1/embeddings HTTP/1.1");
    assert_eq!(request.headers["authorization"], "Bearer sk-key");
    assert_eq!(request.headers["content-type"], "application/json");
    let body = json!({ "model": "letters", "input": ["one", "Ещё один"], "encoding_format": "float" });
    assert_eq!(request.body, body);
}

#[test]
fn many_texts_are_sent_in_several_requests() {
    let server = Server::start(works);
    let texts: Vec<String> = (0..70).map(|number| format!("text {number}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let remote = remote(&server, None);
    let vectors = remote.encode(&texts, later()).unwrap();
    let sent: Vec<usize> = server.requests().iter().map(|request| request.texts().len()).collect();
    assert_eq!((vectors.len(), sent), (70, vec![32, 32, 6]));
    assert_eq!(vectors[69], remote.encode(&["text 69"], later()).unwrap()[0]);
}

#[test]
fn without_a_key_none_is_sent() {
    let server = Server::start(works);
    remote(&server, None).encode(&["one"], later()).unwrap();
    assert!(!server.requests()[0].headers.contains_key("authorization"));
}

#[test]
fn a_connection_serves_many_requests() {
    let server = Server::start(works);
    let remote = remote(&server, None);
    for _ in 0..20 {
        remote.encode(&["one"], later()).unwrap();
    }
    // The next request may come before the connection is known to be free; on a busy machine, a few times.
    assert!(server.connections() < 10, "{}", server.connections());
}

#[test]
fn an_address_may_be_that_of_the_server_of_its_api_or_whole() {
    for (url, whole) in [
        ("http://host:11434", "http://host:11434/v1/embeddings"),
        ("http://host:11434/", "http://host:11434/v1/embeddings"),
        ("https://host/v1", "https://host/v1/embeddings"),
        ("https://host/proxy/openai/v1/", "https://host/proxy/openai/v1/embeddings"),
        ("http://host/v1/embeddings", "http://host/v1/embeddings"),
        ("http://host/embeddings/", "http://host/embeddings"),
    ] {
        assert_eq!(endpoint(&Url::parse(url).unwrap()).as_str(), whole);
    }
}

#[test]
fn the_host_is_told_without_the_path() {
    for (url, host) in [("https://host/v1", "host"), ("http://[::1]:8000/v1", "[::1]:8000")] {
        let remote = Remote::new(&Url::parse(url).unwrap(), "letters".into(), None).unwrap();
        assert_eq!(remote.sent_to(), Some(host));
    }
}

#[test]
fn vectors_come_in_the_order_of_their_texts_with_length_1() {
    let answer = r#"{"data": [{"index": 1, "embedding": [0, -2]}, {"index": 0, "embedding": [3, 4]}]}"#;
    assert_eq!(read(answer.as_bytes(), 2), Ok(vec![vec![0.6, 0.8], vec![0.0, -1.0]]));
}

#[test]
fn whatever_is_no_answer_is_told_as_such() {
    let vectors = |vectors: &str| {
        let vectors = vectors.split(';').enumerate();
        let data: Vec<_> = vectors.map(|(i, v)| format!(r#"{{"index": {i}, "embedding": {v}}}"#)).collect();
        format!(r#"{{"data": [{}]}}"#, data.join(","))
    };
    let (format, count) = ("not the JSON", "not one vector for each text");
    let (size, finite) = ("the same size", "not finite");
    for (answer, problem) in [
        (String::new(), format),
        ("<html>secret</html>".into(), format),
        ("[]".into(), format),
        (r#"{"error": {"message": "secret"}}"#.into(), format),
        (r#"{"data": "secret"}"#.into(), format),
        (vectors(r#""c2VjcmV0";"c2VjcmV0""#), format),
        (vectors("[1, NaN];[1, 2]"), format),
        (vectors("[1, null];[1, 2]"), format),
        (vectors("[1, 1e999];[1, 2]"), format),
        (vectors("[1, 1e39];[1, 2]"), finite),
        (vectors("[0, 0];[0, 0]"), "all zero"),
        (vectors("[1]"), count),
        (vectors("[1];[2];[3]"), count),
        (vectors("[1];[2]").replace("1, \"embedding\"", "0, \"embedding\""), count),
        (vectors("[1];[2, 3]"), size),
        (vectors("[];[]"), size),
        (
            vectors(
                &[vec![1; MAX_DIMENSIONS + 1], vec![1; MAX_DIMENSIONS + 1]]
                    .map(|v| format!("{v:?}"))
                    .join(";"),
            ),
            size,
        ),
    ] {
        let told = read(answer.as_bytes(), 2).unwrap_err().0;
        assert!(told.contains(problem) && !told.contains("secret"), "{answer:.200}: {told}");
    }
}

#[test]
fn a_vector_without_a_direction_is_taken_as_it_is() {
    let answer = r#"{"data": [{"index": 0, "embedding": [0, 0]}]}"#;
    assert_eq!(read(answer.as_bytes(), 1), Ok(vec![vec![0.0, 0.0]]));
}

proptest! {
    #[test]
    fn whatever_is_believed_is_finite_and_of_length_1(rows in prop::collection::vec(prop::array::uniform4(any::<f32>()), 1..4)) {
        let data: Vec<_> = rows.iter().enumerate().map(|(index, row)| json!({ "index": index, "embedding": row })).collect();
        let answer = json!({ "data": data }).to_string();
        if let Ok(vectors) = read(answer.as_bytes(), rows.len()) {
            for (vector, row) in vectors.iter().zip(&rows) {
                let length = vector.iter().map(|number| number * number).sum::<f32>();
                prop_assert!((length - 1.0).abs() < 1e-5 || row.iter().all(|number| *number == 0.0), "{vector:?}");
            }
        }
    }

    #[test]
    fn no_answer_makes_it_panic(answer in ".*", count in 0_usize..3) {
        let _ = read(answer.as_bytes(), count);
    }
}

#[test]
fn a_status_other_than_200_is_told_and_nothing_of_the_body() {
    for (status, manner) in [
        ("401", (|_| Reply::Http(401, "secret".into())) as super::server::Manner),
        ("404", |_| Reply::Http(404, "secret".into())),
        ("429", |_| Reply::Http(429, "secret".into())),
        ("500", |_| Reply::Http(500, "secret".into())),
        ("204", |_| Reply::Http(204, String::new())),
    ] {
        let told = problem(manner);
        assert!(told.starts_with(&format!("answers with HTTP status {status}")), "{told}");
        assert!(!told.contains("secret"), "{told}");
    }
}

#[test]
fn no_redirect_is_followed() {
    let told = problem(|_| Reply::Elsewhere("http://127.0.0.1:9/v1/embeddings".into()));
    assert!(told.starts_with("answers with HTTP status 307"), "{told}");
}

#[test]
fn an_answer_without_an_end_is_not_read_to_its_end() {
    assert!(problem(|_| Reply::Endless).starts_with("answers with more than"));
}

#[test]
fn a_server_that_hangs_up_or_is_not_there_cannot_be_reached() {
    assert!(problem(|_| Reply::HangUp).starts_with("cannot be reached: "));
    let nowhere = Remote::new(&Url::parse("http://127.0.0.1:9").unwrap(), "letters".into(), None).unwrap();
    assert!(nowhere.encode(&["one"], later()).unwrap_err().0.starts_with("cannot be reached: "));
}

#[test]
fn nobody_waits_longer_than_they_said() {
    for manner in [(|_| Reply::Silence) as super::server::Manner, |_| Reply::HalfAnAnswer] {
        let server = Server::start(manner);
        let late = remote(&server, None).encode(&["one"], soon());
        assert_eq!(late, Err(ModelError("did not answer in time".into())));
    }
}

#[test]
fn closing_ends_what_is_under_way_and_what_comes_later() {
    let server = Server::start(|_| Reply::Silence);
    let remote = Arc::new(remote(&server, None));
    let waiting = {
        let remote = Arc::clone(&remote);
        std::thread::spawn(move || remote.encode(&["one"], Instant::now() + Duration::from_hours(1)))
    };
    until("the server was asked", || !server.requests().is_empty());
    remote.close();
    until("nobody waits any more", || waiting.is_finished());
    assert!(waiting.join().unwrap().unwrap_err().0.contains("stopping"));
    assert!(remote.encode(&["two"], later()).unwrap_err().0.contains("stopping"));
}

#[tokio::test]
async fn it_can_be_dropped_among_async_tasks() {
    let remote = remote(&Server::start(works), None);
    let remote = tokio::task::spawn_blocking(move || {
        remote.encode(&["one"], later()).unwrap();
        remote
    });
    drop(remote.await.unwrap());
}

#[test]
fn a_key_does_not_show_in_debug_output_and_is_a_header() {
    assert_eq!(format!("{:?}", ApiKey::new("topsecret").unwrap()), "ApiKey(set)");
    for bad in ["", "two words", "line\nbreak", "ключ"] {
        assert_eq!(ApiKey::new(bad), None, "{bad:?}");
    }
}
