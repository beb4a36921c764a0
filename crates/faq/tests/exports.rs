//! Files as other programs write them: help desks, wikis, forms, data sets. What is clear is read, and what is not is asked for.

#![allow(clippy::unwrap_used, reason = "a test may stop")]

use kolibri_faq::{Column, Fault, Format, Options, Part, Problem, Reader, Unreadable};

fn open<'a>(name: &str, text: &'a str) -> Reader<'a> {
    Reader::open(text.as_bytes(), Some(name), Options::default()).unwrap()
}

/// The pairs of a file, in which nothing else may be wrong.
#[track_caller]
fn assert_read(name: &str, text: &str, expected: &[(&str, &str)]) {
    let notes_aside = |entry: &Result<_, Fault>| !entry.as_ref().is_err_and(|fault| fault.problem.is_note());
    let read: Vec<_> = open(name, text)
        .filter(notes_aside)
        .map(|entry| entry.map(|pair| (pair.question, pair.answer)))
        .collect();
    let expected: Vec<_> = expected.iter().map(|(q, a)| Ok(((*q).to_owned(), (*a).to_owned()))).collect();
    assert_eq!(read, expected, "{name}: {text}");
}

#[test]
fn exports_of_help_desks_and_wikis_are_read() {
    for (program, text, expected) in [
        (
            "zendesk.csv",
            "Id,Title,Body,Section,Author,Locale,Draft,Vote sum,Created at,Labels,URL\n\
             360001,How do I pay?,\"<p>By \"\"card\"\"</p>\",Pay,ann@x.invalid,en-us,false,12,2024-01-02T10:00:00Z,\"a, b\",https://x.invalid/1\n\
             360002,Waiting,Second floor,Wait,bob@x.invalid,en-us,false,3,2024-01-02T10:00:00Z,c,https://x.invalid/2\n",
            [("How do I pay?", "<p>By \"card\"</p>"), ("Waiting", "Second floor")],
        ),
        (
            "intercom.csv",
            "article_id,title,description,body,url,state,author,views,created_at\n\
             9001,How do I pay?,About pay,By card,https://x.invalid/1,published,Ann,100,2024-05-01\n\
             9002,Waiting,About waiting,Second floor,https://x.invalid/2,published,Ann,50,2024-05-01\n",
            [("How do I pay?", "By card"), ("Waiting", "Second floor")],
        ),
        (
            "freshdesk.csv",
            "Article Title,Article Description,Folder Name,Category Name,Status,Type,Agent,Hits,Tags\n\
             How do I pay?,By card,Orders,Shop,Published,Permanent,Ann,10,refund\n\
             Waiting,Second floor,Orders,Shop,Published,Permanent,Ann,7,cancel\n",
            [("How do I pay?", "By card"), ("Waiting", "Second floor")],
        ),
        (
            "hubspot.csv",
            "Article title,Article subtitle,Article body,Article URL,Category,Status,Last modified date,Language\n\
             How do I pay?,Pay,By card,https://x.invalid/1,Inbox,PUBLISHED,2024-01-01,en\n\
             Waiting,Wait,Second floor,https://x.invalid/2,Calls,PUBLISHED,2024-01-01,en\n",
            [("How do I pay?", "By card"), ("Waiting", "Second floor")],
        ),
        (
            "notion.csv",
            "\u{feff}Name,Answer,Tags,Created,Status\n\
             How do I pay?,\"By card.\n\nOr cash.\",\"a, b\",\"March 3, 2024 10:00 AM\",Done\n\
             Waiting,Second floor,hr,\"March 4, 2024 9:00 AM\",Done\n",
            [("How do I pay?", "By card.\n\nOr cash."), ("Waiting", "Second floor")],
        ),
        (
            "qnamaker.tsv",
            "Question\tAnswer\tSource\tMetadata\tSuggestedQuestions\tIsContextOnly\tPrompts\tQnaId\n\
             How do I pay?\t**By card**\\n\\nOr cash\tEditorial\tcat:x\t[]\tFalse\t[]\t1\n\
             Waiting\tOpen C:\\new\tEditorial\t\t[]\tFalse\t[]\t2\n",
            [("How do I pay?", "**By card**\n\nOr cash"), ("Waiting", "Open C:\\new")],
        ),
        (
            "wordpress.json",
            r#"[{"id":1,"slug":"pay","title":{"rendered":"How do I pay?"},"content":{"rendered":"By card","protected":false},"author":1},
                {"id":2,"slug":"wait","title":{"rendered":"Waiting"},"content":{"rendered":"Second floor","protected":false},"author":1}]"#,
            [("How do I pay?", "By card"), ("Waiting", "Second floor")],
        ),
        (
            "contentful.json",
            r#"{"sys":{"type":"Array"},"total":2,"items":[
                {"sys":{"id":"1","type":"Entry"},"fields":{"question":"How do I pay?","answer":"By card"}},
                {"sys":{"id":"2","type":"Entry"},"fields":{"question":"Waiting","answer":"Second floor"}}]}"#,
            [("How do I pay?", "By card"), ("Waiting", "Second floor")],
        ),
        (
            "schema.org.json",
            r#"{"@context":"https://schema.org","@graph":[{"@type":["WebPage","FAQPage"],"name":"Our help","description":"All of it",
                "mainEntity":[{"@type":"Question","name":"How do I pay?","acceptedAnswer":{"@type":"Answer","text":"By card"},
                "suggestedAnswer":[{"@type":"Answer","text":"No idea"}]},
                {"@type":"Question","name":"Waiting","acceptedAnswer":[{"@type":"Answer","text":"Second floor"}]}]}]}"#,
            [("How do I pay?", "By card"), ("Waiting", "Second floor")],
        ),
        (
            "stackexchange.json",
            r#"{"items":[{"question_id":1,"title":"How do I pay?","body":"I want to","answers":[
                {"answer_id":2,"is_accepted":false,"body":"No way"},{"answer_id":3,"is_accepted":true,"body":"By card"}]},
                {"question_id":2,"title":"Waiting","answers":[{"answer_id":4,"is_accepted":false,"body":"Second floor"}]}]}"#,
            [("How do I pay?", "By card"), ("Waiting", "Second floor")],
        ),
        (
            "by question.yaml",
            "How do I pay?:\n  answer: By card\n  tags: [a]\nIs it free?:\n  answer: Not at all\n  tags: []\n",
            [("How do I pay?", "By card"), ("Is it free?", "Not at all")],
        ),
        (
            "anchors.md",
            "# FAQ\n\n<a name=\"pay\"></a>\n## How do I pay?\n\nBy card.\n\n<a name=\"wait\"></a>\n## Waiting?\n\nSecond floor.\n",
            [("How do I pay?", "By card."), ("Waiting?", "Second floor.")],
        ),
        (
            "notes.txt",
            "How do I pay? -> By card, or cash\nWaiting? -> Second floor\n",
            [("How do I pay?", "By card, or cash"), ("Waiting?", "Second floor")],
        ),
    ] {
        assert_read(program, text, &expected);
    }
}

