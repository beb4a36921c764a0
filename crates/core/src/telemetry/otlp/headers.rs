//! Headers for the collector.

use std::fmt;
use std::str::FromStr;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

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
    pub(super) fn map(&self) -> Result<HeaderMap, String> {
        let header = |(name, value): &(String, String)| {
            let name = HeaderName::try_from(name).map_err(|error| error.to_string())?;
            let mut value = HeaderValue::try_from(value).map_err(|error| error.to_string())?;
            value.set_sensitive(true);
            Ok((name, value))
        };
        self.0.iter().map(header).collect()
    }

    /// A text of the collector's without the headers' values, which it may have quoted.
    pub(super) fn redact(&self, text: &str) -> String {
        let values = self.0.iter().map(|(_, value)| value).filter(|value| !value.is_empty());
        let mut values: Vec<_> = values.collect();
        // A value that is a part of another would leave the rest of that one.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.into_iter().fold(text.to_owned(), |text, value| text.replace(value, "***"))
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
pub(in crate::telemetry) fn percent_decode(text: &str) -> Option<String> {
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

/// For the fuzzers: headers that are accepted can be sent, and no text of the collector's shows their values.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(headers) = text.parse::<OtlpHeaders>() else { return };
    assert_eq!(headers.map().map(|map| map.len()), Ok(headers.0.len()));
    for (_, value) in &headers.0 {
        assert!(headers.redact(value).bytes().all(|byte| byte == b'*'), "{value:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn what_a_collector_quotes_of_them_is_not_shown() {
        let headers: OtlpHeaders = "authorization=topsecret,x=".parse().unwrap();
        assert_eq!(headers.redact("bad token topsecret"), "bad token ***");
        let within: OtlpHeaders = "x=top,authorization=topsecret".parse().unwrap();
        assert_eq!(within.redact("bad token topsecret"), "bad token ***");
    }
}
