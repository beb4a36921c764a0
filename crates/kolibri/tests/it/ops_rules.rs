//! Checks the shipped alerts without a node: promtool takes them, their unit tests pass, and the unit tests would notice
//! any change of a threshold, quantile, window, duration, comparison or job selector.

use std::ops::Range;
use std::path::PathBuf;

use crate::programs::program;
use crate::shipped::{Copy, Verdict, judge, path, text};

const RULES: &str = "prometheus/alerts.yml";
const CONFIGURATION: &str = "prometheus/prometheus.yml";
const SELECTOR: &str = r#"job=~"kolibri|kolibri/kolibri-backend""#;
const WIDER: &str = r#"job=~"kolibri.*""#;

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
    let tests: Vec<_> = Shipped::all().iter().map(Shipped::unit_test).collect();
    let found = std::fs::read_dir(path("ops/prometheus/tests")).unwrap().count();
    assert_eq!(found, tests.len(), "one file of unit tests for each alert");
    promtool(&["test", "rules"], &tests).accepted();
}

#[test]
fn a_unit_test_notices_every_mutation_of_an_alert() {
    let alerts = Shipped::all();
    let survivors: Vec<_> = alerts.iter().flat_map(Shipped::survivors).collect();
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
        assert!(alerts.len() >= 8, "the file does not look as it did");
        alerts
    }

    fn unit_test(&self) -> PathBuf {
        path(&format!("ops/prometheus/tests/{}.test.yml", self.name))
    }

    /// The mutations of this alert that its unit tests let pass.
    fn survivors(&self) -> Vec<String> {
        assert!(self.passes(&self.text), "{} does not pass its unit tests alone", self.name);
        let mutants = self.mutants();
        assert!(mutants.len() >= 4, "{}: the mutations do not match any more: {mutants:?}", self.name);
        let lived = mutants.into_iter().filter(|(_, mutant)| self.passes(mutant));
        lived.map(|(what, _)| format!("{}: {what}", self.name)).collect()
    }

    fn passes(&self, text: &str) -> bool {
        let directory = tempfile::tempdir().unwrap();
        let test = directory.path().join("tests/alert.test.yml");
        std::fs::create_dir(directory.path().join("tests")).unwrap();
        std::fs::copy(self.unit_test(), &test).unwrap();
        std::fs::write(directory.path().join("alerts.yml"), [&self.head, text].concat()).unwrap();
        promtool(&["test", "rules"], &[test]).good
    }

    /// What is changed, and the alert with that change.
    fn mutants(&self) -> Vec<(String, String)> {
        let place = |key: &str| self.text.find(&format!("\n        {key}: ")).map(|at| at + key.len() + 11);
        let line = |start: usize| start..start + self.text[start..].find('\n').unwrap();
        let mut changes = Vec::new();
        for duration in ["for", "keep_firing_for"].into_iter().filter_map(place).map(line) {
            changes.push((duration.clone(), longer_and_shorter(&self.text[duration])));
        }
        let start = place("expr").unwrap();
        let end = self.text[start..].find("\n        labels:").unwrap() + start;
        let end = changes.iter().map(|(duration, _)| duration.start).fold(end, usize::min);
        changes.extend(mutations(&self.text, start..end));
        let apply = |(place, replacements): (Range<usize>, Vec<String>)| {
            let change = move |replacement: String| {
                let mut mutant = self.text.clone();
                mutant.replace_range(place.clone(), &replacement);
                (format!("{} -> {replacement}, at {}", &self.text[place.clone()], place.start), mutant)
            };
            replacements.into_iter().map(change)
        };
        let wider = (format!("{SELECTOR} -> {WIDER}"), self.text.replace(SELECTOR, WIDER));
        changes.into_iter().flat_map(apply).chain([wider]).collect()
    }
}

/// Every mutation of the numbers, windows, comparisons and job selectors of an expression.
fn mutations(text: &str, expression: Range<usize>) -> Vec<(Range<usize>, Vec<String>)> {
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut found = Vec::new();
    let mut at = expression.start;
    while at < expression.end {
        let rest = &text[at..];
        let span = |taken: fn(&char) -> bool| at..at + rest.chars().take_while(taken).count();
        let place = match bytes[at] {
            b'"' => at..at + 2 + rest[1..].find('"').unwrap(),
            b'[' => at..at + 1 + rest.find(']').unwrap(),
            b'<' | b'>' | b'=' => span(|letter| "<>=".contains(*letter)),
            b'0'..=b'9' => span(|letter| letter.is_ascii_digit() || *letter == '.'),
            byte if is_word(byte) => span(|letter| letter.is_ascii_alphanumeric() || *letter == '_'),
            _ => at..at + 1,
        };
        let token = &text[place.clone()];
        let replacements = match bytes[at] {
            b'"' if token.contains('|') => {
                let (first, second) = token.trim_matches('"').split_once('|').unwrap();
                [first, second].map(|job| format!("{job:?}")).to_vec()
            }
            b'[' => longer_and_shorter(&token[1..token.len() - 1])
                .into_iter()
                .map(|window| format!("[{window}]"))
                .collect(),
            b'<' => vec![">".to_owned()],
            b'>' => vec!["<".to_owned()],
            b'=' if token == "==" => vec!["!=".to_owned()],
            b'0'..=b'9' => greater_and_less(token),
            _ => Vec::new(),
        };
        found.push((place.clone(), replacements));
        at = place.end;
    }
    found
}

/// A minute more, a minute less.
fn longer_and_shorter(duration: &str) -> Vec<String> {
    let (count, unit) = duration.split_at(duration.len() - 1);
    let minutes = count.parse::<u32>().unwrap() * if unit == "h" { 60 } else { 1 };
    assert!(["m", "h"].contains(&unit), "{duration}");
    [minutes + 1, minutes - 1].map(|minutes| format!("{minutes}m")).to_vec()
}

/// A small whole number changes by one, any other by two in a hundred.
fn greater_and_less(number: &str) -> Vec<String> {
    let value: f64 = number.parse().unwrap();
    let step = if value < 10.0 && value.fract() == 0.0 { 1.0 } else { value * 0.02 };
    [value + step, value - step].map(|value| value.to_string()).to_vec()
}
