//! Import and export: the files that people have are read as they are, what is taught already adds no block, a dry run changes
//! nothing, and what was exported can be imported.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::command_line::file;
use crate::running::Running;
use crate::running::cli::{Ended, feed};

/// Associations that a careless writer of files would break.
const TRICKY: [(&str, &str); 6] = [
    ("plain", "text"),
    ("Как перезапустить платежи?", "systemctl restart payments — и ждать 👋🏽"),
    ("quotes \"here\", commas", "and 'there', \"\"\"\" and ;"),
    ("lines\nin\r\nit", "first\n\nthird\r\n"),
    ("tab\tand back\\slash", "\\n is not a line end"),
    ("=SUM(A1)", "\u{feff}bom, nul \u{0}, escape \u{1b}[31m"),
];

fn teach_tricky(node: &Running) {
    for (stimulus, response) in TRICKY {
        node.teach(stimulus, response);
    }
}

/// Everything that can be asked of a node, in order of its text.
fn known(node: &Running) -> Vec<(String, String)> {
    let text = node.http.get(node.url("/api/v1/associations:export")).send().unwrap().text().unwrap();
    let text_of = |line: &Value, field: &str| line[field].as_str().unwrap().to_owned();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut known: Vec<_> =
        lines.map(|line| (text_of(&line, "stimulus"), text_of(&line, "response"))).collect();
    known.sort();
    known
}

fn tricky() -> Vec<(String, String)> {
    let mut all = TRICKY.map(|(stimulus, response)| (stimulus.to_owned(), response.to_owned()));
    all.sort();
    all.into()
}

/// How many blocks a node has.
fn length(node: &Running) -> u64 {
    node.get("/api/v1/genome").1["length"].as_u64().unwrap()
}

/// Files that people reported, with how many questions each has, and a question with its answer.
const REPORTED: [(&str, &[u8], u64, &str, &str); 9] = [
    ("duplicates.csv", "stimulus,response\nОбщежитие,Первый ответ\nобщежитие ,Второй ответ\nОбщежитие,Третий ответ\n".as_bytes(), 1,
     "общежитие", "Третий ответ"),
    ("excel-ru.csv", b"\xc2\xee\xef\xf0\xee\xf1;\xce\xf2\xe2\xe5\xf2\r\n\xca\xe0\xea\xee\xe9 \xf0\xe5\xe6\xe8\xec \xf0\xe0\xe1\xee\xf2\xfb?;\"\xd1 9 \xe4\xee 18, \"\"\xe1\xe5\xe7 \xee\xe1\xe5\xe4\xe0\"\"\"\r\n", 1,
     "Какой режим работы?", "С 9 до 18, \"без обеда\""),
    ("excel-utf8.csv", "\u{feff}Вопрос;Ответ\r\nКакой режим работы?;С 9 до 18\r\n".as_bytes(), 1, "Какой режим работы?", "С 9 до 18"),
    ("array.json", br#"[{"question": "When do you open?", "answer": "At nine"}]"#, 1, "When do you open?", "At nine"),
    ("tab.tsv", b"question\tanswer\nWhen do you open?\tAt nine\n", 1, "When do you open?", "At nine"),
    ("faq.yaml", "faq:\n  - q: When do you open?\n    a: |\n      At nine\n      sharp\n  - q: Где столовая?\n    a: На первом этаже\n".as_bytes(), 2,
     "When do you open?", "At nine\nsharp\n"),
    ("faq.md", "# FAQ\n\n## When do you open?\n\nAt **nine**.\n\n```\n# no heading\n```\n\n## Where?\n\nHere\n".as_bytes(), 2,
     "When do you open?", "At **nine**.\n\n```\n# no heading\n```"),
    ("lines.jsonl", "{\"prompt\": \"When do you open?\", \"completion\": \"At nine\"}\r\n".as_bytes(), 1, "When do you open?", "At nine"),
    ("formula.csv", "stimulus,response\nКак сбросить пароль?,Позвоните\n\"=HYPERLINK(\"\"http://example.invalid/?x=\"\"&A1,\"\"Open\"\")\",-2+3\n".as_bytes(), 2,
     "=HYPERLINK(\"http://example.invalid/?x=\"&A1,\"Open\")", "-2+3"),
];

#[test]
fn the_files_that_people_have_are_imported_as_they_are() {
    let data = tempfile::tempdir().unwrap();
    for (name, bytes, questions, question, answer) in REPORTED {
        let node = Running::start(&data.path().join(name.replace('.', "-")));
        let path = file(data.path(), name, bytes);
        let imported = node.run(&["import", &path]);
        assert!(
            imported.code == 0 && imported.out.starts_with(&format!("{questions} new, 0 replaced")),
            "{imported:?}"
        );
        assert_eq!(length(&node), 1 + questions, "{name}: one block for each question");
        assert_eq!(node.ask(question)["answer"], answer, "{name}");
        // The same by a pipe, without a name.
        let piped = feed(&mut node.command(&["import", "-", "--json"]), bytes).json();
        assert_eq!((&piped["unchanged"], &piped["new"]), (&json!(questions), &json!(0)), "{name}");
    }
}

#[test]
fn questions_that_come_again_are_told_and_the_last_answer_counts() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let text = "stimulus,response\nOnce,1\nTwice,2\ntwice ,3\n";
    let imported = node.run(&["import", &file(data.path(), "a.csv", text)]);
    assert_eq!(
        (imported.code, imported.out.as_str()),
        (0, "2 new, 0 replaced, 0 unchanged, 1 repeated in the file\n")
    );
    assert!(imported.err.contains("line 3: line 4 asks the same; the later answer counts"), "{imported:?}");
    assert_eq!(known(&node), [("Once".to_owned(), "1".to_owned()), ("twice ".to_owned(), "3".to_owned())]);
}

