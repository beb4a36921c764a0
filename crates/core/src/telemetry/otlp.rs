//! Pushing by OTLP: where to, how, and with which headers.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use opentelemetry_otlp::tonic_types::metadata::MetadataMap;
use opentelemetry_otlp::tonic_types::transport::ClientTlsConfig;
use opentelemetry_otlp::{MetricExporter, Protocol, WithExportConfig, WithHttpConfig, WithTonicConfig};
use opentelemetry_sdk::metrics::PeriodicReader;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::TelemetryError;
use super::collector::{Announcing, Cause, Client, Failures};

/// How long one push may take.
const TIMEOUT: Duration = Duration::from_secs(4);
/// The path that OTLP/HTTP gives to metrics
/// (<https://opentelemetry.io/docs/specs/otlp/#otlphttp-request>).
const METRICS_PATH: &str = "/v1/metrics";

/// Where to push, and how.
#[derive(Debug, Clone)]
pub struct OtlpConfig {
    /// `http://` or `https://`, a host, and optionally a port and a path.
    pub endpoint: String,
    /// Which protocol the endpoint speaks.
    pub protocol: OtlpProtocol,
    /// Sent with every push.
    pub headers: OtlpHeaders,
    /// Time from one push to the next.
    pub interval: Duration,
}

/// The protocols of OTLP that Kolibri speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OtlpProtocol {
    /// `http/protobuf`, usually on port 4318.
    #[default]
    Http,
    /// `grpc`, usually on port 4317.
    Grpc,
}

impl FromStr for OtlpProtocol {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "http/protobuf" => Ok(Self::Http),
            "grpc" => Ok(Self::Grpc),
            _ => Err(()),
        }
    }
}

/// Headers for the collector. Their values are secrets: they appear in no log and no debug output.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct OtlpHeaders(Vec<(String, String)>);

impl fmt::Debug for OtlpHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl OtlpHeaders {
    /// The headers as HTTP headers, marked as secret.
    fn map(&self) -> Result<HeaderMap, String> {
        let header = |(name, value): &(String, String)| {
            let name = HeaderName::try_from(name).map_err(|error| error.to_string())?;
            let mut value = HeaderValue::try_from(value).map_err(|error| error.to_string())?;
            value.set_sensitive(true);
            Ok((name, value))
        };
        self.0.iter().map(header).collect()
    }
}

impl FromStr for OtlpHeaders {
    type Err = String;

    /// Reads `key=value,key2=value2` with percent-encoded values
    /// (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables>).
    /// The error never quotes a value.
    fn from_str(text: &str) -> Result<Self, String> {
        let pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
        pairs
            .enumerate()
            .map(|(position, pair)| header(position + 1, pair))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fn header(position: usize, pair: &str) -> Result<(String, String), String> {
    let (name, value) = pair
        .split_once('=')
        .ok_or_else(|| format!("header {position} has no `=` between its name and its value"))?;
    let name = name.trim().to_ascii_lowercase();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(format!("header {position} has a name that HTTP does not allow"));
    }
    let value = percent_decode(value.trim())
        .filter(|value| value.bytes().all(|byte| (0x20..0x7f).contains(&byte)))
        .ok_or_else(|| {
            format!("the value of header {position} ({name}) is not percent-encoded printable ASCII")
        })?;
    Ok((name, value))
}

/// Decodes `%XX`; `None` if these are not hex digits, or the result is not UTF-8.
pub(super) fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| (byte? as char).to_digit(16);
                u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

impl OtlpConfig {
    /// Where metrics go: OTLP/HTTP adds its path to an endpoint that does not end with it; gRPC uses the
    /// endpoint as it is.
    pub fn metrics_url(&self) -> String {
        let endpoint = self.endpoint.trim_end_matches('/');
        match self.protocol {
            OtlpProtocol::Http if !endpoint.ends_with(METRICS_PATH) => format!("{endpoint}{METRICS_PATH}"),
            OtlpProtocol::Http | OtlpProtocol::Grpc => endpoint.to_owned(),
        }
    }
}

/// A reader that pushes every [`OtlpConfig::interval`], on its own thread, and counts the pushes that fail.
pub(super) fn reader(
    config: &OtlpConfig,
    failures: Failures,
) -> Result<PeriodicReader<Announcing>, TelemetryError> {
    // Fails only if a provider is already installed, which is just as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cause = Cause::default();
    let exporter = match config.protocol {
        OtlpProtocol::Http => http(config, cause.clone()),
        OtlpProtocol::Grpc => grpc(config),
    }
    .map_err(|problem| TelemetryError::Otlp { endpoint: config.endpoint.clone(), problem })?;
    let announcing = Announcing::new(exporter, config.endpoint.clone(), cause, failures);
    Ok(PeriodicReader::builder(announcing).with_interval(config.interval).build())
}

fn http(config: &OtlpConfig, cause: Cause) -> Result<MetricExporter, String> {
    MetricExporter::builder()
        .with_http()
        // The exporter would percent-decode the headers a second time, so the client adds them.
        .with_http_client(Client::new(TIMEOUT, config.headers.map()?, cause)?)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(config.metrics_url())
        .with_timeout(TIMEOUT)
        .build()
        .map_err(|error| error.to_string())
}

fn grpc(config: &OtlpConfig) -> Result<MetricExporter, String> {
    let builder = MetricExporter::builder()
        .with_tonic()
        .with_endpoint(config.metrics_url())
        .with_timeout(TIMEOUT)
        .with_metadata(MetadataMap::from_headers(config.headers.map()?));
    let builder = match config.endpoint.starts_with("https:") {
        true => builder.with_tls_config(ClientTlsConfig::new().with_enabled_roots()),
        false => builder,
    };
    builder.build().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(endpoint: &str, protocol: OtlpProtocol) -> String {
        let (headers, interval) = (OtlpHeaders::default(), Duration::from_secs(1));
        OtlpConfig { endpoint: endpoint.into(), protocol, headers, interval }.metrics_url()
    }

    #[test]
    fn the_metrics_path_is_added_over_http_only_and_only_once() {
        let http = OtlpProtocol::Http;
        assert_eq!(url("http://c:4318", http), "http://c:4318/v1/metrics");
        assert_eq!(url("http://c:4318/", http), "http://c:4318/v1/metrics");
        assert_eq!(url("https://cloud/otlp", http), "https://cloud/otlp/v1/metrics");
        assert_eq!(url("https://cloud/otlp/v1/metrics", http), "https://cloud/otlp/v1/metrics");
        assert_eq!(url("http://c:4317", OtlpProtocol::Grpc), "http://c:4317");
    }

    #[test]
    fn header_values_are_percent_decoded() {
        let headers: OtlpHeaders = "Authorization=Basic%20abc%3D%3D, x-scope = team".parse().unwrap();
        let expected = [("authorization", "Basic abc=="), ("x-scope", "team")];
        assert_eq!(headers.0, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_bad_header_is_named_without_its_value() {
        for text in ["secret", "a b=secret", "a=secret%zz", "a=%0asecret", "=secret"] {
            let error = text.parse::<OtlpHeaders>().unwrap_err();
            assert!(error.contains("header 1") && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn header_values_do_not_show_in_debug_output() {
        let headers: OtlpHeaders = "authorization=topsecret".parse().unwrap();
        assert_eq!(format!("{headers:?}"), r#"["authorization"]"#);
    }
}
