//! Each alert happens for real, and somebody is told; where nothing is wrong nobody is.

use std::time::Duration;

use rustix::fs::{FallocateFlags, fallocate};
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{drill, on_the_line};
use crate::clock::Clock;
use crate::running::store::break_the_store;
use crate::running::{Running, eventually, port};
use crate::shipped::{self, markdown};
use crate::watching::on_call::{GRAFANA, Notification, OnCall, target};
use crate::watching::pack;

/// A node with a directory of its own, and everybody who watches it.
fn watched(variables: &[(&str, &str)]) -> (TempDir, Running, OnCall) {
    watched_by(OnCall::start, variables)
}

/// The same, with alerts that end within seconds.
fn watched_for_moments(variables: &[(&str, &str)]) -> (TempDir, Running, OnCall) {
    watched_by(OnCall::of_moments, variables)
}

fn watched_by(
    start: impl FnOnce(&[String], &str) -> OnCall,
    variables: &[(&str, &str)],
) -> (TempDir, Running, OnCall) {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start_with(&directory.path().join("data"), variables);
    let on_call = start(&[target(&node)], &node.api);
    on_call.prometheus.await_up(1);
    (directory, node, on_call)
}

/// The links of an alert lead somewhere: the runbook has the heading, the dashboard is shipped.
#[track_caller]
fn assert_links(told: &Notification) {
    let heading = told.label("alertname").to_lowercase();
    let (page, anchor) = told.annotation("runbook_url").split_once('#').unwrap();
    assert!(page.ends_with("/runbook"), "{page}");
    assert_eq!(anchor, heading);
    for runbook in ["docs/operations.md", "docs/operations.ru.md"] {
        let headings = markdown::anchors(&markdown::parse(&shipped::text(runbook)));
        assert!(headings.contains(&heading), "{runbook} has no heading {heading}");
    }
    let uid = told.annotation("dashboard_url").strip_prefix(&format!("{GRAFANA}/d/")).unwrap();
    assert!(pack::DASHBOARDS.contains(&uid), "{told:?}");
    for text in ["summary", "description"] {
        let text = told.annotation(text);
        assert!(
            !text.is_empty() && !["Inf", "NaN", "error"].iter().any(|word| text.contains(word)),
            "{text}"
        );
    }
}

/// The link of an alert opens what failed since a window before it became active, first the command that broke the store. The
/// page asks the API for what its address says.
#[track_caller]
fn assert_trace_link(told: &Notification, on_call: &OnCall, node: &Running, window: f64, broke: &str) {
    let link = told.annotation("trace_url");
    let (page, screen) = link.split_once("/#").unwrap();
    assert_eq!((page, node.http.get(page).send().unwrap().status().as_u16()), (node.api.as_str(), 200));
    let since: f64 = screen.strip_prefix("/traces/failed?since=").unwrap().parse().unwrap();
    let state = format!("ALERTS_FOR_STATE{{alertname=\"{}\"}}", told.label("alertname"));
    let active: Vec<f64> = on_call.prometheus.query(&state).into_values().collect();
    assert_eq!(active, [since + window]);
    let (status, found) = node.get(&format!("/api/v1{screen}"));
    let cause = &found["groups"][0];
    assert_eq!((status, &cause["event"], &cause["error"]), (200, &json!("TEACH"), &json!("store_failed")));
    assert_eq!(
        (cause["example"]["trace_id"].as_str(), &cause["example"]["cause"]),
        (Some(broke), &Value::Null)
    );
}

#[test]
fn failing_commands_page_on_call_with_links_that_resolve_and_no_drill_resolves_the_page() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start(directory.path());
    let on_call = OnCall::start(&[target(&node)], &node.api);
    on_call.prometheus.await_up(1);
    let broke = break_the_store(directory.path(), &node);
    for _ in 0..5 {
        assert_eq!(node.post("/api/v1/ask", &json!({ "stimulus": "question" })).0, 503);
    }
    let told = on_call.awaits("KolibriBackendErrorsSpike");
    assert_eq!((told.team.as_str(), told.label("severity")), ("/on-call", "critical"));
    assert_eq!(told.label("instance"), target(&node));
    assert!(
        told.annotation("description").contains("through the node's own fault: ASK 100% TEACH "),
        "{told:?}"
    );
    assert_links(&told);

    let runbook = node.http.get(told.annotation("runbook_url")).send().unwrap().text().unwrap();
    assert!(runbook.contains("<h3 id=\"kolibribackenderrorsspike\">"), "the node shows the runbook");

    assert_trace_link(&told, &on_call, &node, 300.0, &broke);
    assert_eq!(node.get("/api/v1/traces/failed").1["groups"][0]["noticed"], 5, "they only noticed");

    let subject = format!("Subject: [FIRING 1] KolibriBackendErrorsSpike on {}", target(&node));
    let mail = eventually("the e-mail", || {
        on_call.mailbox.received().into_iter().find(|mail| mail.contains(&subject))
    });
    assert!(mail.contains("To: on-call@example.com"), "{mail}");
    for url in ["runbook_url", "dashboard_url", "trace_url"] {
        let url = told.annotation(url);
        assert!(
            mail.contains(&format!(" {url}\n")) && mail.contains(&format!("<a href=\"{url}\">")),
            "{mail}"
        );
    }

    // Far more events than commands have failed.
    drill(&node, &json!({ "minutes": 1, "events_per_minute": 400, "pace": "fast" }));
    on_call.await_evaluations(5);
    assert!(on_the_line(&on_call.prometheus).contains(&"KolibriBackendErrorsSpike".to_owned()));
    let resolved = on_call.told().into_iter().find(|told| {
        told.label("alertname") == "KolibriBackendErrorsSpike" && told.alert["status"] == "resolved"
    });
    assert!(resolved.is_none(), "{resolved:?}");
}

