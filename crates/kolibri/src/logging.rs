//! Structured logs on standard error: for people on a terminal, JSON otherwise.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// What is logged, and how.
#[derive(Debug, Clone)]
pub(crate) struct LogConfig {
    pub(crate) filter: String,
    pub(crate) format: LogFormat,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    Text,
    Json,
}

/// Libraries that would complain at every interval about what we log once per change of state.
const QUIET: [&str; 2] = ["opentelemetry=off", "h2=warn"];

/// Whether a filter can be used.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check_filter(filter: &str) -> Result<(), ParseError> {
    EnvFilter::try_new(filter).map(drop)
}

/// Starts logging. Called once, before anything logs.
pub(crate) fn start(config: &LogConfig) {
    let mut filter = EnvFilter::try_new(&config.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    for directive in QUIET.iter().filter_map(|directive| directive.parse().ok()) {
        filter = filter.add_directive(directive);
    }
    let terminal = std::io::stderr().is_terminal();
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(terminal);
    match config.format {
        LogFormat::Json => lines.json().flatten_event(true).init(),
        LogFormat::Auto if !terminal => lines.json().flatten_event(true).init(),
        LogFormat::Text | LogFormat::Auto => lines.with_target(false).init(),
    }
    std::panic::set_hook(Box::new(|panic| {
        // Not with its message, which may quote a text that somebody taught or asked.
        let thread = std::thread::current();
        let location = panic.location().map(ToString::to_string);
        tracing::error!(thread = thread.name(), location, "a thread panicked");
    }));
}
