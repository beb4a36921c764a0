//! The page: static files of `web/`, embedded by `build.rs`. They are public, also where the API needs a token: they
//! hold no data, and the page asks for the token itself.

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::App;
use super::problem::no_such_path;
use crate::wire::Problem;

/// One file of the built page.
struct File {
    /// Its path below `/`.
    path: &'static str,
    plain: &'static [u8],
    /// The same, as gzip.
    zipped: Option<&'static [u8]>,
}

const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// What a binary without the page serves instead.
const NOT_BUILT: File =
    File { path: "index.html", plain: include_bytes!("page_not_built.html"), zipped: None };

/// Everything comes from this origin, and no text can become code: scripts and styles are files, and strings are never
/// taken for HTML (trusted types).
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// What a reverse proxy took away from the beginning of the path.
const PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
/// The longest that is believed, in bytes.
const MAX_PREFIX: usize = 256;

/// The page's routes.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/", get(index)).route("/assets/{name}", get(asset))
}

async fn index(headers: HeaderMap) -> Response {
    let file = find("index.html").unwrap_or(&NOT_BUILT);
    // A newer binary names other assets here.
    let mut response = serve(file, &headers, "no-cache");
    if let Some(prefix) = prefix(&headers) {
        // Not relative to the address, which may lack the slash at its end.
        let page = String::from_utf8_lossy(file.plain).replace("\"./", &format!("\"{prefix}/"));
        response.headers_mut().remove(header::CONTENT_ENCODING);
        *response.body_mut() = page.into();
    }
    response
}

/// The path below which a reverse proxy serves the page, if it says so (`X-Forwarded-Prefix`, as Traefik and Spring have it).
pub(super) fn prefix(request: &HeaderMap) -> Option<&str> {
    let prefix = request.get(PREFIX)?.to_str().ok()?.trim_end_matches('/');
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
    let is_path = prefix.starts_with('/') && !prefix.contains("//") && prefix.len() <= MAX_PREFIX;
    (is_path && prefix.bytes().all(is_plain)).then_some(prefix)
}

async fn asset(uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    match find(uri.path().trim_start_matches('/')) {
        // The name holds a hash of the content.
        Some(file) => Ok(serve(file, &headers, "public, max-age=31536000, immutable")),
        None => Err(no_such_path(uri).await),
    }
}

fn find(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

fn serve(file: &'static File, request: &HeaderMap, caching: &'static str) -> Response {
    let zipped = file.zipped.filter(|_| takes_gzip(request));
    let mut response = zipped.unwrap_or(file.plain).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(file.path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, x-forwarded-prefix"));
    if zipped.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    headers.extend(self::headers());
    response
}

/// What every document of this origin is served with.
pub(super) fn headers() -> HeaderMap {
    HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))).into_iter().collect()
}

fn takes_gzip(request: &HeaderMap) -> bool {
    let accepted = request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|codings| {
        codings.split(',').any(|coding| {
            let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
            name.trim().eq_ignore_ascii_case("gzip") && !refused(quality)
        })
    })
}

/// `q=0`, also as `q=0.000`.
fn refused(quality: &str) -> bool {
    quality.trim().strip_prefix("q=").is_some_and(|quality| quality.parse() == Ok(0.0))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking_for(codings: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(codings))])
    }

    #[test]
    fn gzip_goes_to_those_who_take_it() {
        for codings in ["gzip", "br, gzip;q=0.5", "deflate,GZIP"] {
            assert!(takes_gzip(&asking_for(codings)), "{codings}");
        }
        for codings in ["", "br", "identity, gzip;q=0", "gzip; q=0.000", "xgzip"] {
            assert!(!takes_gzip(&asking_for(codings)), "{codings}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn only_a_path_is_taken_for_a_prefix() {
        let told = |prefix: &str| {
            let headers = HeaderMap::from_iter([(PREFIX, HeaderValue::from_str(prefix).unwrap())]);
            super::prefix(&headers).map(str::to_owned)
        };
        for (header, prefix) in [("/kolibri", "/kolibri"), ("/a/b-c_d.e~1/", "/a/b-c_d.e~1")] {
            assert_eq!(told(header).as_deref(), Some(prefix));
        }
        let long = format!("/{}", "x".repeat(MAX_PREFIX));
        for wrong in
            ["", "/", "kolibri", "//evil.example", "/a//b", "/\"><script>", "/a b", "https://x", &long]
        {
            assert_eq!(told(wrong), None, "{wrong}");
        }
        assert_eq!(super::prefix(&HeaderMap::new()), None);
    }

    #[test]
    fn every_embedded_file_has_a_type_that_a_browser_runs() {
        for file in FILES {
            assert_ne!(content_type(file.path), "application/octet-stream", "{}", file.path);
        }
    }
}
