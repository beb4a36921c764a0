//! Checks the shipped dashboards as Grafana would read them: their types at both ends of the range of Grafana they import
//! into, what provisioning needs, and the promises of docs/operations.md. Their data is in ops_live.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::programs::{program, require};

const GRAFANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ops/grafana");
const OVERVIEW: &str = "kolibri-backend-overview";
const DRILLS: &str = "kolibri-soak-drills";
const SELECTORS: &str = r#"job=~"$job",instance=~"$instance""#;

fn dashboard(uid: &str) -> Value {
    let path = Path::new(GRAFANA).join(format!("dashboards/{uid}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn panels(dashboard: &Value) -> &Vec<Value> {
    dashboard["panels"].as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A copy with the value at a JSON pointer replaced.
fn changed(dashboard: &Value, pointer: &str, value: Value) -> Value {
    let mut copy = dashboard.clone();
    match copy.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            copy.pointer_mut(parent).unwrap()[key] = value;
        }
    }
    copy
}

/// Changes that Grafana's types forbid.
fn mistyped() -> Vec<(&'static str, Value)> {
    vec![
        ("/schemaVersion", json!("39")),
        ("/graphTooltip", json!(7)),
        ("/templating/list/1/refresh", json!(9)),
        ("/panels/1/type", json!("statistic")),
        ("/panels/1/gridPos", json!({ "x": 0, "y": 0, "w": 4 })),
        ("/panels/1/gridPos/height", json!(4)),
        ("/panels/1/options/colorMode", json!("values")),
        ("/panels/1/fieldConfig/defaults/thresholds/mode", json!("relative")),
        ("/panels/1/datasource/uid", json!("prometheus")),
        ("/panels/1/fieldConfig/defaults/unit", json!(5)),
        ("/id", json!(1)),
        ("/__inputs", json!([])),
    ]
}

#[test]
fn the_types_of_the_oldest_and_the_newest_grafana_hold_and_broken_copies_are_caught() {
    let mut checks = format!("import type {{ Newest, Oldest }} from '{GRAFANA}/check/shipped';\n");
    for uid in [OVERVIEW, DRILLS] {
        let dashboard = dashboard(uid);
        checks += &format!("({dashboard}) satisfies Newest;\n({dashboard}) satisfies Oldest;\n");
        // tsc also complains of an expectation that does not come true.
        for (pointer, value) in mistyped() {
            checks += &format!(
                "// @ts-expect-error\n({}) satisfies Newest;\n",
                changed(&dashboard, pointer, value)
            );
        }
        let renamed = dashboard.to_string().replace("\"uid\":\"kolibri", "\"uuid\":\"kolibri");
        checks += &format!("// @ts-expect-error\n({renamed}) satisfies Oldest;\n");
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("checks.ts"), checks).unwrap();
    let project = json!({ "extends": format!("{GRAFANA}/check/tsconfig.json"), "files": ["checks.ts"] });
    std::fs::write(directory.path().join("tsconfig.json"), project.to_string()).unwrap();
    require(&["node"]);
    let output = program("tsc").arg("--project").arg(directory.path()).output().unwrap();
    let said: String = String::from_utf8_lossy(&output.stdout).chars().take(4000).collect();
    assert!(output.status.success(), "{said}");
}

/// What Grafana would take, and its reader would curse.
fn faults(dashboard: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |holds: bool, what: String| {
        if !holds {
            faults.push(what);
        }
    };
    let source = json!({ "type": "prometheus", "uid": "${datasource}" });
    fault(dashboard["schemaVersion"] == 39, "schemaVersion".into());
    fault(dashboard.get("id").is_none() && dashboard.get("__inputs").is_none(), "id, __inputs".into());
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    fault(variables[0]["type"] == "datasource" && variables[0]["query"] == "prometheus", "datasource".into());
    for (variable, name) in variables[1..].iter().zip(["job", "instance", "runbook", "node"]) {
        fault(variable["name"] == name && variable["refresh"] == 2, format!("variable {name}"));
        fault(variable["datasource"] == source, format!("data source of the variable {name}"));
        let selects =
            variable["multi"] == true && variable["includeAll"] == true && variable["allValue"] == ".+";
        fault(selects || variable["hide"] == 2, format!("selection of {name}"));
    }
    let links: Vec<_> =
        dashboard["links"].as_array().unwrap().iter().map(|link| text(&link["url"])).collect();
    let other = if dashboard["uid"] == OVERVIEW { DRILLS } else { OVERVIEW };
    // What failed in the time that the dashboard shows.
    let failed = "${node}/#/traces/failed?since=${__from:date:seconds}&until=${__to:date:seconds}";
    let wanted = [&format!("/d/{other}"), "${runbook}", failed];
    fault(links == wanted, format!("links: {links:?}"));
    for annotation in dashboard["annotations"]["list"].as_array().unwrap() {
        let name = text(&annotation["name"]);
        fault(annotation["datasource"] == source, format!("{name}: data source"));
        fault(
            text(&annotation["expr"]).contains(SELECTORS),
            format!("{name}: no selection by job and instance"),
        );
    }
    let rows = panels(dashboard).iter().filter(|panel| panel["type"] == "row");
    fault(rows.clone().count() > 1 && panels(dashboard)[0]["type"] == "row", "rows".into());
    for panel in panels(dashboard).iter().filter(|panel| panel["type"] != "row") {
        let title = text(&panel["title"]);
        let now = ["stat", "table"].contains(&text(&panel["type"]));
        fault(panel["datasource"] == source, format!("{title}: data source"));
        fault(!text(&panel["fieldConfig"]["defaults"]["unit"]).is_empty(), format!("{title}: unit"));
        let description = text(&panel["description"]);
        fault(description.len() > 60 && description.ends_with('.'), format!("{title}: description"));
        for link in panel["links"].as_array().into_iter().flatten() {
            let anchor = text(&link["url"]).strip_prefix("${runbook}#").unwrap_or_default();
            fault(alerts().contains(anchor), format!("{title}: no alert has the heading {anchor:?}"));
        }
        for target in panel["targets"].as_array().into_iter().flatten() {
            let expression = text(&target["expr"]);
            fault(target["datasource"] == source, format!("{title}: data source of a query"));
            fault(expression.contains(SELECTORS), format!("{title}: no selection by job and instance"));
            // What was is not what is: a node that is gone has a last value for ever.
            let instant = target["instant"] == true && target["range"] == false;
            fault(instant == now, format!("{title}: asks for the past, or shows only the present"));
            fault(
                panel["type"] == "heatmap" || !expression.contains("$__"),
                format!("{title}: a window that depends on the screen"),
            );
        }
    }
    faults.extend(layout_faults(panels(dashboard)));
    faults
}

/// The lower-cased names of the alerts: the headings of the runbook.
fn alerts() -> BTreeSet<String> {
    let rules = std::fs::read_to_string(Path::new(GRAFANA).join("../prometheus/alerts.yml")).unwrap();
    rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).map(str::to_lowercase).collect()
}

