//! Looking at the configuration before the node does.

use clap::Subcommand;
use serde_json::json;

use super::{Exit, Output, print_json, print_line};
use crate::config::Config;
use crate::config::settings::{self, Settings};

#[derive(Subcommand)]
pub(super) enum Configuration {
    /// Check every setting, report all errors at once, and show the values in effect; secrets are not shown
    #[command(after_help = settings::after_help("Example:\n  KOLIBRI_HTTP_PORT=eighty kolibri config check"))]
    Check {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        output: Output,
    },
}

impl Configuration {
    pub(super) fn run(self) -> Result<(), Exit> {
        let Self::Check { settings, output } = self;
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        for variable in settings::unknown_variables(names) {
            eprintln!("kolibri: {variable} is not a Kolibri setting; is it misspelt?");
        }
        Config::parse(&settings)?;
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
                .map(|(variable, value, given)| {
                    (variable.to_owned(), json!({ "value": value, "given": given }))
                })
                .collect();
            return print_json(&values);
        }
        for (variable, value, given) in rows {
            let mark = if given { "" } else { "  (default)" };
            print_line(&format!("{variable:<32} {value}{mark}"))?;
        }
        print_line("the configuration is valid")
    }
}
