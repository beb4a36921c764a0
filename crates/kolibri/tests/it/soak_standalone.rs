//! A standalone drill is seen by whoever watches: scraped while it runs, and whole in a collector when it has ended, however
//! short it was.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::running::{client, eventually, kolibri};
use crate::watching::exposition::{self, Series};
use crate::watching::prometheus::Prometheus;
use crate::watching::rotel::Rotel;

#[test]
fn a_short_drill_is_whole_in_the_collector_though_prometheus_looks_every_15_seconds() {
    let rotel = Rotel::start();
    let root = tempfile::tempdir().unwrap();
    let mut drill = kolibri()
        .args(["soak", "run", "--standalone", "--json", "--minutes", "10", "--events-per-minute", "500"])
        .arg("--directory")
        .arg(root.path())
        .env("KOLIBRI_PROMETHEUS_HOST", "127.0.0.1")
        .env("KOLIBRI_PROMETHEUS_PORT", "0")
        .env("KOLIBRI_OTLP_ENDPOINT", &rotel.http)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(drill.stderr.take().unwrap()).lines().map_while(Result::ok);
    let metrics = log
        .find_map(|line| {
            let event: Value = serde_json::from_str(&line).ok()?;
            event["metrics"].as_str().map(str::to_owned)
        })
        .expect("the drill says where its metrics are");
    let rest = std::thread::spawn(move || log.collect::<Vec<_>>());
    let scraped = exposition::parse(&client().get(&metrics).send().unwrap().text().unwrap());
    let bucket =
        Series::new("kolibri_backend_soak_duration_seconds_bucket", &[("phase", "soak"), ("le", "120")]);
    assert_eq!(scraped[&bucket], 0.0, "the drill has not ended, and its buckets are there");
    let _prometheus = {
        let directory = tempfile::tempdir().unwrap();
        let target = metrics.trim_start_matches("http://").trim_end_matches("/metrics");
        let configuration = format!(
            "global: {{scrape_interval: 15s}}\n\
             scrape_configs: [{{job_name: kolibri, static_configs: [{{targets: ['{target}']}}]}}]\n"
        );
        std::fs::write(directory.path().join("prometheus.yml"), configuration).unwrap();
        Prometheus::start(directory)
    };
    let output = drill.wait_with_output().unwrap();
    assert!(output.status.success(), "{:#?}", rest.join().unwrap());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["state"], &report["events"]), (&"completed".into(), &5000.into()), "{report}");

    let soak = |name: &str| Series::new(name, &[("phase", "soak")]);
    eventually("the last push is printed", || {
        let count = rotel.received().get(&soak("kolibri_backend_soak_duration_seconds_count")).copied();
        (count == Some(1.0)).then_some(())
    });
    let received = rotel.received();
    assert_eq!(received[&soak("kolibri_backend_soak_events_total")], 5000.0);
    let took = received[&soak("kolibri_backend_soak_duration_seconds_sum")];
    assert!((took - report["duration_seconds"].as_f64().unwrap()).abs() < 0.001, "{took}: {report}");
    let of_nodes = |series: &&Series| {
        let name = series.name.as_str();
        name.starts_with("kolibri_") && !name.starts_with("kolibri_backend_soak_")
    };
    for seen in [&received, &scraped] {
        let of_nodes: Vec<_> = seen.keys().filter(of_nodes).collect();
        assert!(of_nodes.is_empty(), "it is no node, and hides none that has gone: {of_nodes:?}");
    }
}
