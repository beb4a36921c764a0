//! `make ops-demo`, as its reader sees it.

use std::process::Command;

use crate::programs::require;
use crate::shipped::{judge, path};

#[test]
fn the_demonstration_shows_what_fires_and_what_on_call_is_told() {
    require(&["python3", "prometheus", "prometheus-alertmanager", "amtool"]);
    let mut script = Command::new(path("scripts/ops-demo"));
    let shown = judge(script.arg(env!("CARGO_BIN_EXE_kolibri"))).accepted();
    let mut rest = shown.as_str();
    for expected in [
        "for: 10m -> for: 5s",
        "firing: nothing",
        "FIRING KolibriCallersFailing, sent to on-call",
        "/runbook#kolibricallersfailing",
        "opens what failed since it began",
        "COMMAND unknown_command: ",
        "RESOLVED KolibriCallersFailing",
        "FIRING KolibriTelemetryDown, sent to on-call",
        "genome verify: sound: ",
        "RESOLVED KolibriTelemetryDown",
        "Done in ",
    ] {
        let (_, after) =
            rest.split_once(expected).unwrap_or_else(|| panic!("no {expected} in its turn: {shown}"));
        rest = after;
    }
}
