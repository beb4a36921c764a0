//! The alerts of this node as Prometheus sees them: read only, bounded, and asked for no more often than every five
//! seconds, however many people look.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use kolibri_core::CommandError;
use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::App;
use crate::config::settings;
use crate::wire::{Alert, AlertState, AlertsResponse, AlertsSeen, Problem};

/// How long Prometheus may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long who looks at a node waits to be told of alerts as well.
const GLANCE: Duration = Duration::from_secs(1);
/// How long an answer is good for.
const FRESH: Duration = Duration::from_secs(5);
/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 1 << 20;
/// Alerts of other targets do not concern this node.
const OURS: &str = "Kolibri";

/// A Prometheus that is asked for alerts, and what it said last.
pub(super) struct Prometheus {
    http: Client,
    alerts: Url,
    /// Held while it is asked: there is never a second request under way.
    last: Mutex<Option<(Instant, AlertsSeen)>>,
}

impl Prometheus {
    /// The server at `url`.
    ///
    /// # Errors
    /// When no HTTP client can be built.
    pub(super) fn new(mut url: Url) -> Result<Self, reqwest::Error> {
        // Fails only when a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let path = format!("{}/api/v1/alerts", url.path().trim_end_matches('/'));
        url.set_path(&path);
        let http = Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            // The environment's proxy is for other networks; the Prometheus that watches a node is close to it.
            .no_proxy()
            .user_agent(concat!("kolibri/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, alerts: url, last: Mutex::new(None) })
    }

    /// The alerts for the line that tells how the node is, which shall not wait for a slow Prometheus. It goes on being asked
    /// meanwhile, so that a later look finds the answer.
    pub(super) async fn at_a_glance(self: &Arc<Self>) -> AlertsSeen {
        let prometheus = Arc::clone(self);
        let asked = tokio::spawn(async move { prometheus.answer().await });
        match tokio::time::timeout(GLANCE, asked).await {
            Ok(Ok(seen)) => seen,
            _ => {
                let problem = format!("it did not answer within {} second", GLANCE.as_secs());
                AlertsSeen { configured: true, reachable: false, problem: Some(problem), alerts: Vec::new() }
            }
        }
    }

    async fn answer(&self) -> AlertsSeen {
        let mut last = self.last.lock().await;
        if let Some((asked, answer)) = &*last
            && asked.elapsed() < FRESH
        {
            return answer.clone();
        }
        let (problem, alerts) = match self.ask().await {
            Ok(alerts) => (None, alerts),
            Err(problem) => (Some(problem), Vec::new()),
        };
        let answer = AlertsSeen { configured: true, reachable: problem.is_none(), problem, alerts };
        *last = Some((Instant::now(), answer.clone()));
        answer
    }

    /// Asks now; the error says in words why there is no answer.
    async fn ask(&self) -> Result<Vec<Alert>, String> {
        let broken = |error: reqwest::Error| describe(&error);
        let mut response = self.http.get(self.alerts.clone()).send().await.map_err(broken)?;
        if response.status() != StatusCode::OK {
            return Err(format!("it answered with HTTP status {}", response.status()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(format!("its answer is longer than {MAX_ANSWER} bytes"));
            }
            body.extend_from_slice(&chunk);
        }
        read(&body)
    }
}

/// Without the address: who looks at alerts need not know it.
fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("it did not answer within {} seconds", PATIENCE.as_secs());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    format!("it cannot be reached: {cause}")
}

/// The answer of Prometheus' HTTP API (<https://prometheus.io/docs/prometheus/latest/querying/api/#alerts>).
#[derive(Deserialize)]
struct Document {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    alerts: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    labels: Labels,
    #[serde(default)]
    annotations: Annotations,
    state: AlertState,
    active_at: Option<String>,
}

#[derive(Deserialize)]
struct Labels {
    alertname: String,
    severity: Option<String>,
    team: Option<String>,
    instance: Option<String>,
}

#[derive(Default, Deserialize)]
struct Annotations {
    summary: Option<String>,
    description: Option<String>,
    runbook_url: Option<String>,
    dashboard_url: Option<String>,
    trace_url: Option<String>,
}

impl From<Raw> for Alert {
    fn from(Raw { labels, annotations, state, active_at }: Raw) -> Self {
        Self {
            name: labels.alertname,
            state,
            since: active_at,
            severity: labels.severity,
            team: labels.team,
            instance: labels.instance,
            summary: annotations.summary,
            description: annotations.description,
            runbook_url: annotations.runbook_url.filter(|url| is_web_address(url)),
            dashboard_url: annotations.dashboard_url.filter(|url| is_web_address(url)),
            trace_url: annotations.trace_url.filter(|url| is_web_address(url)),
        }
    }
}

/// Whether a page may link there; `javascript:` and the like would run in the reader's browser.
fn is_web_address(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn read(body: &[u8]) -> Result<Vec<Alert>, String> {
    let document: Document =
        serde_json::from_slice(body).map_err(|_| "the server there is not Prometheus".to_owned())?;
    let ours = document.data.alerts.into_iter().filter(|alert| alert.labels.alertname.starts_with(OURS));
    let mut alerts: Vec<Alert> = ours.map(Alert::from).collect();
    alerts.sort_by(|a, b| (a.state, &a.since, &a.name).cmp(&(b.state, &b.since, &b.name)));
    Ok(alerts)
}

/// The alerts of this node, as Prometheus sees them. They may be up to five seconds old.
#[utoipa::path(
    get, path = "/api/v1/operations/alerts", tag = "operations",
    responses(
        (status = 200, description = "The alerts, or why they are unknown", body = AlertsResponse),
    )
)]
pub(super) async fn alerts(State(app): State<App>) -> Result<Json<AlertsResponse>, Problem> {
    let Some(prometheus) = &app.prometheus else {
        let variable = settings::PROMETHEUS_URL.variable.to_owned();
        return Ok(Json(AlertsResponse::NotConfigured { configured: false, variable }));
    };
    let mut stopping = app.stopping.clone();
    tokio::select! {
        seen = prometheus.answer() => Ok(Json(AlertsResponse::Asked(seen))),
        // A node that stops does not wait for Prometheus.
        _ = stopping.wait_for(|stopping| *stopping) => Err(Problem::of_read(&CommandError::Stopping)),
    }
}

/// For the fuzzers: only our alerts are told, in order, with links that are web addresses.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    let Ok(alerts) = read(data) else { return };
    assert!(alerts.is_sorted_by_key(|alert| alert.state));
    for alert in alerts {
        assert!(alert.name.starts_with(OURS));
        let links = [alert.runbook_url, alert.dashboard_url, alert.trace_url];
        assert!(
            links
                .iter()
                .flatten()
                .all(|link| link.trim_start().get(..4).is_some_and(|s| s.eq_ignore_ascii_case("http")))
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn alert(name: &str, state: &str, since: &str, annotations: serde_json::Value) -> serde_json::Value {
        json!({
            "labels": { "alertname": name, "severity": "page" }, "annotations": annotations,
            "state": state, "activeAt": since, "value": "1e+00",
        })
    }

    #[test]
    fn only_our_alerts_are_told_the_firing_ones_first() {
        let document = json!({ "status": "success", "data": { "alerts": [
            alert("KolibriB", "pending", "2026-11-24T10:00:00Z", json!({})),
            alert("OtherService", "firing", "2026-11-24T10:00:00Z", json!({})),
            alert("KolibriA", "firing", "2026-11-24T12:00:00Z", json!({})),
            alert("KolibriC", "firing", "2026-11-24T11:00:00Z", json!({ "summary": "so many" })),
        ] } });
        let alerts = read(document.to_string().as_bytes()).unwrap();
        let told: Vec<_> = alerts.iter().map(|alert| (alert.name.as_str(), alert.state)).collect();
        let (firing, pending) = (AlertState::Firing, AlertState::Pending);
        assert_eq!(told, [("KolibriC", firing), ("KolibriA", firing), ("KolibriB", pending)]);
        assert_eq!(
            (alerts[0].summary.as_deref(), alerts[0].severity.as_deref()),
            (Some("so many"), Some("page"))
        );
    }

    #[test]
    fn links_that_are_no_web_addresses_are_dropped() {
        let links = json!({
            "runbook_url": "javascript:alert(1)", "dashboard_url": "/d/kolibri",
            "trace_url": "https://kolibri.example/#/trace",
        });
        let document = json!({ "data": { "alerts": [alert("KolibriA", "firing", "x", links)] } });
        let alert = read(document.to_string().as_bytes()).unwrap().remove(0);
        assert_eq!((alert.runbook_url, alert.dashboard_url), (None, None));
        assert_eq!(alert.trace_url.as_deref(), Some("https://kolibri.example/#/trace"));
    }

    #[test]
    fn the_address_may_have_a_path_of_its_own() {
        for (url, asked) in [
            ("http://p:9090", "http://p:9090/api/v1/alerts"),
            ("https://example.org/prometheus/", "https://example.org/prometheus/api/v1/alerts"),
        ] {
            assert_eq!(Prometheus::new(url.parse().unwrap()).unwrap().alerts.as_str(), asked);
        }
    }

    #[test]
    fn whatever_is_no_answer_of_prometheus_is_told_as_such() {
        for body in ["", "<html>", "{}", r#"{"data":{"alerts":{}}}"#] {
            assert_eq!(read(body.as_bytes()), Err("the server there is not Prometheus".to_owned()));
        }
    }
}
