//! The command line. `serve` runs the node, `genome` reads a data directory, `soak` runs drills in the node or standalone,
//! the others are clients of a running node.
//!
//! Exit codes: 0 success; 1 a negative result (nothing found, not taught, not ready, a broken genome); 2 an error (bad
//! usage or configuration, no node, a file that cannot be read).

mod backup;
mod client;
mod commands;
mod configuration;
mod export;
mod genome;
pub(crate) mod import;
mod list;
mod ops;
mod runbook;
mod soak;
pub(crate) mod terminal;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use self::terminal::{end_if_nobody_reads, print_json, print_line, say};
use crate::config::settings::{self, Settings};
use crate::config::{self, Config};

/// Teach it, ask it, prove what it was taught, and see how it is doing.
#[derive(Parser)]
#[command(
    version,
    max_term_width = 110,
    after_help = "\
Examples:
  kolibri serve                                        start a node here
  kolibri teach \"Who is on call?\" \"See the rota\"       teach it
  kolibri ask \"who's on call\"                          ask it
  kolibri genome verify                                prove that nothing was altered
Every flag of `serve` has an environment variable; `kolibri serve --help` lists both."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the node: the API, the metrics, everything
    #[command(after_help = settings::after_help("\
Examples:
  kolibri serve
  KOLIBRI_HTTP_PORT=8090 kolibri serve --data-dir /var/lib/kolibri
  kolibri serve --http-host 0.0.0.0 --api-token-file /etc/kolibri/token"))]
    Serve(Settings),
    /// Teach an association; teaching a known stimulus again replaces its answer
    #[command(
        after_help = "Example:\n  kolibri teach \"How do I restart payments?\" \"systemctl restart payments\""
    )]
    Teach(commands::Teach),
    /// Ask a question; exit code 1 when nothing similar enough was taught
    #[command(after_help = "Example:\n  kolibri ask \"restarting payments\"")]
    Ask(commands::Ask),
    /// List what is taught, the newest first
    #[command(
        after_help = "Examples:\n  kolibri list\n  kolibri list --never-asked --since 2026-11-01T00:00:00Z"
    )]
    List(list::List),
    /// Find what is taught by words of the question or the answer; exit code 1 when nothing has all of them
    #[command(after_help = "Examples:\n  kolibri search payments restart\n  kolibri search платежи --json")]
    Search(list::Search),
    /// Forget an association and erase its content
    #[command(after_help = "Example:\n  kolibri forget \"How do I restart payments?\"")]
    Forget(commands::Forget),
    /// Teach the questions and answers of a file: CSV, TSV, JSON, JSON Lines, YAML or Markdown
    #[command(after_help = "\
Encoding, format, delimiter and columns are found and told; each of them can be given instead.
CSV, TSV and JSON Lines may have any length, the others 64 MiB. What is taught already, word for
word, adds no block. If a question comes again in the file, its last answer counts. A row that is
wrong is told, with its line or item, and the others are taught; the exit code is 1 then. It is
safe to import a file again.

Examples:
  kolibri import faq.csv --dry-run
  kolibri import faq.csv
  kolibri import tickets.csv --question Subject --answer 5 --encoding windows-1251
  kolibri export | kolibri import - --url http://other:8080")]
    Import(import::Import),
    /// Export every association that can be asked, as JSON Lines or CSV
    #[command(after_help = "\
Both can be imported, and then every text is what it was. In CSV a text that a spreadsheet program
could take for a formula has an apostrophe in front, which `kolibri import` takes away: a text that
begins with =, +, -, @, a tab or a line end, perhaps behind blanks or apostrophes.

Examples:
  kolibri export --output knowledge.jsonl
  kolibri export --output knowledge.csv --bom --separator semicolon")]
    Export(export::Export),
    /// Write a backup of the genome into one file, from the running node, or from the data directory if none runs
    #[command(after_help = "\
The backup is a copy of the genome as it is at the end: a SQLite file, with its checksum in FILE.sha256. It is verified before
it gets its name. It has what was taught, not traces and not the reports of drills. If no node answers and KOLIBRI_URL is not set,
the data directory is read.

Examples:
  kolibri backup kolibri.db
  kolibri backup /var/backups/kolibri --keep 7")]
    Backup(backup::Backup),
    /// Put a backup in the place of the genome in a data directory, where no node may run
    #[command(after_help = "\
