//! The command line: what each command prints, its exit code (0 done, 1 no, 2 could not), and messages that say what to
//! do.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use serde_json::json;

use crate::running::cli::{self, end, run, unprivileged};
use crate::running::{Running, eventually, kolibri, port};

/// Writes a file into a directory; returns its path.
pub fn file(directory: &Path, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = directory.join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn teach_ask_and_forget_speak_to_people_and_to_machines() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let taught = node.run(&["teach", "Кто дежурит?", "Смотри график"]).printed();
    let hash = node.get("/api/v1/genome/blocks/1").1["hash"].as_str().unwrap().to_owned();
    assert_eq!(taught, format!("taught in block 1 ({hash})\n"));
    let answer = node.run(&["ask", "кто дежурит?"]).printed();
    let day = node.get("/api/v1/genome/blocks/1").1["time"].as_str().unwrap()[..10].to_owned();
    let expected =
        format!("Смотри график\n  (word for word: \"Кто дежурит?\", taught {day} in block 1 ({hash}))\n");
    assert_eq!(answer, expected);

    let json = node.run(&["ask", "--json", "кто дежурит?"]).json();
    assert_eq!((&json["answer"], &json["source"]["hash"]), (&json!("Смотри график"), &json!(hash)));
    let json = node.run(&["teach", "--json", "b", "c"]).json();
    assert_eq!(json["block"]["hash"].as_str().unwrap().len(), 64);

    let forgotten = node.run(&["forget", "Кто дежурит?"]).printed();
    assert!(forgotten.ends_with("; erased the content of block 1\n"), "{forgotten}");
    let again = node.run(&["forget", "Кто дежурит?"]);
    assert!(again.out.is_empty(), "{again:?}");
    let said = again.failed(1);
    assert!(said.contains("this stimulus is not taught") && said.contains("(trace "), "{said}");

    let unknown = node.run(&["ask", "Кто дежурит?"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (1, "no answer is probable enough\n"), "{unknown:?}");
    let unknown = node.run(&["ask", "--json", "Кто дежурит?"]);
    assert_eq!((unknown.code, &unknown.json()["match"]), (1, &json!("none")));
    assert!(node.run(&["teach", "", "x"]).failed(2).contains("stimulus is empty"));
    assert!(node.run(&["teach", "alone"]).failed(2).contains("<RESPONSE>"));
    // Words that look like flags.
    node.run(&["teach", "--", "--help", "-v"]).printed();
    assert!(node.run(&["ask", "--", "--help"]).printed().starts_with("-v\n"));
}

#[test]
fn who_names_the_block_changes_no_other_answer() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.run(&["teach", "door code", "1"]).printed();
    node.run(&["teach", "door code", "2", "--replaces", "1"]).printed();
    for refused in
        [&["teach", "door code", "3", "--replaces", "1"][..], &["forget", "door code", "--block", "1"]]
    {
        assert!(
            node.run(refused).failed(2).contains("changed meanwhile: block 2 answers by now"),
            "{refused:?}"
        );
    }
    let forgotten = node.run(&["forget", "door code", "--block", "2"]).printed();
    assert!(forgotten.ends_with("; erased the content of block 1, 2\n"), "{forgotten}");
    let gone = node.run(&["teach", "the code of the door", "2", "--answer-of", "2"]).failed(2);
    assert!(gone.contains("changed meanwhile: nothing answers"), "{gone}");
}

