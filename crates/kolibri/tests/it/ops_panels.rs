//! Checks every query of the dashboards without a node: promtool evaluates it on made-up nodes, and a query with any
//! threshold, quantile, window, matcher or operator changed would show something else. The data is in
//! ops/grafana/check/panels.yml.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::mutations::mutations;
use crate::programs::program;
use crate::shipped::{judge, text, yaml};
use crate::watching::pack;

/// Mutations that change nothing, and why.
const EQUIVALENT: [(&str, &str); 18] = [
    // The worst of all: a node whose ratio is 0, or cannot be told, is never the worst.
    ("Error Ratio", "or on (job, job)"),
    ("Error Ratio", "or on (job) 0"),
    ("Error Ratio", "0 / kolibri_backend_ready"),
    // A quantile of durations is above 0, or NaN, which compares with nothing.
    ("Answer Time", "[5m]))) > 0)"),
    ("Slowest Tenth", "[30m]))) > 0)"),
    // What is added up is a single number: these metrics have no other labels than the ones that are kept or matched.
    ("Answer Time", "max by (job, instance, le)"),
    ("Last Failures", "max by (job, instance, event_type, fault)"),
    ("Losses", "max by (instance"),
    ("Questions by Words Alone", "max by (instance)"),
    ("Last Good Drill", "max by (job, instance)"),
    ("Slowest Tenth", "max by (job, instance, le)"),
    ("Drills in a Day", "max by (job, instance)"),
    ("Events in a Day", "max by (job, instance)"),
    ("Failures in a Day", "max by (job, instance)"),
    ("Failures in Drills", "max by (job, instance)"),
    ("Events per Session, Exact", "max by (job, instance)"),
    ("Drill Duration", "max by (job, instance, le)"),
    ("Drill Throughput", "max by (job, instance)"),
];

/// A query and what it has to show, by moment.
struct Query {
    panel: String,
    expression: String,
    at: Map<String, Value>,
}

struct Panels {
    data: Value,
    queries: Vec<Query>,
}

impl Panels {
    fn shipped() -> Self {
        let data = yaml(&text("ops/grafana/check/panels.yml")).remove(0);
        let mut expected: BTreeMap<_, _> = BTreeMap::new();
        for entry in data["expected"].as_array().unwrap() {
            let key = [&entry["panel"], &entry["query"]].map(|name| name.as_str().unwrap().to_owned());
            expected.insert(key, entry["at"].as_object().unwrap().clone());
        }
        let mut known = BTreeSet::new();
        let queries = pack::DASHBOARDS.into_iter().flat_map(pack::queries).map(|query| {
            let key = [query.title.clone(), query.reference];
            let at = expected.get(&key).unwrap_or_else(|| panic!("panels.yml does not know {key:?}")).clone();
            known.insert(key);
            Query { panel: query.title, expression: query.expression, at }
        });
        let queries: Vec<_> = queries.collect();
        let unknown: Vec<_> = expected.keys().filter(|key| !known.contains(*key)).collect();
        assert!(unknown.is_empty(), "no dashboard has {unknown:?}");
        Self { data, queries }
    }

    /// The expressions that show something else than they have to.
    fn wrong(&self, judged: &[(&Query, String)]) -> BTreeSet<String> {
        let tests: Vec<_> = judged.iter().flat_map(|(query, expression)| tests(query, expression)).collect();
        let file = json!({
            "evaluation_interval": "1500m",
            "tests": [{ "interval": "1m", "input_series": self.data["input_series"], "promql_expr_test": tests }],
        });
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("panels.test.yml");
        std::fs::write(&path, file.to_string()).unwrap();
        let verdict = judge(program("promtool").args(["test", "rules"]).arg(path));
        assert_eq!(verdict.good, verdict.said.contains("SUCCESS"), "{}", verdict.said);
        let said = verdict.said.lines().filter_map(|line| line.trim().strip_prefix("expr: "));
        let wrong = said.map(|line| {
            let quoted = &line[..line.rfind("\", time: ").unwrap() + 1];
            serde_json::from_str::<String>(quoted).unwrap()
        });
        wrong.collect()
    }
}

