//! Checks the shipped alerts without a node: promtool takes them, their unit tests pass, and the unit tests would notice
//! any change of a threshold, quantile, window, duration, comparison, matcher, operator or job selector.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::mutations::{Mutation, longer_and_shorter, mutations};
use crate::programs::program;
use crate::rounds::rounds;
use crate::shipped::{Copy, Verdict, judge, path, text};

const RULES: &str = "prometheus/alerts.yml";
const CONFIGURATION: &str = "prometheus/prometheus.yml";
const SELECTOR: &str = r#"job=~"kolibri|kolibri/kolibri-backend""#;
const WIDER: &str = r#"job=~"kolibri.*""#;

/// Mutations that change nothing, and why: the alert and what the mutant has.
const EQUIVALENT: [(&str, &str); 13] = [
    // What is added up is a single number: these metrics have no other labels than the ones that are kept or matched.
    ("KolibriBackendErrorsSpike", "max by (job, instance, event_type) ("),
    ("KolibriBackendErrorsSpike", "max by (job, instance) (increase("),
    ("KolibriCommandsSlow", "max by (job, instance, event_type, le) ("),
    ("KolibriCommandsSlow", "max by (job, instance, event_type) ("),
    ("KolibriSoakDurationHigh", "max by (job, instance, le) ("),
    ("KolibriSoakMissing", "max by (job, instance) ("),
    ("KolibriTracesFailing", "max by (job, instance) ("),
    ("KolibriOtlpExportFailing", "max by (job, instance) ("),
    // More than nothing is more than nothing in every unit.
    ("KolibriOtlpExportFailing", "(rate("),
    ("KolibriTracesFailing", "    rate("),
    (
        "KolibriBackendErrorsSpike",
        "(rate(kolibri_backend_events_failed_total{fault=\"node\",job=~\"kolibri|kolibri/kolibri-backend\"}[15m])",
    ),
    (
        "KolibriBackendErrorsSpike",
        r#"(rate(kolibri_backend_events_failed_total{fault="node",job=~"kolibri|kolibri/kolibri-backend"}[5m])) > 0"#,
    ),
    // An ASK over 5 seconds is one over 2.5.
    ("KolibriCommandsSlow", "_bucket{job=~\"kolibri|kolibri/kolibri-backend\"}[5m])\n          )) > 5\n"),
];

fn promtool(arguments: &[&str], files: &[PathBuf]) -> Verdict {
    // One thread is enough, and leaves room for other tests.
    judge(program("promtool").env("GOMAXPROCS", "1").args(arguments).args(files))
}

fn check_rules(copy: &Copy) -> Verdict {
    promtool(&["check", "rules", "--lint=all", "--lint-fatal"], &[copy.at(RULES)])
}

fn check_configuration(copy: &Copy) -> Verdict {
    promtool(&["check", "config"], &[copy.at(CONFIGURATION)])
}

#[test]
fn promtool_takes_the_configuration_and_the_rules_and_refuses_broken_copies() {
    check_rules(&Copy::of_ops()).accepted();
    check_configuration(&Copy::of_ops()).accepted();
    for (from, to, mistake) in [
        ("by (job, instance)", "by (event.type)", "unexpected character"),
        ("for: 10m", "for: ten minutes", "ten minutes"),
        ("| humanizePercentage", "| humanisePercentage", "humanisePercentage"),
    ] {
        check_rules(&Copy::of_ops().change(RULES, from, to)).catches(mistake);
    }
    for (from, to, mistake) in
        [("- alerts.yml", "- alarms.yml", "alarms.yml"), ("job_name", "jobname", "jobname")]
    {
        check_configuration(&Copy::of_ops().change(CONFIGURATION, from, to)).catches(mistake);
    }
}

#[test]
fn the_unit_tests_of_every_alert_pass() {
    let alerts = Shipped::all();
    let found = std::fs::read_dir(path("ops/prometheus/tests")).unwrap().count();
    assert_eq!(found, alerts.len(), "one file of unit tests for each alert");
    for alert in alerts {
        let alone = alert.judged(std::iter::once(&alert.text));
        assert!(alone.good, "{}: {}", alert.name, alone.said);
    }
}

#[test]
fn a_unit_test_notices_every_mutation_of_an_alert() {
    // What fires always has no condition to be changed.
    let alerts = Shipped::all().into_iter().filter(|alert| alert.name != "Watchdog");
    // A few of each, from its beginning to its end; `make test-long` has them all.
    let judged: Vec<_> = alerts.map(|alert| alert.survivors(rounds(3, usize::MAX))).collect();
    let tried: usize = judged.iter().map(|(tried, _)| tried).sum();
    assert!(tried >= 30, "the mutations do not match any more: {tried}");
    let survivors: Vec<_> = judged.into_iter().flat_map(|(_, survivors)| survivors).collect();
    assert!(survivors.is_empty(), "no unit test notices these: {survivors:#?}");
}

