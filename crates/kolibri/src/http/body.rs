//! Reading requests within their limits. What does not get past here never becomes a command.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use kolibri_core::trace::TraceId;
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// The longest body of one command, and the longest line of a batch, in bytes.
pub(crate) const MAX_BODY: usize = 128 * 1024;
/// How long a body of that size may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// A JSON body. Only `application/json` is taken: a browser then asks before it lets another site's page send one.
pub(super) struct JsonBody<T>(pub(super) T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        require_type(request.headers(), &["application/json"])?;
        let bytes = read(request.into_body()).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| bad_json(&error))
    }
}

async fn read(body: Body) -> Result<axum::body::Bytes, Problem> {
    let too_large = || {
        let detail =
            format!("a body holds at most {MAX_BODY} bytes; teach:batch takes streams of any length");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large", detail)
    };
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(too_large()),
        Err(_) => Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "body_too_slow",
            "The body took too long",
            format!("a body must arrive within {} seconds", BODY_TIMEOUT.as_secs()),
        )),
    }
}

/// What is wrong with a body that is no JSON, or not of the right shape.
pub(super) fn bad_json(error: &serde_json::Error) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad_json", "The JSON cannot be read", error.to_string())
}

/// Refuses a body of another content type.
pub(super) fn require_type(headers: &HeaderMap, types: &[&str]) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if types.iter().any(|accepted| essence.eq_ignore_ascii_case(accepted)) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "content_type",
        "The content type is not taken here",
        format!("send the header `Content-Type: {}`", types.join("` or `")),
    ))
}

/// The trace id of a request: the caller's, if it sent a valid `traceparent`, or a new one.
#[derive(Clone, Copy)]
pub(super) struct Traced(pub(super) TraceId);

impl<S: Sync> FromRequestParts<S> for Traced {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let sent = parts.headers.get("traceparent").and_then(|value| value.to_str().ok());
        Ok(Self(sent.and_then(TraceId::from_traceparent).unwrap_or_else(TraceId::random)))
    }
}

/// A query string, with a problem document when it cannot be read.
pub(super) struct Query<T>(pub(super) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri).map(|axum::extract::Query(query)| Self(query)).map_err(
            |error| {
                Problem::new(
                    StatusCode::BAD_REQUEST,
                    "bad_query",
                    "The query cannot be read",
                    error.body_text(),
                )
            },
        )
    }
}