fn tests(query: &Query, expression: &str) -> Vec<Value> {
    let moments = query.at.iter().map(|(moment, samples)| {
        let samples = samples.as_object().unwrap().iter();
        let samples: Vec<_> =
            samples.map(|(labels, value)| json!({ "labels": labels, "value": value })).collect();
        json!({ "expr": rounded(expression), "eval_time": moment, "exp_samples": samples })
    });
    moments.collect()
}

fn rounded(expression: &str) -> String {
    format!("round(({expression}), 0.000001)")
}

#[test]
fn every_query_shows_what_it_has_to() {
    let panels = Panels::shipped();
    let judged: Vec<_> = panels.queries.iter().map(|query| (query, query.expression.clone())).collect();
    let wrong = panels.wrong(&judged);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_mutation_of_a_query_shows_something_else() {
    let panels = Panels::shipped();
    let mut judged = Vec::new();
    for query in &panels.queries {
        let expression = &query.expression;
        let mutants = mutations(expression, 0..expression.len()).into_iter();
        let mutants = mutants.map(|mutation| mutation.apply(expression));
        let same = |mutant: &String| {
            EQUIVALENT.iter().any(|(panel, part)| query.panel == *panel && mutant.contains(part))
        };
        judged.extend(mutants.filter(|mutant| !same(mutant)).map(|mutant| (query, mutant)));
    }
    assert!(judged.len() >= 200, "the mutations do not match any more: {}", judged.len());
    let wrong = panels.wrong(&judged);
    let survivors: Vec<_> = judged
        .iter()
        .filter(|(_, mutant)| !wrong.contains(&rounded(mutant)))
        .map(|(query, mutant)| format!("{}: {mutant}", query.panel))
        .collect();
    assert!(survivors.is_empty(), "nothing notices these: {survivors:#?}");
}

/// What of a panel decides how its numbers look.
fn look(panel: &Value) -> Value {
    let defaults = &panel["fieldConfig"]["defaults"];
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let steps = items(&defaults["thresholds"]["steps"]).into_iter();
    let colours: Vec<_> = steps.map(|step| json!([step["color"], step["value"]])).collect();
    let words = items(&defaults["mappings"]).into_iter().flat_map(|mapping| {
        let options = mapping["options"].as_object().cloned().unwrap_or_default();
        options.into_iter().map(|(value, option)| (value, option["text"].clone()))
    });
    let words: Map<String, Value> = words.collect();
    let names: Vec<_> = items(&panel["targets"])
        .iter()
        .map(|query| query["legendFormat"].as_str().unwrap_or("").to_owned())
        .collect();
    json!({ "panel": panel["title"], "unit": defaults["unit"], "colours": colours, "words": words, "names": names })
}

#[test]
fn every_panel_has_its_unit_its_colours_its_words_and_the_names_of_its_lines() {
    let shown = pack::DASHBOARDS.into_iter().flat_map(|dashboard| {
        let path = format!("ops/grafana/dashboards/{dashboard}.json");
        let dashboard: Value = serde_json::from_str(&text(&path)).unwrap();
        let panels = dashboard["panels"].as_array().unwrap().iter().filter(|panel| panel["type"] != "row");
        panels.map(look).collect::<Vec<_>>()
    });
    let shown: Vec<_> = shown.collect();
    let wanted = yaml(&text("ops/grafana/check/panels.yml")).remove(0)["looks"].as_array().unwrap().clone();
    assert!(shown.len() > 40);
    for (shown, wanted) in shown.iter().zip(&wanted) {
        assert_eq!(shown, wanted);
    }
    assert_eq!(shown.len(), wanted.len());
}
