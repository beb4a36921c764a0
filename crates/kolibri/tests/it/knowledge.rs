//! What a team keeps in a node: it is listed and found without its wording, a change shows what it replaces, every version is
//! kept until it is forgotten, and files go in and out.

use serde_json::{Value, json};

use crate::running::{Running, eventually};

/// A node that was taught three things, one of them twice, and asked about one.
fn taught() -> (Running, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("How do I restart the payment service?", "systemctl restart payments");
    node.teach("Где столовая?", "На первом этаже");
    node.teach("how do i restart the payment service?", "Log in first:\n\nsudo systemctl restart payments");
    node.teach("Where are invoices kept?", "In the archive");
    node.ask("Где столовая?");
    node.ask("Где столовая?");
    node.ask("zzz");
    eventually("the questions are recorded", || (node.get("/api/v1/genome").1["length"] == 8).then_some(()));
    (node, data)
}

fn list(node: &Running, query: &[(&str, &str)]) -> Value {
    let answer = node.http.get(node.url("/api/v1/associations")).query(query).send().unwrap();
    assert_eq!(answer.status(), 200, "{query:?}");
    answer.json().unwrap()
}

fn stimuli(listing: &Value) -> Vec<&str> {
    let rows = listing["associations"].as_array().unwrap().iter();
    rows.map(|row| row["stimulus"].as_str().unwrap()).collect()
}

const PAYMENTS: &str = "how do i restart the payment service?";

#[test]
fn what_was_taught_a_moment_ago_is_listed_first_with_its_versions_and_the_line_that_was_searched() {
    let (node, _data) = taught();
    let all = list(&node, &[]);
    assert_eq!(stimuli(&all), ["Where are invoices kept?", PAYMENTS, "Где столовая?"]);
    assert_eq!((&all["total"], &all["next"], &all["caught_up"]), (&json!(3), &Value::Null, &json!(true)));
    let found = list(&node, &[("q", "restarting paym")]);
    let row = &found["associations"][0];
    assert_eq!((&row["versions"], &row["source"]["index"]), (&json!(2), &json!(3)));
    assert_eq!(row["excerpt"], "sudo systemctl restart payments");
    assert_eq!(stimuli(&list(&node, &[("q", "архив")])), [""; 0]);
    assert_eq!(stimuli(&list(&node, &[("q", "archive")])), ["Where are invoices kept?"]);
}

#[test]
fn what_is_asked_and_what_is_never_asked_can_be_told_apart_and_questions_are_counted_by_day() {
    let (node, _data) = taught();
    // Questions are counted once a second.
    let most = eventually("the questions are counted", || {
        let listing = list(&node, &[("order", "asked")]);
        (listing["associations"][0]["asked"] == 2).then_some(listing)
    });
    assert_eq!(stimuli(&most)[0], "Где столовая?");
    assert!(most["associations"][0]["last_asked"].is_string());
    let never = list(&node, &[("asked", "never")]);
    assert_eq!(stimuli(&never), ["Where are invoices kept?", PAYMENTS]);
    eventually("the last question is counted", || {
        let (_, questions) = node.get("/api/v1/questions");
        let days = questions["days"].as_array().unwrap();
        // Midnight may be between them.
        let count = |name: &str| days.iter().take(2).map(|day| day[name].as_u64().unwrap()).sum::<u64>();
        ((days.len(), count("asked"), count("unanswered")) == (30, 3, 1)).then_some(())
    });
}