#[test]
fn without_a_node_every_command_says_so_plainly() {
    let free = port::unused();
    let url = format!("http://{free}");
    let data = tempfile::tempdir().unwrap();
    let faq = file(data.path(), "faq.csv", "stimulus,response\na,b\n");
    let id = "0af7651916cd43dd8448eb211c80319c";
    for arguments in [
        &["teach", "a", "b"][..],
        &["ask", "a"],
        &["forget", "a"],
        &["import", &faq],
        &["export"],
        &["trace", "latest"],
        &["trace", "show", id],
        &["healthcheck"],
    ] {
        let said = run(&[arguments, &["--url", &url]].concat()).failed(2);
        let expected = format!(
            "kolibri: no node is running at {url}; start one with `kolibri serve`, or set KOLIBRI_URL to its address\n"
        );
        assert_eq!(said, expected, "{arguments:?}");
    }
    let (host, port) = (free.ip().to_string(), free.port().to_string());
    let mut ask = kolibri();
    ask.args(["ask", "a"]).env("KOLIBRI_HTTP_HOST", host).env("KOLIBRI_HTTP_PORT", port);
    assert!(end(&mut ask).failed(2).contains(&url));
    for nonsense in ["127.0.0.1:8080", "localhost:8080", "nonsense", "ftp://127.0.0.1"] {
        let said = run(&["ask", "a", "--url", nonsense]).failed(2);
        assert!(said.contains(nonsense) && said.contains("write it like http://127.0.0.1:8080"), "{said}");
    }
}

#[test]
fn what_is_no_node_is_told_apart_from_none() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let metrics = node.metrics.as_ref().unwrap().strip_suffix("/metrics").unwrap();
    let faq = file(data.path(), "faq.csv", "stimulus,response\na,b\n");
    for arguments in
        [&["ask", "a"][..], &["teach", "a", "b"], &["export"], &["import", &faq], &["healthcheck"]]
    {
        let said = run(&[arguments, &["--url", metrics]].concat()).failed(2);
        assert!(
            said.contains(&format!("the server at {metrics} is not a Kolibri node")),
            "{arguments:?}: {said}"
        );
    }
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let other = std::thread::spawn(move || {
        let (mut caller, _) = silent.accept().unwrap();
        caller.write_all(b"220 mail.example ESMTP\r\n").unwrap();
    });
    let said = run(&["ask", "a", "--url", &url]).failed(2);
    other.join().unwrap();
    assert!(said.contains(&format!("the request to the node at {url} failed")), "{said}");
}

#[test]
fn a_node_on_this_machine_is_called_without_the_proxy_of_the_environment() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let mut teach = node.command(&["teach", "a", "b"]);
    for variable in ["http_proxy", "HTTP_PROXY", "ALL_PROXY"] {
        teach.env(variable, "http://127.0.0.1:9");
    }
    end(&mut teach).printed();
}

#[test]
fn traces_are_shown() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let none = node.run(&["trace", "latest"]).failed(1);
    assert!(none.contains("the node remembers no such command"), "{none}");
    node.teach("a", "b");
    let failed = node.run(&["forget", "unknown"]).failed(1);
    let id = failed.trim_end().strip_suffix(')').unwrap().rsplit(' ').next().unwrap();

    let latest = node.run(&["trace", "latest", "--outcome", "failed"]).printed();
    for line in [&format!("trace    {id}"), "event    FORGET", "outcome  failed", "error    not_taught"] {
        assert!(latest.lines().any(|shown| shown == line), "{line}: {latest}");
    }
    assert_eq!(node.run(&["trace", "show", id]).printed(), latest);
    let good = node.run(&["trace", "latest", "--outcome", "ok", "--json"]).json();
    assert_eq!((&good["event"], &good["block"]), (&json!("TEACH"), &json!(1)));
    let shown = node.run(&["trace", "show", good["trace_id"].as_str().unwrap()]).printed();
    assert!(shown.contains("block    1\n") && shown.contains("took "), "{shown}");

    assert!(node.run(&["trace", "show", &"1".repeat(32)]).failed(1).contains("KOLIBRI_TRACE_PATH"));
    assert!(node.run(&["trace", "show", "../genome"]).failed(2).contains("32 lower-case hex digits"));
    assert!(
        node.run(&["trace", "latest", "--outcome", "maybe"])
            .failed(2)
            .contains("[possible values: failed, ok]")
    );
}

