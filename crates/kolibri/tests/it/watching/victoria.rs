//! A real VictoriaMetrics, which takes OTLP with the flags and the file of the runbook, and its vmalert with the shipped rules.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::exposition::Samples;
use super::prometheus::samples;
use super::{Ended, listening};
use crate::programs::program;
use crate::running::{client, eventually};
use crate::shipped::{path, text};

/// A running VictoriaMetrics, and what evaluates the rules for it. Both are killed when dropped.
pub struct Victoria {
    _programs: [Ended; 2],
    _directory: TempDir,
    store: String,
    alerts: String,
    http: reqwest::blocking::Client,
}

impl Victoria {
    /// Starts both, with the rules looked at every second.
    pub fn start(rules: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        std::fs::write(at("alerts.yml"), rules).unwrap();
        let mut store = program("victoria-metrics");
        store.args(flags()).arg(format!("-storageDataPath={}", at("data").display()));
        // Values are shown as soon as they have come.
        store.args(["-httpListenAddr=127.0.0.1:0", "-search.latencyOffset=0s"]);
        let (store_program, store) = started(&mut store, &at("store.log"));
        let mut vmalert = program("vmalert");
        vmalert.arg(format!("-rule={}", at("alerts.yml").display()));
        vmalert.args(["datasource", "remoteWrite", "remoteRead"].map(|what| format!("-{what}.url={store}")));
        vmalert.args(["-notifier.blackhole", "-evaluationInterval=1s", "-httpListenAddr=127.0.0.1:0"]);
        let (vmalert, alerts) = started(&mut vmalert, &at("vmalert.log"));
        Self { _programs: [store_program, vmalert], _directory: directory, store, alerts, http: client() }
    }

    /// What a node pushes to, for `KOLIBRI_OTLP_ENDPOINT`.
    pub fn otlp(&self) -> String {
        format!("{}/opentelemetry", self.store)
    }

    /// The vector a query gives now, with all labels.
    pub fn query(&self, query: &str) -> Vec<Value> {
        let url = format!("{}/api/v1/query", self.store);
        let answer = self.http.get(url).query(&[("query", query), ("latency_offset", "1ms")]).send().unwrap();
        let mut answer: Value = answer.json().unwrap();
        assert_eq!(answer["status"], "success", "{query}: {answer}");
        answer["data"]["result"].as_array_mut().unwrap().drain(..).collect()
    }

    /// The same, without the labels that say who pushed.
    pub fn samples(&self, query: &str) -> Samples {
        samples(&self.query(query))
    }

    /// The names of the alerts whose condition holds.
    pub fn alerts(&self) -> Vec<String> {
        let answer: Value =
            self.http.get(format!("{}/api/v1/alerts", self.alerts)).send().unwrap().json().unwrap();
        let alerts = answer["data"]["alerts"].as_array().unwrap().iter();
        alerts.map(|alert| alert["labels"]["alertname"].as_str().unwrap().to_owned()).collect()
    }
}

/// The flags that the runbook gives, with the shipped file in its place.
fn flags() -> Vec<String> {
    const FILE: &str = "ops/victoriametrics/relabel.yml";
    let page = text("docs/operations.md");
    let flags =
        page.lines().filter_map(|line| line.trim().trim_end_matches('\\').trim_end().strip_prefix("-"));
    let flags = flags.filter(|flag| flag.starts_with("opentelemetry.") || flag.starts_with("relabelConfig="));
    let flags: Vec<_> =
        flags.map(|flag| format!("-{}", flag.replace(FILE, path(FILE).to_str().unwrap()))).collect();
    assert_eq!(flags.len(), 5, "{flags:?}");
    flags
}

fn started(command: &mut Command, log: &Path) -> (Ended, String) {
    let file = File::create(log).unwrap();
    let mut program =
        Ended(command.env("GOMAXPROCS", "1").stdout(Stdio::null()).stderr(file).spawn().unwrap());
    let address = eventually("it listens", || {
        let said = || std::fs::read_to_string(log).unwrap_or_default();
        assert!(program.0.try_wait().unwrap().is_none(), "it ended: {}", said());
        listening(program.0.id()).first().copied()
    });
    (program, format!("http://{address}"))
}