#[test]
fn a_dry_run_shows_what_an_import_then_does() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("same", "1");
    node.teach("other", "2");
    let long = "x".repeat(64 * 1024 + 1);
    let text = format!("question;answer\nsame;1\nother;two\nnew;3\nlong;{long}\nempty;\nNew;4\n");
    let path = file(data.path(), "faq.csv", text);
    let before = length(&node);
    let dry = node.run(&["import", "--dry-run", &path]);
    assert_eq!(dry.out, "1 new, 1 replace, 1 unchanged, 1 too long, 1 failed, 1 repeated in the file\n");
    assert_eq!((dry.code, length(&node)), (1, before), "nothing is written");
    for told in [
        "faq.csv: CSV, UTF-8, `;` between columns; questions in column 1 (question), answers in column 2 (answer)",
        "line 5: the answer is 65537 bytes long, but at most 65536 are allowed",
        "line 6: the answer is empty",
        "line 4: line 7 asks the same",
    ] {
        assert!(dry.err.contains(told), "{told}: {}", dry.err);
    }
    let json = node.run(&["import", "--dry-run", "--json", &path]).json();
    let expected =
        json!({ "new": 1, "replaced": 1, "unchanged": 1, "too_long": 1, "failed": 1, "repeated": 1 });
    assert_eq!(json, expected);
    assert_eq!(node.run(&["import", "--json", &path]).json(), expected);
    assert_eq!(length(&node), before + 2, "what is unchanged adds no block");
    assert_eq!((&node.ask("other")["answer"], &node.ask("new")["answer"]), (&json!("two"), &json!("4")));
    let again = node.run(&["import", &path]);
    assert!(again.out.starts_with("0 new, 0 replaced, 3 unchanged"), "{again:?}");
    assert_eq!(node.failed("TEACH"), 0.0);
}

#[test]
fn columns_format_and_encoding_can_be_given() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let bytes = b"id,Subject,Question,Fix\n1,caf\xe9,no,oui\n";
    let path = file(data.path(), "tickets.dat", bytes);
    let given = [
        "import",
        &path,
        "--format",
        "csv",
        "--question",
        "subject",
        "--answer",
        "4",
        "--encoding",
        "cp1251",
    ];
    assert_eq!(node.run(&given).printed(), "1 new, 0 replaced, 0 unchanged\n");
    assert_eq!(known(&node), [("cafй".to_owned(), "oui".to_owned())]);
    let missing = node.run(&["import", &path, "--answer", "Reply"]).failed(2);
    assert!(
        missing.contains("no column for the answer is called `Reply`; the columns are `id`, `Subject`"),
        "{missing}"
    );
    let klingon = node.run(&["import", &path, "--encoding", "klingon"]).failed(2);
    assert!(klingon.contains("no such encoding; write it like windows-1251"), "{klingon}");
}

