//! Every setting of the node: a variable, its flag, its default and what it means. `--help`, the checks, the table in
//! the README and the list of known variables all come from here.

use std::collections::{BTreeMap, BTreeSet};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, FromArgMatches};

use crate::wire::{SettingInForce, SettingSource};

/// One setting.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// The environment variable; the flag is its lower-case rest.
    pub(crate) variable: &'static str,
    /// What is taken when it is unset, in words where that depends.
    pub(crate) default: &'static str,
    /// One line.
    pub(crate) help: &'static str,
    /// Whether its value must not be shown, nor given as a flag, where every user of the machine could read it.
    pub(crate) secret: bool,
}

macro_rules! settings {
    ($($name:ident, $default:literal, $help:literal $(, $secret:ident)?;)*) => {
        $(
            #[doc = $help]
            pub(crate) const $name: Setting = Setting {
                variable: concat!("KOLIBRI_", stringify!($name)),
                default: $default,
                help: $help,
                secret: false $(|| stringify!($secret).len() > 0)?,
            };
        )*
        /// Every setting of the node.
        pub(crate) const ALL: &[&Setting] = &[$(&$name),*];
    };
}

settings! {
    DATA_DIR, "./kolibri-data", "Directory that holds all of the node's data; created with mode 0700";
    HTTP_HOST, "127.0.0.1", "Address of the API; any address but loopback needs a token";
    HTTP_PORT, "8080", "Port of the API; 0 picks a free one";
    HTTP_ALLOWED_HOSTS, "none", "Host names that are accepted, in addition to IP addresses and localhost; comma-separated";
    API_TOKEN, "none", "Bearer token that every /api call must send; at least 16 characters", secret;
    API_TOKEN_FILE, "none", "File that contains the token";
    QUEUE_CAPACITY, "8192", "Commands that may wait to be recorded; a long text counts once per 4 KiB";
    VERIFY_EVERY, "24h", "How old the last verification of the genome may become before the node starts one by itself, such as 24h or 7d; off: never";
    ACCEPT_HEAD, "none", "INDEX:HASH of the last block of a genome that lost blocks and is to be opened all the same; the refusal at the start names it";
    RECALL_PRECISION, "0.90", "How many of the answers to questions in other words should be right: 0.85, 0.90 or 0.95";
    RECALL_MODEL, "on", "off: answers are found by words alone, not by their meaning, and no text is sent to a model";
    EMBEDDINGS_URL, "none", "Server of a model to use instead of the built-in one, such as http://127.0.0.1:11434; taught stimuli and questions are sent to it";
    EMBEDDINGS_MODEL, "none", "Name of the model on that server; another name makes all vectors anew";
    EMBEDDINGS_API_KEY, "none", "Bearer token for that server", secret;
    EMBEDDINGS_API_KEY_FILE, "none", "File that contains the bearer token for that server";
    LOG, "info", "Log level (error, warn, info, debug or trace), or a filter such as kolibri_core=debug, which leaves the rest at info";
    LOG_FORMAT, "auto", "text, json, or auto: text on a terminal, json otherwise";
    TRACE, "on", "off: commands are not traced";
    TRACE_PATH, "trace.jsonl in the data directory", "File that traces are appended to";
    TRACE_MAX_BYTES, "67108864", "Size at which the trace file is rotated; three older ones are kept";
    TRACE_CONTENT, "off", "on: traces include the texts of commands; FORGET does not erase them there";
    TELEMETRY, "on", "off: no metrics provider, no listener, no export";
    PROMETHEUS_HOST, "0.0.0.0", "Address of the scrape endpoint /metrics";
    PROMETHEUS_PORT, "9464", "Port of the scrape endpoint; 0 picks a free one";
    PROMETHEUS_URL, "none", "Prometheus to query for this node's alerts, such as http://prometheus:9090; the page shows them";
    OTLP_ENDPOINT, "none", "Where to push by OTLP, such as http://collector:4318";
    OTLP_SIGNALS, "metrics", "What to push: metrics, traces and logs, comma-separated";
    OTLP_PROTOCOL, "http/protobuf", "http/protobuf or grpc";
    OTLP_HEADERS, "none", "Headers for the collector: key=value,key2=value2, values percent-encoded", secret;
    OTLP_CA_FILE, "none", "File with certificates (PEM) to trust with https://, besides the system's";
    OTLP_COMPRESSION, "none", "none or gzip";
    OTLP_EXPORT_INTERVAL_MS, "30000", "Milliseconds between pushes of metrics";
}

