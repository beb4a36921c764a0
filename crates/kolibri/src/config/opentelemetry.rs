//! OpenTelemetry's own variables
//! (<https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>): the node honours the two that say
//! what it is. The others are set for a whole fleet, often for another program's collector, so the node takes nothing from
//! them, and says so at the start.

/// What the node does with a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// It is honoured.
    Honoured,
    /// It does nothing here; what to do instead.
    Ignored(&'static str),
}

use Treatment::{Honoured, Ignored};

const PUSH: &str = "set KOLIBRI_OTLP_ENDPOINT, and KOLIBRI_OTLP_SIGNALS for what is pushed";
const SPANS: &str = "a span is as docs/telemetry.md describes it; its size is bounded";
const EXPORTER: &str = "the node exports by a Prometheus scrape, and by OTLP with KOLIBRI_OTLP_SIGNALS";
const SCHEME: &str = "https:// or http:// in KOLIBRI_OTLP_ENDPOINT decides";
const BATCHES: &str = "spans and log records are pushed every second, from a queue of 8192";

/// Beginnings of names and what is done with them; the first that fits counts. A whole name is its own beginning.
pub(crate) const TABLE: &[(&str, Treatment)] = &[
    ("OTEL_SERVICE_NAME", Honoured),
    ("OTEL_RESOURCE_ATTRIBUTES", Honoured),
    ("OTEL_SDK_DISABLED", Ignored("set KOLIBRI_TELEMETRY=off")),
    ("OTEL_ENTITIES", Ignored("set OTEL_RESOURCE_ATTRIBUTES")),
    ("OTEL_LOG_LEVEL", Ignored("set KOLIBRI_LOG")),
    ("OTEL_PROPAGATORS", Ignored("the node reads W3C traceparent and no other header")),
    (
        "OTEL_TRACES_SAMPLER",
        Ignored("the flag in a request's traceparent decides, and without one a command is sampled"),
    ),
    ("OTEL_METRIC_EXPORT_INTERVAL", Ignored("set KOLIBRI_OTLP_EXPORT_INTERVAL_MS")),
    ("OTEL_METRIC_EXPORT_TIMEOUT", Ignored("a push may take 4 seconds")),
    ("OTEL_METRICS_EXEMPLAR_FILTER", Ignored("there are no exemplars")),
    ("OTEL_TRACES_EXPORTER", Ignored(EXPORTER)),
    ("OTEL_METRICS_EXPORTER", Ignored(EXPORTER)),
    ("OTEL_LOGS_EXPORTER", Ignored(EXPORTER)),
    ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", Ignored("metrics are cumulative")),
    (
        "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
        Ignored("histograms have the bounds that the alerts and dashboards expect"),
    ),
    ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", Ignored(PUSH)),
    ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", Ignored(PUSH)),
    ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", Ignored(PUSH)),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", Ignored(PUSH)),
    ("OTEL_EXPORTER_OTLP_METRICS_", Ignored("KOLIBRI_OTLP_* settings hold for every signal")),
    ("OTEL_EXPORTER_OTLP_TRACES_", Ignored("KOLIBRI_OTLP_* settings hold for every signal")),
    ("OTEL_EXPORTER_OTLP_LOGS_", Ignored("KOLIBRI_OTLP_* settings hold for every signal")),
    ("OTEL_EXPORTER_OTLP_HEADERS", Ignored("set KOLIBRI_OTLP_HEADERS")),
    ("OTEL_EXPORTER_OTLP_PROTOCOL", Ignored("set KOLIBRI_OTLP_PROTOCOL")),
    ("OTEL_EXPORTER_OTLP_COMPRESSION", Ignored("set KOLIBRI_OTLP_COMPRESSION")),
    ("OTEL_EXPORTER_OTLP_CERTIFICATE", Ignored("set KOLIBRI_OTLP_CA_FILE")),
    (
        "OTEL_EXPORTER_OTLP_CLIENT_",
        Ignored("the node presents no client certificate; a collector next to it can"),
    ),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", Ignored("a push may take 4 seconds")),
    // Older names of the same.
    ("OTEL_EXPORTER_OTLP_SPAN_INSECURE", Ignored(SCHEME)),
    ("OTEL_EXPORTER_OTLP_METRIC_INSECURE", Ignored(SCHEME)),
    ("OTEL_EXPORTER_OTLP_INSECURE", Ignored(SCHEME)),
    ("OTEL_EXPORTER_PROMETHEUS_HOST", Ignored("set KOLIBRI_PROMETHEUS_HOST")),
    ("OTEL_EXPORTER_PROMETHEUS_PORT", Ignored("set KOLIBRI_PROMETHEUS_PORT")),
    ("OTEL_EXPORTER_ZIPKIN_", Ignored(EXPORTER)),
    ("OTEL_EXPORTER_JAEGER_", Ignored(EXPORTER)),
    ("OTEL_BSP_", Ignored(BATCHES)),
    ("OTEL_BLRP_", Ignored(BATCHES)),
    ("OTEL_ATTRIBUTE_", Ignored(SPANS)),
    ("OTEL_SPAN_", Ignored(SPANS)),
    ("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", Ignored(SPANS)),
    ("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", Ignored(SPANS)),
    (
        "OTEL_LOGRECORD_ATTRIBUTE_",
        Ignored("a log record is as docs/telemetry.md describes it; its size is bounded"),
    ),
    ("OTEL_CONFIG_FILE", Ignored("the node is configured by KOLIBRI_ variables")),
    ("OTEL_EXPERIMENTAL_CONFIG_FILE", Ignored("the node is configured by KOLIBRI_ variables")),
    ("OTEL_", Ignored("the node does not know it")),
];

