//! Pushing by OTLP: what, where to, and how.
//!
//! | file here | what it is for |
//! |---|---|
//! | `headers` | headers for the collector |
//! | `authority` | whose certificates are trusted besides the system's |
//! | `transport` | one request to the collector, over HTTP or gRPC |
//! | `collector` | what is counted and logged of its answers |
//! | `metrics` | the reader that pushes metrics |
//! | `records` | the queue of spans and log records, and the thread that pushes them |
//! | `span`, `log` | one of them, as OTLP writes it |
//!
//! The messages come from `opentelemetry-proto`; the SDK's own exporter is not used, because it takes endpoints, headers and
//! more from the environment, which may be meant for another program.

mod authority;
mod collector;
pub(crate) mod headers;
mod log;
mod metrics;
mod records;
mod span;
pub(crate) mod transport;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

pub use authority::OtlpAuthority;
pub(super) use collector::Tally;
pub use headers::OtlpHeaders;
pub(super) use headers::percent_decode;
pub use log::{LogRecord, LogValue, Severity};
pub(super) use metrics::reader;
pub(super) use records::Pusher;
pub use records::RecordQueue;
pub(crate) use span::CommandSpan;
pub(super) use transport::Transport;

/// How long one push may take.
const TIMEOUT: Duration = Duration::from_secs(4);

/// What to push, where to, and how.
#[derive(Debug, Clone)]
pub struct OtlpConfig {
    /// `http://` or `https://`, a host, and optionally a port and a path.
    pub endpoint: String,
    /// Which protocol the endpoint speaks.
    pub protocol: OtlpProtocol,
    /// Sent with every push.
    pub headers: OtlpHeaders,
    /// Trusted with `https://`, besides the system's certificates.
    pub authority: Option<OtlpAuthority>,
    /// How pushes are compressed.
    pub compression: OtlpCompression,
    /// What is pushed.
    pub signals: OtlpSignals,
    /// Time from one push of metrics to the next.
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

/// How pushes are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OtlpCompression {
    /// Not at all.
    #[default]
    None,
    /// By gzip.
    Gzip,
}

impl FromStr for OtlpCompression {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "none" => Ok(Self::None),
            "gzip" => Ok(Self::Gzip),
            _ => Err(()),
        }
    }
}

/// What can be pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Metrics, at every interval.
    Metrics,
    /// A span for each command.
    Traces,
    /// The lines of the log.
    Logs,
}

impl Signal {
    /// Every signal.
    pub const ALL: [Self; 3] = [Self::Metrics, Self::Traces, Self::Logs];

    /// Its name in settings, labels and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Traces => "traces",
            Self::Logs => "logs",
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which signals are pushed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OtlpSignals(Vec<Signal>);

impl OtlpSignals {
    /// Whether a signal is among them.
    pub fn contain(&self, signal: Signal) -> bool {
        self.0.contains(&signal)
    }
}

impl FromStr for OtlpSignals {
    type Err = String;

    /// Reads names of signals, comma-separated.
    fn from_str(text: &str) -> Result<Self, String> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let signals = words
            .map(|word| {
                let signal = Signal::ALL.into_iter().find(|signal| signal.name() == word);
                signal.ok_or_else(|| format!("`{word}` is none of metrics, traces and logs"))
            })
            .collect::<Result<Vec<_>, _>>()?;
        if signals.is_empty() { Err("it names no signal".to_owned()) } else { Ok(Self(signals)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_names_and_nothing_else() {
        let signals: OtlpSignals = "metrics, logs,".parse().unwrap();
        assert_eq!(signals, OtlpSignals(vec![Signal::Metrics, Signal::Logs]));
        for (text, problem) in [
            ("metric", "`metric` is none of metrics, traces and logs"),
            ("metrics;logs", "`metrics;logs` is none of metrics, traces and logs"),
            (",", "it names no signal"),
        ] {
            assert_eq!(text.parse::<OtlpSignals>(), Err(problem.to_owned()));
        }
    }
}