#[test]
fn pages_follow_each_other_and_what_is_no_query_is_refused_with_its_reason() {
    let (node, _data) = taught();
    let mut cursor = String::new();
    let mut seen = Vec::new();
    loop {
        let page = match cursor.as_str() {
            "" => list(&node, &[("limit", "1")]),
            cursor => list(&node, &[("limit", "1"), ("cursor", cursor)]),
        };
        seen.extend(stimuli(&page).into_iter().map(str::to_owned));
        match page["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, ["Where are invoices kept?", PAYMENTS, "Где столовая?"]);
    let long = format!("q={}", "x".repeat(1025));
    for query in
        ["limit=0", "limit=101", "order=best", "asked=often", "cursor=1", "since=yesterday", "words=x", &long]
    {
        let (status, problem) = node.get(&format!("/api/v1/associations?{query}"));
        assert_eq!((status, &problem["type"]), (400, &json!("urn:kolibri:problem:bad_query")), "{query}");
    }
    let later = list(&node, &[("since", "2500-01-01T00:00:00Z")]);
    assert_eq!((stimuli(&later), &later["total"]), (vec![], &json!(0)));
}

#[test]
fn every_version_is_named_from_every_other_until_it_is_forgotten() {
    let (node, _data) = taught();
    node.teach(PAYMENTS, "third");
    let versions =
        |index: u64, query: &str| node.get(&format!("/api/v1/associations/{index}/versions{query}"));
    let blocks = |page: &Value| -> Vec<u64> {
        page["versions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|version| version["source"]["index"].as_u64().unwrap())
            .collect()
    };
    let newest = 8;
    for index in [1, 3, newest] {
        let (status, page) = versions(index, "");
        assert_eq!((status, blocks(&page)), (200, vec![newest, 3, 1]));
        assert_eq!((&page["current"], &page["total"]), (&json!(newest), &json!(3)));
        assert_eq!(page["versions"][1]["replaced_by"], newest);
        assert_eq!(page["versions"][2]["response"], "systemctl restart payments");
    }
    let (_, page) = versions(3, "?limit=2");
    assert_eq!((blocks(&page), &page["next"]), (vec![newest, 3], &json!(3)));
    assert_eq!(blocks(&versions(3, "?limit=2&before=3").1), [1]);
    let (_, block) = node.get("/api/v1/genome/blocks/3");
    assert_eq!((&block["replaces"], &block["replaced_by"]), (&json!(1), &json!(newest)));

    node.post("/api/v1/forget", &json!({ "stimulus": PAYMENTS }));
    let (_, page) = versions(1, "");
    assert_eq!((blocks(&page), &page["current"]), (vec![newest, 3, 1], &Value::Null));
    assert!(page["versions"].as_array().unwrap().iter().all(|version| version["response"].is_null()));
    assert_eq!(stimuli(&list(&node, &[])), ["Where are invoices kept?", "Где столовая?"]);
    for index in ["0", "99"] {
        assert_eq!(node.get(&format!("/api/v1/associations/{index}/versions")).0, 404);
    }
    assert_eq!(node.get("/api/v1/associations/+1/versions").0, 400);
}

#[test]
fn a_preview_says_what_would_be_replaced_and_what_is_near_and_records_nothing() {
    let (node, _data) = taught();
    let before = node.get("/api/v1/genome").1;
    let preview = |stimulus: &str, response: &str| {
        node.post("/api/v1/teach:preview", &json!({ "stimulus": stimulus, "response": response }))
    };
    let (status, replaced) = preview("How do I restart the PAYMENT service?", "x");
    assert_eq!((status, &replaced["effect"]), (200, &json!("replaced")));
    assert_eq!(
        (&replaced["current"]["source"]["index"], &replaced["current"]["versions"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(replaced["near"], json!([]), "it is no rival of itself");
    assert_eq!(preview("Где столовая?", "На первом этаже").1["effect"], "unchanged");
    let (_, new) = preview("How do I restart payment services?", "another way");
    assert_eq!((&new["effect"], &new["current"]), (&json!("new"), &Value::Null));
    assert_eq!(new["near"][0]["stimulus"], PAYMENTS);
    assert_eq!(
        preview("Where do payments come from?", "a shop").1["near"],
        json!([]),
        "that is something else"
    );
    assert_eq!(preview("\u{3164}", "x").0, 422);
    assert_eq!(node.get("/api/v1/genome").1["head"], before["head"]);
}

#[test]
fn a_preview_names_the_other_questions_that_have_the_answer_to_be_corrected() {
    let (node, _data) = taught();
    let answer = "On the second floor";
    let copies = ["Where is the dining hall?", "Где поесть?"].map(|question| node.teach(question, answer));
    node.teach("Where is the archive?", "On the second floor.");
    let corrected = node.teach("Where is the canteen?", answer);
    let body = json!({ "stimulus": "where is the canteen?", "response": "On the third floor" });
    let preview = eventually("the index knows the copies", || {
        let (_, preview) = node.post("/api/v1/teach:preview", &body);
        (preview["same_total"] == 2).then_some(preview)
    });
    assert_eq!(preview["current"]["source"]["index"], json!(corrected));
    let same: Vec<_> =
        preview["same"].as_array().unwrap().iter().map(|one| &one["source"]["index"]).collect();
    assert_eq!((same, &preview["same_total"]), (vec![&json!(copies[1]), &json!(copies[0])], &json!(2)));
    assert!(preview["near"].as_array().unwrap().iter().all(|near| near["answer"] != json!(answer)));
    node.post("/api/v1/forget", &json!({ "stimulus": "Где поесть?" }));
    let (_, preview) = node.post("/api/v1/teach:preview", &body);
    assert_eq!(preview["same"].as_array().unwrap().len(), 1, "nothing forgotten is named");
}

fn send(node: &Running, path: &str, query: &[(&str, &str)], file: &[u8]) -> (u16, String) {
    let request =
        node.http.post(node.url(path)).query(query).header("content-type", "application/octet-stream");
    let answer = request.body(file.to_owned()).send().unwrap();
    (answer.status().as_u16(), answer.text().unwrap())
}

/// In windows-1251: three pairs, one of them taught already, and a row without a question.
const FILE: &[u8] = b"\xc2\xee\xef\xf0\xee\xf1;\xce\xf2\xe2\xe5\xf2\r\n\
    \xc3\xe4\xe5 \xf1\xf2\xee\xeb\xee\xe2\xe0\xff?;\xcd\xe0 \xef\xe5\xf0\xe2\xee\xec \xfd\xf2\xe0\xe6\xe5\r\n\
    Where are invoices kept?;Upstairs\r\nNew?;Yes\r\n;nothing\r\n";

#[test]
fn a_file_is_previewed_as_it_will_be_taught() {
    let (node, _data) = taught();
    let before = node.get("/api/v1/genome").1["length"].as_u64().unwrap();
    let (status, preview) = send(&node, "/api/v1/import:preview", &[("name", "faq.csv")], FILE);
    let preview: Value = serde_json::from_str(&preview).unwrap();
    let counts = json!({ "new": 1, "replaced": 1, "unchanged": 1, "too_long": 0, "failed": 1 });
    assert_eq!((status, &preview["counts"]), (200, &counts));
    assert_eq!(
        (&preview["encoding"], &preview["delimiter"], &preview["columns"], &preview["question"]),
        (&json!("windows-1251"), &json!(";"), &json!(["Вопрос", "Ответ"]), &json!("Вопрос"))
    );
    assert_eq!(
        preview["first_faults"],
        json!([{ "row": 5, "kind": "empty", "part": "question", "problem": "the question is empty" }])
    );
    assert_eq!(preview["sample"][0]["effect"], "unchanged");
    assert_eq!(node.get("/api/v1/genome").1["length"], before);

    let (status, lines) = send(&node, "/api/v1/import", &[("name", "faq.csv")], FILE);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((status, lines.last().unwrap()), (200, &json!({ "done": counts })));
    let effects: Vec<_> = lines.iter().filter_map(|line| line["effect"].as_str()).collect();
    assert_eq!(effects, ["unchanged", "replaced", "new"]);
    assert_eq!(node.get("/api/v1/genome").1["length"], before + 2, "what is unchanged adds no block");
    assert_eq!(node.ask("New?")["answer"], "Yes");
}

#[test]
fn what_became_of_each_row_is_told_in_the_order_of_the_file() {
    let (node, _data) = taught();
    let file = b"question,answer\n,none\nA?,a\nB?,\nC?,c\nD?,d\n,none\n,,\n";
    let (_, lines) = send(&node, "/api/v1/import", &[("name", "faq.csv")], file);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rows: Vec<_> = lines.iter().filter_map(|line| line["row"].as_u64()).collect();
    assert_eq!(rows, [2, 3, 4, 5, 6, 7]);
    assert_eq!(lines.last().unwrap()["done"]["failed"], 3, "the empty row is none");
}

#[test]
fn where_it_is_not_clear_what_is_asked_the_preview_has_the_columns_and_the_first_rows_to_choose_from() {
    let (node, _data) = taught();
    let table = "Question;Notes;Remark\nHow?;long text;x\n";
    let objects = r#"[{"headline":"How?","page":{"html":"long text"}}]"#;
    for (name, file, columns, row, answer) in [
        ("a.csv", table, json!(["Question", "Notes", "Remark"]), json!(["How?", "long text", "x"]), "Notes"),
        ("a.json", objects, json!(["headline", "page.html"]), json!(["How?", "long text"]), "page.html"),
    ] {
        let preview = |query: &[(&str, &str)]| {
            let (status, preview) = send(&node, "/api/v1/import:preview", query, file.as_bytes());
            assert_eq!(status, 200, "{preview}");
            serde_json::from_str::<Value>(&preview).unwrap()
        };
        let unclear = preview(&[("name", name)]);
        assert_eq!((&unclear["columns"], &unclear["rows"][0]), (&columns, &row));
        assert_eq!((&unclear["answer"], &unclear["sample"]), (&Value::Null, &json!([])), "{name}");
        let chosen =
            preview(&[("name", name), ("question", columns[0].as_str().unwrap()), ("answer", answer)]);
        assert_eq!((&chosen["counts"]["new"], &chosen["answer"]), (&json!(1), &json!(answer)), "{name}");
    }
    assert_eq!(send(&node, "/api/v1/import", &[("name", "a.csv")], table.as_bytes()).0, 422);
}

#[test]
fn columns_can_be_picked_and_what_is_no_file_of_ours_is_refused_with_its_reason() {
    let (node, _data) = taught();
    let swapped = [("name", "faq.csv"), ("question", "topic"), ("answer", "Text")];
    let (_, preview) =
        send(&node, "/api/v1/import:preview", &swapped, b"text,topic\nAt nine,Opening hours\n");
    let preview: Value = serde_json::from_str(&preview).unwrap();
    assert_eq!(
        (&preview["question"], &preview["sample"][0]["stimulus"]),
        (&json!("topic"), &json!("Opening hours"))
    );
    for path in ["/api/v1/import:preview", "/api/v1/import"] {
        for (query, file, status, kind) in [
            (("name", "x.csv"), &b""[..], 422, "unreadable_file"),
            (("name", "x.xlsx"), b"PK\x03\x04rest", 422, "unreadable_file"),
            (("name", "x.json"), b"[{", 422, "unreadable_file"),
            (("question", "none"), b"a,b\n1,2\n", 422, "unreadable_file"),
            (("encoding", "klingon"), b"a,b\n", 422, "unreadable_file"),
            (("format", "xls"), b"a,b\n", 400, "bad_query"),
            (("file", "x"), b"a,b\n", 400, "bad_query"),
        ] {
            let (given, problem) = send(&node, path, &[query], file);
            let problem: Value = serde_json::from_str(&problem).unwrap();
            let expected = format!("urn:kolibri:problem:{kind}");
            assert_eq!((given, problem["type"].as_str()), (status, Some(expected.as_str())), "{query:?}");
        }
        let (status, _) = send(&node, path, &[], &vec![b'x'; (16 << 20) + 1]);
        assert_eq!(status, 413);
        let answer = node.http.post(node.url(path)).body("a,b").send().unwrap();
        assert_eq!(answer.status(), 415);
    }
}

#[test]
fn what_is_exported_for_a_spreadsheet_comes_back_as_it_was() {
    let (node, _data) = taught();
    node.teach("=1+1", "a;\"b\"\r\nc");
    let query = [("format", "csv"), ("bom", "true"), ("separator", "semicolon")];
    let answer = node.http.get(node.url("/api/v1/associations:export")).query(&query).send().unwrap();
    let name = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    let file = answer.bytes().unwrap();
    assert!(file.starts_with("\u{feff}stimulus;response\r\n".as_bytes()) && name.contains("knowledge.csv"));
    assert!(!String::from_utf8_lossy(&file).contains("\n=1+1"));
    let (_, preview) = send(&node, "/api/v1/import:preview", &[], &file);
    let counts = serde_json::from_str::<Value>(&preview).unwrap()["counts"].clone();
    assert_eq!(
        (&counts["unchanged"], &counts["new"], &counts["replaced"]),
        (&json!(4), &json!(0), &json!(0))
    );
}

#[test]
fn the_command_line_lists_and_finds_the_same() {
    let (node, _data) = taught();
    let listed = node.run(&["list", "--limit", "2"]);
    assert_eq!(listed.err, "kolibri: 1 more; --limit shows more of them\n");
    let listed = listed.printed();
    let first: Vec<&str> = listed.lines().take(2).collect();
    assert_eq!(first, ["Where are invoices kept?", "    In the archive"]);
    assert!(listed.contains("in block 3, 2 versions"), "{listed}");
    let found = node.run(&["search", "payments", "restarted", "--json"]).json();
    assert_eq!(found["excerpt"], "sudo systemctl restart payments");
    assert!(node.run(&["search", "столов"]).printed().starts_with("Где столовая?\n"), "a word that is begun");
    let missing = node.run(&["search", "nothing", "like", "zebras"]).failed(1);
    assert_eq!(missing, "kolibri: nothing has all of these words\n");
    assert!(node.run(&["list", "--since", "yesterday"]).failed(2).contains("since"));
    assert!(node.run(&["list", "--limit", "0"]).failed(2).contains("0"));
}
