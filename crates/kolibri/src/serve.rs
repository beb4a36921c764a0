//! `kolibri serve`: starting the node and its listeners, and stopping them in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kolibri_core::Node;
use kolibri_core::telemetry::{Publisher, RecordQueue, Telemetry, TelemetryConfig};
use kolibri_soak::Drills;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::settings::{self, Setting};
use crate::config::{Config, MetricsConfig, opentelemetry};
use crate::http;
use crate::logging::LogConfig;
use crate::signals::StopSignals;

/// How long requests that are under way may take once the node stops. With the writer, the index and the last push of
/// metrics behind it, the whole stop stays below ten seconds.
const DRAIN: Duration = Duration::from_secs(3);
/// The first second that an HTTP date cannot say, since 1970.
const YEAR_10_000: u64 = 253_402_300_800;
/// Threads for reading files; more would only compete for the same cores and disk.
const BLOCKING_THREADS: usize = 64;

/// Runs the node until it receives a signal.
///
/// # Errors
/// A message for people: what did not work, and what to do.
pub(crate) fn run(config: Config) -> Result<(), String> {
    // Whatever the node makes is its owner's, also in a directory that others may enter.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let records = start_logging(config.telemetry.as_ref(), &config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start the async runtime: {error}"))?;
    runtime.block_on(serve(config, records))
}

/// Every answer tells its date (RFC 9110, section 6.6.1), which ends with the year 9999.
fn check_clock(now: SystemTime) -> Result<(), String> {
    let since = now.duration_since(UNIX_EPOCH).ok();
    match since.is_some_and(|since| since.as_secs() < YEAR_10_000) {
        true => Ok(()),
        false => {
            Err("this machine's clock is before 1970 or beyond the year 9999; set it, then start the node"
                .to_owned())
        }
    }
}

/// Names each variable that somebody may believe to do something; never its value, which may be a secret.
fn tell_unused_variables() {
    let variables: Vec<_> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.is_empty())))
        .collect();
    for variable in settings::unknown_variables(variables.iter().map(|(name, _)| name.clone())) {
        tracing::warn!(variable, "this variable is not a Kolibri setting; is it misspelt?");
    }
    let variables = variables.iter().map(|(name, is_empty)| (name.as_str(), *is_empty));
    for (variable, instead) in opentelemetry::ignored(variables) {
        tracing::warn!(variable, instead, "this variable of OpenTelemetry does nothing here");
    }
}

async fn serve(config: Config, records: RecordQueue) -> Result<(), String> {
    check_clock(SystemTime::now())?;
    let mut stop = StopSignals::listen()?;
    let (api, scrape) = listen(&config).await?;
    let api_address = local(&api)?;
    let instance = format!("{}:{}", kolibri_core::host::name(), api_address.port());
    let telemetry = Arc::new(start_telemetry(config.telemetry.as_ref(), Publisher::Node, instance, records)?);
    let node = open_node(&config, Arc::clone(&telemetry)).await?;
    let drills = open_drills(&config, Arc::clone(&node), Arc::clone(&telemetry)).await?;

    let (stopping, stopped) = watch::channel(false);
    let state =
        http::AppState::new(Arc::clone(&node), Arc::clone(&drills), &telemetry, &config, stopped.clone())?;
    let mut api = tokio::spawn(http::serve(api, http::api(state), stopped.clone()));
    let metrics_address = scrape.as_ref().map(local).transpose()?;
    if let Some(listener) = scrape {
        tokio::spawn(http::serve(listener, http::metrics(Arc::clone(&telemetry)), stopped));
    }
    tracing::info!(
        api = %format_args!("http://{api_address}"),
        metrics = metrics_address.map(|address| format!("http://{address}/metrics")),
        "listening"
    );

    let signal = tokio::select! {
        signal = stop.next() => signal,
        ended = &mut api => return Err(format!("the API stopped serving: {ended:?}")),
    };
    tracing::info!(signal, "stopping: new commands are refused, running ones are finished");
    tokio::spawn(stop.exit_at_once());
    // Fails only when every listener has ended.
    let _ = stopping.send(true);
    if tokio::time::timeout(DRAIN, api).await.is_err() {
        tracing::warn!("some connections did not close in time");
    }
    close(drills, node, telemetry).await;
    tracing::info!("stopped");
    Ok(())
}

/// Starts logging as configured. Returns the queue in which the first lines wait, if they are to be pushed.
pub(crate) fn start_logging(metrics: Option<&MetricsConfig>, log: &LogConfig) -> RecordQueue {
    let records = RecordQueue::default();
    let pushed = metrics.is_some_and(MetricsConfig::pushes_logs).then(|| records.clone());
    crate::logging::start(log, pushed);
    tell_unused_variables();
    records
}

