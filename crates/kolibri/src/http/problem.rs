//! Makes problem documents (RFC 9457). This is the one place where errors become statuses.

use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use kolibri_core::background::NotStarted;
use kolibri_core::store::CopyError;
use kolibri_core::trace::TraceId;
use kolibri_core::{CommandError, ErrorKind};
use kolibri_soak::StartError;

use crate::wire::Problem;

impl Problem {
    pub(crate) fn new(status: StatusCode, kind: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: urn(kind),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            trace_id: None,
        }
    }

    /// The document of a command that was refused or failed.
    pub(crate) fn of(error: &CommandError, trace_id: TraceId) -> Self {
        let (status, title) = match error {
            CommandError::Text { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "The text is not accepted"),
            CommandError::NotTaught => (StatusCode::NOT_FOUND, "This stimulus is not taught"),
            CommandError::UnknownCommand => (StatusCode::UNPROCESSABLE_ENTITY, "No such command"),
            CommandError::QueueFull => (StatusCode::SERVICE_UNAVAILABLE, "The node is overloaded"),
            CommandError::StoreBusy(_) => (StatusCode::SERVICE_UNAVAILABLE, "The store is busy"),
            CommandError::StoreFailed { .. } => (StatusCode::SERVICE_UNAVAILABLE, "The store has failed"),
            CommandError::Unreadable(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "The stored knowledge cannot be read")
            }
            CommandError::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "The node is stopping"),
        };
        let trace_id = Some(trace_id.to_string());
        Self { trace_id, ..Self::new(status, error.kind().name(), title, error.to_string()) }
    }

    /// A read that failed.
    pub(crate) fn of_read(error: &CommandError) -> Self {
        Self { trace_id: None, ..Self::of(error, TraceId::random()) }
    }

    /// A verification that was not started.
    pub(super) fn of_verification(error: NotStarted) -> Self {
        match error {
            NotStarted::Running => Self::new(
                StatusCode::CONFLICT,
                "verification_running",
                "A verification is already running",
                "a verification is already running; GET shows its progress, DELETE stops it",
            ),
            NotStarted::Stopping => Self::of_read(&CommandError::Stopping),
            NotStarted::NoThread(_) => Self::internal(error),
        }
    }

    /// A copy of the genome that was not made.
    pub(super) fn of_copy(error: &CopyError) -> Self {
        let (status, kind, title) = match error {
            CopyError::Running => (StatusCode::CONFLICT, "backup_running", "Another backup is being made"),
            CopyError::NoRoom { .. } => {
                (StatusCode::INSUFFICIENT_STORAGE, "backup_too_large", "The backup would not fit on the disk")
            }
            CopyError::Stopping => return Self::of_read(&CommandError::Stopping),
            CopyError::Sqlite(_) | CopyError::Io { .. } | CopyError::Open(_) | CopyError::Broken => {
                tracing::error!(%error, "the genome could not be copied");
                (StatusCode::INTERNAL_SERVER_ERROR, "backup_failed", "The genome cannot be copied")
            }
        };
        Self::new(status, kind, title, error.to_string())
    }

    /// A drill that was not started.
    pub(super) fn of_soak(error: StartError) -> Self {
        let (status, kind, title) = match &error {
            StartError::Parameters(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "soak_parameters", "The drill's parameters are not valid")
            }
            StartError::Busy { .. } => (StatusCode::CONFLICT, "soak_running", "Another drill is running"),
            StartError::NoRoom { .. } => {
                (StatusCode::INSUFFICIENT_STORAGE, "soak_too_large", "The drill would not fit on the disk")
            }
            StartError::Job(NotStarted::Stopping) => return Self::of_read(&CommandError::Stopping),
            StartError::History(_) | StartError::System(_) | StartError::Job(_) => {
                return Self::internal(error);
            }
        };
        Self::new(status, kind, title, error.to_string())
    }

    /// A thread that should have answered did not.
    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed with an internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Internal error",
            "see the node's log for the cause, and please report it",
        )
    }

    /// Whether trying again in a moment may help.
    fn is_temporary(&self) -> bool {
        [ErrorKind::QueueFull, ErrorKind::StoreBusy, ErrorKind::Stopping]
            .iter()
            .any(|kind| self.kind == urn(kind.name()))
    }
}

fn urn(kind: &str) -> String {
    format!("urn:kolibri:problem:{kind}")
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (retry, unauthorized) = (self.is_temporary(), status == StatusCode::UNAUTHORIZED);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// The answer to an unknown path.
pub(super) async fn no_such_path(uri: Uri) -> Problem {
    let detail = format!("there is nothing at {}; /api/v1/openapi.json lists every path", uri.path());
    Problem::new(StatusCode::NOT_FOUND, "no_such_path", "No such path", detail)
}

/// The answer to a method that a path does not take.
pub(super) async fn no_such_method(method: Method, uri: Uri) -> Problem {
    let detail =
        format!("{} does not accept {method}; /api/v1/openapi.json lists the methods it accepts", uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "no_such_method", "The method is not allowed", detail)
}
