//! Everything of `kolibri` but its start: the program is one line around [`run`]. It reads its configuration, opens its doors
//! (HTTP, the command line) and translates what comes back, once, into messages, exit codes and statuses.
//!
//! | room | what it is for |
//! |---|---|
//! | `config` | every variable and flag: one declaration each, all faults reported at once |
//! | `serve` | starting and stopping the node |
//! | `signals` | what stops a program |
//! | `survey` | the first reading of a file that is to be taught |
//! | `wire` | the API's requests and responses, for `http` and `cli` alike |
//! | `http` | the API: the route table, handlers, problem documents |
//! | `cli` | the other commands, most of them clients of a running node |
//! | `model` | the model that finds answers by meaning, carried along |
//! | `pack` | the files of `ops/` and the runbook, carried along for `kolibri ops export` |
//! | `runbook` | the runbook by its sections, for `/runbook` and `kolibri runbook` |

mod cli;
mod config;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod http;
mod logging;
mod model;
mod pack;
mod runbook;
mod serve;
mod signals;
mod survey;
mod wire;

use std::process::ExitCode;

use clap::Parser;

/// Does what the command line says.
pub fn run() -> ExitCode {
    cli::run(cli::Arguments::try_parse().unwrap_or_else(|error| cli::terminal::end_with(&error)))
}
