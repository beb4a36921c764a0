//! The HTTP API keeps every promise of its table: what each call returns, what it refuses and why, and what counts as
//! a failed command.

use std::collections::BTreeSet;
use std::thread;

use reqwest::Method;
use reqwest::blocking::Response;
use serde_json::{Value, json};

use crate::running::raw::Raw;
use crate::running::{Running, eventually};

const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";
const MAX_STIMULUS: usize = 4 * 1024;
const MAX_RESPONSE: usize = 64 * 1024;
const MAX_BODY: usize = 128 * 1024;

/// Checks a problem document (RFC 9457), and returns it.
#[track_caller]
fn problem(response: Response, status: u16, kind: &str) -> Value {
    let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    let (given, trace_header) = (response.status().as_u16(), response.headers().get("x-trace-id").cloned());
    let text = response.text().unwrap();
    assert_eq!((given, content_type.as_str()), (status, "application/problem+json"), "{text}");
    let problem: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(problem["type"], format!("urn:kolibri:problem:{kind}"), "{text}");
    assert_eq!(problem["status"], status, "{text}");
    assert!(problem["title"].as_str().unwrap().len() > 5, "{text}");
    assert!(problem["detail"].as_str().unwrap().len() > 5, "{text}");
    let trace_header = trace_header.map(|id| id.to_str().unwrap().to_owned());
    assert_eq!(problem["trace_id"].as_str(), trace_header.as_deref(), "{text}");
    problem
}

#[track_caller]
fn detail(problem: &Value) -> &str {
    problem["detail"].as_str().unwrap()
}

fn post(node: &Running, path: &str, body: impl Into<reqwest::blocking::Body>) -> Response {
    let request = node.http.post(node.url(path)).header("content-type", "application/json");
    request.body(body).send().unwrap()
}

fn send(node: &Running, path: &str, body: &Value) -> Response {
    post(node, path, body.to_string())
}

fn get(node: &Running, path: &str) -> Response {
    node.http.get(node.url(path)).send().unwrap()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// A TEACH whose JSON is exactly `length` bytes long; white space fills it up.
fn teach_of(length: usize) -> String {
    let body = json!({ "stimulus": "s", "response": "r" }).to_string();
    format!("{body}{}", " ".repeat(length - body.len()))
}

#[test]
fn what_is_taught_is_answered_with_its_source_and_what_is_forgotten_is_not() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let taught =
        send(&node, "/api/v1/teach", &json!({ "stimulus": "Пароль от кофе?", "response": "☕ два раза" }));
    assert_eq!(taught.status(), 201);
    assert_eq!(taught.headers()["content-type"], "application/json");
    let trace = taught.headers()["x-trace-id"].to_str().unwrap().to_owned();
    let taught: Value = taught.json().unwrap();
    assert_eq!((keys(&taught), taught["block"]["index"].as_u64()), (BTreeSet::from(["block"]), Some(1)));
    assert_eq!(taught["block"]["hash"].as_str().unwrap().len(), 64);
    let (_, traced) = node.get(&format!("/api/v1/traces/{trace}"));
    assert_eq!((&traced["event"], &traced["block"]), (&json!("TEACH"), &json!(1)));

    let answer = node.ask(" пароль ОТ  кофе? ");
    let time = node.get("/api/v1/genome/blocks/1").1["time"].clone();
    let expected = json!({
        "match": "exact", "how": "exact", "score": 1.0, "answer": "☕ два раза", "stimulus": "Пароль от кофе?",
        "source": taught["block"], "taught": time, "suggestions": [],
    });
    assert_eq!(answer, expected);

    let (status, forgotten) = node.post("/api/v1/forget", &json!({ "stimulus": "пароль от кофе?" }));
    assert_eq!((status, &forgotten["erased"]), (200, &json!([1])));
    assert_eq!(keys(&forgotten), BTreeSet::from(["block", "erased", "texts"]));
    let expected = json!({
        "match": "none", "how": null, "score": 0.0, "answer": null, "stimulus": null, "source": null, "taught": null,
        "suggestions": [],
    });
    assert_eq!(node.ask("Пароль от кофе?"), expected);
}

