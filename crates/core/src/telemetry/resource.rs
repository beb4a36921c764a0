//! How this node identifies itself. OpenTelemetry's own variables override what the node knows about itself
//! (<https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable>).
//! The SDK's detector is not used: it does not decode values, and silently ignores what it cannot read.

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;

use super::TelemetryConfig;
use super::otlp::percent_decode;

/// The attributes that `target_info` shows and every push carries.
pub(super) fn resource(config: &TelemetryConfig) -> Resource {
    let variable = |variable| {
        std::env::var(variable).unwrap_or_else(|error| {
            if error != std::env::VarError::NotPresent {
                tracing::warn!(variable, "this variable is not UTF-8, and is ignored");
            }
            String::new()
        })
    };
    let given = parse(&variable("OTEL_RESOURCE_ATTRIBUTES")).unwrap_or_else(|problem| {
        tracing::warn!(problem, "all of OTEL_RESOURCE_ATTRIBUTES is ignored; write key=value,key2=value2");
        Vec::new()
    });
    let builder = Resource::builder_empty()
        .with_attributes([
            KeyValue::new("service.namespace", "kolibri"),
            KeyValue::new("service.name", "kolibri-backend"),
            KeyValue::new("service.version", config.version.clone()),
            KeyValue::new("service.instance.id", config.instance.clone()),
        ])
        .with_attributes(given);
    match variable("OTEL_SERVICE_NAME") {
        name if name.is_empty() => builder.build(),
        name => builder.with_service_name(name).build(),
    }
}

/// Reads `key=value,key2=value2`, percent-encoded. One fault discards everything, as the specification says.
fn parse(text: &str) -> Result<Vec<KeyValue>, String> {
    let pairs = text.split(',').map(str::trim).enumerate().filter(|(_, pair)| !pair.is_empty());
    pairs
        .map(|(position, pair)| {
            attribute(pair).ok_or_else(|| format!("pair {} cannot be read", position + 1))
        })
        .collect()
}

fn attribute(pair: &str) -> Option<KeyValue> {
    let (key, value) = pair.split_once('=')?;
    let (key, value) = (percent_decode(key.trim())?, percent_decode(value.trim())?);
    (!key.is_empty()).then(|| KeyValue::new(key, value))
}

/// For the fuzzers: attributes have names, and written as they are read they are read again.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    let Ok(attributes) = parse(&String::from_utf8_lossy(data)) else { return };
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pair = |KeyValue { key, value, .. }: &KeyValue| {
        assert!(!key.as_str().is_empty());
        format!("{}={}", encoded(key.as_str()), encoded(&value.as_str()))
    };
    let written: Vec<String> = attributes.iter().map(pair).collect();
    assert_eq!(parse(&written.join(",")), Ok(attributes));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_percent_decoded() {
        let parsed = parse("deployment.environment.name=prod%20eu%2Cwest , a%3Db=c=d,").unwrap();
        assert_eq!(
            parsed,
            [KeyValue::new("deployment.environment.name", "prod eu,west"), KeyValue::new("a=b", "c=d")]
        );
        assert_eq!(parse(""), Ok(Vec::new()));
    }

    #[test]
    fn one_fault_is_named_by_its_position_and_discards_everything() {
        for text in ["good=1,bad", "good=1,bad=%zz", "good=1,=bad", "good=1,bad=%ff"] {
            assert_eq!(parse(text), Err("pair 2 cannot be read".to_owned()), "{text}");
        }
    }
}
