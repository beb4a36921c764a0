//! Structured logs on standard error: for people on a terminal, JSON otherwise. The same lines can be pushed by OTLP.

mod records;

use std::io::IsTerminal;

use kolibri_core::telemetry::RecordQueue;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use records::Records;

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

/// Our own targets; others belong to libraries.
const OURS: [&str; 5] = ["kolibri", "kolibri_core", "kolibri_soak", "kolibri_genome", "kolibri_encoder"];

/// Reads a filter: levels, for everything or for a target, comma-separated. The filter's own rules would take any word
/// that is no level for the name of a target, which is logged in full while everything else is silent. So only levels
/// may stand alone, and what the filter does not speak of is logged at info.
///
/// # Errors
/// What is wrong with it, and what to write instead.
pub(crate) fn parse_filter(text: &str) -> Result<String, String> {
    let mut base = "info";
    let mut targets = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match part.split_once('=') {
            None => base = level(part)?,
            Some((target, word)) => {
                targets.push(format!("{}={}", self::target(target.trim())?, level(word.trim())?))
            }
        }
    }
    Ok(std::iter::once(base.to_owned()).chain(targets).collect::<Vec<_>>().join(","))
}

/// A level by its name, or by what other programs call it.
fn level(word: &str) -> Result<&'static str, String> {
    Ok(match word.to_lowercase().as_str() {
        "off" | "none" => "off",
        "error" | "err" => "error",
        "warn" | "warning" => "warn",
        "info" | "information" => "info",
        "debug" => "debug",
        "trace" => "trace",
        _ => {
            return Err(format!(
                "`{word}` is not a log level; the levels are off, error, warn, info, debug and trace. For a part of the \
                 program write its name too, such as kolibri_core=debug"
            ));
        }
    })
}

fn target(name: &str) -> Result<&str, String> {
    let crate_name = name.split("::").next().unwrap_or_default();
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | ':');
    if crate_name.is_empty() || !name.chars().all(is_plain) {
        return Err(format!(
            "`{name}` is not the name of a part of the program, such as kolibri_core or kolibri_core::store"
        ));
    }
    if crate_name.starts_with("kolibri") && !OURS.contains(&crate_name) {
        return Err(format!("`{name}` is no part of this program; its parts are {}", OURS.join(", ")));
    }
    Ok(name)
}

/// Starts logging. Called once, before anything logs. The lines are handed to `pushed` too, if there is one.
pub(crate) fn start(config: &LogConfig, pushed: Option<RecordQueue>) {
    let mut filter = EnvFilter::try_new(&config.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    for directive in QUIET.iter().filter_map(|directive| directive.parse().ok()) {
        filter = filter.add_directive(directive);
    }
    let terminal = std::io::stderr().is_terminal();
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(terminal);
    let lines = match config.format {
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
        LogFormat::Auto if !terminal => lines.json().flatten_event(true).boxed(),
        LogFormat::Text | LogFormat::Auto => lines.with_target(false).boxed(),
    };
    tracing_subscriber::registry().with(filter).with(lines).with(pushed.map(Records)).init();
    std::panic::set_hook(Box::new(|panic| {
        // Not with its message, which may quote a text that somebody taught or asked.
        let thread = std::thread::current();
        let location = panic.location().map(ToString::to_string);
        tracing::error!(thread = thread.name(), location, "a thread panicked");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_taken_by_any_of_its_usual_names() {
        for (word, level) in [
            ("warning", "warn"),
            ("WARN", "warn"),
            ("Warning", "warn"),
            ("err", "error"),
            ("information", "info"),
            ("debug", "debug"),
            ("trace", "trace"),
            ("off", "off"),
            (" info ", "info"),
            ("", "info"),
        ] {
            assert_eq!(parse_filter(word).as_deref(), Ok(level), "{word}");
        }
    }

    #[test]
    fn a_filter_for_a_part_leaves_everything_else_at_info() {
        assert_eq!(parse_filter("kolibri_core=debug").as_deref(), Ok("info,kolibri_core=debug"));
        let both = parse_filter("h2=off, Warning, kolibri_core::store=TRACE");
        assert_eq!(both.as_deref(), Ok("warn,h2=off,kolibri_core::store=trace"));
    }

    #[test]
    fn what_would_silence_the_log_by_mistake_is_refused_with_what_to_write() {
        for word in
            ["verbose", "fatal", "all", "on", "1", "kolibri_core", "warnn", "notice", "warn;info", "a=b=c"]
        {
            let problem = parse_filter(word).unwrap_err();
            assert!(
                problem.contains("is not a log level; the levels are off, error, warn, "),
                "{word}: {problem}"
            );
        }
        for target in
            ["kolibri-core=debug", "=debug", "[span]=debug", "kolibri_cor=debug", "store =debug,::=info"]
        {
            let problem = parse_filter(target).unwrap_err();
            assert!(problem.contains("part of th"), "{target}: {problem}");
        }
    }

    #[test]
    fn every_filter_that_is_taken_can_be_used() {
        for text in ["warning", "kolibri_core=debug", "off,hyper=err", "none,kolibri=information"] {
            EnvFilter::builder().parse(parse_filter(text).unwrap()).unwrap();
        }
    }
}