/// Panels that share a number or a place, or stand outside of the 24 columns.
fn layout_faults(panels: &[Value]) -> Vec<String> {
    let mut ids = BTreeSet::new();
    let mut places = BTreeSet::new();
    let mut faults = Vec::new();
    for panel in panels {
        let side = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        let cells = (side("x")..side("x") + side("w"))
            .flat_map(|x| (side("y")..side("y") + side("h")).map(move |y| (x, y)));
        let taken = cells.filter(|cell| cell.0 >= 24 || !places.insert(*cell)).count();
        if taken > 0 || !ids.insert(panel["id"].to_string()) {
            faults.push(format!("{}: place or id", panel["title"]));
        }
    }
    faults
}

#[test]
fn the_dashboards_have_what_their_readers_need() {
    for uid in [OVERVIEW, DRILLS] {
        let dashboard = dashboard(uid);
        assert_eq!(dashboard["uid"], uid, "the file has the name of the uid");
        assert_eq!(faults(&dashboard), Vec::<String>::new(), "{uid}");
    }
}

#[test]
fn a_dashboard_that_lacks_something_is_caught() {
    let dashboard = dashboard(OVERVIEW);
    for (pointer, value) in [
        ("/schemaVersion", json!(36)),
        ("/id", json!(3)),
        ("/annotations/list/0/datasource/uid", json!("abc")),
        ("/annotations/list/1/expr", json!("process_start_time_seconds")),
        ("/panels/0/type", json!("timeseries")),
        ("/panels/1/targets/0/instant", json!(false)),
        ("/templating/list/1/allValue", json!("")),
        ("/templating/list/2/refresh", json!(1)),
        ("/templating/list/3/datasource/uid", json!("abc")),
        ("/links/0/url", json!("/d/somewhere-else")),
        ("/panels/3/description", json!("The queue.")),
        ("/panels/3/fieldConfig/defaults/unit", json!("")),
        ("/panels/3/targets/0/datasource/uid", json!("abc")),
        ("/panels/3/targets/0/expr", json!("kolibri_backend_queue_depth")),
        (
            "/panels/10/targets/0/expr",
            json!(format!("rate(kolibri_backend_events_total{{{SELECTORS}}}[$__range])")),
        ),
        ("/panels/1/links/0/url", json!("${runbook}#kolibrinotreadyyet")),
        ("/panels/3/id", json!(1)),
        ("/panels/3/gridPos/x", json!(8)),
        ("/panels/3/gridPos/w", json!(24)),
    ] {
        let copy = changed(&dashboard, pointer, value);
        assert_ne!(faults(&copy), Vec::<String>::new(), "{pointer}");
    }
}