#[test]
fn the_seeds_name_of_a_drill_runs_one() {
    let root = tempfile::tempdir().unwrap();
    let node = Running::start(root.path());
    let asked = ["--minutes", "1", "--events-per-minute", "10"];
    for name in [&["zapustit_soak"][..], &["soak", "zapustit_soak"]] {
        let told = node.run(&[name, &asked[..]].concat()).printed();
        assert!(told.contains("(completed)"), "{told}");
    }
    assert!(end(kolibri().arg("--help")).printed().contains("zapustit_soak"));
}

#[test]
fn the_configuration_is_checked_whole() {
    let check = |variables: &[(&str, &str)], arguments: &[&str]| {
        end(kolibri().args(["config", "check"]).args(arguments).envs(variables.iter().copied()))
    };
    let good = check(&[], &[]);
    assert_eq!(good.err, "");
    let good = good.printed();
    assert!(good.ends_with("`kolibri config show` shows that of a running node\n"), "{good}");
    assert!(
        good.lines().any(|line| line.starts_with("KOLIBRI_HTTP_PORT ") && line.ends_with("8080  (default)")),
        "{good}"
    );

    let secrets = [
        ("KOLIBRI_API_TOKEN", "topsecret-topsecret"),
        ("KOLIBRI_OTLP_ENDPOINT", "http://collector:4318"),
        ("KOLIBRI_OTLP_HEADERS", "authorization=topsecret"),
        ("KOLIBRI_HTTP_PORT", "9000"),
        ("KOLIBRI_HTTP_PROT", "9001"),
    ];
    let shown = check(&secrets, &[]);
    assert_eq!(shown.err, "kolibri: KOLIBRI_HTTP_PROT is not a Kolibri setting; is it misspelt?\n");
    assert!(!shown.out.contains("topsecret") && shown.out.contains("(set, not shown)"), "{}", shown.out);
    let json = check(&secrets, &["--json", "--http-port", "9002"]).json();
    assert_eq!(json["KOLIBRI_HTTP_PORT"], json!({ "value": "9002", "given": true }));
    assert_eq!(json["KOLIBRI_API_TOKEN"], json!({ "value": "(set, not shown)", "given": true }));
    assert_eq!(json["KOLIBRI_TRACE"], json!({ "value": "on", "given": false }));

    let faults = [
        ("KOLIBRI_HTTP_HOST", "0.0.0.0"),
        ("KOLIBRI_HTTP_PORT", "eighty"),
        ("KOLIBRI_PROMETHEUS_PORT", "70000"),
        ("KOLIBRI_OTLP_ENDPOINT", "http://user:topsecret@collector"),
        ("KOLIBRI_OTLP_HEADERS", "topsecret"),
        ("KOLIBRI_OTLP_PROTOCOL", "carrier-pigeon"),
        ("KOLIBRI_QUEUE_CAPACITY", "0"),
        ("KOLIBRI_TRACE_MAX_BYTES", "-1"),
        ("KOLIBRI_TRACE", "perhaps"),
        ("KOLIBRI_LOG", "loudly=please=now"),
        ("KOLIBRI_LOG_FORMAT", "xml"),
    ];
    let said = check(&faults, &[]).failed(2);
    assert!(
        said.starts_with("kolibri: the configuration has 11 error(s):\n") && !said.contains("topsecret"),
        "{said}"
    );
    for (variable, _) in faults {
        assert!(said.contains(&format!("\n  {variable}: ")), "{variable}: {said}");
    }
    // The node says the same, and does not start.
    let data = tempfile::tempdir().unwrap();
    let mut serve = kolibri();
    serve.arg("serve").envs(faults).env("KOLIBRI_DATA_DIR", data.path().join("data"));
    assert_eq!(end(&mut serve).failed(2), said);
    assert!(!data.path().join("data").exists());
}

#[test]
fn a_misspelt_variable_is_noticed_at_the_start() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start_with(data.path(), &[("KOLIBRI_TRACE_CONTNET", "1")]);
    let warned = node
        .log()
        .iter()
        .any(|line| line.contains("KOLIBRI_TRACE_CONTNET") && line.contains("is it misspelt?"));
    assert!(warned, "{:#?}", node.log());
}

