//! Writing the ops pack out of the binary.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Exit, Output, print_json, print_line};
use crate::pack::{self, FILES, File, Link};

#[derive(Subcommand)]
pub(super) enum Ops {
    /// Write dashboards, alerts, deployment files and the runbook into a folder
    #[command(after_help = "\
If a file there was changed, nothing is written unless you give --force.

Examples:
  kolibri ops export ops
  kolibri ops export ops --node-url https://kolibri.example --grafana-url https://grafana.example")]
    Export(Export),
}

#[derive(Args)]
pub(super) struct Export {
    /// The folder; created if it does not exist
    directory: PathBuf,
    /// Overwrite files that differ
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    links: Links,
    #[command(flatten)]
    output: Output,
}

/// Where the links in alerts lead.
#[derive(Args)]
struct Links {
    /// Where your team reads the runbook; by default at the node, under /runbook
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    runbook_url: Option<String>,
    /// Where your team reaches the node
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    node_url: Option<String>,
    /// Where your team reaches Grafana
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    grafana_url: Option<String>,
}

/// A URL that paths and anchors can be added to, and that is plain text in YAML.
fn parse_url(text: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it must begin with http:// or https://".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it contains a user name or password, which everyone who gets an alert would see".into());
    }
    if url.query().is_some() || url.fragment().is_some() || text.contains(['"', '\'', ' ', '\n', '{', '}']) {
        return Err("write only an address and a path, with nothing after them".into());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

impl Links {
    fn set(&self, file: &File) -> String {
        let at_the_node = || self.node_url.as_ref().map(|node| format!("{node}/runbook"));
        let given: [(Link, Option<String>); 3] = [
            (pack::RUNBOOK, self.runbook_url.clone().or_else(at_the_node)),
            (pack::NODE, self.node_url.clone()),
            (pack::GRAFANA, self.grafana_url.clone()),
        ];
        let given = given.into_iter().filter_map(|(link, url)| Some((link, url?)));
        given.fold(file.text.to_owned(), |text, (link, url)| link.set(&text, &url))
    }
}

impl Ops {
    pub(super) fn run(self) -> Result<(), Exit> {
        let Self::Export(export) = self;
        export.run()
    }
}

impl Export {
    fn run(self) -> Result<(), Exit> {
        let files: Vec<(PathBuf, String)> =
            FILES.iter().map(|file| (self.directory.join(file.path), self.links.set(file))).collect();
        let mut differing = Vec::new();
        let mut due = Vec::new();
        for (path, text) in &files {
            match std::fs::read(path) {
                Ok(found) if found == text.as_bytes() => continue,
                Ok(_) => differing.push(path.display().to_string()),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(at(path, &error)),
            }
            due.push((path, text));
        }
        if !differing.is_empty() && !self.force {
            return Err(Exit::Failed(format!(
                "nothing was written: these files differ from the pack; --force overwrites them:\n  {}",
                differing.join("\n  ")
            )));
        }
        for (path, text) in &due {
            write(path, text).map_err(|error| at(path, &error))?;
        }
        self.report(&due)
    }

    fn report(&self, written: &[(&PathBuf, &String)]) -> Result<(), Exit> {
        let paths: Vec<String> = written.iter().map(|(path, _)| path.display().to_string()).collect();
        if self.output.json {
            return print_json(&json!({ "written": paths, "unchanged": FILES.len() - paths.len() }));
        }
        for path in &paths {
            print_line(path)?;
        }
        let directory = self.directory.display();
        print_line(&format!(
            "\n{} files written, {} already up to date. Next:\n  \
             read {directory}/operations.md (по-русски: {directory}/operations.ru.md): installing, alerts, panels\n  \
             {directory}/prometheus/prometheus.yml        set where to scrape the node\n  \
             {directory}/prometheus/alerts.yml            set where links lead, at the top of the file or with this command's flags\n  \
             {directory}/alertmanager/alertmanager.yml    set who gets notified",
            paths.len(),
            FILES.len() - paths.len(),
        ))
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}

fn at(path: &Path, error: &std::io::Error) -> Exit {
    Exit::Failed(format!("{}: {error}", path.display()))
}