#[test]
fn fields_in_an_object_of_a_row_are_told_as_picked() {
    let text = r#"[{"id":1,"attributes":{"views":3,"title":"How?","content":"So"}},{"id":2,"attributes":{"title":"Why?","content":"Because"}}]"#;
    assert_read("strapi.json", text, &[("How?", "So"), ("Why?", "Because")]);
    let reader = open("strapi.json", text);
    let (question, answer) = reader.found().picked.unwrap();
    let names = &reader.found().columns;
    assert_eq!((&*names[question], &*names[answer]), ("attributes.title", "attributes.content"));
}

#[test]
fn a_conversation_of_one_turn_is_a_pair_and_another_is_told_once() {
    let lines = concat!(
        r#"{"messages":[{"role":"system","content":"Be brief"},{"role":"user","content":"How?"},{"role":"assistant","content":"So"}]}"#,
        "\n",
        r#"{"messages":[{"role":"user","content":[{"type":"text","text":"Why?"}]},{"role":"assistant","content":"Because","weight":1}],"tools":[]}"#,
        "\n",
        r#"{"conversations":[{"from":"human","value":"Where?"},{"from":"gpt","value":"Here"}]}"#,
        "\n",
    );
    let expected = [("How?", "So"), ("Why?", "Because"), ("Where?", "Here")];
    assert_read("chat.jsonl", lines, &expected);
    assert_read("chat.json", &format!("[{}]", lines.trim().replace('\n', ",")), &expected);
    assert_read("one.json", lines.lines().next().unwrap(), &expected[..1]);
    for turns in [
        r#"{"role":"user","content":"How?"}"#,
        r#"{"role":"user","content":"How?"},{"role":"assistant","content":"So"},{"role":"user","content":"Why?"},{"role":"assistant","content":"So"}"#,
        r#"{"role":"user","content":"How?"},{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]}"#,
    ] {
        let text = format!("{lines}{{\"messages\":[{turns}]}}\n");
        let faults: Vec<_> =
            open("chat.jsonl", &text).filter_map(Result::err).map(|fault| fault.to_string()).collect();
        assert!(faults.len() == 1 && faults[0].starts_with("line 4: "), "{turns}: {faults:?}");
    }
}

