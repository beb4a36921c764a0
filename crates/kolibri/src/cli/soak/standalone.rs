//! A drill in this process: a laptop, CI, a cron job. Its metrics can be scraped while it runs, and are pushed by OTLP
//! before the process ends.

use std::path::PathBuf;
use std::sync::Arc;

use kolibri_core::host;
use kolibri_core::store::DataDirectory;
use kolibri_core::telemetry::{Publisher, RecordQueue};
use kolibri_soak::{DrillReport, DrillState, Drills, Parameters, StartError};
use tokio::sync::watch;

use super::Exit;
use super::run::Bar;
use crate::cli::say;
use crate::config::settings::Settings;
use crate::config::{MetricsConfig, ObservabilityConfig, observability};
use crate::{http, serve, signals};

/// Runs a drill in `directory`, or in a temporary one, and returns its report.
pub(super) fn run(parameters: Parameters, directory: Option<PathBuf>) -> Result<DrillReport, Exit> {
    let ObservabilityConfig { telemetry: metrics, log } = observability(&Settings::from_environment())?;
    let records = serve::start_logging(metrics.as_ref(), &log);
    // Removed when this function ends. Below it, so that the data directory is made private as it always is.
    let temporary =
        tempfile::tempdir().map_err(|error| format!("cannot create a temporary directory: {error}"))?;
    let place = directory.unwrap_or_else(|| temporary.path().join("data"));
    let runtime =
        tokio::runtime::Runtime::new().map_err(|error| format!("cannot start the async runtime: {error}"))?;
    runtime.block_on(measured(metrics, records, place, parameters))
}

/// Serves metrics while the drill runs, and pushes the last ones.
async fn measured(
    metrics: Option<MetricsConfig>,
    records: RecordQueue,
    place: PathBuf,
    parameters: Parameters,
) -> Result<DrillReport, Exit> {
    let listener = match &metrics {
        Some(metrics) => Some(serve::bind_scrape(metrics).await?),
        None => None,
    };
    let instance = format!("{}:soak", host::name());
    let telemetry = Arc::new(serve::start_telemetry(metrics.as_ref(), Publisher::Drill, instance, records)?);
    // Before the first scrape, which is to find every series of drills at zero.
    let drills = Drills::alone(&DataDirectory::new(place), &telemetry).map_err(|error| error.to_string())?;
    if let Some(Ok(address)) = listener.as_ref().map(tokio::net::TcpListener::local_addr) {
        tracing::info!(metrics = %format_args!("http://{address}/metrics"), "listening");
    }
    let (stopping, stopped) = watch::channel(false);
    let scrape = listener
        .map(|listener| tokio::spawn(http::serve(listener, http::metrics(Arc::clone(&telemetry)), stopped)));
    let worked = tokio::task::spawn_blocking(move || {
        let result = drill(drills, parameters);
        telemetry.shutdown();
        result
    });
    let result = worked.await.unwrap_or_else(|error| Err(Exit::Failed(format!("the drill failed: {error}"))));
    // Fails when there is no listener.
    let _ = stopping.send(true);
    drop(scrape);
    result
}

fn drill(drills: Drills, parameters: Parameters) -> Result<DrillReport, Exit> {
    let drills = Arc::new(drills);
    let id = drills.start(parameters).map_err(refused)?;
    let (stopper, stopped) = (Arc::clone(&drills), id.clone());
    signals::on_stop(move || {
        say("stopping the drill");
        stopper.stop(&stopped);
    })?;
    let bar = Bar::new();
    if let Some(mut progress) = drills.progress(&id) {
        while progress.borrow_and_update().state == DrillState::Running {
            bar.show(&progress.borrow());
            // Its sender ends with the drill.
            if tokio::runtime::Handle::current().block_on(progress.changed()).is_err() {
                break;
            }
        }
    }
    bar.clear();
    let report = drills.find(&id).map_err(|error| error.to_string())?;
    report.ok_or_else(|| Exit::Failed(format!("the report of drill {id} was lost")))
}

fn refused(error: StartError) -> Exit {
    Exit::Failed(error.to_string())
}
