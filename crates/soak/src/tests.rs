//! Whole drills, through the engine that serves people.

use std::path::Path;
use std::time::{Duration, Instant};

use kolibri_core::recall::RecallConfig;
use kolibri_core::store::{DataDirectory, Reader};
use kolibri_core::telemetry::{Telemetry, TelemetryConfig};
use kolibri_core::trace::{EVER, Outcome, TraceConfig};
use kolibri_core::{Node, NodeConfig};

use super::directory::soaks;
use super::*;

/// How long a drill may take before a test gives up; far more than it ever needs.
const DEADLINE: Duration = Duration::from_secs(120);

/// Waits until `condition` holds.
#[track_caller]
fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < DEADLINE, "after {DEADLINE:?} this is still not true: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn telemetry() -> Telemetry {
    let config = TelemetryConfig {
        instance: "test".into(),
        version: "0".into(),
        otlp: None,
        records: Default::default(),
        of: kolibri_core::telemetry::Publisher::Node,
    };
    Telemetry::start(&config).unwrap()
}

/// The value of one series, as a scraper reads it.
fn series(telemetry: &Telemetry, name_and_labels: &str) -> Option<f64> {
    let text = telemetry.render().unwrap().unwrap();
    text.lines().find_map(|line| line.strip_prefix(name_and_labels)?.strip_prefix(' ')?.parse().ok())
}

const EVENTS: &str = r#"kolibri_backend_soak_events_total{phase="soak"}"#;
const FAILED: &str = r#"kolibri_backend_soak_events_failed_total{phase="soak"}"#;

/// Every series that describes the serving node, with its value. Its disk is shared with the drill.
fn of_the_node(telemetry: &Telemetry) -> Vec<String> {
    let text = telemetry.render().unwrap().unwrap();
    let shared = ["kolibri_backend_soak_", "kolibri_backend_disk_"];
    let lines = text.lines().filter(|line| line.starts_with("kolibri_backend_"));
    lines.filter(|line| !shared.iter().any(|name| line.starts_with(name))).map(str::to_owned).collect()
}

fn config(root: &Path) -> NodeConfig {
    NodeConfig {
        directory: DataDirectory::new(root),
        queue_capacity: 1024,
        trace: None,
        recall: RecallConfig::default(),
        verify_every: None,
        accepted_head: None,
    }
}

fn alone(root: &Path, telemetry: &Telemetry) -> Drills {
    Drills::alone(&DataDirectory::new(root), telemetry).unwrap()
}

/// Runs a drill to its end.
#[track_caller]
fn drill(drills: &Drills, parameters: Parameters) -> DrillReport {
    let id = drills.start(parameters).unwrap();
    until("the drill has ended", || drills.running().is_none());
    drills.find(&id).unwrap().unwrap()
}

fn short() -> Parameters {
    Parameters { minutes: 3, events_per_minute: 1000, ..Parameters::default() }
}

#[track_caller]
fn assert_clean(report: &DrillReport) {
    assert_eq!((report.state, report.verified), (DrillState::Completed, Some(true)), "{report:#?}");
    assert!(report.errors.is_empty(), "{:?}", report.errors);
}

/// A drill is a regression test of the whole engine: a change of normalisation, stems, similarity, the script
/// or the format changes this hash. If that is intended, put the new hash here and the change into the
/// changelog.
#[test]
fn the_same_seed_gives_the_same_genome_to_the_last_hash_however_many_call() {
    for concurrency in [1, 16] {
        let root = tempfile::tempdir().unwrap();
        let report = drill(&alone(root.path(), &Telemetry::off()), Parameters { concurrency, ..short() });
        assert_clean(&report);
        let head = report.head.unwrap();
        assert_eq!(
            (head.index, head.hash.as_str()),
            (3000, "cc8488fbf5af050a67cf5ef4b77f6710a791170f766bc61ad462b0e599328bc0"),
            "with {concurrency} callers"
        );
    }
}