/// The panels that the contract names, with its PromQL; what was wrong with that at the edges is mended.
const CONTRACT: [(&str, &str, &str, &str); 6] = [
    (OVERVIEW, "Event Throughput", "timeseries", "sum(rate(kolibri_backend_events_total[5m]))"),
    (
        OVERVIEW,
        "Error Breakdown",
        "timeseries",
        "sum by (event_type) (increase(kolibri_backend_events_failed_total[15m]))",
    ),
    (
        OVERVIEW,
        "Genome Depth",
        "timeseries",
        "histogram_quantile(0.95, sum by (le) (rate(kolibri_backend_genome_blocks_bucket[10m])))",
    ),
    (
        OVERVIEW,
        "Soak Duration Trend",
        "timeseries",
        "avg(rate(kolibri_backend_soak_duration_seconds_sum[15m])) / \
         (avg(rate(kolibri_backend_soak_duration_seconds_count[15m])) > 0)",
    ),
    (DRILLS, "Events per Session", "timeseries", "increase(kolibri_backend_soak_events_total[30m])"),
    (
        DRILLS,
        "Latency Heatmap",
        "heatmap",
        "sum by (le) (increase(kolibri_backend_soak_duration_seconds_bucket[$__rate_interval]))",
    ),
];

#[test]
fn the_panels_of_the_contract_are_there_with_its_expressions() {
    for (uid, title, kind, expression) in CONTRACT {
        let dashboard = dashboard(uid);
        let panel = panels(&dashboard).iter().find(|panel| panel["title"] == title).expect(title);
        assert_eq!(panel["type"], kind, "{title}");
        let shipped = text(&panel["targets"][0]["expr"]).replace(&format!("{{{SELECTORS}}}"), "");
        assert_eq!(shipped, expression, "{title}");
    }
    let overview = dashboard(OVERVIEW);
    let bars =
        &panels(&overview).iter().find(|panel| panel["title"] == "Event Throughput").unwrap()["fieldConfig"];
    assert_eq!(bars["defaults"]["custom"]["drawStyle"], "bars");
    let drills = dashboard(DRILLS);
    let heatmap = panels(&drills).iter().find(|panel| panel["type"] == "heatmap").unwrap();
    assert_eq!(heatmap["options"]["calculate"], false, "the buckets are the node's, not Grafana's");
    assert_eq!(heatmap["targets"][0]["format"], "heatmap");
    assert_eq!(heatmap["targets"][0]["legendFormat"], "{{le}}");
}
