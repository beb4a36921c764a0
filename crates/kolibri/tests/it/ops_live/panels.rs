//! Every panel has data, and no metric is forgotten.

use std::collections::BTreeSet;

use serde_json::json;

use super::{drill, on_the_line};
use crate::running::{PATIENCE, Running};
use crate::watching::exposition::Samples;
use crate::watching::on_call::{OnCall, PUSHED, SCRAPED, runbook, target};
use crate::watching::pack;

/// What every panel shows after [`busy`], from the least to the most that is plausible.
const PLAUSIBLE: [(&str, f64, f64); 45] = [
    ("Ready", 1.0, 1.0),
    ("Events", 0.1, 100.0),
    ("Genome", 0.0, 1.0),
    ("Error Ratio", 0.0, 0.0),
    ("Answer Time", 1e-4, 10.0),
    ("Queue", 0.0, 8192.0),
    ("Disk Available", 1e6, 1e16),
    ("Uptime", 0.0, 600.0),
    ("Event Throughput", 0.1, 100.0),
    ("Error Ratio by Instance", 0.0, 0.0),
    ("Failures by Fault", 0.0, 40.0),
    ("Last Failures", 1.0, 1e13),
    ("Time Since Verification", 0.0, 600.0),
    ("Blocks Verified", 0.0, 1000.0),
    ("Time Since Backup", 0.0, 600.0),
    ("Error Breakdown", 0.0, 40.0),
    ("Command Latency", 1e-5, 10.0),
    ("Genome Depth", 1.0, 1000.0),
    ("Soak Duration Trend", 1e-3, 60.0),
    ("Commit Time", 1e-5, 5.0),
    ("Queue Depth", 0.0, 8192.0),
    ("Refused Commands", 0.0, 0.0),
    ("HTTP Responses", 0.0, 100.0),
    ("Disk Available by Instance", 1e6, 1e16),
    ("Losses", 0.0, 0.0),
    ("Model Ready", 0.0, 1.0),
    ("Questions by Words Alone", 0.0, 10.0),
    ("Meanings to Compute", 0.0, 100.0),
    ("Scrape Health", 1.0, 1.0),
    ("Scrape Duration", 1e-5, 1.0),
    ("Memory", 1e6, 1e10),
    ("Processor", 0.0, 64.0),
    ("Last Good Drill", 0.0, 600.0),
    ("Last Drills", 1e12, 1e13),
    ("Failures in a Day", 0.0, 0.0),
    ("Failures in Drills", 0.0, 0.0),
    ("Slowest Tenth", 0.1, 60.0),
    ("Drills in a Day", 0.5, 2.5),
    ("Events in a Day", 50.0, 250.0),
    ("Events Now", 0.1, 250.0),
    ("Events per Session", 50.0, 250.0),
    ("Events per Session, Exact", 59.0, 61.0),
    ("Latency Heatmap", 0.0, 2.5),
    ("Drill Duration", 0.1, 60.0),
    ("Drill Throughput", 0.1, 250.0),
];

#[test]
fn every_panel_has_finite_and_plausible_data_whichever_way_it_came() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start(directory.path());
    // Commits have no series before the first, and a rate does not see how a series begins.
    node.teach("question", "answer");
    // Debian's Prometheus takes no pushes, so the second one scrapes under the name that they would have.
    let watches = [SCRAPED, PUSHED].map(|job| (job, OnCall::of_job(job, &[target(&node)], &node.api)));
    watches.iter().for_each(|(_, on_call)| on_call.prometheus.await_up(1));
    busy(&node);
    // Both at once: what happened within the last minute would be over for the second.
    std::thread::scope(|scope| {
        for (job, OnCall { prometheus, .. }) in &watches {
            scope.spawn(move || {
                // A rate needs what was before and what came after.
                prometheus.await_scrapes(5);
                assert_filled(job, |expression| prometheus.query(expression), &[]);
            });
        }
    });
    for (job, OnCall { prometheus, .. }) in &watches {
        for (metric, label, expected) in [
            ("kolibri_backend_events_total", "job", *job),
            ("kolibri:base_urls:info", "runbook", runbook(&node.api).as_str()),
            ("kolibri:base_urls:info", "node", node.api.as_str()),
        ] {
            let values = prometheus.get(&format!("label/{label}/values"), &[("match[]", metric)]);
            assert_eq!(values, json!([expected]), "the variables of the dashboards");
        }
        assert_eq!(on_the_line(prometheus), Vec::<String>::new(), "{job}");
    }
}