/// What is done with a variable; `None` if it is none of OpenTelemetry's.
pub(crate) fn treatment(variable: &str) -> Option<Treatment> {
    TABLE.iter().find(|(beginning, _)| variable.starts_with(beginning)).map(|(_, treatment)| *treatment)
}

/// The variables that do nothing here, each with what to do instead. An empty one counts as unset.
pub(crate) fn ignored<'a>(variables: impl Iterator<Item = (&'a str, bool)>) -> Vec<(&'a str, &'static str)> {
    let set = variables.filter(|(_, is_empty)| !is_empty);
    let ignored = set.filter_map(|(variable, _)| match treatment(variable)? {
        Ignored(instead) => Some((variable, instead)),
        Honoured => None,
    });
    ignored.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every variable of the specification's pages on the SDK and on the OTLP exporter
    /// (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/>).
    const STANDARD: &str = "SDK_DISABLED ENTITIES RESOURCE_ATTRIBUTES SERVICE_NAME LOG_LEVEL PROPAGATORS TRACES_SAMPLER \
        TRACES_SAMPLER_ARG BSP_SCHEDULE_DELAY BSP_EXPORT_TIMEOUT BSP_MAX_QUEUE_SIZE BSP_MAX_EXPORT_BATCH_SIZE \
        BLRP_SCHEDULE_DELAY BLRP_EXPORT_TIMEOUT BLRP_MAX_QUEUE_SIZE BLRP_MAX_EXPORT_BATCH_SIZE \
        ATTRIBUTE_VALUE_LENGTH_LIMIT ATTRIBUTE_COUNT_LIMIT SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT SPAN_ATTRIBUTE_COUNT_LIMIT \
        SPAN_EVENT_COUNT_LIMIT SPAN_LINK_COUNT_LIMIT EVENT_ATTRIBUTE_COUNT_LIMIT LINK_ATTRIBUTE_COUNT_LIMIT \
        LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT LOGRECORD_ATTRIBUTE_COUNT_LIMIT EXPORTER_ZIPKIN_ENDPOINT \
        EXPORTER_ZIPKIN_TIMEOUT EXPORTER_ZIPKIN_PROTOCOL EXPORTER_OTLP_SPAN_INSECURE EXPORTER_OTLP_METRIC_INSECURE EXPORTER_PROMETHEUS_HOST EXPORTER_PROMETHEUS_PORT TRACES_EXPORTER METRICS_EXPORTER \
        LOGS_EXPORTER METRICS_EXEMPLAR_FILTER METRIC_EXPORT_INTERVAL METRIC_EXPORT_TIMEOUT CONFIG_FILE \
        EXPERIMENTAL_CONFIG_FILE EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE \
        EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION";
    const OF_EACH_SIGNAL: [&str; 9] = [
        "ENDPOINT",
        "INSECURE",
        "CERTIFICATE",
        "CLIENT_KEY",
        "CLIENT_CERTIFICATE",
        "HEADERS",
        "COMPRESSION",
        "TIMEOUT",
        "PROTOCOL",
    ];

    fn standard() -> Vec<String> {
        let signals = ["", "METRICS_", "TRACES_", "LOGS_"];
        let of_signals = signals.iter().flat_map(|signal| {
            OF_EACH_SIGNAL.iter().map(move |end| format!("OTEL_EXPORTER_OTLP_{signal}{end}"))
        });
        STANDARD.split_whitespace().map(|name| format!("OTEL_{name}")).chain(of_signals).collect()
    }

    #[test]
    fn every_standard_variable_is_honoured_or_has_its_own_advice() {
        let unknown = treatment("OTEL_SOMETHING_NEW");
        assert_eq!(unknown, Some(Ignored("the node does not know it")));
        for variable in standard() {
            assert!(treatment(&variable).is_some_and(|it| Some(it) != unknown), "{variable}");
        }
    }

    #[test]
    fn what_is_honoured_or_empty_is_not_told() {
        let variables = [
            ("OTEL_SERVICE_NAME", false),
            ("OTEL_LOG_LEVEL", true),
            ("OTEL_SDK_DISABLED", false),
            ("PATH", false),
        ];
        assert_eq!(ignored(variables.into_iter()), [("OTEL_SDK_DISABLED", "set KOLIBRI_TELEMETRY=off")]);
    }

    #[test]
    fn the_page_has_the_whole_table() {
        let page = include_str!("../../../../docs/telemetry.md");
        for (beginning, treatment) in TABLE {
            let told = match treatment {
                Honoured => "honoured",
                Ignored(instead) => instead,
            };
            let star = if beginning.ends_with('_') { "*" } else { "" };
            let row = format!("| `{beginning}{star}` | {told} |");
            assert!(page.contains(&row), "docs/telemetry.md lacks the row {row}");
        }
    }
}