/// Starts telemetry as configured; `instance` distinguishes this process from others. Call it inside a tokio runtime.
pub(crate) fn start_telemetry(
    metrics: Option<&MetricsConfig>,
    of: Publisher,
    instance: String,
    records: RecordQueue,
) -> Result<Telemetry, String> {
    let Some(metrics) = metrics else { return Ok(Telemetry::off()) };
    let config = TelemetryConfig {
        instance,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        otlp: metrics.otlp.clone(),
        records,
        of,
    };
    Telemetry::start(&config).map_err(|error| error.to_string())
}

async fn open_node(config: &Config, telemetry: Arc<Telemetry>) -> Result<Arc<Node>, String> {
    let node = config.node.clone();
    let counted = Arc::clone(&telemetry);
    let opened = tokio::task::spawn_blocking(move || Node::open(&node, &counted)).await;
    match opened {
        Ok(Ok(node)) => {
            let node = Arc::new(node);
            node.publish_readiness(&telemetry);
            Ok(node)
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(error) => Err(format!("opening the node failed: {error}")),
    }
}

async fn open_drills(
    config: &Config,
    node: Arc<Node>,
    telemetry: Arc<Telemetry>,
) -> Result<Arc<Drills>, String> {
    let directory = config.node.directory.clone();
    let opened = tokio::task::spawn_blocking(move || Drills::beside(&node, &directory, &telemetry)).await;
    match opened {
        Ok(Ok(drills)) => Ok(Arc::new(drills)),
        Ok(Err(error)) => Err(error.to_string()),
        Err(error) => Err(format!("opening the drill history failed: {error}")),
    }
}

/// Closes drills first, which can be cut short, then the node, then telemetry: so the last push of metrics has the last
/// events.
async fn close(drills: Arc<Drills>, node: Arc<Node>, telemetry: Arc<Telemetry>) {
    let closed = tokio::task::spawn_blocking(move || {
        drills.close();
        node.close();
        telemetry.shutdown();
    });
    if let Err(error) = closed.await {
        tracing::error!(%error, "the node did not close cleanly; the next start recovers it");
    }
}

/// Every listener, or everything that is wrong with them. A second node in the same data directory most likely wants
/// the ports of the first one too, and gets the message that matters.
async fn listen(config: &Config) -> Result<(TcpListener, Option<TcpListener>), String> {
    let api = bind(config.http.address, &settings::HTTP_HOST, &settings::HTTP_PORT).await;
    let scrape = match &config.telemetry {
        Some(metrics) => bind_scrape(metrics).await.map(Some),
        None => Ok(None),
    };
    match (api, scrape) {
        (Ok(api), Ok(scrape)) => Ok((api, scrape)),
        (api, scrape) => {
            config.node.directory.check_free().map_err(|error| error.to_string())?;
            let problems: Vec<_> = api.err().into_iter().chain(scrape.err()).collect();
            Err(problems.join("\n  "))
        }
    }
}

/// Listens for scrapes.
pub(crate) async fn bind_scrape(metrics: &MetricsConfig) -> Result<TcpListener, String> {
    bind(metrics.scrape, &settings::PROMETHEUS_HOST, &settings::PROMETHEUS_PORT).await
}

async fn bind(address: SocketAddr, host: &Setting, port: &Setting) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| {
        let variable = match error.kind() {
            std::io::ErrorKind::AddrNotAvailable => host.variable,
            _ => port.variable,
        };
        let advice = match error.kind() {
            std::io::ErrorKind::AddrInUse => format!(
                "another program is listening there (`ss -ltnp sport = :{}` shows which); stop it, or choose another port",
                address.port()
            ),
            std::io::ErrorKind::PermissionDenied => {
                "ports below 1024 need extra privileges; choose another port".to_owned()
            }
            std::io::ErrorKind::AddrNotAvailable => {
                "this machine has no such address; 127.0.0.1 and 0.0.0.0 always work".to_owned()
            }
            _ => "choose another address or port".to_owned(),
        };
        format!("{variable}: cannot listen on {address}: {error}; {advice}")
    })
}

fn local(listener: &TcpListener) -> Result<SocketAddr, String> {
    listener.local_addr().map_err(|error| format!("cannot read a listener's address: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_whose_time_no_http_date_can_say_starts_no_node() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        for seconds in [0, 1_795_737_600, YEAR_10_000 - 1] {
            assert_eq!(check_clock(at(seconds)), Ok(()));
        }
        for wrong in [UNIX_EPOCH - Duration::from_secs(1), at(YEAR_10_000), at(YEAR_10_000 * 30)] {
            assert!(check_clock(wrong).unwrap_err().contains("set it"));
        }
    }
}
