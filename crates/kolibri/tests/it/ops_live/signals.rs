//! What on-call finds in a system for traces and logs, when a page comes.

use serde_json::json;

use crate::running::store::break_the_store;
use crate::running::{Running, eventually};
use crate::watching::on_call::{OnCall, target};
use crate::watching::rotel::{Rotel, record};

#[test]
fn the_command_behind_a_page_is_a_span_and_a_line_of_the_log_at_a_real_receiver() {
    let rotel = Rotel::start();
    let directory = tempfile::tempdir().unwrap();
    let node = Running::start_with(
        directory.path(),
        &[
            ("KOLIBRI_OTLP_ENDPOINT", rotel.http.as_str()),
            ("KOLIBRI_OTLP_SIGNALS", "metrics,traces,logs"),
            ("KOLIBRI_OTLP_EXPORT_INTERVAL_MS", "500"),
        ],
    );
    let on_call = OnCall::start(&[target(&node)], &node.api);
    on_call.prometheus.await_up(1);
    let broke = break_the_store(directory.path(), &node);
    (0..5).for_each(|_| {
        assert_eq!(
            node.post("/api/v1/teach", &json!({ "stimulus": "question", "response": "answer" })).0,
            503
        );
    });
    on_call.awaits("KolibriBackendErrorsSpike");

    let printed = eventually("spans, lines of the log and metrics arrive", || {
        let printed = rotel.printed();
        let wanted = [format!("Trace ID : {broke}"), "a commit failed".to_owned()];
        let squeezed: Vec<String> =
            printed.iter().map(|line| crate::watching::rotel::squeezed(line)).collect();
        let arrived = |wanted: &String| squeezed.iter().any(|line| line.contains(wanted));
        (wanted.iter().all(arrived) && rotel.pushes() > 0).then_some(printed)
    });
    let trace = format!("Trace ID : {broke}");
    record(
        &printed,
        "Span #",
        &[&trace, "Name : TEACH", "-> error.type: Str(store_failed)", "-> kolibri.fault: Str(node)"],
    );
    let line = record(&printed, "LogRecord #", &[&trace]);
    assert!(line.iter().any(|line| line.contains("a commit failed")), "{line:#?}");
}
