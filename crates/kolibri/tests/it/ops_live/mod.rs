//! The ops pack against the real thing: real nodes, Prometheus with the shipped rules, Alertmanager with the shipped routes.
//! Every panel has data, a healthy idle node is silent, and each alert that happens reaches its team with links that lead
//! somewhere.

mod alerts;
mod panels;
mod signals;
mod victoria;

use serde_json::Value;

use crate::running::Running;
use crate::watching::prometheus::Prometheus;

/// The alerts whose condition holds.
fn on_the_line(prometheus: &Prometheus) -> Vec<String> {
    let alerts = prometheus.get("alerts", &[])["alerts"].take();
    let names = alerts.as_array().unwrap().iter().map(|alert| alert["labels"]["alertname"].as_str().unwrap());
    // Whatever else runs on the machine may be filling the disk, and the watchdog always fires.
    let others = names.filter(|name| !["KolibriDiskFilling", "Watchdog"].contains(name));
    others.map(str::to_owned).collect()
}

/// Runs a drill to its end, however long it takes, and returns its report.
fn drill(node: &Running, parameters: &Value) -> Value {
    let (status, begun) = node.post("/api/v1/soaks", parameters);
    assert_eq!(status, 202, "{begun}");
    let link = |name: &str| begun["links"][name].as_str().unwrap();
    // The stream of its progress ends with the drill.
    let progress = reqwest::blocking::Client::builder().timeout(None).build().unwrap();
    progress.get(node.url(link("progress"))).send().unwrap().text().unwrap();
    let (_, report) = node.get(link("self"));
    assert_eq!(report["state"], "completed", "{report}");
    report
}