#[test]
fn a_batch_tells_of_each_line_what_it_did() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("a", "1");
    let send = |query: &str, text: &str| {
        let request = node.http.post(node.url(&format!("/api/v1/teach:batch{query}")));
        let response =
            request.header("content-type", "application/x-ndjson").body(text.to_owned()).send().unwrap();
        let (status, text) = (response.status().as_u16(), response.text().unwrap());
        (status, text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>())
    };
    let lines = "{\"stimulus\":\"a\",\"response\":\"1\"}\n{\"stimulus\":\"A\",\"response\":\"1\"}\n{\"stimulus\":\"b\",\"response\":\"2\"}\n";
    let effects =
        |answers: &[Value]| answers.iter().map(|answer| answer["effect"].clone()).collect::<Vec<_>>();
    let (_, dry) = send("?unchanged=skip&dry_run=true", lines);
    assert_eq!(effects(&dry[..3]), ["unchanged", "replaced", "new"]);
    assert_eq!(
        (&dry[0]["block"]["index"], &dry[1]["block"]["index"], dry[2].get("block")),
        (&json!(1), &json!(1), None)
    );
    assert_eq!(dry[3]["summary"], json!({ "taught": 2, "failed": 0, "replaced": 1, "unchanged": 1 }));
    assert_eq!(length(&node), 2);
    let (_, skipped) = send("?unchanged=skip", lines);
    assert_eq!(effects(&skipped[..3]), ["unchanged", "replaced", "new"]);
    assert_eq!(skipped[2]["block"]["index"], 3);
    let (_, recorded) = send("", lines);
    assert_eq!(
        effects(&recorded[..3]),
        ["replaced", "replaced", "replaced"],
        "a batch records everything unless it is told not to"
    );
    assert_eq!(recorded[3]["summary"], json!({ "taught": 3, "failed": 0, "replaced": 3, "unchanged": 0 }));
    let (status, refused) = send("?dryrun=true", lines);
    assert_eq!((status, &refused[0]["type"]), (400, &json!("urn:kolibri:problem:bad_query")));
    assert_eq!(length(&node), 7);
}

#[test]
fn an_export_can_be_imported_in_every_format() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(&data.path().join("first"));
    node.teach("forgotten", "never to be seen");
    node.teach("plain", "old text");
    teach_tricky(&node);
    node.post("/api/v1/forget", &json!({ "stimulus": "forgotten" }));
    assert_eq!(known(&node), tricky());
    for (name, options) in [
        ("knowledge.jsonl", &["--format", "jsonl"][..]),
        ("knowledge.csv", &["--format", "csv"]),
        ("excel.csv", &["--format", "csv", "--bom", "--separator", "semicolon"]),
        ("knowledge.tsv", &["--format", "csv", "--separator", "tab"]),
    ] {
        let path = data.path().join(name);
        let path = path.to_str().unwrap();
        let exported = node.run(&[&["export", "--output", path], options].concat());
        assert_eq!(
            fs::metadata(path).unwrap().permissions().mode() & 0o077,
            0,
            "{name} is its owner's alone"
        );
        assert_eq!(
            (exported.code, exported.out.as_str(), exported.err.as_str()),
            (0, "", "kolibri: exported 6 associations\n")
        );
        let printed = node.run(&[&["export"], options].concat()).printed();
        assert_eq!(printed, fs::read_to_string(path).unwrap());

        let second = Running::start(&data.path().join(name.replace('.', " to ")));
        assert_eq!(second.run(&["import", path]).printed(), "6 new, 0 replaced, 0 unchanged\n");
        assert_eq!(known(&second), tricky());
        let again = second.run(&["import", path]).printed();
        assert_eq!(again, "0 new, 0 replaced, 6 unchanged\n", "importing again is safe");
        assert_eq!(length(&second), 7);
        // Through a pipe.
        let third = Running::start(&data.path().join(name.replace('.', " by a pipe to ")));
        let import = &mut third.command(&["import", "-", "--json"]);
        assert_eq!(feed(import, printed.as_bytes()).json()["new"], 6);
        assert_eq!(known(&third), tricky());
    }
    let empty = Running::start(&data.path().join("empty"));
    assert_eq!(empty.run(&["export"]).printed(), "");
    assert!(empty.run(&["export", "--bom"]).failed(2).contains("are for CSV"));
}

#[test]
fn no_cell_of_an_export_is_a_formula_in_a_spreadsheet() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.teach("=HYPERLINK(\"http://example.invalid/?x=\"&A1,\"Open\")", "-2+3");
    let csv = node.run(&["export", "--format", "csv", "--bom"]).printed();
    assert_eq!(
        csv,
        "\u{feff}stimulus,response\r\n\"'=HYPERLINK(\"\"http://example.invalid/?x=\"\"&A1,\"\"Open\"\")\",'-2+3\r\n"
    );
}

