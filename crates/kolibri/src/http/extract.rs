//! Reading requests within their limits. What does not get past here never becomes a command.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, header};
use futures_util::StreamExt;
use kolibri_core::Context;
use kolibri_core::caller::{AddressClass, Caller};
use kolibri_core::trace::{Parent, TraceId};
use serde::de::DeserializeOwned;

use super::App;
use super::listener::Peer;
use crate::wire::limits::{MAX_BODY, MAX_FILE};
use crate::wire::{Problem, ProblemKind};

/// How much of a body that is too large is read, and dropped, before it is refused: a caller that is cut off while it
/// still sends may never see the answer.
const MAX_PASSED_OVER: usize = 64 * MAX_BODY;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a file may take to arrive.
const FILE_TIMEOUT: Duration = Duration::from_secs(300);
/// The name of the one token there is (`KOLIBRI_API_TOKEN`).
const API_TOKEN: &str = "api token";

/// A JSON body. Only `application/json` is taken: a browser then asks before it lets another site's page send one.
pub(super) struct JsonBody<T>(pub(super) T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        require_type(request.headers(), &["application/json"])?;
        parse(&read(request.into_body(), MAX_BODY, BODY_TIMEOUT).await?).map(Self)
    }
}

/// A whole file.
pub(super) async fn file(body: Body) -> Result<Vec<u8>, Problem> {
    read(body, MAX_FILE, FILE_TIMEOUT).await
}

async fn read(body: Body, most: usize, patience: Duration) -> Result<Vec<u8>, Problem> {
    tokio::time::timeout(patience, read_all(body, most)).await.unwrap_or_else(|_| {
        let detail = format!("a body must arrive within {} seconds", patience.as_secs());
        Err(Problem::new(ProblemKind::BodyTooSlow, detail))
    })
}

async fn read_all(body: Body, most: usize) -> Result<Vec<u8>, Problem> {
    let mut chunks = body.into_data_stream();
    let (mut bytes, mut seen) = (Vec::new(), 0);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| {
            let detail = "it was cut off, or its encoding is wrong; nothing was done";
            Problem::new(ProblemKind::BodyBroken, detail)
        })?;
        seen += chunk.len();
        if seen <= most {
            bytes.extend_from_slice(&chunk);
        } else if seen > most + MAX_PASSED_OVER {
            break;
        }
    }
    if seen <= most {
        return Ok(bytes);
    }
    let detail =
        format!("this body may be at most {most} bytes long; teach:batch accepts streams of any length");
    Err(Problem::new(ProblemKind::BodyTooLarge, detail))
}

/// Reads a JSON object. An array of the fields' values, which serde would take as well, is nothing we promise.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if !bytes.trim_ascii_start().starts_with(b"{") {
        let found = if bytes.trim_ascii().is_empty() { "nothing" } else { "something else" };
        return Err(bad_json(format!(
            "expected a JSON object such as {{\"stimulus\": \"...\"}}, but got {found}"
        )));
    }
    serde_json::from_slice(bytes).map_err(bad_json)
}

/// What is wrong with a body that is no JSON, or not of the right shape.
pub(super) fn bad_json(problem: impl std::fmt::Display) -> Problem {
    Problem::new(ProblemKind::BadJson, problem.to_string())
}

/// Refuses a body of another content type.
pub(super) fn require_type(headers: &HeaderMap, types: &[&str]) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if types.iter().any(|accepted| essence.eq_ignore_ascii_case(accepted)) {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::ContentType,
        format!("send the header `Content-Type: {}`", types.join("` or `")),
    ))
}

/// What a command's trace says of its request: the trace id and the parent, which are the caller's if it sent a valid
/// `traceparent`, or a new id; and who the caller is.
#[derive(Clone)]
pub(super) struct Traced {
    pub(super) id: TraceId,
    pub(super) parent: Option<Parent>,
    pub(super) caller: Option<Caller>,
}

impl From<Traced> for Context {
    fn from(Traced { id, parent, caller }: Traced) -> Self {
        Self::from(id).child_of(parent).sent_by(caller)
    }
}

impl FromRequestParts<App> for Traced {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let sent = parts.headers.get("traceparent").and_then(|value| value.to_str().ok());
        let (id, parent) = sent.and_then(Parent::read).unzip();
        let id = id.unwrap_or_else(TraceId::random);
        Ok(Self { id, parent, caller: caller(app, &parts.extensions) })
    }
}

/// Who sent a request that the guard let through; `None` if it came over no connection.
pub(super) fn caller(app: &App, of_request: &Extensions) -> Option<Caller> {
    let Peer(address) = of_request.get()?;
    let token = app.guard.needs_token().then_some(Cow::Borrowed(API_TOKEN));
    Some(Caller { address: AddressClass::of(*address), token })
}

/// A query string, with a problem document when it cannot be read.
pub(super) struct Query<T>(pub(super) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri).map(|axum::extract::Query(query)| Self(query)).map_err(
            |error| {
                let said = error.body_text();
                bad_query(said.strip_prefix("Failed to deserialize query string: ").unwrap_or(&said))
            },
        )
    }
}

/// What is wrong with a query string.
pub(super) fn bad_query(detail: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::BadQuery, detail.into())
}

/// Refuses to return none, or more than `most`.
pub(super) fn check_limit(limit: usize, most: usize) -> Result<(), Problem> {
    match (1..=most).contains(&limit) {
        true => Ok(()),
        false => Err(bad_query(format!("limit is {limit}; it must be from 1 to {most}"))),
    }
}

/// The parameter of a path, with a problem document when it is no text.
pub(super) struct Parameter(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Parameter {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Path::from_request_parts(parts, state)
            .await
            .map(|Path(text)| Self(text))
            .map_err(|error| Problem::new(ProblemKind::BadPath, error.body_text()))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::response::IntoResponse;
    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn a_body_that_never_ends_is_given_up() {
        let begun = stream::iter([Ok::<_, std::io::Error>("{")]).chain(stream::pending());
        let problem = read(Body::from_stream(begun), MAX_BODY, Duration::from_millis(1)).await.unwrap_err();
        assert_eq!(problem.into_response().status(), StatusCode::REQUEST_TIMEOUT);
    }
}
