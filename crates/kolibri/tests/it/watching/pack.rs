//! The files under ops/ as they are shipped, with the changes a test has to make. A change that matches nothing fails.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

const OPS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ops");
const IMPATIENT: &str = "        for: 3s\n";
pub const DASHBOARDS: [&str; 2] = ["kolibri-backend-overview", "kolibri-soak-drills"];

/// A shipped file.
pub fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(OPS).join(path)).unwrap()
}

/// The text with every `from` replaced; there must be so many.
#[track_caller]
pub fn replace(text: &str, from: &str, to: &str, times: usize) -> String {
    assert_eq!(text.matches(from).count(), times, "{from:?} in\n{text}");
    text.replace(from, to)
}

/// Where the links of the alerts lead.
pub struct BaseUrls<'a> {
    pub runbook: String,
    pub node: &'a str,
    pub grafana: &'a str,
}

/// The alerts, with other links, and so impatient that a test can wait for them. The one about the disk stays as it is:
/// whatever else runs on the machine may be filling it.
pub fn alerts(urls: &BaseUrls<'_>) -> String {
    let mut rules = read("prometheus/alerts.yml");
    for (label, shipped, url) in [
        ("runbook", "http://127.0.0.1:8080/runbook", urls.runbook.as_str()),
        ("node", "http://127.0.0.1:8080", urls.node),
        ("grafana", "http://127.0.0.1:3000", urls.grafana),
    ] {
        rules = replace(&rules, &format!("{label}: {shipped}\n"), &format!("{label}: {url}\n"), 1);
    }
    let (before, disk, after) = around(&rules, "KolibriDiskFilling");
    let impatient = |rules: &str, patience: &[(&str, usize)]| {
        patience.iter().fold(rules.to_owned(), |rules, (patience, times)| {
            replace(&rules, &format!("        for: {patience}\n"), IMPATIENT, *times)
        })
    };
    let before = impatient(before, &[("5m", 1), ("10m", 2), ("30m", 1)]);
    let before = replace(&before, "[10m:15s]) > 20\n", "[20s:1s]) > 10\n", 2);
    let after = impatient(after, &[("15m", 2)]);
    format!("{before}- alert: KolibriDiskFilling\n{disk}- alert: {after}")
}

/// The rules before an alert, what stands behind its name, and the rules behind it.
fn around<'a>(rules: &'a str, alert: &str) -> (&'a str, &'a str, &'a str) {
    let (before, rest) = rules.split_once(&format!("- alert: {alert}\n")).unwrap();
    let (own, after) = rest.split_once("- alert: ").unwrap();
    (before, own, after)
}

/// The same, impatient about the disk too: a second of history is enough, and every disk has little left.
pub fn alerts_and_disk(urls: &BaseUrls<'_>) -> String {
    let rules = replace(&alerts(urls), "        for: 5m\n", IMPATIENT, 1);
    let rules = replace(&rules, " offset 1h\n", " offset 1s\n", 1);
    replace(&rules, " < 16 * 1024 * 1024 * 1024\n", " < 1e18\n", 1)
}

/// The same, with a drill that takes longer than a second as a slow one; the shipped line is two minutes.
pub fn alerts_and_drills(urls: &BaseUrls<'_>) -> String {
    replace(&alerts(urls), ")) > 120\n", ")) > 1\n", 1)
}

/// The same, with 20 seconds instead of the days in which something should have happened.
pub fn alerts_and_days(urls: &BaseUrls<'_>) -> String {
    let rules = replace(&alerts(urls), ") > 26 * 3600\n", ") > 20\n", 2);
    replace(&rules, ") > 3 * 86400\n", ") > 20\n", 1)
}

/// The same, with alerts that look back for seconds, so that a test sees them end. What has to come again and again within hours
/// is left out.
pub fn alerts_that_end(urls: &BaseUrls<'_>) -> String {
    const WINDOWS: [(&str, &str, usize); 3] = [
        ("KolibriCallersFailing", "[30m]", 3),
        ("KolibriCommandsSlow", "[5m]", 3),
        ("KolibriCrashLoop", "[30m]", 1),
    ];
    WINDOWS.iter().fold(alerts(urls), |rules, (alert, window, times)| {
        let (before, own, after) = around(&rules, alert);
        let own = replace(own, window, "[20s]", *times);
        format!("{before}- alert: {alert}\n{own}- alert: {after}")
    })
}

/// The configuration of Prometheus, with these targets as `job` and this Alertmanager, looking every second.
pub fn prometheus(job: &str, targets: &[String], alertmanager: &str) -> String {
    let targets: Vec<_> = targets.iter().map(|target| format!("{target:?}")).collect();
    let shipped = replace(&read("prometheus/prometheus.yml"), "_interval: 15s\n", "_interval: 1s\n", 2);
    let shipped = replace(&shipped, "[\"127.0.0.1:9464\"]", &format!("[{}]", targets.join(", ")), 1);
    let shipped = replace(&shipped, "job_name: kolibri\n", &format!("job_name: {job}\n"), 1);
    replace(&shipped, "[\"127.0.0.1:9093\"]", &format!("[{alertmanager:?}]"), 1)
}