#[test]
fn a_first_pair_with_words_of_names_is_no_header_and_is_not_turned_round() {
    let office = "Printer,\"Second floor, by the lift\"\nHolidays,\"25 days a year\"\n";
    let rest = [("Printer", "Second floor, by the lift"), ("Holidays", "25 days a year")];
    for (question, answer) in [
        ("VPN access", "Ask netops for a profile"),
        ("VPN", "Ask netops"),
        ("Password reset", "Text the service desk"),
        ("Lunch", "Body shop cafe"),
        ("Парковка", "Ответ даст охрана"),
        ("Отпуск", "Вопрос решает руководитель"),
        ("Title deed", "Ask legal"),
    ] {
        assert_read(
            "a.csv",
            &format!("{question},{answer}\n{office}"),
            &[&[(question, answer)], &rest[..]].concat(),
        );
    }
    let unclear = format!("Question about leave,Answer from HR\n{office}");
    let refused = Reader::open(unclear.as_bytes(), Some("a.csv"), Options::default()).map(|_| ());
    let Err(Unreadable::NoColumn { found, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!((found.header, &*found.rows[0][0], found.rows.len()), (false, "Question about leave", 3));
    for ((question, answer), pairs) in [(("1", "2"), 3), (("Question about leave", "Answer from HR"), 2)] {
        let (question, answer) = (Some(Column::named(question)), Some(Column::named(answer)));
        let options = Options { question, answer, ..Options::default() };
        assert_eq!(
            Reader::open(unclear.as_bytes(), Some("a.csv"), options).unwrap().flatten().count(),
            pairs
        );
    }
}

#[test]
fn a_first_pair_is_not_lost_to_the_header() {
    assert_read("a.csv", "How?,Answer A\nWhat?,B\n", &[("How?", "Answer A"), ("What?", "B")]);
    assert_read("a.csv", "Вопрос?;Ответ\nКак?;Так\n", &[("Как?", "Так")]);
}

#[test]
fn of_the_answers_of_several_annotators_one_is_taught() {
    let squad = r#"{"version":"v2.0","data":[{"title":"Normans","paragraphs":[{"context":"The Normans","qas":[
        {"id":"1","question":"In what country?","is_impossible":false,"answers":[{"text":"in France","answer_start":150},
            {"text":"France","answer_start":159},{"text":"France","answer_start":159}]},
        {"id":"2","question":"When?","answers":[{"text":"10th","answer_start":1},{"text":"the 10th","answer_start":0}]},
        {"id":"3","question":"Who?","is_impossible":true,"answers":[],"plausible_answers":[{"text":"Ann","answer_start":1}]}]}]}]}"#;
    let flat = concat!(
        r#"{"id":"1","context":"c","question":"In what country?","answers":{"text":["in France","France","France"],"answer_start":[1,2,2]}}"#,
        "\n",
        r#"{"id":"2","context":"c","question":"When?","answers":{"text":["10th","the 10th"],"answer_start":[1,0]}}"#,
        "\n",
        r#"{"id":"3","context":"c","question":"Who?","answers":{"text":[],"answer_start":[]}}"#,
        "\n"
    );
    for (name, text) in [("squad.json", squad), ("squad.jsonl", flat)] {
        let read: Vec<_> = open(name, text).collect();
        let said: Vec<_> = read.iter().flatten().map(|pair| (&*pair.question, &*pair.answer)).collect();
        assert_eq!(said, [("In what country?", "France"), ("When?", "10th")], "{name}");
        let faults: Vec<_> = read.iter().filter_map(|entry| entry.as_ref().err()).collect();
        assert!(
            matches!(faults[..], [Fault { problem: Problem::Empty(Part::Answer), .. }]),
            "{name}: {faults:?}"
        );
    }
}

