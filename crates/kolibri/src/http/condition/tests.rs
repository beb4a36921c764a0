//! One test for each thing that can be wrong, and for what comes before what.

use kolibri_core::command::Command;
use kolibri_core::telemetry::Each;
use kolibri_core::trace::Outcome;
use kolibri_genome::EventType;
use serde_json::json;

use super::*;
use crate::wire::ConditionLevel;

/// 2026-11-26T06:18:00Z, in nanoseconds since the Unix epoch.
const SIX_EIGHTEEN: u64 = 1_795_673_880_000_000_000;
const STEP: u64 = 10_000_000_000;

const NODE: Failed = Failed::Event(EventType::Teach, Fault::Node);
const CALLER: Failed = Failed::Event(EventType::Forget, Fault::Caller);

/// How many ASKs were recorded, and what failed how often.
type Step<'step> = (u64, &'step [(Failed, u64)]);

/// One step after another from 06:18 on.
fn points(steps: &[Step<'_>]) -> Vec<Point> {
    with_teaches(0, steps)
}

/// The same, with so many TEACHes that were recorded in each step.
fn with_teaches(teaches: u64, steps: &[Step<'_>]) -> Vec<Point> {
    let point = |(number, (asks, failed)): (usize, &Step<'_>)| Point {
        time: SIX_EIGHTEEN + number as u64 * STEP,
        milliseconds: 10_000,
        first: number == 0,
        events: Each::new(|command| match command {
            Command::Ask => *asks,
            Command::Teach => teaches,
            Command::Forget => 0,
        }),
        failed: Each::new(|label| failed.iter().find(|(of, _)| *of == label).map_or(0, |(_, count)| *count)),
        latency: Each::default(),
        blocks: None,
        queue_depth: 0,
        queue_refused: 0,
    };
    steps.iter().enumerate().map(point).collect()
}

fn trace(error: &str, fault: &str, soak: Option<&str>) -> Arc<Trace> {
    let trace = json!({
        "trace_id": "0af7651916cd43dd8448eb211c80319c", "time": "2026-11-26T06:18:00Z", "event": "TEACH",
        "outcome": "failed", "error": error, "fault": fault, "soak": soak,
        "duration_us": { "total": 1, "recall": 0, "queue": 0, "commit": 0 },
    });
    let trace: Trace = serde_json::from_value(trace).unwrap();
    assert_eq!(trace.outcome, Outcome::Failed);
    Arc::new(trace)
}

/// A node with nothing wrong that answered ten questions in each of two steps.
fn well() -> Seen {
    Seen { points: Some(points(&[(10, &[]), (10, &[])])), disk_available: Some(LITTLE), ..Seen::default() }
}

fn said(seen: &Seen) -> (ConditionLevel, String) {
    let condition = decide(seen);
    (condition.level, condition.sentence)
}

#[test]
fn a_node_with_nothing_wrong_is_healthy() {
    assert_eq!(said(&well()), (ConditionLevel::Healthy, "Healthy".to_owned()));
    let new = Seen { points: Some(Vec::new()), ..well() };
    assert_eq!(said(&new).0, ConditionLevel::Healthy, "before the first step");
}

#[test]
fn failing_commands_are_told_with_a_share_a_time_and_a_cause() {
    let drill = std::iter::repeat_n(trace("unreadable", "node", Some("d")), 5);
    let mistakes = std::iter::repeat_n(trace("not_taught", "caller", None), 5);
    let ours = [trace("store_failed", "node", None), trace("store_failed", "node", None)];
    let queue = [trace("queue_full", "node", None)];
    let seen = Seen {
        points: Some(points(&[(12, &[(NODE, 13)]), (12, &[(NODE, 13)])])),
        failed: drill.chain(mistakes).chain(queue).chain(ours).collect(),
        ..well()
    };
    let sentence = "52 % of people's commands fail since 2026-11-26 06:18 UTC: store_failed";
    assert_eq!(said(&seen), (ConditionLevel::Failing, sentence.to_owned()));
}

#[test]
fn what_went_well_before_the_failures_began_is_not_counted() {
    let seen = Seen { points: Some(points(&[(900, &[]), (1, &[(NODE, 3)])])), ..well() };
    assert_eq!(said(&seen).1, "75 % of people's commands fail since 2026-11-26 06:18 UTC");
}

#[test]
fn without_traces_failing_commands_have_no_cause() {
    let seen = Seen { points: Some(points(&[(1, &[(NODE, 1)])])), ..well() };
    assert_eq!(said(&seen).1, "50 % of people's commands fail since 2026-11-26 06:18 UTC");
}

#[test]
fn callers_mistakes_are_not_the_nodes_illness() {
    let seen = Seen { points: Some(points(&[(1, &[(CALLER, 99), (Failed::Command, 99)])])), ..well() };
    assert_eq!(said(&seen).0, ConditionLevel::Healthy);
}

#[test]
fn a_few_failing_commands_degrade_a_node() {
    let seen = Seen { points: Some(with_teaches(10, &[(985, &[(NODE, 5)])])), ..well() };
    let sentence = "0.5 % of people's commands fail since 2026-11-26 06:18 UTC";
    assert_eq!(said(&seen), (ConditionLevel::Degraded, sentence.to_owned()));
    let fewest = Seen { points: Some(with_teaches(10, &[(99_999, &[(NODE, 1)])])), ..well() };
    assert!(said(&fewest).1.starts_with("less than 0.1 %"));
}

#[test]
fn failures_are_over_after_five_minutes_without_one() {
    let quiet: &[(Failed, u64)] = &[];
    let mut steps: Vec<(u64, &[(Failed, u64)])> = vec![(1, &[(NODE, 9)])];
    steps.extend(std::iter::repeat_n((1, quiet), LATELY - 1));
    assert_eq!(said(&Seen { points: Some(points(&steps)), ..well() }).0, ConditionLevel::Failing);
    steps.push((1, quiet));
    assert_eq!(said(&Seen { points: Some(points(&steps)), ..well() }).0, ConditionLevel::Healthy);
}

#[test]
fn failures_began_after_the_last_five_minutes_without_one() {
    let quiet: &[(Failed, u64)] = &[];
    let mut steps: Vec<(u64, &[(Failed, u64)])> = vec![(1, &[(NODE, 1)])];
    steps.extend(std::iter::repeat_n((1, quiet), LATELY));
    steps.extend([(1, &[(NODE, 1)][..]), (1, quiet), (1, &[(NODE, 1)][..])]);
    let condition = decide(&Seen { points: Some(points(&steps)), ..well() });
    // Step 31 ended 310 seconds after the first.
    assert_eq!(condition.since.as_deref(), Some("2026-11-26T06:23:10Z"));
}

#[test]
fn a_node_that_is_not_ready_says_why_and_since_when() {
    let seen = Seen {
        problems: vec!["the writer thread has ended".to_owned(), "more".to_owned()],
        not_ready_since: Some(SIX_EIGHTEEN),
        ..well()
    };
    let sentence = "Not ready since 2026-11-26 06:18 UTC: the writer thread has ended";
    assert_eq!(said(&seen), (ConditionLevel::Failing, sentence.to_owned()));
}

fn broken() -> Option<SeenBroken> {
    Some(SeenBroken { block: 7, fault: "its hash is wrong".to_owned(), found: SIX_EIGHTEEN })
}

#[test]
fn a_broken_genome_is_told_with_its_block() {
    let sentence = "The genome is broken at block 7, found at 2026-11-26 06:18 UTC: its hash is wrong";
    assert_eq!(said(&Seen { broken: broken(), ..well() }), (ConditionLevel::Failing, sentence.to_owned()));
}

#[test]
fn a_broken_genome_is_never_hidden_by_what_is_worse_or_by_what_it_causes() {
    let failing = |error: &str| Seen {
        points: Some(points(&[(1, &[(NODE, 9)])])),
        failed: vec![trace(error, "node", None)],
        broken: broken(),
        ..well()
    };
    let told = decide(&failing("store_failed"));
    assert_eq!((told.kind, told.also_broken), (ConditionKind::CommandsFail, Some(7)));
    assert!(told.sentence.ends_with(": store_failed. The genome is broken at block 7"), "{}", told.sentence);
    let told = decide(&failing("unreadable"));
    assert_eq!((told.kind, told.also_broken), (ConditionKind::GenomeBroken, None));
}

#[test]
fn every_command_of_one_type_that_fails_beside_many_of_another_is_as_bad_as_the_alert_says() {
    let asks_go_on = Seen { points: Some(points(&[(25, &[(NODE, 1)])])), ..well() };
    assert_eq!(said(&asks_go_on).0, ConditionLevel::Failing, "every TEACH fails");
    let steps = with_teaches(2, &[(250, &[(NODE, 1)])]);
    assert_eq!(said(&Seen { points: Some(steps), ..well() }).0, ConditionLevel::Degraded, "half of them do");
}

#[test]
fn a_disk_that_fills_is_told_with_what_is_left() {
    let seen = Seen { disk_available: Some(300 << 20), ..well() };
    let sentence = "300 MiB are left on the disk of the data directory";
    assert_eq!(said(&seen), (ConditionLevel::Degraded, sentence.to_owned()));
}

#[test]
fn lost_traces_are_told_and_are_no_failed_commands() {
    let seen = Seen { points: Some(points(&[(1, &[(Failed::Trace, 40)])])), ..well() };
    let sentence =
        "40 traces could not be written since 2026-11-26 06:18 UTC: check KOLIBRI_TRACE_PATH and its disk";
    assert_eq!(said(&seen), (ConditionLevel::Degraded, sentence.to_owned()));
}

#[test]
fn a_model_that_cannot_be_asked_is_told() {
    let seen = Seen { words_alone: Some("the server does not answer".to_owned()), ..well() };
    let sentence = "Answers are found by words alone: the server does not answer";
    assert_eq!(said(&seen), (ConditionLevel::Degraded, sentence.to_owned()));
}

#[test]
fn a_node_that_does_not_count_failures_is_never_called_healthy() {
    let sentence = "Ready, but failures are not counted: telemetry is off (KOLIBRI_TELEMETRY)";
    assert_eq!(said(&Seen { points: None, ..well() }), (ConditionLevel::Unknown, sentence.to_owned()));
}

fn asked(problem: Option<&str>, alerts: Vec<Alert>) -> Option<AlertsSeen> {
    let problem = problem.map(str::to_owned);
    Some(AlertsSeen { configured: true, reachable: problem.is_none(), problem, alerts })
}

fn told(alerts: Vec<Alert>) -> Option<AlertsSeen> {
    asked(None, alerts)
}

/// An alert about one node, since 06:18.
fn fires(name: &str, severity: &str) -> Alert {
    let alert = json!({
        "name": name, "state": "firing", "since": "2026-11-26T06:18:00Z", "severity": severity, "instance": "a:9464",
    });
    serde_json::from_value(alert).unwrap()
}

#[test]
fn an_alert_that_fires_is_told_with_its_target_and_one_that_wakes_people_first() {
    let alerts = || vec![fires("KolibriCallersFailing", "warning"), fires("KolibriDiskFilling", "warning")];
    let sentence =
        "KolibriCallersFailing (a:9464) fires since 2026-11-26 06:18 UTC, and 1 other alert".to_owned();
    assert_eq!(said(&Seen { alerts: told(alerts()), ..well() }), (ConditionLevel::Degraded, sentence));
    let mut alerts = alerts();
    alerts.push(fires("KolibriCommandsSlow", "critical"));
    let sentence = "KolibriCommandsSlow (a:9464) fires since 2026-11-26 06:18 UTC".to_owned();
    assert_eq!(said(&Seen { alerts: told(alerts), ..well() }), (ConditionLevel::Failing, sentence));
}

#[test]
fn an_alert_that_is_pending_is_no_news_and_no_answer_is_not_healthy() {
    let pending = Alert { state: AlertState::Pending, ..fires("KolibriNotReady", "critical") };
    assert_eq!(said(&Seen { alerts: told(vec![pending]), ..well() }).0, ConditionLevel::Healthy);
    let seen = Seen { alerts: asked(Some("it cannot be reached"), Vec::new()), ..well() };
    let sentence = "Ready, but Prometheus does not say whether an alert fires: it cannot be reached";
    assert_eq!(said(&seen), (ConditionLevel::Unknown, sentence.to_owned()));
}

#[test]
fn a_clock_behind_the_last_block_degrades_a_node() {
    let seen = Seen { clock_behind: Some(Duration::from_secs(3_153_600_000)), ..well() };
    let sentence = "Block times stand still: the clock is 36500 days behind the last block";
    assert_eq!(said(&seen), (ConditionLevel::Degraded, sentence.to_owned()));
}

/// What is told first is what is left out last.
#[test]
fn the_worst_comes_first() {
    let mut seen = Seen {
        problems: vec!["the writer has failed".to_owned()],
        not_ready_since: None,
        broken: broken(),
        points: Some(points(&[(1, &[(NODE, 1), (Failed::Trace, 1)])])),
        failed: Vec::new(),
        disk_available: Some(0),
        clock_behind: Some(Duration::from_secs(60)),
        words_alone: Some("slow".to_owned()),
        alerts: told(vec![fires("KolibriNotReady", "critical"), fires("KolibriDiskFilling", "warning")]),
    };
    let mut told = vec![decide(&seen).kind];
    seen.points = Some(with_teaches(10, &[(99, &[(NODE, 1), (Failed::Trace, 1)])]));
    told.push(decide(&seen).kind);
    seen.problems.clear();
    told.push(decide(&seen).kind);
    seen.broken = None;
    told.push(decide(&seen).kind);
    seen.alerts = self::told(vec![fires("KolibriDiskFilling", "warning")]);
    told.push(decide(&seen).kind);
    seen.points = Some(points(&[(99, &[(Failed::Trace, 1)])]));
    told.push(decide(&seen).kind);
    seen.alerts = asked(Some("it cannot be reached"), Vec::new());
    told.push(decide(&seen).kind);
    seen.disk_available = None;
    told.push(decide(&seen).kind);
    seen.points = Some(points(&[(99, &[])]));
    told.push(decide(&seen).kind);
    seen.clock_behind = None;
    told.push(decide(&seen).kind);
    seen.words_alone = None;
    told.push(decide(&seen).kind);
    use ConditionKind as Kind;
    let worst_first = [
        Kind::CommandsFail,
        Kind::NotReady,
        Kind::GenomeBroken,
        Kind::CriticalAlertFires,
        Kind::SomeCommandsFail,
        Kind::AlertFires,
        Kind::DiskFills,
        Kind::TracesLost,
        Kind::ClockBehind,
        Kind::WordsAlone,
        Kind::AlertsUnknown,
    ];
    assert_eq!(told, worst_first);
}
