//! What every handler can reach.

use std::sync::Arc;

use kolibri_core::Node;
use kolibri_core::telemetry::Telemetry;
use kolibri_soak::Drills;
use tokio::sync::watch;

use super::alerts::Prometheus;
use super::budget::Budget;
use super::guard::Guard;
use super::measure::HttpInstruments;
use super::operations::Started;
use crate::config::Config;
use crate::config::settings::Settings;

/// The state as handlers take it.
pub(super) type App = Arc<AppState>;

/// The node behind the API, and what the API itself needs.
pub(crate) struct AppState {
    pub(super) node: Arc<Node>,
    pub(super) drills: Arc<Drills>,
    pub(super) guard: Guard,
    pub(super) measure: HttpInstruments,
    pub(super) started: Started,
    /// What the answers that are being sent may take.
    pub(super) budget: Budget,
    /// Whether metrics are recorded.
    pub(super) telemetry: bool,
    /// Where alerts are asked for.
    pub(super) prometheus: Option<Arc<Prometheus>>,
    /// As the node was started.
    pub(super) settings: Settings,
    /// Turns true when the node stops.
    pub(super) stopping: watch::Receiver<bool>,
}

impl AppState {
    /// # Errors
    /// When Prometheus cannot be asked for alerts at all; a message for people.
    pub(crate) fn new(
        node: Arc<Node>,
        drills: Arc<Drills>,
        telemetry: &Telemetry,
        config: &Config,
        stopping: watch::Receiver<bool>,
    ) -> Result<Self, String> {
        let prometheus = config.http.prometheus.clone().map(Prometheus::new).transpose();
        Ok(Self {
            node,
            drills,
            guard: Guard::new(&config.http),
            measure: HttpInstruments::new(telemetry),
            started: Started::now(),
            budget: Budget::default(),
            telemetry: telemetry.is_on(),
            prometheus: prometheus
                .map_err(|error| format!("cannot set up the queries for alerts: {error}"))?
                .map(Arc::new),
            settings: config.settings.clone(),
            stopping,
        })
    }
}