The backup is verified first. What was there is kept in the data directory (before-restore-TIME), unless you give --discard-old.
What was forgotten after the backup was made is in it: forget it again.

Example:
  kolibri restore kolibri.db --data-dir /var/lib/kolibri")]
    Restore(backup::Restore),
    /// Read and verify the genome in a data directory, whether or not a node is running there
    #[command(subcommand)]
    Genome(genome::Genome),
    /// Soak drills: is the engine slowing down, leaking memory or failing?
    #[command(subcommand)]
    Soak(soak::Soak),
    /// Run a drill: another name of `kolibri soak run`
    #[command(name = "zapustit_soak")]
    ZapustitSoak(Box<soak::Run>),
    /// Say in one line how the node is: healthy, or what is wrong, since when and why; exit code 1 unless it is healthy
    #[command(after_help = "Example:\n  kolibri status")]
    Status(commands::Status),
    /// Show how commands were executed
    #[command(subcommand)]
    Trace(commands::TraceCommand),
    /// Check the configuration
    #[command(subcommand)]
    Config(configuration::Configuration),
    /// Print the runbook, or one section of it
    #[command(after_help = "\
Examples:
  kolibri runbook KolibriNotReady
  kolibri runbook --language ru | less")]
    Runbook(runbook::Runbook),
    /// Export the files for monitoring and deploying a node
    #[command(subcommand)]
    Ops(ops::Ops),
    /// Check whether the node is ready, for containers and scripts; exit code 1 when it is not
    #[command(after_help = "Example:\n  kolibri healthcheck && echo ready")]
    Healthcheck(commands::Healthcheck),
}

/// Why a command ends with another exit code than 0.
#[derive(Debug)]
pub(crate) enum Exit {
    /// The answer is no: exit code 1. What there is to say was said.
    No,
    /// It could not be done: exit code 2, with the reason.
    Failed(String),
}

impl From<String> for Exit {
    fn from(reason: String) -> Self {
        Self::Failed(reason)
    }
}

impl From<Vec<config::Fault>> for Exit {
    fn from(faults: Vec<config::Fault>) -> Self {
        let lines: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
        Self::Failed(format!("the configuration has {} error(s):\n{}", faults.len(), lines.join("\n")))
    }
}

/// How results are printed.
#[derive(Args)]
struct Output {
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
}

/// Which node to talk to.
#[derive(Args)]
struct Connection {
    /// The node's address [default: http://127.0.0.1:8080, or from KOLIBRI_HTTP_HOST and KOLIBRI_HTTP_PORT]
    #[arg(long, env = settings::URL, hide_env_values = true)]
    url: Option<String>,
    /// File that contains the node's token; the token itself can be in KOLIBRI_API_TOKEN
    #[arg(long, env = settings::API_TOKEN_FILE.variable, hide_env_values = true)]
    api_token_file: Option<String>,
}

/// Runs a command and says how it went.
pub(crate) fn run(arguments: Arguments) -> ExitCode {
    let result = match arguments.command {
        Command::Serve(settings) => serve(&settings),
        Command::Teach(teach) => teach.run(),
        Command::Ask(ask) => ask.run(),
        Command::List(list) => list.run(),
        Command::Search(search) => search.run(),
        Command::Forget(forget) => forget.run(),
        Command::Import(import) => import.run(),
        Command::Export(export) => export.run(),
        Command::Backup(backup) => backup.run(),
        Command::Restore(restore) => restore.run(),
        Command::Genome(genome) => genome.run(),
        Command::Soak(soak) => soak.run(),
        Command::ZapustitSoak(run) => run.run(),
        Command::Status(status) => status.run(),
        Command::Trace(trace) => trace.run(),
        Command::Config(configuration) => configuration.run(),
        Command::Runbook(runbook) => runbook.run(),
        Command::Ops(ops) => ops.run(),
        Command::Healthcheck(healthcheck) => healthcheck.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Exit::No) => ExitCode::from(1),
        Err(Exit::Failed(reason)) => {
            say(&reason);
            ExitCode::from(2)
        }
    }
}

fn serve(settings: &Settings) -> Result<(), Exit> {
    Ok(crate::serve::run(Config::parse(settings)?)?)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