#[test]
fn an_import_names_the_lines_that_are_wrong_and_takes_the_rest() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let csv = "response,stimulus,comment\nfirst,1,x\nsecond\n\"two\nlines\",3,x\n,4,x\n\
               fifth,,x\nsixth,6,x,too,many\nseventh,7,\neighth,\u{3164},x\n";
    let import = node.run(&["import", &file(data.path(), "faq.csv", csv)]);
    assert_eq!(
        (import.code, import.out.as_str()),
        (1, "3 new, 0 replaced, 0 unchanged, 5 failed\n"),
        "{import:?}"
    );
    for (line, problem) in [
        (3, "this line has 1 field, but the question is in column 2"),
        (6, "the answer is empty"),
        (7, "the question is empty"),
        (8, "this line has 5 fields, but the first line has 3"),
        (10, "stimulus has nothing that can be seen"),
    ] {
        assert!(import.err.contains(&format!("kolibri: line {line}: {problem}")), "{line}: {}", import.err);
    }
    assert_eq!(known(&node).len(), 3);
    assert_eq!(node.ask("3")["answer"], "two\nlines");

    let jsonl = r#"{"stimulus":"a","response":"1"}

nonsense
{"stimulus":"only"}
{"stimulus":"b","response":""}
{"stimulus":"c","response":"3","source":{}}"#;
    let import = node.run(&["import", "--json", &file(data.path(), "faq.jsonl", jsonl)]);
    assert_eq!(
        (import.code, &import.json()["new"], &import.json()["failed"]),
        (1, &json!(2), &json!(3)),
        "{import:?}"
    );
    for line in [3, 4, 5] {
        assert!(import.err.contains(&format!("kolibri: line {line}: ")), "{line}: {}", import.err);
    }
    assert_eq!((node.ask("a")["answer"].as_str(), node.ask("c")["answer"].as_str()), (Some("1"), Some("3")));

    let many = "wrong\n".repeat(100);
    let import = node.run(&["import", &file(data.path(), "many.jsonl", many)]);
    assert_eq!((import.code, import.out.as_str()), (1, "0 new, 0 replaced, 0 unchanged, 100 failed\n"));
    assert_eq!(import.err.lines().count(), 22, "{}", import.err);
    assert!(import.err.ends_with("there is more to tell; it is counted but not shown\n"), "{}", import.err);
}

#[test]
fn a_quote_that_is_never_closed_swallows_nothing() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let text = "stimulus,response\none,1\ntwo,\"2\nthree,3\nfour,4\n";
    let ended = node.run(&["import", &file(data.path(), "open.csv", text)]);
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (1, "1 new, 0 replaced, 0 unchanged, 1 failed\n"),
        "{ended:?}"
    );
    assert!(ended.err.contains("line 3: the quote that begins here is never closed"), "{ended:?}");
    assert_eq!(known(&node), [("one".to_owned(), "1".to_owned())]);
}

#[test]
fn an_import_that_cannot_begin_says_why() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let path = |name: &str| data.path().join(name).to_str().unwrap().to_owned();
    let fails = |name: &str, content: &str| {
        let ended: Ended = node.run(&["import", &file(data.path(), name, content)]);
        ended.failed(2)
    };
    assert!(node.run(&["import", &path("none.csv")]).failed(2).contains("none.csv: No such file"));
    assert!(fails("faq.txt", "").contains("faq.txt: the file is empty"));
    assert!(fails("faq.txt", "only words\n").contains("this looks like none of CSV, TSV, JSON"));
    assert!(
        fails("one.csv", "only words\nmore\n")
            .contains("the first line is `only words`, in which nothing separates")
    );
    fs::create_dir(path("folder.csv")).unwrap();
    assert!(node.run(&["import", &path("folder.csv")]).failed(2).contains("folder.csv: is a directory"));
    assert!(
        node.run(&["export", "--output", &path("no/such/place")])
            .failed(2)
            .contains("no/such/place: No such file")
    );
    let formats = node.run(&["import", "a.csv", "--format", "xml"]).failed(2);
    assert!(formats.contains("[possible values: csv, tsv, json, jsonl, yaml, markdown]"), "{formats}");
}

#[test]
fn more_than_one_request_holds_is_imported_and_exported() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let line = |number| {
        format!("{}\n", json!({ "stimulus": format!("question {number}"), "response": "x".repeat(200) }))
    };
    let mut text: String = (0..2_500).map(line).collect();
    text.push_str("broken at line 2501\n");
    let import = node.run(&["import", &file(data.path(), "big.jsonl", text)]);
    assert_eq!((import.code, import.out.as_str()), (1, "2500 new, 0 replaced, 0 unchanged, 1 failed\n"));
    assert!(import.err.contains("line 2501: "), "{}", import.err);
    assert_eq!(node.run(&["export"]).printed().lines().count(), 2_500);

    // A reader that goes away ends the command quietly, as with other tools.
    for arguments in [&["export"][..], &["export", "--format", "csv"]] {
        let mut export = node.command(arguments);
        let mut export = export.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(export.stdout.take().unwrap()).lines();
        lines.next().unwrap().unwrap();
        drop(lines);
        let ended = export.wait_with_output().unwrap();
        assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(0), ""));
    }
}
