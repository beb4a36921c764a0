//! Who may call the API, under which Host, and in which framing.

use std::net::{IpAddr, Ipv6Addr};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header, uri::Authority};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kolibri_core::CommandError;
use subtle::ConstantTimeEq;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};

use super::App;
use super::health::PROBES;
use crate::config::{HttpConfig, Token};
use crate::wire::{Problem, ProblemKind};

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
        name(host).is_some_and(|name| {
            name == "localhost" || name.parse::<IpAddr>().is_ok() || self.hosts.contains(&name)
        })
    }

    /// Whether a request comes from a page of another site. Most requests a browser would not send for one without asking
    /// first, but a POST without a body it would. Browsers say it in `Sec-Fetch-Site`
    /// (<https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header>), older ones name the page's `Origin` (RFC 6454, section 7).
    fn is_of_another_site(&self, host: &str, headers: &HeaderMap) -> bool {
        if let Some(site) = headers.get("sec-fetch-site") {
            return site != "same-origin" && site != "none";
        }
        let own = |origin: &HeaderValue| {
            // A proxy that ends TLS changes the scheme, and one may change the Host to a name of its own.
            let page = origin.to_str().ok()?.split_once("://")?.1;
            Some(page.eq_ignore_ascii_case(host) || self.hosts.contains(&name(page)?))
        };
        headers.get_all(header::ORIGIN).iter().any(|origin| !own(origin).unwrap_or_default())
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
    let coded = request.headers().contains_key(header::TRANSFER_ENCODING);
    let mut response = match check(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    let headers = response.headers_mut();
    if coded {
        // hyper follows the coding and drops a Content-Length beside it. Whoever followed that length would take what comes
        // next for another request, so nothing may come next (RFC 9112, section 6.1).
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn check(app: &App, request: &Request) -> Result<(), Problem> {
    // An absolute request target overrides the Host header (RFC 9112, section 3.2.2).
    let host = request.uri().authority().map(Authority::as_str).or(host_header(request.headers()));
    let host = host.unwrap_or_default();
    let path = request.uri().path();
    // Probes come under any name or none, and what they are told is no secret.
    if !PROBES.contains(&path) && !app.guard.serves(host) {
        return Err(Problem::new(
            ProblemKind::UnknownHost,
            "use an IP address or localhost, or add the host name to KOLIBRI_HTTP_ALLOWED_HOSTS",
        ));
    }
    check_framing(request.headers())?;
    if path != "/api" && !path.starts_with("/api/") {
        return Ok(());
    }
    if !app.guard.admits(request.headers()) {
        return Err(Problem::new(
            ProblemKind::Unauthorized,
            "send the node's token as `Authorization: Bearer TOKEN`",
        ));
    }
    if !request.method().is_safe() && app.guard.is_of_another_site(host, request.headers()) {
        return Err(Problem::new(ProblemKind::OtherSite, "open the node's own page"));
    }
    // The listener is closed, but a connection that was opened before may bring its first request only now.
    if *app.stopping.borrow() { Err(Problem::of_read(&CommandError::Stopping)) } else { Ok(()) }
}

/// The name or the address in a `HOST` or `HOST:PORT` (RFC 9110, section 7.2), in small letters and without brackets; `None` if
/// it is none, or has more than that.
fn name(host: &str) -> Option<String> {
    let authority: Authority = host.parse().ok()?;
    let port = host.strip_prefix(authority.host())?;
    // Rust would take `+80` for a number.
    let is_port = |port: &str| {
        port.bytes().all(|byte| byte.is_ascii_digit()) && (port.is_empty() || port.parse::<u16>().is_ok())
    };
    let whole = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    let name = match authority.host().strip_prefix('[') {
        // Only an IPv6 address stands in brackets (RFC 3986, section 3.2.2).
        Some(rest) => rest.strip_suffix(']').filter(|address| address.parse::<Ipv6Addr>().is_ok())?,
        None => authority.host(),
    };
    (whole && !name.is_empty()).then(|| name.to_ascii_lowercase())
}

/// Refuses a body whose end two readers could see in different places, which is how requests are smuggled through proxies
/// (RFC 9112, section 6.1), and one that is compressed.
fn check_framing(headers: &HeaderMap) -> Result<(), Problem> {
    let codings = headers.get_all(header::TRANSFER_ENCODING);
    let chunked = codings.iter().all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"));
    if !chunked || codings.iter().count() > 1 {
        return Err(Problem::new(
            ProblemKind::BadFraming,
            "send either Content-Length or `Transfer-Encoding: chunked`, and no other transfer coding",
        ));
    }
    match headers.get(header::CONTENT_ENCODING) {
        Some(coding) if !coding.as_bytes().eq_ignore_ascii_case(b"identity") => {
            Err(Problem::new(ProblemKind::ContentEncoding, "send it without Content-Encoding"))
        }
        _ => Ok(()),
    }
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

/// For the fuzzers: a name is what stands in the Host, and a page under it is the node's own.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    let host = String::from_utf8_lossy(data);
    let guard = Guard { token: None, hosts: vec!["kolibri.example".into()] };
    if let Some(name) = name(&host) {
        let lower = host.to_ascii_lowercase();
        let rest = lower.trim_start_matches('[').strip_prefix(&name).map(|rest| rest.trim_start_matches(']'));
        let port = rest.map(|rest| rest.strip_prefix(':').unwrap_or(rest));
        assert!(port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit())), "{host:?} {name:?}");
        assert!(!name.is_empty() && !name.contains(['@', '/', '\\', '?', '#', ' ']), "{name:?}");
    }
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    let origin = HeaderMap::from_iter([(header::ORIGIN, value.clone())]);
    let own = !guard.is_of_another_site("kolibri.example", &origin);
    assert!(!own || host.to_ascii_lowercase().contains("://kolibri.example"), "{host:?}");
    let framing = HeaderMap::from_iter([(header::TRANSFER_ENCODING, value)]);
    assert_eq!(check_framing(&framing).is_ok(), host.eq_ignore_ascii_case("chunked"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        Guard { token: None, hosts: vec!["kolibri.example".into()] }
    }

    #[test]
    fn addresses_localhost_and_named_hosts_are_served() {
        for host in [
            "127.0.0.1:8080",
            "localhost",
            "localhost:",
            "LOCALHOST:1",
            "[::1]:8080",
            "[::1]",
            "10.0.0.7",
            "Kolibri.example:80",
        ] {
            assert!(guard().serves(host), "{host}");
        }
    }

    #[test]
    fn a_page_of_another_site_is_known_by_what_the_browser_says_or_by_its_origin() {
        let asked = |headers: &[(&'static str, &'static str)]| {
            let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            guard().is_of_another_site("127.0.0.1:8080", &headers.collect())
        };
        for own in [
            &[][..],
            &[("sec-fetch-site", "same-origin"), ("origin", "http://elsewhere.example")],
            &[("origin", "http://127.0.0.1:8080")],
            &[("origin", "https://127.0.0.1:8080")],
            &[("origin", "https://kolibri.example")],
        ] {
            assert!(!asked(own), "{own:?}");
        }
        for other in [
            &[("sec-fetch-site", "same-site")][..],
            &[("origin", "http://evil.example")],
            &[("origin", "http://127.0.0.1:3000")],
            &[("origin", "http://localhost:8080")],
            &[("origin", "null")],
            &[("origin", "")],
            &[("origin", "http://kolibri.example@evil.example")],
        ] {
            assert!(asked(other), "{other:?}");
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
            "evil@localhost",
            "evil.example@127.0.0.1:8080",
            "localhost:evil",
            "localhost:99999",
            "localhost:+80",
            ":80",
            "[]",
            "[localhost]",
            "[kolibri.example]:80",
            "[127.0.0.1]",
            "localhost:80:80",
            "localhost/evil",
            "[::1]evil",
            "kolibri.example.evil",
        ] {
            assert!(!guard().serves(host), "{host}");
        }
    }
}
