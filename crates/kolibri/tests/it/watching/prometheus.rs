//! A real Prometheus server: Debian's, on a free loopback port, in a directory of its own.

use std::collections::BTreeSet;
use std::fs::File;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use super::exposition::{Samples, Series};
use super::{Ended, listening};
use crate::programs::program;
use crate::running::{client, eventually};

/// A running Prometheus. Killed when dropped.
pub struct Prometheus {
    _program: Ended,
    _directory: TempDir,
    api: String,
    http: reqwest::blocking::Client,
}

impl Prometheus {
    /// Starts a server that scrapes `metrics` (`http://HOST:PORT/metrics`) every second as the job `kolibri`.
    pub fn scraping(metrics: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let target = metrics.trim_start_matches("http://").trim_end_matches("/metrics");
        let configuration = format!(
            "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n\
             scrape_configs: [{{job_name: kolibri, static_configs: [{{targets: ['{target}']}}]}}]\n"
        );
        std::fs::write(directory.path().join("prometheus.yml"), configuration).unwrap();
        let prometheus = Self::start(directory);
        prometheus.await_up(1);
        prometheus
    }

    /// Starts a server in a directory that holds its `prometheus.yml`.
    pub fn start(directory: TempDir) -> Self {
        let at = |name: &str| directory.path().join(name);
        let program = program("prometheus")
            .arg(format!("--config.file={}", at("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", at("data").display()))
            .arg("--web.listen-address=127.0.0.1:0")
            // What fires from the first moment on is told before Prometheus knows to whom.
            .arg("--rules.alert.resend-delay=5s")
            .env("GOMAXPROCS", "1")
            .stdout(Stdio::null())
            .stderr(File::create(at("log")).unwrap())
            .spawn()
            .unwrap();
        let mut program = Ended(program);
        let address = eventually("Prometheus listens", || {
            let log = || std::fs::read_to_string(at("log")).unwrap_or_default();
            assert!(program.0.try_wait().unwrap().is_none(), "Prometheus ended: {}", log());
            listening(program.0.id()).first().copied()
        });
        let api = format!("http://{address}/api/v1");
        Self { _program: program, _directory: directory, api, http: client() }
    }

    /// Waits until so many nodes were scraped.
    pub fn await_up(&self, nodes: usize) {
        let up = Samples::from([(Series::new("", &[]), nodes as f64)]);
        eventually("Prometheus scraped every node", || (self.query("count(up == 1)") == up).then_some(()));
    }

    /// Waits until every node was scraped so many more times.
    pub fn await_scrapes(&self, more: usize) {
        let begun = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
        let query = format!("min(timestamp(up)) >= {}", begun + more as f64);
        eventually("Prometheus scrapes", || (!self.query(&query).is_empty()).then_some(()));
    }

    /// The vector a query gives now, without the labels that say who was scraped.
    pub fn query(&self, query: &str) -> Samples {
        let data = self.get("query", &[("query", query)]);
        samples(data["result"].as_array().into_iter().flatten())
    }

    /// `http://HOST:PORT`
    pub fn url(&self) -> &str {
        self.api.trim_end_matches("/api/v1")
    }

    /// The name of every label of every series there has ever been.
    pub fn label_names(&self) -> BTreeSet<String> {
        let data = self.get("labels", &[]);
        data.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    /// The data that its HTTP API has under `/api/v1`.
    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> Value {
        // Until it is ready, Prometheus answers with a text.
        eventually("Prometheus answers", || {
            let response = self.http.get(format!("{}/{path}", self.api)).query(query).send().ok()?;
            let mut answer: Value = response.json().ok()?;
            assert_eq!(answer["status"], "success", "{path} {query:?}: {answer}");
            Some(answer["data"].take())
        })
    }
}

/// The samples of a vector, as the HTTP API gives it, without the labels that say who was scraped.
pub fn samples<'a>(vector: impl IntoIterator<Item = &'a Value>) -> Samples {
    let sample = |sample: &Value| (series(&sample["metric"]), value(&sample["value"][1]));
    vector.into_iter().map(sample).collect()
}

fn series(metric: &Value) -> Series {
    let mut labels: std::collections::BTreeMap<String, String> =
        serde_json::from_value(metric.clone()).unwrap();
    labels.remove("job");
    labels.remove("instance");
    Series { name: labels.remove("__name__").unwrap_or_default(), labels }
}

fn value(text: &Value) -> f64 {
    text.as_str().unwrap().parse().unwrap()
}
