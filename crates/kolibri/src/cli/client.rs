//! Talking to a running node.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::blocking::{RequestBuilder, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Connection, Exit};
use crate::config::settings::{self, Settings};
use crate::config::{self, Token};
use crate::wire::Problem;

/// How long one call may take. A FORGET of very much, or a loaded node, may need a while.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A client of one node.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::blocking::Client,
    url: String,
    token: Option<Token>,
}

/// What a node answered.
#[derive(Debug)]
pub(super) struct Answer<T> {
    /// As this program reads it.
    pub(super) value: T,
    /// As the node sent it, for `--json`: it also has the fields that only a newer node knows.
    pub(super) sent: Value,
}

impl<T: DeserializeOwned> Answer<T> {
    fn of(sent: Value) -> Result<Self, String> {
        let value = T::deserialize(&sent)
            .map_err(|error| format!("the node has a different version than this program: {error}"))?;
        Ok(Self { value, sent })
    }
}

impl Client {
    /// A client of the node that `connection` names.
    pub(super) fn new(connection: &Connection) -> Result<Self, Exit> {
        // Fails only when a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings =
            Settings::from_environment().with(&settings::API_TOKEN_FILE, connection.api_token_file.clone());
        let url = match &connection.url {
            Some(url) if !url.trim().is_empty() => url.trim().trim_end_matches('/').to_owned(),
            _ => local_url(&settings),
        };
        let mut http = reqwest::blocking::Client::builder()
            .timeout(TIMEOUT)
            .user_agent(concat!("kolibri/", env!("CARGO_PKG_VERSION")));
        if is_on_this_machine(&url) {
            // The proxy of the environment is on the way to other machines.
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| format!("cannot create an HTTP client: {error}"))?;
        Ok(Self { http, url, token: config::token(&settings)? })
    }

    /// The node's address.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.authorised(self.http.get(format!("{}{path}", self.url)))
    }

    pub(super) fn post(&self, path: &str) -> RequestBuilder {
        self.authorised(self.http.post(format!("{}{path}", self.url)))
    }

    pub(super) fn put(&self, path: &str) -> RequestBuilder {
        self.authorised(self.http.put(format!("{}{path}", self.url)))
    }

    /// Whether anything answers at the node's address.
    pub(super) fn is_running(&self) -> bool {
        match self.http.get(format!("{}/livez", self.url)).send() {
            Ok(_) => true,
            Err(error) => !error.is_connect(),
        }
    }

    pub(super) fn delete(&self, path: &str) -> RequestBuilder {
        self.authorised(self.http.delete(format!("{}{path}", self.url)))
    }

    fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.token {
            Some(token) => request.bearer_auth(token.reveal()),
            None => request,
        }
    }

    /// Sends a request, and says plainly when no node answers.
    pub(super) fn send(&self, request: RequestBuilder) -> Result<Response, Exit> {
        request.send().map_err(|error| {
            let url = &self.url;
            Exit::Failed(if error.is_connect() {
                format!("no node is running at {url}; start one with `kolibri serve`, or set KOLIBRI_URL to its address")
            } else if error.is_timeout() {
                format!("the node at {url} did not answer within {} seconds", TIMEOUT.as_secs())
            } else if error.is_builder() {
                format!("`{url}` is not a node address; write it like http://127.0.0.1:8080")
            } else {
                format!("the request to the node at {url} failed: {}", with_causes(&error))
            })
        })
    }

    /// Sends a request whose answer is JSON; the outer error is no answer, the inner one a problem the node reports.
    pub(super) fn answer<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<Result<Answer<T>, Problem>, Exit> {
        let response = self.send(request)?;
        let status = response.status();
        let body = response.bytes().map_err(|error| format!("the response was cut off: {error}"))?;
        if !status.is_success() {
            return Ok(Err(self.problem(status, &body)?));
        }
        let sent = serde_json::from_slice(&body).map_err(|_| self.not_a_node(status))?;
        Ok(Ok(Answer::of(sent)?))
    }

    /// Checks that the node took a request; its answer is still to be read.
    pub(super) fn accepted(&self, response: Response) -> Result<Response, Exit> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = response.bytes().map_err(|error| format!("the response was cut off: {error}"))?;
        Err(Exit::Failed(self.problem(status, &body)?.to_string()))
    }

    /// What the node reports, in the words of this program's user.
    fn problem(&self, status: StatusCode, body: &[u8]) -> Result<Problem, Exit> {
        let mut problem: Problem = serde_json::from_slice(body).map_err(|_| self.not_a_node(status))?;
        problem.status = status.as_u16();
        if status == StatusCode::UNAUTHORIZED {
            let what = if self.token.is_some() { "does not accept this token" } else { "requires a token" };
            problem.detail =
                format!("the node at {} {what}; set KOLIBRI_API_TOKEN or KOLIBRI_API_TOKEN_FILE", self.url);
        }
        Ok(problem)
    }

    fn not_a_node(&self, status: StatusCode) -> Exit {
        Exit::Failed(format!("the server at {} is not a Kolibri node (HTTP status {status})", self.url))
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// Where a node with these settings listens, seen from the same machine.
fn local_url(settings: &Settings) -> String {
    let host = settings.get(&settings::HTTP_HOST).unwrap_or(settings::HTTP_HOST.default);
    let port = settings.get(&settings::HTTP_PORT).unwrap_or(settings::HTTP_PORT.default);
    let host = match host.parse::<std::net::IpAddr>() {
        Ok(address) if address.is_unspecified() => "127.0.0.1".to_owned(),
        Ok(std::net::IpAddr::V6(address)) => format!("[{address}]"),
        _ => host.to_owned(),
    };
    format!("http://{host}:{port}")
}

fn is_on_this_machine(url: &str) -> bool {
    let host = reqwest::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.is_some_and(|host| {
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wire::TeachResponse;

    #[test]
    fn an_answer_keeps_what_only_a_newer_node_knows() {
        let sent = json!({ "receipt": "r", "block": { "index": 7, "hash": "ab", "at": 1 } });
        let answer = Answer::<TeachResponse>::of(sent).unwrap();
        assert_eq!((answer.value.block.index, answer.value.block.hash.as_str()), (7, "ab"));
        assert_eq!(answer.sent.to_string(), r#"{"block":{"at":1,"hash":"ab","index":7},"receipt":"r"}"#);
    }

    #[test]
    fn an_answer_of_another_shape_is_refused() {
        let problem = Answer::<TeachResponse>::of(json!({ "taught": 7 })).unwrap_err();
        assert_eq!(problem, "the node has a different version than this program: missing field `block`");
    }

    #[test]
    fn loopback_addresses_are_on_this_machine() {
        for url in ["http://127.0.0.1:8080", "http://localhost", "https://[::1]:8080/kolibri"] {
            assert!(is_on_this_machine(url), "{url}");
        }
        for url in
            ["http://localhost.example:8080", "http://10.0.0.1", "http://[2001:db8::1]", "127.0.0.1:8080"]
        {
            assert!(!is_on_this_machine(url), "{url}");
        }
    }

    #[test]
    fn the_local_node_is_found_where_its_settings_put_it() {
        assert_eq!(local_url(&Settings::default()), "http://127.0.0.1:8080");
        let everywhere = Settings::of([("KOLIBRI_HTTP_HOST", "0.0.0.0"), ("KOLIBRI_HTTP_PORT", "9000")]);
        assert_eq!(local_url(&everywhere), "http://127.0.0.1:9000");
        assert_eq!(local_url(&Settings::of([("KOLIBRI_HTTP_HOST", "::1")])), "http://[::1]:8080");
    }
}