#[test]
fn a_rephrased_question_is_answered_and_a_distant_one_gets_suggestions() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let block = node.teach("How do I restart the payment service?", "systemctl restart payments");
    for other in ["payment deadline", "opening hours of the canteen", "service desk of the payment office"] {
        node.teach(other, "something else");
    }
    let similar = eventually("the index has caught up", || {
        let answer = node.ask("restarting the payment service");
        (answer["match"] == "similar").then_some(answer)
    });
    assert_eq!((&similar["source"]["index"], &similar["suggestions"]), (&json!(block), &json!([])));
    assert_eq!(
        (&similar["answer"], &similar["how"]),
        (&json!("systemctl restart payments"), &json!("words"))
    );
    assert_eq!(similar["stimulus"], "How do I restart the payment service?");
    let score = similar["score"].as_f64().unwrap();
    assert!(score > 0.0 && score < 1.0, "{similar}");

    let none = node.ask("who wrote the payment service in the first place and when");
    assert_eq!(
        (&none["match"], &none["answer"], &none["source"]),
        (&json!("none"), &Value::Null, &Value::Null)
    );
    let near = none["suggestions"].as_array().unwrap();
    assert!((1..=3).contains(&near.len()), "{none}");
    assert_eq!(keys(&near[0]), BTreeSet::from(["answer", "score", "source", "stimulus", "taught"]));
    let answers: BTreeSet<_> = near.iter().map(|near| near["answer"].as_str()).collect();
    assert_eq!(answers.len(), near.len(), "each is another answer: {none}");
    assert!(near.is_sorted_by_key(|near| -near["score"].as_f64().unwrap()), "{none}");
}

#[test]
fn the_same_commands_are_taken_by_name() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let command = |fields: Value| node.post("/api/v1/commands", &fields);
    let (status, taught) = command(json!({ "type": "TEACH", "stimulus": "s", "response": "r" }));
    assert_eq!((status, &taught["block"]["index"]), (201, &json!(1)));
    let (status, answer) = command(json!({ "type": "ASK", "stimulus": "S" }));
    assert_eq!((status, &answer["answer"], &answer["source"]), (200, &json!("r"), &taught["block"]));
    let (status, forgotten) = command(json!({ "stimulus": "s", "type": "FORGET" }));
    assert_eq!((status, &forgotten["erased"]), (200, &json!([1])));
    let (status, problem) = command(json!({ "type": "FORGET", "stimulus": "s" }));
    assert_eq!((status, &problem["type"]), (404, &json!("urn:kolibri:problem:not_taught")));
}

#[test]
fn an_unknown_command_is_refused_counted_and_traced() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    for name in ["SOAK", "teach", "GENESIS", ""] {
        let refused = send(&node, "/api/v1/commands", &json!({ "type": name, "stimulus": "s" }));
        let problem = problem(refused, 422, "unknown_command");
        assert!(detail(&problem).contains("TEACH, ASK and FORGET"), "{problem}");
        let (_, trace) = node.get(&format!("/api/v1/traces/{}", problem["trace_id"].as_str().unwrap()));
        assert_eq!((&trace["event"], &trace["error"]), (&json!("COMMAND"), &json!("unknown_command")));
        assert_eq!(trace["outcome"], "failed");
    }
    assert_eq!(node.failed("COMMAND"), 4.0);
    assert_eq!(node.get("/api/v1/genome").1["length"], 1);
}

