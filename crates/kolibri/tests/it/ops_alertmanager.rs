//! Checks the shipped Alertmanager configuration with amtool: it is taken, each alert goes to its team, and the e-mail says
//! what is wrong and where to go.

use serde_json::{Value, json};

use crate::shipped::{Copy, text, tool, yaml};

const CONFIGURATION: &str = "alertmanager/alertmanager.yml";
const TEMPLATE: &str = "alertmanager/templates/kolibri.tmpl";

#[test]
fn amtool_takes_the_configuration_and_refuses_broken_copies() {
    let check = |copy: &Copy| tool("amtool", &["check-config", copy.at(CONFIGURATION).to_str().unwrap()]);
    check(&Copy::of_ops()).accepted();
    for (name, from, to, mistake) in [
        (CONFIGURATION, "receiver: simulation-team", "receiver: simulation", "undefined receiver"),
        (CONFIGURATION, "group_wait: 30s", "group_wait: half a minute", "half a minute"),
        (CONFIGURATION, "webhook_configs", "webhooks", "webhooks"),
        (TEMPLATE, "| toUpper", "| toUppercase", "toUppercase"),
    ] {
        check(&Copy::of_ops().change(name, from, to)).catches(mistake);
    }
}

/// Who is told about an alert with these labels.
fn receiver(copy: &Copy, labels: &[&str]) -> String {
    let file = format!("--config.file={}", copy.at(CONFIGURATION).display());
    let said = tool("amtool", &[&["config", "routes", "test", &file], labels].concat()).accepted();
    said.lines().next().unwrap().to_owned()
}

/// What alerts can carry, and whom it tells; the last ones are somebody's mistake.
const ROUTES: [(&[&str], &str); 7] = [
    (&["alertname=Watchdog", "team=on-call", "severity=none"], "dead-mans-switch"),
    (&["team=on-call", "severity=critical"], "on-call"),
    (&["team=on-call", "severity=warning"], "on-call"),
    (&["team=simulation", "severity=warning"], "simulation-team"),
    (&["team=simulation", "severity=critical"], "simulation-team"),
    (&["severity=critical"], "on-call"),
    (&["team=nobody-knows"], "on-call"),
];

#[test]
fn every_alert_goes_to_its_team() {
    let wrong = |copy: Copy| ROUTES.iter().filter(|(labels, team)| receiver(&copy, labels) != *team).count();
    assert_eq!(wrong(Copy::of_ops()), 0);
    let lost = Copy::of_ops().change(CONFIGURATION, "team = simulation", "team = simulations");
    assert_eq!(wrong(lost), 2, "a lost route shows");
}

/// The routes that are silent at some hours, or for some reason, although their matchers do not ask for a warning.
fn silences(configuration: &str) -> Vec<Value> {
    let configuration = yaml(configuration).remove(0);
    let mut silences: Vec<Value> = Vec::new();
    let mut routes = vec![(configuration["route"].clone(), false)];
    while let Some((route, above)) = routes.pop() {
        let matchers = route["matchers"].as_array().into_iter().flatten();
        let warnings = above || matchers.clone().any(|matcher| matcher == "severity = warning");
        let timed = ["active_time_intervals", "mute_time_intervals"].iter().any(|key| !route[key].is_null());
        if timed && !warnings {
            silences.push(route.clone());
        }
        routes
            .extend(route["routes"].as_array().into_iter().flatten().map(|route| (route.clone(), warnings)));
    }
    silences.extend(configuration["inhibit_rules"].as_array().into_iter().flatten().cloned());
    silences
}

#[test]
fn only_warnings_wait_for_working_hours() {
    let shipped = text("ops/alertmanager/alertmanager.yml");
    assert_eq!(
        shipped.matches("active_time_intervals: [working-hours]").count(),
        2,
        "both teams sleep at night"
    );
    assert_eq!(silences(&shipped), Vec::<Value>::new());
    for (from, to) in [
        ("- matchers: [severity = warning]", "- matchers: [team = on-call]"),
        ("- matchers: [team = simulation, severity = warning]", "- matchers: [team = simulation]"),
        ("  group_wait: 30s", "  group_wait: 30s\n  mute_time_intervals: [nights]"),
        ("receivers:\n", "inhibit_rules: [{source_matchers: [severity = warning]}]\nreceivers:\n"),
    ] {
        assert!(shipped.contains(from), "{from}");
        assert_ne!(silences(&shipped.replacen(from, to, 1)), Vec::<Value>::new(), "{to}");
    }
}

/// What Alertmanager gives to a template.
fn data(status: &str, trace: bool) -> Value {
    let mut annotations = json!({
        "summary": "Commands fail on a:9464",
        "description": "In the last 5 minutes failures were <10%> of the recorded events; the threshold is 5%.",
        "runbook_url": "https://runbooks.example/operations.md#kolibribackenderrorsspike",
        "dashboard_url": "https://grafana.example/d/kolibri-backend-overview",
    });
    if trace {
        annotations["trace_url"] = json!("https://node.example/#/traces/failed?since=1795710600");
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

fn rendered(copy: &Copy, template: &str, data: &Value) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), data.to_string()).unwrap();
    let kind = if template == "html" { "html" } else { "text" };
    let arguments = [
        "template".to_owned(),
        "render".to_owned(),
        format!("--template.glob={}", copy.at(TEMPLATE).display()),
        format!("--template.type={kind}"),
        format!("--template.text={{{{ template \"kolibri.{template}\" . }}}}"),
        format!("--template.data={}", file.path().display()),
    ];
    tool("amtool", &arguments.each_ref().map(String::as_str)).accepted()
}

#[test]
fn the_e_mail_says_what_is_wrong_and_where_to_go() {
    let copy = Copy::of_ops();
    let render = |template, data: &Value| rendered(&copy, template, data);
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
        "https://node.example/#/traces/failed?since=1795710600\">Traces",
    ] {
        assert!(html.contains(&format!("<a href=\"{link}</a>")), "{html}");
    }
    assert!(html.contains("&lt;10%&gt;"), "texts are escaped: {html}");
    for template in ["text", "html"] {
        assert!(!render(template, &data("firing", false)).contains("Last trace"), "only where there is one");
    }

    let lost = Copy::of_ops().change(TEMPLATE, ".Annotations.runbook_url", ".Annotations.runbook");
    assert!(!rendered(&lost, "text", &firing).contains("operations.md"), "a lost link shows");
}

const TEXT: &str = "
FIRING KolibriBackendErrorsSpike (critical): Commands fail on a:9464

In the last 5 minutes failures were <10%> of the recorded events; the threshold is 5%.

Since:      2026-11-24 03:04:05 UTC
Runbook:    https://runbooks.example/operations.md#kolibribackenderrorsspike
            or, if that does not open: kolibri runbook KolibriBackendErrorsSpike
Dashboard:  https://grafana.example/d/kolibri-backend-overview
Traces:     https://node.example/#/traces/failed?since=1795710600
Expression: https://prometheus.example/graph?g0.expr=up
";