#[test]
fn a_few_mistakes_of_callers_tell_nobody_and_many_are_a_warning() {
    let (_directory, node, on_call) = watched_for_moments(&[]);
    let mistake = || {
        assert_eq!(node.post("/api/v1/forget", &json!({ "stimulus": "never taught" })).0, 404);
        assert_eq!(node.post("/api/v1/commands", &json!({ "type": "DANCE" })).0, 422);
    };
    (0..3).for_each(|_| mistake());
    on_call.await_evaluations(15);
    assert_eq!(on_the_line(&on_call.prometheus), Vec::<String>::new());
    (0..20).for_each(|_| mistake());
    let told = on_call.awaits("KolibriCallersFailing");
    assert_eq!((told.team.as_str(), told.label("severity")), ("/on-call", "warning"));
    assert_links(&told);
    on_call.awaits_the_end_of("KolibriCallersFailing");
    assert!(on_call.told().iter().all(|told| told.label("severity") == "warning"), "nobody is woken up");
}

#[test]
fn a_teach_of_six_seconds_pages() {
    let (directory, node, on_call) = watched_for_moments(&[]);
    // Somebody else writes, so that the command is under way when the node stands still.
    let other = rusqlite::Connection::open(directory.path().join("data/genome.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let taught =
            scope.spawn(|| node.post("/api/v1/teach", &json!({ "stimulus": "a", "response": "b" })).0);
        let waits = || node.series("kolibri_backend_queue_depth").filter(|depth| *depth == 1.0);
        eventually("the command waits", waits);
        node.signal(Signal::STOP);
        std::thread::sleep(Duration::from_secs(6));
        other.execute_batch("ROLLBACK").unwrap();
        node.signal(Signal::CONT);
        assert_eq!(taught.join().unwrap(), 201);
    });
    let told = on_call.awaits("KolibriCommandsSlow");
    assert_eq!((told.team.as_str(), told.label("severity")), ("/on-call", "critical"));
    assert!(
        told.annotation("description")
            .contains("TEACH in ten of the last 5 minutes took longer than 5 seconds"),
        "{told:?}"
    );
    assert_links(&told);
    on_call.awaits_the_end_of("KolibriCommandsSlow");
}

#[test]
fn a_drill_a_verification_and_a_backup_that_did_not_happen_are_told_until_they_do() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start(&directory.path().join("data"));
    let on_call = OnCall::of_days(&[target(&node)], &node.api);
    for (alert, team) in [
        ("KolibriSoakMissing", "/simulation-team"),
        ("KolibriGenomeUnverified", "/on-call"),
        ("KolibriBackupMissing", "/on-call"),
    ] {
        let told = on_call.awaits(alert);
        assert_eq!((told.team.as_str(), told.label("severity")), (team, "warning"));
        assert_links(&told);
    }
    let is_over = |alert: &str| {
        let fires = || on_the_line(&on_call.prometheus).contains(&alert.to_owned());
        eventually("it is over", || (!fires()).then_some(()));
    };
    drill(&node, &json!({ "minutes": 1, "events_per_minute": 60, "pace": "fast" }));
    is_over("KolibriSoakMissing");
    verify(&node);
    is_over("KolibriGenomeUnverified");
    node.run(&["backup", directory.path().join("backup.db").to_str().unwrap()]).printed();
    is_over("KolibriBackupMissing");
}

#[test]
fn a_clock_that_is_behind_the_last_block_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::at(directory.path().join("clock"));
    clock.set("+100y");
    let data = directory.path().join("data");
    clock.start(&data).stop();
    clock.set("+0");
    let node = clock.start(&data);
    let on_call = OnCall::start(&[target(&node)], &node.api);
    let told = on_call.awaits("KolibriClockBehind");
    assert_eq!((told.team.as_str(), told.label("severity")), ("/on-call", "warning"));
    assert!(told.annotation("description").starts_with("The clock is 36"), "{told:?}");
    assert_links(&told);
    clock.set("+101y");
    on_call.awaits_the_end_of("KolibriClockBehind");
}