#[test]
fn healthcheck_says_whether_the_node_is_ready() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let ready =
        eventually("the node is ready", || Some(node.run(&["healthcheck"])).filter(|check| check.code == 0));
    assert_eq!(ready.printed(), format!("ready: {}\n", node.api));
}

#[test]
fn every_help_has_what_its_reader_needs() {
    let help = |command: &[&str]| run(&[command, &["--help"]].concat()).printed();
    let (url, data) = (&["KOLIBRI_URL", "KOLIBRI_API_TOKEN_FILE"][..], &["KOLIBRI_DATA_DIR"][..]);
    let serve = [
        "KOLIBRI_DATA_DIR",
        "KOLIBRI_HTTP_HOST",
        "KOLIBRI_HTTP_PORT",
        "KOLIBRI_API_TOKEN",
        "KOLIBRI_OTLP_HEADERS",
    ];
    for (command, variables) in [
        (&["serve"][..], &serve[..]),
        (&["teach"], url),
        (&["ask"], url),
        (&["forget"], url),
        (&["import"], url),
        (&["export"], url),
        (&["healthcheck"], url),
        (&["trace", "latest"], url),
        (&["trace", "show"], url),
        (&["genome", "verify"], data),
        (&["genome", "show"], data),
        (&["genome", "head"], data),
        (&["config", "check"], &serve),
        (&["ops", "export"], &[]),
    ] {
        let help = help(command);
        let example = format!("kolibri {}", command.join(" "));
        let after = help.split_once("Example").unwrap_or_else(|| panic!("no example: {help}")).1;
        assert!(after.contains(&example), "{help}");
        for variable in variables {
            assert!(help.contains(variable), "{variable}: {help}");
        }
    }
    let all = run(&["--help"]).printed();
    for word in [
        "serve",
        "teach",
        "ask",
        "forget",
        "import",
        "export",
        "genome",
        "trace",
        "config",
        "ops",
        "healthcheck",
    ] {
        assert!(all.contains(&format!("\n  {word} ")), "{word}: {all}");
    }
    assert_eq!(run(&["--version"]).printed(), format!("kolibri {}\n", env!("CARGO_PKG_VERSION")));
    assert!(run(&[]).failed(2).contains("Usage: kolibri <COMMAND>"));
    assert!(run(&["teahc"]).failed(2).contains("'teach'"));
}

#[test]
fn a_second_node_is_told_who_holds_the_data_directory() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let mut second = kolibri();
    second.args(["serve", "--http-port", "0", "--prometheus-port", "0", "--prometheus-host", "127.0.0.1"]);
    let said = end(second.env("KOLIBRI_DATA_DIR", data.path())).failed(2);
    assert!(
        said.contains(&format!("{} is in use by process {}", data.path().display(), node.pid())),
        "{said}"
    );
    assert!(said.contains("stop that process or choose another directory"), "{said}");
    node.teach("the first", "goes on");
    node.stop();
    Running::start(data.path()).stop();
}

#[test]
fn a_data_directory_that_cannot_be_used_is_named() {
    let data = tempfile::tempdir().unwrap();
    let serve = |directory: &Path| {
        let mut serve = kolibri();
        serve.args(["serve", "--http-port", "0", "--prometheus-port", "0", "--data-dir"]).arg(directory);
        end(&mut serve).failed(2)
    };
    let plain = file(data.path(), "file", "");
    assert!(serve(Path::new(&plain)).contains(&format!("{plain}: not a directory")));
    let below = format!("{plain}/data");
    assert!(serve(Path::new(&below)).contains(&below));
    let foreign = data.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    file(&foreign, "genome.db", "no database".repeat(200));
    let said = serve(&foreign);
    assert!(said.contains("file is not a database; this is not a genome"), "{said}");
}