/// What is offered where a file is not clear: every row of it is told as faulty, and nothing is taught.
#[test]
fn objects_that_are_not_clear_offer_their_fields_however_deep_and_short() {
    for (name, text, columns, picked) in [
        (
            "a.json",
            r#"[{"nr":1,"headline":"H1?","page":{"html":"d1"}},{"nr":2,"headline":"H2?","page":{"html":"d2"}}]"#,
            &["nr", "headline", "page.html"][..],
            ("headline", "page.html"),
        ),
        (
            "a.jsonl",
            "{\"nr\":1,\"headline\":\"H1?\",\"page\":{\"html\":\"d1\"}}\n{\"nr\":2,\"headline\":\"H2?\",\"page\":{\"html\":\"d2\"}}\n",
            &["nr", "headline", "page.html"],
            ("headline", "page.html"),
        ),
        (
            "a.yaml",
            "- {nr: 1, head: {line: 'H1?'}, page: {inner: {html: d1}}}\n- {nr: 2, head: {line: 'H2?'}, page: {inner: {html: d2}}}\n",
            &["nr", "head.line", "page.inner.html"],
            ("head.line", "page.inner.html"),
        ),
        (
            "languages.json",
            r#"{"items":[{"fields":{"head":{"en":"H1?","de":"W1?"},"body":{"en":"d1","de":"t1"}}},
                {"fields":{"head":{"en":"H2?","de":"W2?"},"body":{"en":"d2","de":"t2"}}}]}"#,
            &["head.en", "head.de", "body.en", "body.de"],
            ("head.en", "body.en"),
        ),
        (
            "alike.json",
            r#"[{"question_en":"H1?","question_de":"W1?","answer_en":"d1","answer_de":"t1"},
                {"question_en":"H2?","question_de":"W2?","answer_en":"d2","answer_de":"t2"}]"#,
            &["question_en", "question_de", "answer_en", "answer_de"],
            ("question_en", "answer_en"),
        ),
    ] {
        let reader = open(name, text);
        assert_eq!(
            (&reader.found().columns[..], reader.found().picked),
            (&columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()[..], None),
            "{name}"
        );
        assert!(reader.into_iter().all(|entry| entry.is_err()), "{name}: nothing is guessed");
        let (question, answer) = (Some(Column::named(picked.0)), Some(Column::named(picked.1)));
        let chosen =
            Reader::open(text.as_bytes(), Some(name), Options { question, answer, ..Options::default() });
        let chosen: Vec<_> =
            chosen.unwrap().map(|pair| pair.map(|pair| (pair.question, pair.answer)).unwrap()).collect();
        assert_eq!(
            chosen,
            [("H1?".to_owned(), "d1".to_owned()), ("H2?".to_owned(), "d2".to_owned())],
            "{name}"
        );
    }
}

#[test]
fn a_large_file_of_many_answers_or_fields_is_read_at_once() {
    let answers: Vec<_> = (0..30_000).map(|n| format!(r#"{{"text":"t{n}","answer_start":0}}"#)).collect();
    let many = format!(r#"[{{"question":"How?","answers":[{}]}}]"#, answers.join(","));
    assert_read("many.json", &many, &[("How?", "t0")]);
    let lines = many.replace(r#","answer_start":0"#, "");
    assert_eq!(open("many.json", &lines).next().unwrap().unwrap().answer.lines().count(), 30_000);
    let fields: Vec<_> = (0..30_000).map(|n| format!(r#""{n}":1"#)).collect();
    let wide = format!(r#"[{{"{}":{{{}}},"x":"How?"}}]"#, "n".repeat(100_000), fields.join(","));
    assert!(open("wide.json", &wide).all(|entry| entry.is_err()));
}

#[test]
fn columns_that_are_not_clear_are_asked_for() {
    for text in [
        "Summary,Issue key,Status,Description,Resolution,Comment\nCannot print,IT-1,Done,It says no,Fixed,Restart it\n",
        "number,short_description,text,workflow_state\nKB0001,How to map a drive,Open it,published\n",
        "question_en,answer_en,question_ru,answer_ru\nHow?,So,Как?,Так\n",
        "Question,Answer,Question,Answer\nHow?,So,Why?,Because\n",
        "question,A,B,answer\nWhat is hot?,fire,ice,A\nWhat is cold?,fire,ice,B\n",
        "Timestamp,What is your question?,What is our answer?,Email\n1/2/2024 10:00:00,How?,So,ann@x.invalid\n",
    ] {
        let refused = Reader::open(text.as_bytes(), Some("a.csv"), Options::default()).map(|_| ());
        assert!(matches!(refused, Err(Unreadable::NoColumn { .. })), "{text}: {refused:?}");
    }
}

#[test]
fn what_may_be_read_in_two_ways_is_refused() {
    for (text, said) in [
        ("How? -> So\nWhere? -> Menu -> File\nWhy? -> Because\n", "line 2: this is not question -> answer"),
        ("How? -> So\nWhy? -> Because\nWhat? -> write `a -> b`\n", "line 3: this is not question -> answer"),
        ("Lima, Peru -> a city\nParis, France -> a city\n", "this looks like none of"),
    ] {
        let refused = Reader::open(text.as_bytes(), Some("a.txt"), Options::default()).map(|_| ());
        assert!(
            refused.as_ref().is_err_and(|error| error.to_string().starts_with(said)),
            "{text}: {refused:?}"
        );
    }
    let columns = open("a.txt", "How do I pay?,Menu -> Pay\nCan I wait?,Menu -> Wait\n");
    assert_eq!(columns.found().format, Format::Csv);
}