fn verify(node: &Running) {
    assert_eq!(node.post("/api/v1/genome/verification", &json!({})).0, 202);
}

#[test]
fn a_broken_genome_pages_until_it_is_mended() {
    let (directory, node, on_call) = watched(&[]);
    node.teach("question", "answer");
    let other = rusqlite::Connection::open(directory.path().join("data/genome.db")).unwrap();
    other.busy_timeout(Duration::from_secs(5)).unwrap();
    other
        .execute_batch(
            "CREATE TABLE saved AS SELECT content FROM block WHERE idx = 1;
             UPDATE block SET content = zeroblob(10) WHERE idx = 1",
        )
        .unwrap();
    verify(&node);
    let told = on_call.awaits("KolibriGenomeBroken");
    assert_eq!((told.team.as_str(), told.label("severity")), ("/on-call", "critical"));
    assert_links(&told);
    other
        .execute_batch(
            "UPDATE block SET content = (SELECT content FROM saved) WHERE idx = 1; DROP TABLE saved",
        )
        .unwrap();
    verify(&node);
    eventually("it is over", || on_the_line(&on_call.prometheus).is_empty().then_some(()));
}

#[test]
fn at_night_a_warning_waits_and_a_page_does_not() {
    let directory = tempfile::tempdir().unwrap();
    let traceless = [("KOLIBRI_TRACE_PATH", "/nowhere/trace.jsonl")];
    let warns = Running::start_with(&directory.path().join("warns"), &traceless);
    let dies = Running::start(&directory.path().join("dies"));
    let on_call = OnCall::at_night(&[target(&warns), target(&dies)], &warns.api);
    on_call.prometheus.await_up(2);
    warns.teach("question", "answer");
    let fires = || {
        let alerts = on_call.prometheus.get("alerts", &[])["alerts"].take();
        let ours = |alert: &Value| {
            alert["labels"]["alertname"] == "KolibriTracesFailing" && alert["state"] == "firing"
        };
        alerts.as_array().unwrap().iter().any(ours)
    };
    eventually("the warning fires", || fires().then_some(()));
    dies.kill();
    assert_eq!(on_call.awaits("KolibriTelemetryDown").team, "/on-call");
    assert!(fires() && on_call.told().iter().all(|told| told.label("severity") == "critical"));
}

#[test]
fn the_dead_mans_switch_hears_that_all_is_well_and_nobody_else_does() {
    let (_directory, _node, on_call) = watched(&[]);
    let told = on_call.awaits_the_watchdog();
    assert_eq!((told.label("alertname"), told.label("severity")), ("Watchdog", "none"));
    assert_links(&told);
    assert!(on_call.told().is_empty() && on_call.mailbox.received().is_empty());
}

#[test]
fn a_healthy_idle_node_is_silent() {
    let (_directory, _node, on_call) = watched(&[]);
    // Five times as long as the alerts wait here.
    on_call.await_evaluations(15);
    assert_eq!(on_the_line(&on_call.prometheus), Vec::<String>::new());
    assert!(on_call.told().is_empty(), "{:#?}", on_call.told());
}

#[test]
fn killing_one_of_two_nodes_pages_and_names_it() {
    let directories = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [well, dead] = directories.each_ref().map(|directory| Running::start(directory.path()));
    let on_call = OnCall::start(&[target(&well), target(&dead)], &well.api);
    on_call.prometheus.await_up(2);
    let gone = target(&dead);
    dead.kill();
    let told = on_call.awaits("KolibriTelemetryDown");
    assert_eq!((told.team.as_str(), told.label("severity")), ("/on-call", "critical"));
    assert_eq!(told.label("instance"), gone);
    assert!(told.annotation("description").contains("up is 0"), "{told:?}");
    assert_links(&told);
    assert!(
        on_call.told().iter().all(|told| told.label("instance") != target(&well)),
        "the other one is well"
    );
}

#[test]
fn telemetry_that_is_off_pages() {
    let directory = tempfile::tempdir().unwrap();
    // Nobody listens where the node's metrics would be.
    let port = port::unused().port().to_string();
    let off = [("KOLIBRI_TELEMETRY", "0"), ("KOLIBRI_PROMETHEUS_PORT", &port)];
    let node = Running::start_with(directory.path(), &off);
    let on_call = OnCall::start(&[format!("127.0.0.1:{port}")], &node.api);
    let told = on_call.awaits("KolibriTelemetryDown");
    assert_eq!(told.team, "/on-call");
    assert!(told.annotation("description").contains("KOLIBRI_TELEMETRY=0"), "{told:?}");
    assert_links(&told);
}