#[test]
fn a_place_where_nothing_may_be_written_is_named_with_what_to_check() {
    let shared = tempfile::tempdir().unwrap();
    let set_mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set_mode(shared.path(), 0o755);
    let mut serve = unprivileged(shared.path());
    let locked = shared.path().join("locked");
    fs::create_dir(&locked).unwrap();
    set_mode(&locked, 0o555);
    serve
        .args(["serve", "--http-port", "0", "--prometheus-port", "0", "--data-dir"])
        .arg(locked.join("data"));
    let said = end(&mut serve).failed(2);
    let expected = format!(
        "{}/data: Permission denied (os error 13); this user has no access to it: check its owner and mode",
        locked.display()
    );
    assert!(said.contains(&expected), "{said}");
}

#[test]
fn output_that_nobody_reads_is_no_error() {
    for arguments in [&["config", "check"][..], &["--help"], &["--version"]] {
        let mut command = kolibri();
        let mut command =
            command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(command.stdout.take());
        let ended = command.wait_with_output().unwrap();
        assert_eq!(
            (ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_text_that_was_taught_cannot_command_the_terminal() {
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    let evil = "\u{1b}]0;title\u{7}\u{1b}[2Jgone\u{9b}31m\u{202e}drawkcab";
    node.teach("evil", evil);
    node.teach(&format!("the {evil} question of many words"), "answer");
    let commands = |text: &str| {
        text.chars().any(|c| (c.is_control() && c != '\n') || matches!(c, '\u{2028}' | '\u{202e}'))
    };
    for arguments in [
        &["ask", "evil"][..],
        &["ask", "the question of many words that nobody taught"],
        &["ask", "evil", "--json"],
        &["genome", "show", "1"],
        &["genome", "show", "1", "--json"],
        &["forget", "\u{1b}[31mnever taught"],
        &["soak", "show", "\u{1b}[31m"],
        &["trace", "show", "\u{1b}[31m"],
        &["runbook", "\u{1b}[31m"],
        &["no\u{1b}[31m\u{7}command"],
        &["ask", "--no\u{1b}[31m\u{2028}flag"],
        &["genome", "show", "\u{1b}[31m"],
        &["genome", "blocks", "--limit", "\u{1b}]0;title\u{7}"],
    ] {
        let ended = if arguments[0] == "genome" {
            let directory = data.path().to_str().unwrap();
            node.run(&[&arguments[..2], &["--data-dir", directory], &arguments[2..]].concat())
        } else {
            node.run(arguments)
        };
        assert!(!commands(&ended.out) && !commands(&ended.err), "{arguments:?}: {ended:?}");
    }
    let shown = node.run(&["ask", "evil"]).printed();
    assert!(shown.contains("\\u{1b}[2Jgone\\u{9b}31m\\u{202e}drawkcab"), "it is shown, not hidden: {shown}");
    assert_eq!(node.run(&["ask", "evil", "--json"]).json()["answer"], evil);
    let path = file(data.path(), "evil.jsonl", "{\"stimulus\":\"s\",\"\u{1b}[31m\":1}\n\u{7}\n");
    let refused = node.run(&["import", &path]);
    assert!(!commands(&refused.err) && refused.code != 0, "{refused:?}");
}

#[test]
fn a_pipe_in_the_place_of_a_file_holds_up_no_start() {
    let data = tempfile::tempdir().unwrap();
    let pipe = |name: &str| {
        let path = data.path().join(name);
        std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        path.to_str().unwrap().to_owned()
    };
    let trace = pipe("trace.pipe");
    let node = Running::start_with(&data.path().join("data"), &[("KOLIBRI_TRACE_PATH", trace.as_str())]);
    node.teach("question", "answer");
    const LOST: &str = r#"kolibri_backend_events_failed_total{event_type="TRACE",fault="trace"}"#;
    // Nobody reads it, so the trace of that is lost, and it is told.
    let lost = || node.series(LOST).filter(|lost| *lost >= 1.0);
    eventually("the trace is counted", lost);
    assert!(node.log().iter().any(|line| line.contains("a pipe that nobody reads")), "{:?}", node.log());
    node.stop();
    for name in [
        "lock",
        "genome.db",
        "genome.db-journal",
        "genome.db-wal",
        "genome.accepted",
        "verdict.json",
        "soaks.db",
        "soaks.db-journal",
    ] {
        let directory = data.path().join(format!("with {name}"));
        fs::create_dir(&directory).unwrap();
        pipe(&format!("with {name}/{name}"));
        let mut serve = kolibri();
        serve.arg("serve").env("KOLIBRI_DATA_DIR", &directory).env("KOLIBRI_HTTP_PORT", "0");
        let said = cli::end(serve.env("KOLIBRI_PROMETHEUS_PORT", "0")).failed(2);
        assert!(said.contains("a pipe, a device or the like") && said.contains(name), "{name}: {said}");
    }
    let token = pipe("token.pipe");
    let mut check = kolibri();
    let said = cli::end(check.args(["config", "check"]).env("KOLIBRI_API_TOKEN_FILE", token)).failed(2);
    assert!(said.contains("KOLIBRI_API_TOKEN_FILE") && said.contains("nothing arrived"), "{said}");
}

#[test]
fn a_link_in_the_place_of_a_file_is_not_followed_but_the_directory_may_be_one() {
    for name in [
        "lock",
        "genome.db",
        "genome.db-wal",
        "genome.db-journal",
        "genome.mark",
        "genome.accepted",
        "trace.jsonl",
        "soaks.db",
        "soaks.db-journal",
        "trace.jsonl.1",
        "verdict.json",
        "backup.json",
        "vectors.db",
    ] {
        for exists in [true, false] {
            let data = tempfile::tempdir().unwrap();
            let (directory, precious) = (data.path().join("data"), data.path().join("precious"));
            fs::create_dir(&directory).unwrap();
            if exists {
                fs::write(&precious, "do not overwrite").unwrap();
            }
            std::os::unix::fs::symlink(&precious, directory.join(name)).unwrap();
            let mut serve = kolibri();
            serve.arg("serve").env("KOLIBRI_DATA_DIR", &directory).env("KOLIBRI_HTTP_PORT", "0");
            let said = cli::end(serve.env("KOLIBRI_PROMETHEUS_PORT", "0")).failed(2);
            assert!(said.contains(&format!("data/{name}")), "{name}: {said}");
            let now = fs::read_to_string(&precious).ok();
            assert_eq!(now.as_deref(), exists.then_some("do not overwrite"), "{name}");
        }
    }
    let data = tempfile::tempdir().unwrap();
    let (elsewhere, link) = (data.path().join("elsewhere"), data.path().join("data"));
    fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &link).unwrap();
    let node = Running::start(&link);
    node.teach("question", "answer");
    node.stop();
    assert!(elsewhere.join("genome.db").is_file());
}

#[test]
fn files_in_a_directory_that_others_can_enter_are_their_owners() {
    let data = tempfile::tempdir().unwrap();
    let open = data.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    let node = Running::start(&open);
    node.teach("question", "answer");
    node.ask("question");
    node.stop();
    for entry in fs::read_dir(&open).unwrap().map(Result::unwrap) {
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", entry.path().display());
    }
}

#[test]
fn a_data_directory_that_others_can_read_and_a_genome_that_they_can_write_are_warned_of() {
    let data = tempfile::tempdir().unwrap();
    let warned = |node: &Running| node.log().iter().any(|line| line.contains("chmod 700"));
    let private = Running::start(&data.path().join("private"));
    assert!(!warned(&private));
    let mode = fs::metadata(data.path().join("private")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let open = data.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
    let node = Running::start(&open);
    assert!(warned(&node));
    let others_write = |node: &Running| node.log().iter().any(|line| line.contains("chmod 600"));
    assert!(!others_write(&node));
    node.stop();
    fs::set_permissions(open.join("genome.db"), fs::Permissions::from_mode(0o666)).unwrap();
    assert!(others_write(&Running::start(&open)));
}