/// The variable with the node's address for the command line. It is not a setting of the node itself.
pub(crate) const URL: &str = "KOLIBRI_URL";

impl Setting {
    /// The flag, without its dashes.
    pub(crate) fn flag(&self) -> String {
        self.variable.trim_start_matches("KOLIBRI_").to_lowercase().replace('_', "-")
    }

    fn argument(&'static self) -> Arg {
        Arg::new(self.variable)
            .long(self.flag())
            .env(self.variable)
            .hide_env_values(true)
            .value_name("VALUE")
            .help(format!("{} [default: {}]", self.help, self.default))
    }
}

/// The values that were given, by flag or by variable; empty ones count as not given.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    values: BTreeMap<&'static str, String>,
    /// Those that were given by flag.
    flags: BTreeSet<&'static str>,
}

impl Settings {
    /// The value of a setting, unless it is unset or empty. White space around it is nobody's wish, and can be seen in no
    /// file; a secret is taken as it is, and checked.
    pub(crate) fn get(&self, setting: &Setting) -> Option<&str> {
        let value = self.values.get(setting.variable)?;
        let value = if setting.secret { value } else { value.trim() };
        Some(value).filter(|value| !value.is_empty())
    }

    /// What the environment says, for commands that take other flags than the node's.
    pub(crate) fn from_environment() -> Self {
        let value =
            |setting: &&'static Setting| Some((setting.variable, std::env::var(setting.variable).ok()?));
        Self { values: ALL.iter().filter_map(value).collect(), flags: BTreeSet::new() }
    }

    /// The same, with another value for one setting if there is one.
    pub(crate) fn with(mut self, setting: &Setting, value: Option<String>) -> Self {
        self.values.extend(value.map(|value| (setting.variable, value)));
        self
    }

    /// Settings from variables and their values.
    #[cfg(test)]
    pub(crate) fn of<const N: usize>(values: [(&'static str, &str); N]) -> Self {
        let values = values.into_iter().map(|(variable, value)| (variable, value.to_owned())).collect();
        Self { values, flags: BTreeSet::new() }
    }

    /// Every setting with its value and where that comes from. Secrets are not shown, and neither are a user and a password
    /// in an address.
    pub(crate) fn in_force(&self) -> Vec<SettingInForce> {
        let in_force = |setting: &&'static Setting| {
            let given = self.get(setting);
            let shown = without_user(given.unwrap_or(setting.default));
            SettingInForce {
                name: setting.variable.to_owned(),
                value: (!setting.secret).then_some(shown),
                set: given.is_some(),
                from: match given {
                    None => SettingSource::Default,
                    Some(_) if self.flags.contains(setting.variable) => SettingSource::Flag,
                    Some(_) => SettingSource::Environment,
                },
            }
        };
        ALL.iter().map(in_force).collect()
    }

    fn read(&mut self, matches: &ArgMatches) {
        for setting in ALL {
            if !setting.secret && matches.value_source(setting.variable) == Some(ValueSource::CommandLine) {
                self.flags.insert(setting.variable);
            }
            let value = if setting.secret {
                std::env::var(setting.variable).ok()
            } else {
                matches.get_one::<String>(setting.variable).cloned()
            };
            if let Some(value) = value {
                self.values.insert(setting.variable, value);
            }
        }
    }
}

/// Without secrets.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.in_force()).finish()
    }
}

impl FromArgMatches for Settings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut settings = Self::default();
        settings.read(matches);
        Ok(settings)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.read(matches);
        Ok(())
    }
}