#[test]
fn a_writer_that_has_stopped_pages_although_nobody_asks_it_for_anything() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start(directory.path());
    let on_call = OnCall::start(&[target(&node)], &node.api);
    on_call.prometheus.await_up(1);
    assert_eq!(node.series("kolibri_backend_ready"), Some(1.0));
    let broke = break_the_store(directory.path(), &node);
    let told = on_call.awaits("KolibriNotReady");
    assert_eq!((told.team.as_str(), told.label("severity")), ("/on-call", "critical"));
    assert_links(&told);
    // It fires when it is evaluated for the first time.
    assert_trace_link(&told, &on_call, &node, 600.0, &broke);
}

#[test]
fn a_node_that_restarts_again_and_again_pages() {
    let port = port::unused().port().to_string();
    let fixed = [("KOLIBRI_PROMETHEUS_PORT", port.as_str())];
    let (directory, mut node, on_call) = watched_for_moments(&fixed);
    let data = directory.path().join("data");
    let started = |node: &Running| node.series("process_start_time_seconds").unwrap();
    for _ in 0..4 {
        node.kill();
        node = Running::start_with(&data, &fixed);
        let now = started(&node);
        let seen =
            || on_call.prometheus.query("process_start_time_seconds").into_values().any(|seen| seen == now);
        eventually("Prometheus saw the restart", || seen().then_some(()));
    }
    let told = on_call.awaits("KolibriCrashLoop");
    assert_eq!((told.team.as_str(), told.label("severity")), ("/on-call", "critical"));
    assert!(told.annotation("description").contains("restarted 4 times"), "{told:?}");
    assert_links(&told);
    on_call.awaits_the_end_of("KolibriCrashLoop");
}

#[test]
fn losses_that_commands_do_not_notice_are_told_as_warnings() {
    // Nobody listens at port 9, and no file can be made in a directory that does not exist.
    let (_directory, node, on_call) = watched(&[
        ("KOLIBRI_OTLP_ENDPOINT", "http://127.0.0.1:9"),
        ("KOLIBRI_OTLP_EXPORT_INTERVAL_MS", "500"),
        ("KOLIBRI_TRACE_PATH", "/nowhere/trace.jsonl"),
    ]);
    node.teach("question", "answer");
    let seen = || node.failed("TRACE");
    eventually("a trace was lost", || (seen() > 0.0).then_some(()));
    for alert in ["KolibriTracesFailing", "KolibriOtlpExportFailing"] {
        let told = on_call.awaits(alert);
        assert_eq!((told.team.as_str(), told.label("severity")), ("/on-call", "warning"));
        assert_links(&told);
    }
}

#[test]
fn a_disk_that_fills_up_pages() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start(&directory.path().join("data"));
    let on_call = OnCall::of_disk(&[target(&node)], &node.api);
    on_call.prometheus.await_up(1);
    assert!(node.series("kolibri_backend_disk_available_bytes").unwrap() > 0.0);
    let file = std::fs::File::create(directory.path().join("fills")).unwrap();
    let told = std::thread::scope(|scope| {
        let waits = scope.spawn(|| on_call.awaits("KolibriDiskFilling"));
        // At some hundred megabytes a second no disk lasts for four hours. They are taken and not written: other tests
        // need the disk too.
        let mut taken = 0;
        while !waits.is_finished() && taken < 2 << 30 {
            fallocate(&file, FallocateFlags::empty(), taken, 32 << 20).unwrap();
            taken += 32 << 20;
            std::thread::sleep(Duration::from_millis(100));
        }
        waits.join().unwrap()
    });
    assert_eq!((told.team.as_str(), told.label("severity")), ("/on-call", "critical"));
    assert!(told.annotation("description").contains("iB are free for the data directory"), "{told:?}");
    assert_links(&told);
}

#[test]
fn a_slow_drill_tells_the_simulation_team() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start(&directory.path().join("data"));
    let on_call = OnCall::of_drills(&[target(&node)], &node.api);
    on_call.prometheus.await_up(1);
    let report = drill(&node, &json!({ "minutes": 10, "events_per_minute": 500, "pace": "fast" }));
    let took = report["duration_seconds"].as_f64().unwrap();
    assert!(took > 1.0, "this machine needs a drill of more events: {took} s");
    let told = on_call.awaits("KolibriSoakDurationHigh");
    assert_eq!((told.team.as_str(), told.label("severity")), ("/simulation-team", "warning"));
    assert_links(&told);
    let mail = eventually("the e-mail", || on_call.mailbox.received().pop());
    assert!(mail.contains("To: simulation-team@example.com"), "{mail}");
    assert!(on_call.told().iter().all(|told| told.team == "/simulation-team"), "nobody else is told");
}