/// An alert of the shipped file.
struct Shipped {
    name: String,
    /// What stands before the alerts in the file: the base URLs.
    head: String,
    /// Its lines.
    text: String,
}

impl Shipped {
    fn all() -> Vec<Self> {
        const BEGIN: &str = "      - alert: ";
        let rules = text("ops/prometheus/alerts.yml");
        let mut parts = rules.split(BEGIN);
        let head = parts.next().unwrap().to_owned();
        let alerts: Vec<_> = parts
            .map(|text| Self {
                name: text.lines().next().unwrap().to_owned(),
                head: head.clone(),
                text: format!("{BEGIN}{text}"),
            })
            .collect();
        assert!(alerts.len() >= 14, "the file does not look as it did");
        alerts
    }

    fn unit_test(&self) -> PathBuf {
        path(&format!("ops/prometheus/tests/{}.test.yml", self.name))
    }

    /// How many mutations of this alert were tried, and those that its unit tests let pass.
    fn survivors(&self, most: usize) -> (usize, Vec<String>) {
        let mutants = self.mutants();
        assert!(mutants.len() >= 4, "{}: the mutations do not match any more: {mutants:?}", self.name);
        let few = mutants.len().min(most);
        let spread = mutants.iter().step_by(mutants.len().div_ceil(few));
        let candidates: Vec<_> =
            [("as it is".to_owned(), self.text.clone())].iter().chain(spread).cloned().collect();
        let passed = self.passed(candidates.iter().map(|(_, text)| text));
        assert!(passed.contains(&0), "{} does not pass its unit tests alone", self.name);
        let lived =
            passed.iter().filter(|at| **at > 0).map(|at| format!("{}: {}", self.name, candidates[*at].0));
        (candidates.len() - 1, lived.collect())
    }

    /// Which of these texts in its place pass its unit tests.
    fn passed<'a>(&self, texts: impl Iterator<Item = &'a String>) -> BTreeSet<usize> {
        let said = self.judged(texts).said;
        let mut judged = 0;
        let mut passed = BTreeSet::new();
        for line in said.lines() {
            if line.starts_with("Unit Testing: ") {
                judged += 1;
            } else if line.trim() == "SUCCESS" {
                passed.insert(judged - 1);
            }
        }
        passed
    }

    /// What promtool says of these texts in its place, without the other alerts, each in its own folder.
    fn judged<'a>(&self, texts: impl Iterator<Item = &'a String>) -> Verdict {
        let directory = tempfile::tempdir().unwrap();
        let prepare = |(at, text): (usize, &String)| {
            let folder = directory.path().join(at.to_string());
            let test = folder.join("tests/alert.test.yml");
            std::fs::create_dir_all(folder.join("tests")).unwrap();
            std::fs::copy(self.unit_test(), &test).unwrap();
            std::fs::write(folder.join("alerts.yml"), [self.head.as_str(), text.as_str()].concat()).unwrap();
            test
        };
        let tests: Vec<_> = texts.enumerate().map(prepare).collect();
        promtool(&["test", "rules"], &tests)
    }

    /// What is changed, and the alert with that change.
    fn mutants(&self) -> Vec<(String, String)> {
        let place = |key: &str| self.text.find(&format!("\n        {key}: ")).map(|at| at + key.len() + 11);
        let line = |start: usize| start..start + self.text[start..].find('\n').unwrap();
        let mut changes = Vec::new();
        let start = place("expr").unwrap();
        let mut end = self.text[start..].find("\n        labels:").unwrap() + start;
        for duration in ["for", "keep_firing_for"].into_iter().filter_map(place).map(line) {
            end = end.min(duration.start);
            let others = longer_and_shorter(&self.text[duration.clone()]).into_iter();
            changes.extend(others.map(|replacement| Mutation { place: duration.clone(), replacement }));
        }
        changes.extend(mutations(&self.text, start..end));
        let change = |mutation: &Mutation| (mutation.describe(&self.text), mutation.apply(&self.text));
        let wider = (format!("{SELECTOR} -> {WIDER}"), self.text.replace(SELECTOR, WIDER));
        let same = |(_, mutant): &(String, String)| {
            EQUIVALENT.iter().any(|(alert, part)| self.name == *alert && mutant.contains(part))
        };
        changes.iter().map(change).chain([wider]).filter(|mutant| !same(mutant)).collect()
    }
}
