//! Everybody who waits for an alert: Prometheus with the shipped rules, Alertmanager with the shipped routes, the webhook and
//! the mail server they tell.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use super::collectors::{Collector, Manner};
use super::mail::Mailbox;
use super::pack::{self, BaseUrls};
use super::prometheus::Prometheus;
use super::{Ended, listening};
use crate::programs::program;
use crate::running::{Running, eventually};

/// The job of series that were scraped.
pub const SCRAPED: &str = "kolibri";
/// The job of series that were pushed by OTLP: what Prometheus makes of the service's namespace and name.
pub const PUSHED: &str = "kolibri/kolibri-backend";
pub const GRAFANA: &str = "https://grafana.example";
/// The path of the webhook that hears of the alert that always fires.
const DEAD_MANS_SWITCH: &str = "/dead-mans-switch";

/// The whole watch over some nodes.
pub struct OnCall {
    pub prometheus: Prometheus,
    pub mailbox: Mailbox,
    webhook: Collector,
    _alertmanager: (Ended, TempDir),
}

/// What a team was told.
#[derive(Debug, Clone)]
pub struct Notification {
    /// The path of the webhook.
    pub team: String,
    pub alert: Value,
}

impl Notification {
    pub fn annotation(&self, name: &str) -> &str {
        self.alert["annotations"][name].as_str().unwrap_or_else(|| panic!("no {name}: {self:?}"))
    }

    pub fn label(&self, name: &str) -> &str {
        self.alert["labels"][name].as_str().unwrap_or_default()
    }
}

/// What Prometheus has to scrape of a node, `HOST:PORT`.
pub fn target(node: &Running) -> String {
    node.metrics.as_ref().unwrap().trim_start_matches("http://").trim_end_matches("/metrics").to_owned()
}

fn urls(node: &str) -> BaseUrls<'_> {
    BaseUrls { runbook: runbook(node), node, grafana: GRAFANA }
}

/// Where a node shows the runbook.
pub fn runbook(node: &str) -> String {
    format!("{node}/runbook")
}

impl OnCall {
    /// Watches these targets; the links to traces lead to the node at `node`.
    pub fn start(targets: &[String], node: &str) -> Self {
        Self::of_job(SCRAPED, targets, node)
    }

    /// The same, with series under the job's name.
    pub fn of_job(job: &str, targets: &[String], node: &str) -> Self {
        Self::judging(&pack::alerts(&urls(node)), job, targets)
    }

    /// The same, with an alert about the disk that does not wait either.
    pub fn of_disk(targets: &[String], node: &str) -> Self {
        Self::judging(&pack::alerts_and_disk(&urls(node)), SCRAPED, targets)
    }

    /// The same, with an alert that takes every drill of more than a second for a slow one.
    pub fn of_drills(targets: &[String], node: &str) -> Self {
        Self::judging(&pack::alerts_and_drills(&urls(node)), SCRAPED, targets)
    }

    /// The same, with alerts that take 20 seconds for the days in which something should have happened.
    pub fn of_days(targets: &[String], node: &str) -> Self {
        Self::judging(&pack::alerts_and_days(&urls(node)), SCRAPED, targets)
    }

    /// The same, with alerts that end within seconds.
    pub fn of_moments(targets: &[String], node: &str) -> Self {
        Self::judging(&pack::alerts_that_end(&urls(node)), SCRAPED, targets)
    }

    /// The same, on a day on which nobody works.
    pub fn at_night(targets: &[String], node: &str) -> Self {
        Self::working_on(&pack::a_day_off(), &pack::alerts(&urls(node)), SCRAPED, targets)
    }

    fn judging(rules: &str, job: &str, targets: &[String]) -> Self {
        Self::working_on("sunday:saturday", rules, job, targets)
    }

    fn working_on(days: &str, rules: &str, job: &str, targets: &[String]) -> Self {
        let (webhook, mailbox) = (Collector::start(Manner::Answers(200)), Mailbox::start());
        let routes = pack::alertmanager(&webhook.url(), &mailbox.address.to_string(), days);
        let (address, alertmanager) = alertmanager(&routes);
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("alerts.yml"), rules).unwrap();
        let configuration = pack::prometheus(job, targets, &address);
        std::fs::write(directory.path().join("prometheus.yml"), configuration).unwrap();
        Self { prometheus: Prometheus::start(directory), mailbox, webhook, _alertmanager: alertmanager }
    }

    /// Everything that anybody was told; what always comes is for the dead man's switch.
    pub fn told(&self) -> Vec<Notification> {
        let told = self.arrived().into_iter();
        told.filter(|told| told.team != DEAD_MANS_SWITCH).collect()
    }

    /// Waits until the dead man's switch hears that all is well.
    pub fn awaits_the_watchdog(&self) -> Notification {
        let watchdog = |told: &Notification| told.team == DEAD_MANS_SWITCH;
        eventually("the watchdog", || self.arrived().into_iter().find(watchdog))
    }

    fn arrived(&self) -> Vec<Notification> {
        let pushes = self.webhook.pushes().into_iter();
        let told = pushes.flat_map(|push| {
            let team = push.head.split(' ').nth(1).unwrap().to_owned();
            let body: Value = serde_json::from_slice(&push.body).unwrap();
            let alerts = body["alerts"].as_array().unwrap().clone();
            alerts.into_iter().map(move |alert| Notification { team: team.clone(), alert })
        });
        told.collect()
    }

    /// Waits until somebody was told that an alert fires.
    pub fn awaits(&self, alert: &str) -> Notification {
        let fires =
            |told: &Notification| told.label("alertname") == alert && told.alert["status"] == "firing";
        eventually(alert, || self.told().into_iter().find(fires))
    }

    /// Waits until the team was told that an alert is over.
    pub fn awaits_the_end_of(&self, alert: &str) {
        let over =
            |told: &Notification| told.label("alertname") == alert && told.alert["status"] == "resolved";
        eventually(alert, || self.told().into_iter().find(over));
    }

    /// Waits until every alert was looked at so many more times.
    pub fn await_evaluations(&self, more: u32) {
        let count = || {
            let groups = self.prometheus.get("rules", &[]);
            let group =
                groups["groups"].as_array()?.iter().find(|group| group["name"] == "kolibri").cloned()?;
            group["lastEvaluation"].as_str().map(str::to_owned)
        };
        for _ in 0..more {
            let before = count();
            eventually("the alerts are looked at", || (count() != before).then_some(()));
        }
    }
}

/// Debian's Alertmanager with the shipped files, and where it listens.
fn alertmanager(configuration: &str) -> (String, (Ended, TempDir)) {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    std::fs::create_dir(at("templates")).unwrap();
    std::fs::write(at("templates/kolibri.tmpl"), pack::read("alertmanager/templates/kolibri.tmpl")).unwrap();
    std::fs::write(at("alertmanager.yml"), configuration).unwrap();
    let program = program("prometheus-alertmanager")
        .arg(format!("--config.file={}", at("alertmanager.yml").display()))
        .arg(format!("--storage.path={}", at("data").display()))
        .args(["--web.listen-address=127.0.0.1:0", "--cluster.listen-address="])
        .env("GOMAXPROCS", "1")
        .stdout(Stdio::null())
        .stderr(File::create(at("log")).unwrap())
        .spawn()
        .unwrap();
    let mut program = Ended(program);
    let address = eventually("Alertmanager listens", || {
        let log = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        assert!(program.0.try_wait().unwrap().is_none(), "Alertmanager ended: {}", log(&at("log")));
        listening(program.0.id()).first().copied()
    });
    (address.to_string(), (program, directory))
}