/// Waits until every panel shows what is plausible, except those that cannot.
pub(super) fn assert_filled(who: &str, query: impl Fn(&str) -> Samples, except: &[&str]) {
    let panels = pack::DASHBOARDS.into_iter().flat_map(pack::panels);
    let mut missing: Vec<_> = panels.filter(|(title, _)| !except.contains(&title.as_str())).collect();
    // The time of the last failure is looked for at round moments only. Each panel has its own moment: what happened within
    // the last minute is gone when the slowest one has its data.
    let begun = std::time::Instant::now();
    loop {
        let fault = |(title, expression): &(String, String)| fault(&query(expression), title, expression);
        let faults: Vec<String> = missing.iter().filter_map(fault).collect();
        if faults.is_empty() {
            return;
        }
        assert!(begun.elapsed() < 2 * PATIENCE, "{who}: {faults:#?}");
        missing.retain(|panel| fault(panel).is_some());
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
}

/// What is wrong with what a panel shows.
fn fault(values: &Samples, title: &str, expression: &str) -> Option<String> {
    let (_, least, most) = PLAUSIBLE.iter().find(|(name, ..)| *name == title).expect(title);
    let plausible = !values.is_empty() && values.values().all(|value| (least..=most).contains(&value));
    (!plausible).then(|| format!("{title}: {expression}: {values:?}"))
}

/// A known load with known failures, and a drill of 60 events.
pub(super) fn busy(node: &Running) {
    for number in 0..60 {
        node.teach(&format!("question {number}"), "answer");
        node.ask(&format!("question {number}"));
    }
    for _ in 0..20 {
        assert_eq!(node.post("/api/v1/forget", &json!({ "stimulus": "never taught" })).0, 404);
    }
    drill(node, &json!({ "minutes": 1, "events_per_minute": 60, "pace": "fast" }));
}

/// Families that no panel and no alert uses, and why.
const UNUSED: [(&str, &str); 6] = [
    ("kolibri_backend_erasing", "the answer 202 and the log tell of it; for queries by hand"),
    ("target_info", "says which version a node is; for queries by hand"),
    ("http_server_active_requests", "the queue tells of overload earlier"),
    ("process_virtual_memory_bytes", "says little: files are mapped"),
    ("process_open_fds", "bounded by the listeners' own limits; for queries by hand"),
    ("process_max_fds", "as process_open_fds"),
];

#[test]
fn every_metric_in_use_exists_and_every_metric_that_exists_is_in_use() {
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start(directory.path());
    // The metrics of HTTP and of commits exist from the first of each on.
    node.teach("question", "answer");
    let text = node.scrape();
    let exist: BTreeSet<_> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    let exist: BTreeSet<_> = exist.into_iter().map(|line| line.split(' ').next().unwrap()).collect();

    let panels = pack::DASHBOARDS.into_iter().flat_map(pack::panels).map(|(_, expression)| expression);
    let used: BTreeSet<_> = panels.chain(pack::rules()).flat_map(|text| pack::metrics(&text)).collect();
    let family = |name: &String| {
        let histogram = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix));
        histogram.filter(|family| exist.contains(family)).unwrap_or(name).to_owned()
    };
    let used: BTreeSet<_> = used.iter().map(family).collect();
    let of_prometheus = ["up", "scrape_duration_seconds"];
    let missing = |name: &&String| !exist.contains(name.as_str()) && !of_prometheus.contains(&name.as_str());
    let missing: Vec<_> = used.iter().filter(missing).collect();
    assert!(missing.is_empty(), "these do not exist: {missing:?}");

    let unused: BTreeSet<_> = exist.into_iter().filter(|name| !used.contains(*name)).collect();
    assert_eq!(unused, BTreeSet::from(UNUSED.map(|(name, _)| name)), "unused, and unused on purpose");
}
