//! Writing the ops pack out of the binary.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Output, Stop, print_json, print_line};
use crate::pack::{self, FILES, File, Link};

#[derive(Subcommand)]
pub(super) enum Ops {
    /// Write dashboards, alerts, deployment files and the runbook into a folder
    #[command(after_help = "\
Nothing that was changed there is overwritten without --force: then nothing at all is written.

Examples:
  kolibri ops export ops
  kolibri ops export ops --node-url https://kolibri.example --grafana-url https://grafana.example")]
    Export(Export),
}

#[derive(Args)]
pub(super) struct Export {
    /// The folder; it is made if it does not exist
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
    /// The page where your people read the runbook
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    runbook_url: Option<String>,
    /// The node, as your people reach it
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    node_url: Option<String>,
    /// Grafana, as your people reach it
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    grafana_url: Option<String>,
}

/// A URL that paths and anchors can be added to, and that is plain text in YAML.
fn parse_url(text: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it begins neither with http:// nor with https://".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user or a password, which everybody who gets an alert would see".into());
    }
    if url.query().is_some() || url.fragment().is_some() || text.contains(['"', '\'', ' ', '\n', '{', '}']) {
        return Err("write an address and a path, and nothing behind them".into());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

impl Links {
    fn set(&self, file: &File) -> String {
        let given: [(Link, &Option<String>); 3] = [
            (pack::RUNBOOK, &self.runbook_url),
            (pack::NODE, &self.node_url),
            (pack::GRAFANA, &self.grafana_url),
        ];
        let given = given.into_iter().filter_map(|(link, url)| Some((link, url.as_deref()?)));
        given.fold(file.text.to_owned(), |text, (link, url)| link.set(&text, url))
    }
}

impl Ops {
    pub(super) fn run(self) -> Result<(), Stop> {
        let Self::Export(export) = self;
        export.run()
    }
}

impl Export {
    fn run(self) -> Result<(), Stop> {
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
            return Err(Stop::Failed(format!(
                "nothing was written: these files differ from the pack; --force overwrites them:\n  {}",
                differing.join("\n  ")
            )));
        }
        for (path, text) in &due {
            write(path, text).map_err(|error| at(path, &error))?;
        }
        self.report(&due)
    }

    fn report(&self, written: &[(&PathBuf, &String)]) -> Result<(), Stop> {
        let paths: Vec<String> = written.iter().map(|(path, _)| path.display().to_string()).collect();
        if self.output.json {
            return print_json(&json!({ "written": paths, "unchanged": FILES.len() - paths.len() }));
        }
        for path in &paths {
            print_line(path)?;
        }
        let directory = self.directory.display();
        print_line(&format!(
            "\n{} files written, {} were there already. Next:\n  \
             read {directory}/operations.md (по-русски: {directory}/operations.ru.md): installing, alerts, panels\n  \
             {directory}/prometheus/prometheus.yml        say where the node is scraped\n  \
             {directory}/prometheus/alerts.yml            say where links lead, at its top or by the flags of this command\n  \
             {directory}/alertmanager/alertmanager.yml    say who is told",
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

fn at(path: &Path, error: &std::io::Error) -> Stop {
    Stop::Failed(format!("{}: {error}", path.display()))
}