impl clap::Args for Settings {
    fn augment_args(command: Command) -> Command {
        // A command line can be read by every user of the machine, so secrets are no flags.
        command.args(ALL.iter().filter(|setting| !setting.secret).map(|setting| setting.argument()))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// An address without the user and the password in it.
fn without_user(value: &str) -> String {
    let hidden = |(scheme, rest): (&str, &str)| {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (_, host) = authority.rsplit_once('@')?;
        Some(format!("{scheme}://(not shown)@{host}{path}"))
    };
    value.split_once("://").and_then(hidden).unwrap_or_else(|| value.to_owned())
}

/// What `--help` shows below the flags: settings that are not flags, and examples.
pub(crate) fn after_help(examples: &str) -> String {
    let secrets = ALL.iter().filter(|setting| setting.secret);
    let secrets: String =
        secrets.map(|setting| format!("  {:<28}{}\n", setting.variable, setting.help)).collect();
    format!("Secrets, as environment variables only:\n{secrets}\n{examples}")
}

/// Variables that look like ours but are none: most likely misspelt.
pub(crate) fn unknown_variables(names: impl Iterator<Item = String>) -> Vec<String> {
    let known = |name: &String| name == URL || ALL.iter().any(|setting| setting.variable == name);
    names.filter(|name| name.starts_with("KOLIBRI_") && !known(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_named_after_their_variables() {
        assert_eq!(OTLP_EXPORT_INTERVAL_MS.flag(), "otlp-export-interval-ms");
    }

    #[test]
    fn what_is_in_force_never_shows_a_secret() {
        let given = Settings::of([
            ("KOLIBRI_API_TOKEN", "planted-secret-token"),
            ("KOLIBRI_OTLP_HEADERS", "authorization=planted-secret"),
            ("KOLIBRI_OTLP_ENDPOINT", "https://me:planted-secret@collector:4318/v1?x=a@b"),
            ("KOLIBRI_HTTP_PORT", "9000"),
        ]);
        let told = given.in_force();
        assert_eq!(told.len(), ALL.len());
        assert!(!format!("{told:?}").contains("planted-secret"));
        let find = |name: &str| told.iter().find(|one| one.name == name).unwrap();
        let token = find("KOLIBRI_API_TOKEN");
        assert_eq!((&token.value, token.set, token.from), (&None, true, SettingSource::Environment));
        let shown = |name| find(name).value.as_deref().unwrap();
        assert_eq!(shown("KOLIBRI_OTLP_ENDPOINT"), "https://(not shown)@collector:4318/v1?x=a@b");
        assert_eq!(shown("KOLIBRI_HTTP_PORT"), "9000");
        assert_eq!(find("KOLIBRI_LOG").from, SettingSource::Default);
        assert_eq!(without_user("me@example"), "me@example");
    }

    #[test]
    fn a_flag_is_told_from_a_variable() {
        let command = <Settings as clap::Args>::augment_args(Command::new("node"));
        let matches = command.get_matches_from(["node", "--http-port", "9001"]);
        let told = Settings::from_arg_matches(&matches).unwrap().in_force();
        let port = told.iter().find(|one| one.name == "KOLIBRI_HTTP_PORT").unwrap();
        assert_eq!((port.value.as_deref(), port.from), (Some("9001"), SettingSource::Flag));
    }

    #[test]
    fn a_misspelt_variable_is_noticed() {
        let names = ["KOLIBRI_HTTP_PROT", "KOLIBRI_HTTP_PORT", "KOLIBRI_URL", "PATH"].map(str::to_owned);
        assert_eq!(unknown_variables(names.into_iter()), ["KOLIBRI_HTTP_PROT"]);
    }

    #[test]
    fn the_pages_tell_every_setting_with_its_default() {
        for (page, text) in [
            ("README.md", include_str!("../../../../README.md")),
            ("docs/operations.md", include_str!("../../../../docs/operations.md")),
            ("docs/operations.ru.md", include_str!("../../../../docs/operations.ru.md")),
        ] {
            for setting in ALL {
                let row = text.lines().find(|line| line.starts_with(&format!("| `{}` |", setting.variable)));
                let row = row.unwrap_or_else(|| panic!("{page} has no row for {}", setting.variable));
                // Values are the same in every language, words are not.
                let words = setting.default == "none" || setting.default.contains(' ');
                let told = row.contains(setting.default) || (words && page.ends_with(".ru.md"));
                assert!(told, "{page}: {row} should tell the default: {}", setting.default);
            }
        }
    }
}
