//! Who may call the API, and under which Host.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header, uri::Authority};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kolibri_core::CommandError;
use subtle::ConstantTimeEq;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};

use super::App;
use crate::config::{HttpConfig, Token};
use crate::wire::Problem;

/// The rules of one listener.
pub(super) struct Guard {
    token: Option<Token>,
    hosts: Vec<String>,
}

impl Guard {
    pub(super) fn new(config: &HttpConfig) -> Self {
        Self { token: config.token.clone(), hosts: config.hosts.clone() }
    }

    /// A page of another site can make a browser send requests here by letting its own name resolve to this address
    /// (DNS rebinding). Such a request carries that name as its Host, so names are served only when they are known.
    fn serves(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        let name = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        name == "localhost" || name.parse::<IpAddr>().is_ok() || self.hosts.contains(&name)
    }

    /// Whether every caller of the API has sent a token.
    pub(super) fn needs_token(&self) -> bool {
        self.token.is_some()
    }

    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let given =
            headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (scheme, given) = given.split_once(' ').unwrap_or_default();
        scheme.eq_ignore_ascii_case("bearer")
            && bool::from(given.trim().as_bytes().ct_eq(token.reveal().as_bytes()))
    }
}

/// Refuses what must not pass, and marks every answer as not for caches, except for the page's own files.
pub(super) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = match check(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn check(app: &App, request: &Request) -> Result<(), Problem> {
    // An absolute request target overrides the Host header (RFC 9112, section 3.2.2).
    let host = request.uri().authority().map(Authority::as_str).or(host_header(request.headers()));
    let host = host.unwrap_or_default();
    if !app.guard.serves(host) {
        return Err(Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            "unknown_host",
            "This host name is not served here",
            "use an IP address or localhost, or add the host name to KOLIBRI_HTTP_ALLOWED_HOSTS",
        ));
    }
    let path = request.uri().path();
    if path != "/api" && !path.starts_with("/api/") {
        return Ok(());
    }
    if !app.guard.admits(request.headers()) {
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "A token is required",
            "send the node's token as `Authorization: Bearer TOKEN`",
        ));
    }
    if !request.method().is_safe() && is_of_another_site(request.headers()) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "other_site",
            "A page of another site may not do this",
            "open the node's own page",
        ));
    }
    // The listener is closed, but a connection that was opened before may bring its first request only now.
    if *app.stopping.borrow() { Err(Problem::of_read(&CommandError::Stopping)) } else { Ok(()) }
}

/// Whether a browser sends it for a page of another site. Most requests it would not send without asking first, but a
/// POST without a body it would (<https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header>).
fn is_of_another_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

/// The Host header; two of them are as good as none (RFC 9112, section 3.2).
fn host_header(headers: &HeaderMap) -> Option<&str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next()?;
    if hosts.next().is_none() { host.to_str().ok() } else { None }
}

/// Tells in the OpenAPI document that a token may be needed.
pub(super) struct BearerToken;

impl utoipa::Modify for BearerToken {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("Required when the node has a token (KOLIBRI_API_TOKEN)"))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
        document.security = Some(vec![
            SecurityRequirement::default(),
            SecurityRequirement::new::<_, [&str; 0], &str>("token", []),
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        Guard { token: None, hosts: vec!["kolibri.example".into()] }
    }

    #[test]
    fn addresses_localhost_and_named_hosts_are_served() {
        for host in
            ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080", "10.0.0.7", "Kolibri.example:80"]
        {
            assert!(guard().serves(host), "{host}");
        }
    }

    #[test]
    fn other_names_are_refused() {
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "a b",
            "kolibri.example.evil",
        ] {
            assert!(!guard().serves(host), "{host}");
        }
    }
}
