//! The configuration: what this shell would start a node with, and what a running node works with.

use clap::Subcommand;
use serde_json::json;

use super::client::Answer;
use super::{Connection, Exit, Output, commands, print_json, print_line, say};
use crate::config::Config;
use crate::config::settings::{self, Settings};
use crate::wire::{SettingInForce, SettingsResponse};

#[derive(Subcommand)]
pub(super) enum Configuration {
    /// Check the settings of this shell's environment and flags, not those of a running node: report all errors at once,
    /// and show the values a node started here would use; secrets are not shown
    #[command(after_help = settings::after_help("Example:\n  KOLIBRI_HTTP_PORT=eighty kolibri config check"))]
    Check {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        output: Output,
    },
    /// Show the settings that the running node works with, and where each comes from; secrets are not shown
    #[command(after_help = "Example:\n  kolibri config show")]
    Show {
        #[command(flatten)]
        node: Connection,
        #[command(flatten)]
        output: Output,
    },
}

impl Configuration {
    pub(super) fn run(self) -> Result<(), Exit> {
        match self {
            Self::Check { settings, output } => check(&settings, &output),
            Self::Show { node, output } => show(&node, &output),
        }
    }
}

fn show(node: &Connection, output: &Output) -> Result<(), Exit> {
    let answer: Answer<SettingsResponse> = commands::call(node, |client| client.get("/api/v1/settings"))?;
    if output.json {
        return print_json(&answer.sent);
    }
    for SettingInForce { name, value, set, from } in &answer.value.settings {
        let shown = value.as_deref().unwrap_or(if *set { "(set, not shown)" } else { "(not set)" });
        print_line(&format!("{name:<32} {shown}  ({})", from.name()))?;
    }
    Ok(())
}

fn check(settings: &Settings, output: &Output) -> Result<(), Exit> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for variable in settings::unknown_variables(names) {
        say(&format!("{variable} is not a Kolibri setting; is it misspelt?"));
    }
    Config::parse(settings)?;
    let rows = settings::ALL.iter().map(|setting| {
        let given = settings.get(setting);
        let shown = match given {
            Some(_) if setting.secret => "(set, not shown)",
            Some(value) => value,
            None => setting.default,
        };
        (setting.variable, shown, given.is_some())
    });
    if output.json {
        let values: serde_json::Map<_, _> = rows
            .map(|(variable, value, given)| (variable.to_owned(), json!({ "value": value, "given": given })))
            .collect();
        return print_json(&values);
    }
    for (variable, value, given) in rows {
        let mark = if given { "" } else { "  (default)" };
        print_line(&format!("{variable:<32} {value}{mark}"))?;
    }
    print_line("the configuration of this shell is valid; `kolibri config show` shows that of a running node")
}