#[test]
fn what_is_no_command_is_refused_with_a_reason_and_not_counted() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let teach = "/api/v1/teach";
    for (path, body, reason) in [
        (teach, "", "a JSON object"),
        (teach, "   ", "but got nothing"),
        (teach, r#"["s","r"]"#, "a JSON object"),
        (teach, r#""s""#, "a JSON object"),
        (teach, "stimulus=s&response=r", "a JSON object"),
        (teach, r#"{"stimulus":"s""#, "line 1 column 15"),
        (teach, r#"{"stimulus":"s"}"#, "missing field `response`"),
        (teach, r#"{"stimulus":"s","response":null}"#, "expected a string"),
        (teach, r#"{"stimulus":1,"response":"r"}"#, "expected a string"),
        (teach, r#"{"stimulus":"s","response":"r","why":"?"}"#, "unknown field `why`"),
        (teach, r#"{"stimulus":"s","stimulus":"t","response":"r"}"#, "duplicate field"),
        (teach, r#"{"stimulus":"s","response":"r"} trailing"#, "trailing characters"),
        (teach, r#"{"stimulus":"\ud800","response":"r"}"#, "hex escape"),
        ("/api/v1/ask", r#"{"stimulus":"s","response":"r"}"#, "unknown field `response`"),
        ("/api/v1/forget", "{}", "missing field `stimulus`"),
        ("/api/v1/commands", "[]", "a JSON object"),
        ("/api/v1/commands", r#"{"stimulus":"s"}"#, "the field `type` is missing"),
        ("/api/v1/commands", r#"{"type":7,"stimulus":"s"}"#, "the field `type` is missing or not a string"),
        ("/api/v1/commands", r#"{"type":"ASK"}"#, "missing field `stimulus`"),
        ("/api/v1/commands", r#"{"type":"ASK","stimulus":"s","response":"r"}"#, "unknown field `response`"),
    ] {
        let problem = problem(post(&node, path, body), 400, "bad_json");
        assert!(detail(&problem).contains(reason), "{body}: {problem}");
    }
    problem(post(&node, teach, &b"{\"stimulus\":\"\xff\",\"response\":\"r\"}"[..]), 400, "bad_json");

    for content_type in ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
        let request = node.http.post(node.url(teach)).header("content-type", content_type);
        let problem = problem(request.body(teach_of(100)).send().unwrap(), 415, "content_type");
        assert!(detail(&problem).contains("Content-Type: application/json"), "{problem}");
    }
    let batch = problem(post(&node, "/api/v1/teach:batch", "{}"), 415, "content_type");
    assert!(detail(&batch).contains("application/x-ndjson"), "{batch}");

    for (path, kind, reason) in [
        ("/api/v1/genome/blocks?limit=0", "bad_query", "from 1 to 500"),
        ("/api/v1/genome/blocks?limit=501", "bad_query", "from 1 to 500"),
        ("/api/v1/genome/blocks?from=-1", "bad_query", "from"),
        ("/api/v1/genome/blocks?from=x", "bad_query", "from"),
        ("/api/v1/genome/blocks?form=1", "bad_query", "unknown field `form`"),
        ("/api/v1/genome/blocks/first", "bad_index", "a whole number"),
        ("/api/v1/genome/blocks/-1", "bad_index", "a whole number"),
        ("/api/v1/genome/blocks/%ff", "bad_path", "UTF-8"),
        ("/api/v1/traces/%ff", "bad_path", "UTF-8"),
        ("/api/v1/traces/abc", "bad_trace_id", "32 lower-case hex digits"),
        ("/api/v1/traces/00000000000000000000000000000000", "bad_trace_id", "not all zero"),
        ("/api/v1/traces/latest?outcome=perhaps", "bad_query", "`ok` or `failed`"),
    ] {
        let problem = problem(get(&node, path), 400, kind);
        assert!(detail(&problem).contains(reason), "{path}: {problem}");
    }
    for (path, kind, reason) in [
        ("/index.html", "no_such_path", "openapi.json"),
        ("/api", "no_such_path", "openapi.json"),
        ("/api/v1/teach/", "no_such_path", "/api/v1/teach/"),
        ("/api/v2/teach", "no_such_path", "openapi.json"),
        ("/metrics", "no_such_path", "openapi.json"),
        ("/api/v1/genome/blocks/1", "no_such_block", "/api/v1/genome shows its length"),
        ("/api/v1/genome/blocks/18446744073709551615", "no_such_block", "no block 18446744073709551615"),
        (&format!("/api/v1/traces/{TRACE_ID}"), "no_such_trace", "KOLIBRI_TRACE_PATH"),
        ("/api/v1/traces/latest", "no_such_trace", "no such command"),
    ] {
        let problem = problem(get(&node, path), 404, kind);
        assert!(detail(&problem).contains(reason), "{path}: {problem}");
    }

    for event in ["GENESIS", "TEACH", "ASK", "FORGET", "COMMAND", "TRACE"] {
        assert_eq!(node.failed(event), 0.0, "{event}");
    }
    assert_eq!(node.get("/api/v1/genome").1["length"], 1);
}

#[test]
fn texts_at_their_limit_are_taken_and_longer_ones_are_failed_commands() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let (stimulus, response) = ("ю".repeat(MAX_STIMULUS / 2), "щ".repeat(MAX_RESPONSE / 2));
    let block = node.teach(&stimulus, &response);
    let answer = node.ask(&stimulus);
    assert_eq!((&answer["answer"], &answer["source"]["index"]), (&json!(response), &json!(block)));

    let long = |text: &str| format!("{text}x");
    for (path, body, reason) in [
        (
            "teach",
            json!({ "stimulus": long(&stimulus), "response": "r" }),
            "stimulus is 4097 bytes long, but at most 4096",
        ),
        ("teach", json!({ "stimulus": "s", "response": long(&response) }), "response is 65537 bytes long"),
        ("ask", json!({ "stimulus": long(&stimulus) }), "stimulus is 4097 bytes long"),
        ("forget", json!({ "stimulus": long(&stimulus) }), "stimulus is 4097 bytes long"),
    ] {
        let problem = problem(send(&node, &format!("/api/v1/{path}"), &body), 422, "invalid_text");
        assert!(detail(&problem).contains(reason), "{problem}");
        assert_eq!(problem["trace_id"].as_str().unwrap().len(), 32, "{problem}");
    }
    assert_eq!(["TEACH", "ASK", "FORGET"].map(|event| node.failed(event)), [2.0, 1.0, 1.0]);
}

#[test]
fn texts_without_anything_to_read_are_failed_commands() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let blanks = [
        "",
        " ",
        "\t\r\n",
        "\u{0}\u{1b}",
        "\u{200b}\u{feff}",
        "\u{3164}\u{115f}",
        "\u{2800}",
        "\u{e0001}\u{e0041}",
        " \u{301}",
        "\u{fe0f}",
    ];
    for blank in blanks {
        for (path, body, field) in [
            ("teach", json!({ "stimulus": blank, "response": "r" }), "stimulus"),
            ("teach", json!({ "stimulus": "s", "response": blank }), "response"),
            ("ask", json!({ "stimulus": blank }), "stimulus"),
            ("forget", json!({ "stimulus": blank }), "stimulus"),
            ("commands", json!({ "type": "ASK", "stimulus": blank }), "stimulus"),
        ] {
            let problem = problem(send(&node, &format!("/api/v1/{path}"), &body), 422, "invalid_text");
            assert!(detail(&problem).starts_with(field), "{problem}");
        }
    }
    assert_eq!(["TEACH", "ASK", "FORGET"].map(|event| node.failed(event)), [20.0, 20.0, 10.0]);
    let block = node.teach("a\u{0}b", "\u{1b}[31mred\n");
    assert_eq!(node.ask("a\u{0}b")["answer"], "\u{1b}[31mred\n");
    assert_eq!(block, 1);
}

#[test]
fn bodies_at_their_limit_are_taken_and_larger_ones_are_told_so_however_large() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    assert_eq!(post(&node, "/api/v1/teach", teach_of(MAX_BODY)).status(), 201);
    for length in [MAX_BODY + 1, 1 << 20, 4 << 20] {
        let problem = problem(post(&node, "/api/v1/teach", teach_of(length)), 413, "body_too_large");
        assert!(detail(&problem).contains("131072 bytes long; teach:batch accepts"), "{problem}");
        // Everything is sent before the answer is read, as many clients do.
        let mut simple = Raw::connect(&node.api);
        let head = "POST /api/v1/teach HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        simple.send(format!("{head}Content-Length: {length}\r\n\r\n{}", teach_of(length))).unwrap();
        assert_eq!(simple.answer().unwrap().status, 413);
    }
    let endless = std::io::Read::take(std::io::repeat(b'x'), MAX_BODY as u64 + 1);
    problem(post(&node, "/api/v1/teach", reqwest::blocking::Body::new(endless)), 413, "body_too_large");
    assert_eq!(node.failed("TEACH"), 0.0);
}

#[test]
fn forgetting_what_is_not_taught_is_a_failed_command_that_says_so() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("known", "yes");
    let problem =
        problem(send(&node, "/api/v1/forget", &json!({ "stimulus": "unknown" })), 404, "not_taught");
    assert!(detail(&problem).contains("as it was taught"), "{problem}");
    let (_, trace) = node.get("/api/v1/traces/latest?outcome=failed");
    assert_eq!((&trace["trace_id"], &trace["error"]), (&problem["trace_id"], &json!("not_taught")));
    assert_eq!((node.failed("FORGET"), &node.get("/api/v1/genome").1["length"]), (1.0, &json!(2)));
}

#[test]
fn an_answer_that_was_forgotten_or_replaced_meanwhile_is_taught_to_no_other_question() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let seen = node.teach("door code", "1");
    let newer = node.teach("door code", "2");
    let body = |block: u64| json!({ "stimulus": "code of the door", "response": "1", "answer_of": block });
    let refused = problem(send(&node, "/api/v1/teach", &body(seen)), 409, "changed_meanwhile");
    assert!(detail(&refused).contains(&format!("block {newer} answers by now")), "{refused}");
    assert_eq!(send(&node, "/api/v1/teach", &body(newer)).status(), 201);
    send(&node, "/api/v1/forget", &json!({ "stimulus": "door code" }));
    let mut named = body(newer);
    named["type"] = json!("TEACH");
    problem(send(&node, "/api/v1/commands", &named), 409, "changed_meanwhile");
    assert_eq!(node.get("/api/v1/genome").1["length"], json!(5), "what was refused is no block");
}

#[test]
fn an_answer_that_was_changed_meanwhile_is_neither_erased_nor_replaced_unseen() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let seen = node.teach("door code", "1");
    let newer = node.teach("door code", "2");
    let forget = |block: u64| json!({ "stimulus": "door code", "block": block });
    let teach = |replaces: Value| json!({ "stimulus": "door code", "response": "3", "replaces": replaces });
    let refused = [
        ("/api/v1/forget", forget(seen)),
        ("/api/v1/teach", teach(json!(seen))),
        ("/api/v1/teach", teach(Value::Null)),
        ("/api/v1/commands", json!({ "type": "FORGET", "stimulus": "door code", "block": seen })),
    ];
    for (path, body) in refused {
        let problem = problem(send(&node, path, &body), 409, "changed_meanwhile");
        assert!(detail(&problem).contains(&format!("block {newer} answers by now")), "{problem}");
    }
    assert_eq!(node.get("/api/v1/genome").1["length"], json!(3), "none of them is a block");
    let (_, trace) = node.get("/api/v1/traces/latest?outcome=failed");
    assert_eq!((&trace["error"], &trace["fault"]), (&json!("changed_meanwhile"), &json!("caller")));
    let third = send(&node, "/api/v1/teach", &teach(json!(newer))).json::<Value>().unwrap();
    let third = third["block"]["index"].as_u64().unwrap();
    let forgotten = send(&node, "/api/v1/forget", &forget(third)).json::<Value>().unwrap();
    assert_eq!(forgotten["erased"], json!([seen, newer, third]));
}

#[test]
fn a_command_is_found_under_the_trace_id_that_its_caller_sent() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let traced = |path: &str, body: &Value, traceparent: &str| {
        node.http.post(node.url(path)).header("traceparent", traceparent).json(body).send().unwrap()
    };
    let teach = json!({ "stimulus": "s", "response": "r" });
    let answer = traced("/api/v1/teach", &teach, &format!("00-{TRACE_ID}-b7ad6b7169203331-01"));
    assert_eq!(answer.headers()["x-trace-id"], TRACE_ID);
    let (status, trace) = node.get(&format!("/api/v1/traces/{TRACE_ID}"));
    assert_eq!((status, &trace["event"], &trace["outcome"]), (200, &json!("TEACH"), &json!("ok")));
    assert_eq!((&trace["block"], trace.get("content")), (&json!(1), None));
    let took = &trace["duration_us"];
    assert!(
        took["total"].as_u64() >= took["commit"].as_u64() && took["commit"].as_u64() > Some(0),
        "{trace}"
    );

    let other = TRACE_ID.replace('0', "1");
    let refused =
        traced("/api/v1/forget", &json!({ "stimulus": "x" }), &format!("00-{other}-b7ad6b7169203331-00"));
    assert_eq!(problem(refused, 404, "not_taught")["trace_id"], other);

    for malformed in ["00-xyz-1-01", &format!("00-{}-b7ad6b7169203331-01", "0".repeat(32)), "ünreadable"] {
        let id =
            traced("/api/v1/ask", &json!({ "stimulus": "s" }), malformed).headers()["x-trace-id"].clone();
        let path = format!("/api/v1/traces/{}", id.to_str().unwrap());
        eventually("the ASK is recorded under a new id", || (node.get(&path).0 == 200).then_some(()));
    }
}

#[test]
fn the_last_trace_is_told_of_each_outcome() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.post("/api/v1/forget", &json!({ "stimulus": "never taught" }));
    node.teach("s", "r");
    let latest = |query: &str| node.get(&format!("/api/v1/traces/latest{query}")).1;
    assert_eq!(latest("")["event"], "TEACH");
    assert_eq!(latest("?outcome=ok")["event"], "TEACH");
    assert_eq!(latest("?outcome=failed")["event"], "FORGET");
}

#[test]
fn without_traces_the_commands_work_and_the_answer_says_why_there_are_none() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start_with(data.path(), &[("KOLIBRI_TRACE", "0")]);
    node.teach("s", "r");
    let problem = problem(get(&node, "/api/v1/traces/latest"), 404, "no_such_trace");
    assert!(detail(&problem).contains("KOLIBRI_TRACE"), "{problem}");
    assert!(!data.path().join("trace.jsonl").exists());
}

#[test]
fn the_genome_can_be_read_block_by_block() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("s", "first");
    node.teach("s", "second");
    node.teach("kept", "r");
    node.post("/api/v1/forget", &json!({ "stimulus": "s" }));
    node.ask("kept");
    let genome = eventually("the ASK is a block", || {
        let genome = node.get("/api/v1/genome").1;
        (genome["length"] == 6).then_some(genome)
    });
    assert_eq!(keys(&genome), BTreeSet::from(["format_version", "head", "length", "time"]));

    let (_, all) = node.get("/api/v1/genome/blocks");
    let blocks = all["blocks"].as_array().unwrap();
    assert_eq!((blocks.len(), &all["next"]), (6, &Value::Null));
    assert_eq!((&blocks[5]["hash"], &blocks[5]["time"]), (&genome["head"], &genome["time"]));
    let events: Vec<_> = blocks.iter().map(|block| block["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["GENESIS", "TEACH", "TEACH", "TEACH", "FORGET", "ASK"]);
    for (index, block) in blocks.iter().enumerate() {
        assert_eq!(block["index"], index);
        assert_eq!(node.get(&format!("/api/v1/genome/blocks/{index}")).1, *block);
        if index > 0 {
            assert_eq!(block["previous"], blocks[index - 1]["hash"]);
        }
    }
    assert_eq!(blocks[0]["content"]["genome_id"].as_str().unwrap().len(), 32);
    assert_eq!((&blocks[1]["content"], &blocks[1]["erased_by"]), (&Value::Null, &json!(4)));
    assert_eq!((&blocks[2]["content"], &blocks[2]["erased_by"]), (&Value::Null, &json!(4)));
    assert_eq!(blocks[3]["content"], json!({ "stimulus": "kept", "response": "r" }));
    assert_eq!((&blocks[3]["erased_by"], blocks[3].get("fault")), (&Value::Null, None));
    assert_eq!(blocks[4]["content"], json!({ "erased": [1, 2] }));
    assert_eq!(blocks[5]["content"], json!({ "match": "exact", "source": 3, "score": 1.0 }));

    let page = |query: &str| {
        let (_, page) = node.get(&format!("/api/v1/genome/blocks?{query}"));
        let indexes = page["blocks"].as_array().unwrap().iter().map(|block| block["index"].as_u64().unwrap());
        (indexes.collect::<Vec<_>>(), page["next"].as_u64())
    };
    assert_eq!(page("limit=4"), (vec![0, 1, 2, 3], Some(4)));
    assert_eq!(page("from=4&limit=4"), (vec![4, 5], None));
    assert_eq!(page("from=6"), (vec![], None));
    for beyond in [i64::MAX as u64, 1 << 63, u64::MAX] {
        assert_eq!(page(&format!("from={beyond}")), (vec![], None), "{beyond}");
    }
}

#[test]
fn health_and_the_api_document_are_served() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    assert_eq!(node.get("/livez"), (200, json!({ "status": "live" })));
    eventually("the node is ready", || {
        (node.get("/readyz") == (200, json!({ "status": "ready" }))).then_some(())
    });

    let (status, document) = node.get("/api/v1/openapi.json");
    assert_eq!((status, document["info"]["title"].as_str()), (200, Some("Kolibri")));
    let promised = [
        "/api/v1/ask",
        "/api/v1/associations",
        "/api/v1/associations/{index}/versions",
        "/api/v1/associations:export",
        "/api/v1/commands",
        "/api/v1/forget",
        "/api/v1/genome",
        "/api/v1/genome/backup",
        "/api/v1/genome/blocks",
        "/api/v1/genome/blocks/{index}",
        "/api/v1/genome/verification",
        "/api/v1/genome/verification/progress",
        "/api/v1/import",
        "/api/v1/import:preview",
        "/api/v1/operations",
        "/api/v1/operations/alerts",
        "/api/v1/operations/history",
        "/api/v1/questions",
        "/api/v1/runbook",
        "/api/v1/settings",
        "/api/v1/soaks",
        "/api/v1/soaks/{id}",
        "/api/v1/soaks/{id}/progress",
        "/api/v1/teach",
        "/api/v1/teach:batch",
        "/api/v1/teach:preview",
        "/api/v1/traces",
        "/api/v1/traces/failed",
        "/api/v1/traces/latest",
        "/api/v1/traces/{trace_id}",
        "/livez",
        "/readyz",
    ];
    assert_eq!(keys(&document["paths"]), BTreeSet::from(promised));
    let published = include_str!("../../../../docs/openapi.json");
    assert_eq!(document, serde_json::from_str::<Value>(published).unwrap());
}

#[test]
fn every_path_says_which_methods_it_takes() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let request =
        |method: &Method, path: &str| node.http.request(method.clone(), node.url(path)).send().unwrap();
    let (_, document) = node.get("/api/v1/openapi.json");
    let all = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"];
    for (path, taken) in document["paths"].as_object().unwrap() {
        let mut allowed: BTreeSet<_> = keys(taken).iter().map(|method| method.to_uppercase()).collect();
        if allowed.contains("GET") {
            allowed.insert("HEAD".into());
        }
        for method in all.into_iter().filter(|method| !allowed.contains(*method)) {
            let refused = request(&method.parse().unwrap(), path);
            let told = refused.headers()["allow"].to_str().unwrap().split(',').map(str::to_owned);
            assert_eq!(told.collect::<BTreeSet<_>>(), allowed, "{method} {path}");
            if method == "HEAD" {
                assert_eq!((refused.status().as_u16(), refused.text().unwrap().as_str()), (405, ""));
            } else {
                let problem = problem(refused, 405, "no_such_method");
                assert!(detail(&problem).contains(method), "{problem}");
            }
        }
    }
    for path in ["/livez", "/readyz", "/api/v1/genome", "/api/v1/openapi.json"] {
        eventually("GET and HEAD agree", || {
            let (head, full) = (request(&Method::HEAD, path), request(&Method::GET, path));
            let same = head.status() == full.status() && full.status() == 200;
            let length = head.headers()["content-length"].to_str().unwrap().to_owned();
            (same && head.text().unwrap().is_empty() && length == full.text().unwrap().len().to_string())
                .then_some(())
        });
    }
}

#[test]
fn a_full_queue_refuses_at_once_says_when_to_come_back_and_is_counted() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start_with(data.path(), &[("KOLIBRI_QUEUE_CAPACITY", "1")]);
    // Whoever holds SQLite's write lock keeps the node's writer waiting.
    let other = rusqlite::Connection::open(data.path().join("genome.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let teachers = 16;
    let taught = thread::scope(|scope| {
        let begin = |number: usize| {
            let node = &node;
            let body = json!({ "stimulus": format!("stimulus {number}"), "response": "r" });
            scope.spawn(move || send(node, "/api/v1/teach", &body))
        };
        let all: Vec<_> = (0..teachers).map(begin).collect();
        eventually("all but one are refused", || {
            (node.failed("TEACH") == (teachers - 1) as f64).then_some(())
        });
        other.execute_batch("ROLLBACK").unwrap();
        let answers: Vec<_> = all.into_iter().map(|teacher| teacher.join().unwrap()).collect();
        let (taught, refused): (Vec<_>, Vec<_>) =
            answers.into_iter().enumerate().partition(|(_, answer)| answer.status() == 201);
        for (_, refused) in refused {
            assert_eq!(refused.headers()["retry-after"], "1");
            let problem = problem(refused, 503, "queue_full");
            assert!(detail(&problem).contains("nothing was recorded, try again"), "{problem}");
        }
        taught
    });
    assert_eq!(taught.len(), 1);
    let refused = "kolibri_backend_queue_refused_total{event_type=\"TEACH\"}";
    assert_eq!(node.series(refused), Some((teachers - 1) as f64));
    assert_eq!(node.ask(&format!("stimulus {}", taught[0].0))["answer"], "r");
    let (_, trace) = node.get("/api/v1/traces/latest?outcome=failed");
    assert_eq!((&trace["event"], &trace["error"]), (&json!("TEACH"), &json!("queue_full")));
}

#[test]
fn a_body_in_small_pieces_is_waited_for_and_one_that_breaks_off_does_nothing() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let head = "POST /api/v1/teach HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    let body = json!({ "stimulus": "slow", "response": "but whole" }).to_string();

    let mut slow = Raw::connect(&node.api);
    slow.send(head).unwrap();
    slow.send(format!("Content-Length: {}\r\n\r\n", body.len())).unwrap();
    for byte in body.as_bytes() {
        slow.send([*byte]).unwrap();
    }
    assert_eq!(slow.answer().unwrap().status, 201);

    let mut chunked = Raw::connect(&node.api);
    chunked.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n")).unwrap();
    for byte in body.as_bytes() {
        chunked.send(format!("1\r\n{}\r\n", char::from(*byte))).unwrap();
    }
    chunked.send("0\r\n\r\n").unwrap();
    assert_eq!(chunked.answer().unwrap().status, 201);

    for whole_but in [
        format!("{head}Content-Length: {}\r\n\r\n{}", body.len(), &body[..body.len() - 1]),
        format!("{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n", body.len()),
        format!("{head}Transfer-Encoding: chunked\r\n\r\nnonsense\r\n"),
    ] {
        let mut broken = Raw::connect(&node.api);
        broken.send(whole_but).unwrap();
        broken.sender().shutdown(std::net::Shutdown::Write).unwrap();
        let answer = broken.answer().unwrap();
        assert_eq!((answer.status, &answer.json()["type"]), (400, &json!("urn:kolibri:problem:body_broken")));
    }
    drop(Raw::connect(&node.api));
    let mut gone = Raw::connect(&node.api);
    gone.send(format!("{head}Content-Length: 100\r\n\r\n{{")).unwrap();
    drop(gone);
    assert_eq!(Raw::connect(&node.api).get("/livez").unwrap().status, 200);
    assert_eq!(node.get("/api/v1/genome").1["length"], 3);
    assert_eq!(node.failed("TEACH"), 0.0);
}

#[test]
fn a_connection_serves_on_after_a_refusal() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let mut connection = Raw::connect(&node.api);
    assert_eq!(connection.post("/api/v1/teach", &json!({ "stimulus": "s" })).unwrap().status, 400);
    assert_eq!(connection.post("/api/v1/forget", &json!({ "stimulus": "s" })).unwrap().status, 404);
    assert_eq!(connection.get("/nowhere").unwrap().status, 404);
    assert_eq!(
        connection.post("/api/v1/teach", &json!({ "stimulus": "s", "response": "r" })).unwrap().status,
        201
    );
}

#[test]
fn a_query_that_an_operation_does_not_take_is_refused_everywhere_alike() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    for path in [
        "genome",
        "genome/blocks/0",
        "associations",
        "soaks",
        "settings",
        "operations",
        "traces",
        "genome/blocks",
    ] {
        let (status, problem) = node.get(&format!("/api/v1/{path}?strange=1"));
        assert_eq!((status, &problem["type"]), (400, &json!("urn:kolibri:problem:bad_query")), "{path}");
        let empty = node.http.get(node.url(&format!("/api/v1/{path}?"))).send().unwrap();
        assert_eq!(empty.status(), 200, "{path}: an empty one is none");
    }
    let teach = json!({ "stimulus": "a", "response": "b" });
    assert_eq!(node.post("/api/v1/teach?dry_run=true", &teach).0, 400, "nobody takes it for a rehearsal");
    assert_eq!(node.teach("a", "b"), 1);
    // A load balancer may add what it likes.
    assert_eq!(node.get("/livez?probe=7").0, 200);
}

#[test]
fn every_answer_says_when_it_was_made() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    for path in ["/livez", "/api/v1/genome", "/nowhere", "/"] {
        let answer = node.http.get(node.url(path)).send().unwrap();
        let date =
            answer.headers().get_all("date").iter().map(|date| date.to_str().unwrap()).collect::<Vec<_>>();
        assert!(matches!(date[..], [date] if date.ends_with(" GMT")), "{path}: {date:?}");
    }
}