#[test]
fn every_series_is_born_at_zero() {
    let (root, telemetry) = (tempfile::tempdir().unwrap(), telemetry());
    let _drills = alone(root.path(), &telemetry);
    let bucket = r#"kolibri_backend_soak_duration_seconds_bucket{phase="soak",le="120"}"#;
    assert_eq!([EVENTS, FAILED, bucket].map(|name| series(&telemetry, name)), [Some(0.0); 3]);
}

#[test]
fn when_the_last_good_drill_began_is_known_after_a_restart() {
    let (root, name) = (tempfile::tempdir().unwrap(), "kolibri_backend_soak_last_start_timestamp_seconds");
    let last = |telemetry: &Telemetry, outcome: &str| {
        series(telemetry, &format!(r#"{name}{{outcome="{outcome}"}}"#)).unwrap()
    };
    let began = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    let before = telemetry();
    let drills = alone(root.path(), &before);
    assert_eq!(last(&before, "completed"), 0.0, "there was none");
    assert_clean(&drill(&drills, Parameters { minutes: 1, ..short() }));
    let completed = last(&before, "completed");
    assert!((began..began + 600.0).contains(&completed), "{began} {completed}");
    drop(drills);

    let after = telemetry();
    let _drills = alone(root.path(), &after);
    assert_eq!(last(&after, "completed"), completed);
    for outcome in ["failed", "stopped", "interrupted", "refused"] {
        assert_eq!(last(&after, outcome), 0.0, "{outcome}");
    }
}

#[test]
fn another_seed_gives_another_genome() {
    let root = tempfile::tempdir().unwrap();
    let drills = alone(root.path(), &Telemetry::off());
    let heads: Vec<_> = [1, 2]
        .map(|seed| drill(&drills, Parameters { seed, minutes: 1, ..short() }).head.unwrap().hash)
        .into();
    assert_ne!(heads[0], heads[1]);
}

#[test]
fn a_drill_of_mostly_changes_ends_without_errors() {
    let root = tempfile::tempdir().unwrap();
    let mix = Mix { teach: 3, ask_hit: 3, ask_similar: 1, ask_miss: 1, forget: 3 };
    let report = drill(&alone(root.path(), &Telemetry::off()), Parameters { mix, minutes: 1, ..short() });
    assert_clean(&report);
}

#[test]
fn its_events_are_counted_as_its_own_and_peoples_genome_and_metrics_are_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let telemetry = telemetry();
    let config = config(root.path());
    let node = Node::open(&config, &telemetry).unwrap();
    let drills = Drills::beside(&node, &config.directory, &telemetry).unwrap();
    let before = of_the_node(&telemetry);
    let report = drill(&drills, Parameters { minutes: 1, ..short() });
    assert_clean(&report);
    assert_eq!([EVENTS, FAILED].map(|name| series(&telemetry, name)), [Some(1000.0), Some(0.0)]);
    assert_eq!(series(&telemetry, r#"kolibri_backend_soak_duration_seconds_count{phase="soak"}"#), Some(1.0));
    assert_eq!(of_the_node(&telemetry), before);
    assert_eq!(node.reader().head().unwrap().index, 0);
    assert!(!soaks(&config.directory).join(&report.id).exists());
}

#[test]
fn a_second_drill_is_refused_with_the_id_of_the_first_and_a_stopped_one_says_so() {
    let root = tempfile::tempdir().unwrap();
    let drills = alone(root.path(), &Telemetry::off());
    let long = Parameters { minutes: 1000, ..short() };
    let id = drills.start(long.clone()).unwrap();
    let busy = drills.start(long.clone()).unwrap_err();
    assert!(matches!(&busy, StartError::Busy { id: running } if *running == id), "{busy}");
    until("some events are made", || drills.find(&id).unwrap().unwrap().events > 0);
    assert!(drills.stop(&id));
    until("it has stopped", || drills.running().is_none());
    assert!(!drills.stop(&id));
    let report = drills.find(&id).unwrap().unwrap();
    assert_eq!((report.state, report.verified), (DrillState::Stopped, None));
    assert!(report.events > 0 && report.events < long.events(), "{}", report.events);
}

#[test]
fn a_drill_that_does_not_fit_is_refused_and_remembered() {
    let root = tempfile::tempdir().unwrap();
    let drills = alone(root.path(), &Telemetry::off());
    let huge = Parameters { minutes: 10_000, events_per_minute: 200_000, ..Parameters::default() };
    let StartError::NoRoom { id, needed, available } = drills.start(huge).unwrap_err() else {
        panic!("this disk has more than a terabyte free")
    };
    assert!(needed > available);
    let report = drills.find(&id).unwrap().unwrap();
    assert_eq!(report.state, DrillState::Refused);
    assert!(report.reason.unwrap().contains("MiB"));
}

#[test]
fn a_drill_that_is_kept_can_be_read_afterwards() {
    let root = tempfile::tempdir().unwrap();
    let drills = alone(root.path(), &Telemetry::off());
    let report = drill(&drills, Parameters { keep: true, minutes: 1, ..short() });
    drop(drills);
    let kept = root.path().join("soaks").join(&report.id);
    drop(alone(root.path(), &Telemetry::off()));
    let reader = Reader::open(&DataDirectory::new(&kept)).unwrap();
    assert_eq!(reader.head().unwrap().hash.to_string(), report.head.unwrap().hash);
}

#[test]
fn without_flushing_the_genome_is_the_same() {
    let root = tempfile::tempdir().unwrap();
    let drills = alone(root.path(), &Telemetry::off());
    let heads =
        [true, false].map(|durable| drill(&drills, Parameters { durable, minutes: 1, ..short() }).head);
    assert_eq!(heads[0], heads[1]);
}

#[test]
fn a_drill_whose_store_fails_says_so_and_leaves_its_trace_with_the_node() {
    let root = tempfile::tempdir().unwrap();
    let config = NodeConfig {
        trace: Some(TraceConfig { path: None, max_bytes: 1 << 20, content: false }),
        ..config(root.path())
    };
    let telemetry = telemetry();
    let node = Node::open(&config, &telemetry).unwrap();
    let drills = Drills::beside(&node, &config.directory, &telemetry).unwrap();
    let before = of_the_node(&telemetry);
    let id = drills.start(Parameters { minutes: 1000, ..short() }).unwrap();
    let genome = soaks(&config.directory).join(&id).join("genome.db");
    until("some events are made", || drills.find(&id).unwrap().unwrap().events > 0);
    // As if the disk had lost a table while the writer runs.
    until("the table is gone", || {
        rusqlite::Connection::open(&genome)
            .and_then(|genome| genome.execute_batch("PRAGMA busy_timeout = 1000; DROP TABLE answer"))
            .is_ok()
    });
    until("the drill has ended", || drills.running().is_none());
    let report = drills.find(&id).unwrap().unwrap();
    assert_eq!(report.state, DrillState::Failed, "{report:#?}");
    let errors: u64 = report.errors.values().sum();
    assert!(errors > 0);
    // An ASK that was answered before its block was lost is counted, and no caller's error.
    assert!(series(&telemetry, FAILED) >= Some(errors as f64), "{report:#?}");
    assert_eq!(of_the_node(&telemetry), before, "nothing of it is a failure of the node");
    let traces = node.traces().unwrap();
    assert!(traces.latest(Some(Outcome::Failed)).is_none(), "nor is it the node's last failed command");
    let [trace] = &traces.last_of_drill(&id, &EVER, 1)[..] else {
        panic!("the drill's failures can be looked up")
    };
    assert_eq!(traces.find(trace.trace_id).unwrap().soak.as_deref(), Some(id.as_str()));
}
