//! A line of the log, as OTLP writes it.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{self as proto, SeverityNumber};

use crate::trace::TraceId;

/// A line of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRecord {
    /// Nanoseconds since the Unix epoch.
    pub time: u64,
    /// How bad it is.
    pub severity: Severity,
    /// What happened, in words.
    pub message: String,
    /// The part of the program that says so.
    pub target: String,
    /// The command that it is about.
    pub trace_id: Option<TraceId>,
    /// What else is said.
    pub fields: Vec<(&'static str, LogValue)>,
}

/// How bad something is, by the names of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say it")]
pub enum Severity {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "their names say it")]
pub enum LogValue {
    Text(String),
    Whole(i64),
    Real(f64),
    Switch(bool),
}

impl LogRecord {
    pub(super) fn encode(&self) -> proto::LogRecord {
        let (number, text) = self.severity.encode();
        let fields = self.fields.iter().map(|(key, value)| pair(key, value.encode()));
        let target = attribute("log.target", self.target.as_str());
        proto::LogRecord {
            time_unix_nano: self.time,
            observed_time_unix_nano: self.time,
            severity_number: number.into(),
            severity_text: text.to_owned(),
            body: Some(AnyValue { value: Some(Value::StringValue(self.message.clone())) }),
            attributes: std::iter::once(target).chain(fields).collect(),
            trace_id: self.trace_id.map_or_else(Vec::new, |id| id.bytes().to_vec()),
            ..Default::default()
        }
    }
}

impl Severity {
    const fn encode(self) -> (SeverityNumber, &'static str) {
        match self {
            Self::Trace => (SeverityNumber::Trace, "TRACE"),
            Self::Debug => (SeverityNumber::Debug, "DEBUG"),
            Self::Info => (SeverityNumber::Info, "INFO"),
            Self::Warn => (SeverityNumber::Warn, "WARN"),
            Self::Error => (SeverityNumber::Error, "ERROR"),
        }
    }
}

impl LogValue {
    fn encode(&self) -> Value {
        match self {
            Self::Text(text) => Value::StringValue(text.clone()),
            Self::Whole(number) => Value::IntValue(*number),
            Self::Real(number) => Value::DoubleValue(*number),
            Self::Switch(on) => Value::BoolValue(*on),
        }
    }
}

/// An attribute with a text.
pub(super) fn attribute(key: &str, value: impl Into<String>) -> KeyValue {
    pair(key, Value::StringValue(value.into()))
}

/// An attribute with a number.
pub(super) fn number(key: &str, value: u64) -> KeyValue {
    pair(key, Value::IntValue(i64::try_from(value).unwrap_or(i64::MAX)))
}

fn pair(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..Default::default() }
}
