//! What the pages say, and that they say the same.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{ENGLISH, RUSSIAN, page};
use crate::shipped::markdown::{self, Part, anchors, joined, links, prose, spans};
use crate::shipped::{text, yaml};

/// A section's shape: what must be the same in every language.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shape {
    level: usize,
    /// Blocks of code, whole.
    code: Vec<(String, String)>,
    /// The columns of each row of each table.
    rows: Vec<usize>,
    /// How often each name stands between backticks.
    names: BTreeMap<String, usize>,
    links: usize,
}

fn shapes(page: &[Part]) -> Vec<Shape> {
    let mut shapes = vec![Shape::default()];
    for part in page {
        if let Part::Heading { level, .. } = part {
            shapes.push(Shape { level: *level, ..Shape::default() });
        }
        let shape = shapes.last_mut().unwrap();
        match part {
            Part::Code { info, text } => shape.code.push((info.clone(), text.clone())),
            Part::Row(cells) => shape.rows.push(cells.len()),
            _ => {}
        }
        let line = prose(part);
        shape.links += links(&line).count();
        for name in spans(&line) {
            *shape.names.entry(name.to_owned()).or_default() += 1;
        }
    }
    shapes
}

#[test]
fn both_languages_have_the_same_sections_commands_tables_and_names() {
    let (english, russian) = (joined(page(ENGLISH)), joined(page(RUSSIAN)));
    let headings = |page: &[Part]| -> Vec<String> {
        page.iter().filter(|part| matches!(part, Part::Heading { .. })).map(prose).collect()
    };
    let names = headings(&english);
    assert_eq!(names.len(), headings(&russian).len(), "{:#?}", headings(&russian));
    for (section, (english, russian)) in shapes(&english).iter().zip(shapes(&russian)).enumerate() {
        let name = section.checked_sub(1).map_or("before the first heading", |section| &names[section]);
        assert_eq!(*english, russian, "{name}");
    }
}

#[test]
fn a_page_that_lacks_a_command_a_row_a_name_or_a_link_is_not_the_same() {
    let shapes_of = |text: &str| shapes(&joined(markdown::parse(text)));
    let russian = text(RUSSIAN);
    for lost in ["kolibri healthcheck\n", "| `error` ", "`/readyz`", "](#kolibrinotready)", "\n## Дашборды\n"]
    {
        assert!(russian.contains(lost), "{lost}");
        assert_ne!(shapes_of(&russian.replacen(lost, "", 1)), shapes_of(&russian), "{lost}");
    }
}

/// The alerts, with the headings that their links lead to.
fn alerts() -> Vec<(String, String)> {
    let groups = yaml(&text("ops/prometheus/alerts.yml")).remove(0);
    let rules =
        groups["groups"].as_array().unwrap().iter().flat_map(|group| group["rules"].as_array().unwrap());
    let alerts = rules.filter(|rule| rule["alert"].is_string());
    let of = |rule: &Value| {
        let link = rule["annotations"]["runbook_url"].as_str().unwrap();
        (rule["alert"].as_str().unwrap().to_owned(), link.rsplit('#').next().unwrap().to_owned())
    };
    alerts.map(of).collect()
}

#[test]
fn every_alert_links_to_its_own_heading() {
    let alerts = alerts();
    assert!(alerts.len() >= 14, "{alerts:?}");
    for name in [ENGLISH, RUSSIAN] {
        let page = page(name);
        for (alert, anchor) in &alerts {
            assert_eq!(*anchor, alert.to_lowercase());
            assert!(page.contains(&Part::Heading { level: 3, text: alert.clone() }), "{name}: {alert}");
            assert!(anchors(&page).contains(anchor));
        }
        let headed = page.iter().filter_map(|part| match part {
            Part::Heading { text, .. }
                if !text.contains(' ') && (text.starts_with("Kolibri") || text == "Watchdog") =>
            {
                Some(text)
            }
            _ => None,
        });
        assert_eq!(headed.count(), alerts.len(), "{name}: an alert that is no more");
    }
}

/// Each alert has a table of meaning, impact and whom to wake, and a drill that can be run.
#[test]
fn every_alert_has_what_its_reader_needs() {
    let page = page(ENGLISH);
    for (alert, _) in alerts() {
        let start =
            page.iter().position(|part| *part == Part::Heading { level: 3, text: alert.clone() }).unwrap();
        let section = &page[start + 1..];
        let end =
            section.iter().position(|part| matches!(part, Part::Heading { .. })).unwrap_or(section.len());
        let section: Vec<String> = section[..end].iter().map(prose).collect();
        for needed in ["Meaning | ", "Impact | ", "Wake | ", "First look: ", "Safe action: ", "Drill: "] {
            let found = section.iter().any(|line| line.starts_with(needed));
            assert!(found, "{alert} lacks {needed}");
        }
    }
}

#[test]
fn every_panel_of_both_dashboards_is_explained() {
    for dashboard in ["kolibri-backend-overview", "kolibri-soak-drills"] {
        let json: Value =
            serde_json::from_str(&text(&format!("ops/grafana/dashboards/{dashboard}.json"))).unwrap();
        let panels = json["panels"].as_array().unwrap();
        let mut titles: Vec<&str> = panels
            .iter()
            .filter(|panel| panel["type"] != "row")
            .map(|panel| panel["title"].as_str().unwrap())
            .collect();
        titles.sort_unstable();
        for name in [ENGLISH, RUSSIAN] {
            let page = page(name);
            let heading = Part::Heading { level: 3, text: json["title"].as_str().unwrap().to_owned() };
            let start = page
                .iter()
                .position(|part| *part == heading)
                .unwrap_or_else(|| panic!("{name}: {heading:?}"));
            let section = page[start + 1..].iter().take_while(|part| !matches!(part, Part::Heading { .. }));
            let mut explained: Vec<&str> = section
                .filter_map(|part| match part {
                    Part::Row(cells) if cells.len() == 3 => Some(cells[0].as_str()),
                    _ => None,
                })
                .skip(1)
                .collect();
            explained.sort_unstable();
            assert_eq!(explained, titles, "{name}");
        }
    }
}
