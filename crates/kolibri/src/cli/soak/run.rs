//! A drill in the running node: starts it, follows its progress, and fetches its report. Ctrl-C stops it.

use std::io::{BufRead, BufReader, Read};
use std::time::Duration;

use indicatif::ProgressBar;
use kolibri_soak::{DrillProgress, DrillReport, Parameters, Phase};
use reqwest::blocking::RequestBuilder;
use serde::de::DeserializeOwned;

use super::{Connection, Exit};
use crate::cli::client::Client;
use crate::cli::commands::call;
use crate::cli::genome::progress_bar;
use crate::cli::say;
use crate::signals;
use crate::wire::SoakStarted;

/// Longer than any drill: its progress is reported until it ends.
const PATIENCE: Duration = Duration::from_secs(30 * 24 * 3600);

/// Runs a drill in the node that `connection` names, and returns its report.
pub(super) fn run(parameters: &Parameters, connection: &Connection) -> Result<DrillReport, Exit> {
    let started: SoakStarted = fetch(connection, |client| client.post("/api/v1/soaks").json(parameters))?;
    let path = format!("/api/v1/soaks/{}", started.id);
    let client = Client::new(connection)?;
    let (stopper, stop_path) = (client.clone(), path.clone());
    signals::on_stop(move || {
        say("stopping the drill");
        // When it has ended already, or the node is gone, the stream says so.
        let _ = stopper.send(stopper.delete(&stop_path));
    })?;
    let response = client.send(client.get(&format!("{path}/progress")).timeout(PATIENCE))?;
    let bar = Bar::new();
    let ended = follow(client.accepted(response)?, |progress| bar.show(progress));
    bar.clear();
    if !ended? {
        return Err(Exit::Failed(format!(
            "the node stopped, and the drill with it; run `kolibri soak show {}` when the node is back",
            started.id
        )));
    }
    fetch(connection, |client| client.get(&path))
}

/// Calls the node for something it describes.
pub(super) fn fetch<T: DeserializeOwned>(
    connection: &Connection,
    request: impl FnOnce(&Client) -> RequestBuilder,
) -> Result<T, Exit> {
    call(connection, request).map(|answer| answer.value)
}

/// Reads server-sent events until the last one (<https://html.spec.whatwg.org/multipage/server-sent-events.html>);
/// `false` when the stream ends without it.
fn follow(stream: impl Read, show: impl Fn(&DrillProgress)) -> Result<bool, Exit> {
    let mut last = false;
    for line in BufReader::new(stream).lines() {
        let line = line.map_err(|error| format!("the connection to the node was lost: {error}"))?;
        if let Some(name) = line.strip_prefix("event: ") {
            last = name == "end";
        } else if let Some(data) = line.strip_prefix("data: ") {
            let progress = serde_json::from_str(data)
                .map_err(|error| format!("the node sent progress that cannot be read: {error}"))?;
            show(&progress);
            if last {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// How a drill goes, on a terminal.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Self {
        Self(progress_bar("{msg}"))
    }

    pub(super) fn show(&self, progress: &DrillProgress) {
        self.0.set_message(match progress.phase {
            Phase::Running => "events",
            Phase::Verifying => "blocks and answers checked",
        });
        self.0.set_length(progress.total);
        self.0.set_position(progress.done);
    }

    pub(super) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    const FIRST: &str = r#"{"id":"x","state":"running","phase":"running","done":1,"total":2,"events_per_second":1.0,"eta_seconds":null,"errors":0}"#;

    #[test]
    fn events_are_followed_to_the_last_one() {
        let stream =
            format!(": alive\n\nevent: progress\ndata: {FIRST}\n\nevent: end\ndata: {FIRST}\n\nmore");
        let seen = RefCell::new(0);
        assert!(follow(stream.as_bytes(), |_| *seen.borrow_mut() += 1).unwrap());
        assert_eq!(seen.into_inner(), 2);
    }

    #[test]
    fn a_stream_that_breaks_off_has_no_end() {
        let stream = format!("event: progress\ndata: {FIRST}\n\n");
        assert!(!follow(stream.as_bytes(), |_| ()).unwrap());
    }
}
