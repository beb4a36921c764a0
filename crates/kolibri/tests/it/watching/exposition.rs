//! The Prometheus text format 0.0.4, read back as a scraper reads it
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A name and its labels.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    pub name: String,
    pub labels: BTreeMap<String, String>,
}

/// Series and their values.
pub type Samples = BTreeMap<Series, f64>;

impl Series {
    pub fn new(name: &str, labels: &[(&str, &str)]) -> Self {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self { name: name.to_owned(), labels: labels.collect() }
    }
}

impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels: Vec<_> = self.labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        write!(f, "{}{{{}}}", self.name, labels.join(","))
    }
}

/// Every sample of a text; a series that is there twice is a defect.
pub fn parse(text: &str) -> Samples {
    let mut samples = Samples::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let series = self::series(series);
        let value = value.parse().unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(samples.insert(series.clone(), value).is_none(), "{series:?} is there twice");
    }
    samples
}

fn series(text: &str) -> Series {
    let (name, rest) = text.split_once('{').unwrap_or((text, "}"));
    let mut labels = BTreeMap::new();
    let mut rest = rest;
    while let Some((label, quoted)) = rest.split_once("=\"") {
        let (value, after) = unquote(quoted);
        labels.insert(label.trim_start_matches(',').to_owned(), value);
        rest = after;
    }
    assert_eq!(rest.trim_start_matches(','), "}", "{text}");
    Series { name: name.to_owned(), labels }
}

/// A label's value up to its closing quote, and what follows.
fn unquote(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.push(match letters.next().unwrap().1 {
                'n' => '\n',
                other => other,
            }),
            other => value.push(other),
        }
    }
    panic!("a label without an end: {text}");
}

/// The samples whose names begin like this.
pub fn family(samples: &Samples, prefix: &str) -> Samples {
    let ours = |series: &Series| series.name.starts_with(prefix);
    samples
        .iter()
        .filter(|(series, _)| ours(series))
        .map(|(series, value)| (series.clone(), *value))
        .collect()
}

/// Every label name in use.
pub fn label_names(samples: &Samples) -> BTreeSet<String> {
    samples.keys().flat_map(|series| series.labels.keys().cloned()).collect()
}

/// Every value of one label.
pub fn label_values(samples: &Samples, label: &str) -> BTreeSet<String> {
    samples.keys().filter_map(|series| series.labels.get(label).cloned()).collect()
}

/// What is in one and not, or not with this value, in the other; for messages that can be read.
pub fn difference(expected: &Samples, found: &Samples) -> Vec<String> {
    let keys: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    keys.into_iter()
        .filter(|series| expected.get(series) != found.get(series))
        .map(|series| {
            format!("{series:?}: expected {:?}, found {:?}", expected.get(series), found.get(series))
        })
        .collect()
}

/// Adds the series of a histogram that holds these values.
pub fn histogram(samples: &mut Samples, name: &str, labels: &[(&str, &str)], bounds: &[f64], values: &[f64]) {
    let infinite = [f64::INFINITY];
    for bound in bounds.iter().chain(&infinite) {
        let le = if bound.is_finite() { bound.to_string() } else { "+Inf".to_owned() };
        let series = Series::new(&format!("{name}_bucket"), &[labels, &[("le", &le)]].concat());
        samples.insert(series, values.iter().filter(|value| *value <= bound).count() as f64);
    }
    samples.insert(Series::new(&format!("{name}_sum"), labels), values.iter().sum());
    samples.insert(Series::new(&format!("{name}_count"), labels), values.len() as f64);
}