/// A day of the week that is neither today nor around midnight of today.
pub fn a_day_off() -> String {
    const DAYS: [&str; 7] = ["thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday"];
    // Time began on a Thursday.
    let today = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() / 86_400;
    DAYS[(today as usize + 3) % 7].to_owned()
}

/// The configuration of Alertmanager, with this webhook and this mail server, telling at once, and working at any hour of these
/// days.
pub fn alertmanager(webhook: &str, mail: &str, days: &str) -> String {
    let shipped = replace(&read("alertmanager/alertmanager.yml"), "group_wait: 30s", "group_wait: 0s", 1);
    let shipped = replace(&shipped, "group_interval: 5m", "group_interval: 1s", 1);
    let shipped = replace(&shipped, "group_interval: 1m", "group_interval: 1s", 1);
    let shipped = replace(&shipped, "http://127.0.0.1:9095", webhook, 3);
    let shipped = replace(&shipped, "[\"monday:friday\"]", &format!("[{days:?}]"), 1);
    let shipped = replace(
        &shipped,
        "{start_time: \"09:00\", end_time: \"18:00\"}",
        "{start_time: \"00:00\", end_time: \"24:00\"}",
        1,
    );
    // The mail server of a test has no certificate.
    let own = format!("smtp_smarthost: {mail}\n  smtp_require_tls: false");
    replace(&shipped, "smtp_smarthost: localhost:25", &own, 1)
}

/// A query of a dashboard.
pub struct Query {
    /// The panel's title; an annotation's name after `annotation`.
    pub title: String,
    /// Which of the panel's queries.
    pub reference: String,
    /// As Grafana would send it when everything is selected.
    pub expression: String,
}

/// Every query of a dashboard: of its panels, then of its annotations.
pub fn queries(dashboard: &str) -> Vec<Query> {
    let dashboard: Value =
        serde_json::from_str(&read(&format!("grafana/dashboards/{dashboard}.json"))).unwrap();
    let query = |title: String, reference: &Value, expression: &Value| {
        let expression = expression.as_str().unwrap().replace("$job", ".+").replace("$instance", ".+");
        let expression = expression.replace("$__rate_interval", "1m");
        Query { title, reference: reference.as_str().unwrap_or("A").to_owned(), expression }
    };
    let panels = dashboard["panels"].as_array().unwrap().iter().flat_map(|panel| {
        let targets = panel["targets"].as_array().into_iter().flatten();
        targets.map(|target| {
            query(panel["title"].as_str().unwrap().to_owned(), &target["refId"], &target["expr"])
        })
    });
    let annotations = dashboard["annotations"]["list"].as_array().unwrap().iter().map(|annotation| {
        query(
            format!("annotation {}", annotation["name"].as_str().unwrap()),
            &Value::Null,
            &annotation["expr"],
        )
    });
    panels.chain(annotations).collect()
}

/// A panel's title and one of its expressions.
pub fn panels(dashboard: &str) -> Vec<(String, String)> {
    let panels = queries(dashboard).into_iter().filter(|query| !query.title.starts_with("annotation "));
    panels.map(|query| (query.title, query.expression)).collect()
}

/// The expressions of the alerts.
pub fn rules() -> Vec<String> {
    let rules = read("prometheus/alerts.yml");
    let alerts = rules.split("- alert: ").skip(1);
    let expression = |alert: &str| {
        let expression = alert.split_once("expr:").unwrap().1.split("\n        labels:").next().unwrap();
        expression
            .split("\n        for:")
            .next()
            .unwrap()
            .split("\n        keep_firing_for:")
            .next()
            .unwrap()
            .to_owned()
    };
    alerts.map(expression).collect()
}

/// The names of metrics in an expression.
pub fn metrics(expression: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut rest = expression;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_alphabetic() || "{[".contains(letter)) {
        rest = &rest[start..];
        if rest.starts_with(['{', '[']) {
            rest = &rest[rest.find(['}', ']']).unwrap()..];
            continue;
        }
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || "_:".contains(letter);
        let end = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        match word {
            "by" | "on" => rest = &after[after.find(')').unwrap()..],
            "and" | "or" | "unless" | "bool" | "offset" => {}
            // Recording rules have a colon in their names.
            _ if word.contains(':') => {}
            _ if after.trim_start().starts_with('(') || after.trim_start().starts_with("by (") => {}
            _ if word.len() > 1 => drop(names.insert(word.to_owned())),
            _ => {}
        }
    }
    names
}
