//! Checks the shipped Alertmanager configuration with amtool: it is taken, each alert goes to its team, and the e-mail says
//! what is wrong and where to go.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test a panic is the report")]
#![allow(missing_docs, unreachable_pub, reason = "nothing outside this test uses it")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ops/alertmanager");

fn amtool(directory: &Path, arguments: &[&str]) -> Output {
    let output = Command::new("amtool").current_dir(directory).args(arguments).output();
    output.expect("amtool is installed (scripts/install-test-tools)")
}

#[track_caller]
fn said(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A copy of the shipped files with one change in one of them.
fn broken(name: &str, from: &str, to: &str) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    std::fs::create_dir(copy.path().join("templates")).unwrap();
    for shipped in ["alertmanager.yml", "templates/kolibri.tmpl"] {
        let text = std::fs::read_to_string(Path::new(SHIPPED).join(shipped)).unwrap();
        assert!(shipped != name || text.contains(from), "{name} has no {from}");
        let text = if shipped == name { text.replace(from, to) } else { text };
        std::fs::write(copy.path().join(shipped), text).unwrap();
    }
    copy
}

#[test]
fn amtool_takes_the_configuration_and_refuses_broken_copies() {
    said(amtool(Path::new(SHIPPED), &["check-config", "alertmanager.yml"]));
    for (name, from, to) in [
        ("alertmanager.yml", "receiver: simulation-team", "receiver: simulation"),
        ("alertmanager.yml", "group_wait: 30s", "group_wait: half a minute"),
        ("alertmanager.yml", "templates/*.tmpl", "templates/[.tmpl"),
        ("alertmanager.yml", "webhook_configs", "webhooks"),
        ("templates/kolibri.tmpl", "| toUpper", "| toUppercase"),
    ] {
        let copy = broken(name, from, to);
        let output = amtool(copy.path(), &["check-config", "alertmanager.yml"]);
        assert!(!output.status.success(), "{name} with {to:?} instead of {from:?} was taken");
    }
}

/// Who is told about an alert with these labels.
fn receiver(directory: &Path, labels: &[&str]) -> String {
    let arguments = [&["config", "routes", "test", "--config.file=alertmanager.yml"], labels].concat();
    said(amtool(directory, &arguments)).trim().to_owned()
}

/// What alerts can carry, and whom it tells; the last ones are somebody's mistake.
const ROUTES: [(&[&str], &str); 6] = [
    (&["team=on-call", "severity=critical"], "on-call"),
    (&["team=on-call", "severity=warning"], "on-call"),
    (&["team=simulation", "severity=warning"], "simulation-team"),
    (&["team=simulation", "severity=critical"], "simulation-team"),
    (&["severity=critical"], "on-call"),
    (&["team=nobody-knows"], "on-call"),
];

#[test]
fn every_alert_goes_to_its_team() {
    for (labels, team) in ROUTES {
        assert_eq!(receiver(Path::new(SHIPPED), labels), team, "{labels:?}");
    }
    let copy = broken("alertmanager.yml", "team = simulation", "team = simulations");
    assert!(ROUTES.iter().any(|(labels, team)| receiver(copy.path(), labels) != *team), "a lost route shows");
}

/// What Alertmanager gives to a template.
fn data(status: &str, trace: bool) -> Value {
    let mut annotations = json!({
        "summary": "Commands fail on a:9464",
        "description": "In the last 5 minutes failures came to <10%> of the recorded events; the line is 5%.",
        "runbook_url": "https://runbooks.example/operations.md#kolibribackenderrorsspike",
        "dashboard_url": "https://grafana.example/d/kolibri-backend-overview",
    });
    if trace {
        annotations["trace_url"] = json!("https://node.example/#/traces/latest?outcome=failed");
    }
    let labels =
        json!({ "alertname": "KolibriBackendErrorsSpike", "instance": "a:9464", "severity": "critical" });
    json!({
        "receiver": "on-call", "status": status, "externalURL": "https://alerts.example",
        "groupLabels": {}, "commonLabels": labels, "commonAnnotations": annotations,
        "alerts": [{
            "status": status, "labels": labels, "annotations": annotations, "fingerprint": "0123",
            "startsAt": "2026-11-24T03:04:05Z", "endsAt": "2026-11-24T04:05:06Z",
            "generatorURL": "https://prometheus.example/graph?g0.expr=up",
        }],
    })
}

fn rendered(directory: &Path, template: &str, data: &Value) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), data.to_string()).unwrap();
    let kind = if template == "html" { "html" } else { "text" };
    said(amtool(
        directory,
        &[
            "template",
            "render",
            "--template.glob=templates/*.tmpl",
            &format!("--template.type={kind}"),
            &format!("--template.text={{{{ template \"kolibri.{template}\" . }}}}"),
            &format!("--template.data={}", file.path().display()),
        ],
    ))
}

#[test]
fn the_e_mail_says_what_is_wrong_and_where_to_go() {
    let render = |template, data: &Value| rendered(Path::new(SHIPPED), template, data);
    let firing = data("firing", true);
    assert_eq!(render("subject", &firing), "[FIRING 1] KolibriBackendErrorsSpike on a:9464");
    let resolved = data("resolved", true);
    assert_eq!(render("subject", &resolved), "[RESOLVED] KolibriBackendErrorsSpike on a:9464");
    assert!(render("text", &resolved).contains("Until:      2026-11-24 04:05:06 UTC"));
    assert_eq!(render("text", &firing).trim(), TEXT.trim());

    let html = render("html", &firing);
    for link in [
        "https://runbooks.example/operations.md#kolibribackenderrorsspike\">Runbook",
        "https://grafana.example/d/kolibri-backend-overview\">Dashboard",
        "https://node.example/#/traces/latest?outcome=failed\">Last trace",
    ] {
        assert!(html.contains(&format!("<a href=\"{link}</a>")), "{html}");
    }
    assert!(html.contains("&lt;10%&gt;"), "texts are escaped: {html}");
    for template in ["text", "html"] {
        assert!(!render(template, &data("firing", false)).contains("Last trace"), "only where there is one");
    }

    let copy = broken("templates/kolibri.tmpl", ".Annotations.runbook_url", ".Annotations.runbook");
    assert!(!rendered(copy.path(), "text", &firing).contains("operations.md"), "a lost link shows");
}

const TEXT: &str = "
FIRING KolibriBackendErrorsSpike (critical): Commands fail on a:9464

In the last 5 minutes failures came to <10%> of the recorded events; the line is 5%.

Since:      2026-11-24 03:04:05 UTC
Runbook:    https://runbooks.example/operations.md#kolibribackenderrorsspike
Dashboard:  https://grafana.example/d/kolibri-backend-overview
Last trace: https://node.example/#/traces/latest?outcome=failed
Expression: https://prometheus.example/graph?g0.expr=up
";
