//! Drills that have been, or run now: list, show, compare, stop. They are read from the running node, or from the
//! directory in which standalone drills worked.

use std::path::PathBuf;

use clap::Args;
use kolibri_core::store::DataDirectory;
use kolibri_soak::{DrillReport, History, history_file};
use serde_json::json;

use super::run::fetch;
use super::table;
use super::{Connection, Exit, Output};
use crate::cli::client::Client;
use crate::cli::say;
use crate::cli::{print_json, print_line};
use crate::wire::SoaksResponse;

/// Where the reports of drills are read.
#[derive(Args)]
struct Source {
    /// Read the history of standalone drills in this directory, not the node's
    #[arg(long)]
    directory: Option<PathBuf>,
    #[command(flatten)]
    node: Connection,
}

#[derive(Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub(in crate::cli) struct Show {
    /// The drill's id, or `last`
    id: String,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub(in crate::cli) struct Compare {
    /// The earlier drill's id
    a: String,
    /// The later drill's id, or `last`
    b: String,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub(in crate::cli) struct StopDrill {
    /// The drill's id
    id: String,
    #[command(flatten)]
    node: Connection,
}

impl Source {
    fn all(&self) -> Result<Vec<DrillReport>, Exit> {
        match &self.directory {
            None => fetch(&self.node, |client| client.get("/api/v1/soaks"))
                .map(|listed: SoaksResponse| listed.soaks),
            Some(directory) => {
                let path = history_file(&DataDirectory::new(directory));
                if !path.exists() {
                    return Err(Exit::Failed(format!(
                        "{} contains no history of drills",
                        directory.display()
                    )));
                }
                let history = History::open(path).map_err(|error| error.to_string())?;
                Ok(history.all().map_err(|error| error.to_string())?)
            }
        }
    }

    fn find(&self, ids: &[&str]) -> Result<Vec<DrillReport>, Exit> {
        let all = self.all()?;
        let find = |id: &str| match id {
            "last" => all.first(),
            id => all.iter().find(|report| report.id == id),
        };
        ids.iter()
            .map(|id| {
                find(id).cloned().ok_or_else(|| {
                    say(&format!("there is no drill {id}; `kolibri soak list` lists the drills"));
                    Exit::No
                })
            })
            .collect()
    }
}

impl List {
    pub(super) fn run(self) -> Result<(), Exit> {
        let all = self.source.all()?;
        if self.output.json { print_json(&all) } else { print_line(&table::list(&all)) }
    }
}

impl Show {
    pub(super) fn run(self) -> Result<(), Exit> {
        let found = self.source.find(&[&self.id])?;
        found.iter().try_for_each(|report| table::print(&self.output, report))
    }
}

impl Compare {
    pub(super) fn run(self) -> Result<(), Exit> {
        let found = self.source.find(&[&self.a, &self.b])?;
        let [a, b] = &found[..] else { return Err(Exit::No) };
        if !self.output.json {
            return print_line(&table::compare(a, b));
        }
        let rows: serde_json::Map<_, _> = table::figures(a, b)
            .map(|figure| {
                let change = figure.change();
                (figure.name.to_owned(), json!({ "a": figure.a, "b": figure.b, "change_ratio": change }))
            })
            .collect();
        print_json(&json!({ "a": a.id, "b": b.id, "figures": rows, "comparison": b.comparison }))
    }
}

impl StopDrill {
    pub(super) fn run(self) -> Result<(), Exit> {
        let client = Client::new(&self.node)?;
        // The id becomes part of a path.
        if !self.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(Exit::Failed(format!("`{}` is not a drill id", self.id)));
        }
        client.accepted(client.send(client.delete(&format!("/api/v1/soaks/{}", self.id)))?)?;
        print_line(&format!("drill {} is stopping", self.id))
    }
}
