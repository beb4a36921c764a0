//! The same panels and alerts in VictoriaMetrics, to which a node pushes by OTLP.

use super::panels::{assert_filled, busy};
use crate::running::{Running, eventually};
use crate::watching::on_call::PUSHED;
use crate::watching::pack;
use crate::watching::victoria::Victoria;

/// Panels about scrapes, of which there are none.
const SCRAPES: [&str; 2] = ["Scrape Health", "Scrape Duration"];

#[test]
fn every_panel_is_filled_and_no_alert_fires_when_a_node_pushes_to_victoria_metrics() {
    let victoria = Victoria::start(&pack::read("prometheus/alerts.yml"));
    let directory = tempfile::tempdir().unwrap();
    let endpoint = victoria.otlp();
    let variables =
        [("KOLIBRI_OTLP_ENDPOINT", endpoint.as_str()), ("KOLIBRI_OTLP_EXPORT_INTERVAL_MS", "500")];
    let node = Running::start_with(directory.path(), &variables);
    // A rate does not see how a series begins.
    node.teach("question", "answer");
    eventually("something has come", || {
        (victoria.query("kolibri_backend_commit_duration_seconds_count").len() == 1).then_some(())
    });
    let series = victoria.query(r#"kolibri_backend_events_total{event_type="TEACH"}"#).remove(0);
    let labels = series["metric"].as_object().unwrap();
    let instance = node.api.trim_start_matches("http://127.0.0.1");
    assert_eq!(labels["job"], PUSHED, "{labels:?}");
    assert!(labels["instance"].as_str().unwrap().ends_with(instance), "{labels:?}");
    assert_eq!(labels.len(), 4, "and its name and its type: {labels:?}");

    busy(&node);
    assert_filled("VictoriaMetrics", |query| victoria.samples(query), &SCRAPES);
    assert_eq!(victoria.alerts(), ["Watchdog"]);
}
