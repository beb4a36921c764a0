//! The text that is scraped.
//!
//! The exporter makes the labels of `target_info` out of the resource's attributes, which an operator may name as they
//! like. It leaves names that Prometheus refuses, and one of them makes Prometheus refuse the whole scrape.

use std::collections::BTreeMap;

use prometheus::proto::{LabelPair, MetricFamily};
use prometheus::{Registry, TextEncoder};

/// Everything in a registry in the Prometheus text format 0.0.4.
///
/// # Errors
/// When a family cannot be written.
pub(super) fn text(registry: &Registry) -> prometheus::Result<String> {
    let mut families = registry.gather();
    families.iter_mut().filter(|family| family.name() == "target_info").for_each(with_valid_labels);
    TextEncoder::new().encode_to_string(&families)
}

fn with_valid_labels(family: &mut MetricFamily) {
    for metric in family.mut_metric() {
        let mut labels = BTreeMap::<String, Vec<String>>::new();
        for label in metric.take_label() {
            labels.entry(valid(label.name())).or_default().push(label.value().to_owned());
        }
        // Values of names that have become the same are joined, as the exporter does.
        metric.set_label(labels.into_iter().map(|(name, values)| label(name, &values.join(";"))).collect());
    }
}

/// A name that Prometheus takes (<https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels>), with the prefix
/// that its own ingestion of OTLP uses, so that both ways give the same label.
fn valid(name: &str) -> String {
    let name: String =
        name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    match name.starts_with(|first: char| first.is_ascii_digit()) {
        true => format!("key_{name}"),
        // Two underscores are for Prometheus' own use.
        false if name.starts_with("__") => format!("key{name}"),
        false => name,
    }
}

fn label(name: String, value: &str) -> LabelPair {
    let mut label = LabelPair::default();
    label.set_name(name);
    label.set_value(value.to_owned());
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_becomes_one_that_prometheus_takes() {
        for (name, taken) in [
            ("service_name", "service_name"),
            ("1st_line_team", "key_1st_line_team"),
            ("9", "key_9"),
            ("a:b", "a_b"),
            ("__name__", "key__name__"),
            ("_private", "_private"),
            ("ключ", "key____"),
        ] {
            assert_eq!(valid(name), taken, "{name}");
        }
    }
}
