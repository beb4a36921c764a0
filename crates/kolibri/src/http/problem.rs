//! Makes problem documents (RFC 9457). This is the one place where errors become kinds of problems, each of which has a status.

use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use kolibri_core::CommandError;
use kolibri_core::background::NotStarted;
use kolibri_core::store::CopyError;
use kolibri_core::trace::TraceId;
use kolibri_soak::StartError;

use crate::wire::{Problem, ProblemKind};

impl Problem {
    pub(crate) fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            kind: kind.urn(),
            title: kind.title().to_owned(),
            status: kind.status().as_u16(),
            detail: detail.into(),
            trace_id: None,
        }
    }

    /// The document of a command that was refused or failed.
    pub(crate) fn of(error: &CommandError, trace_id: TraceId) -> Self {
        Self { trace_id: Some(trace_id.to_string()), ..Self::of_read(error) }
    }

    /// A read that failed.
    pub(crate) fn of_read(error: &CommandError) -> Self {
        Self::new(error.kind().into(), error.to_string())
    }

    /// A verification that was not started.
    pub(super) fn of_verification(error: NotStarted) -> Self {
        match error {
            NotStarted::Running => Self::new(
                ProblemKind::VerificationRunning,
                "a verification is already running; GET shows its progress, DELETE stops it",
            ),
            NotStarted::Stopping => Self::of_read(&CommandError::Stopping),
            NotStarted::NoThread(_) => Self::internal(error),
        }
    }

    /// A copy of the genome that was not made.
    pub(super) fn of_copy(error: &CopyError) -> Self {
        let kind = match error {
            CopyError::Running => ProblemKind::BackupRunning,
            CopyError::NoRoom { .. } => ProblemKind::BackupTooLarge,
            CopyError::Stopping => return Self::of_read(&CommandError::Stopping),
            CopyError::Sqlite(_) | CopyError::Io { .. } | CopyError::Open(_) | CopyError::Broken => {
                tracing::error!(%error, "the genome could not be copied");
                ProblemKind::BackupFailed
            }
        };
        Self::new(kind, error.to_string())
    }

    /// A drill that was not started.
    pub(super) fn of_soak(error: StartError) -> Self {
        let kind = match &error {
            StartError::Parameters(_) => ProblemKind::SoakParameters,
            StartError::Busy { .. } => ProblemKind::SoakRunning,
            StartError::NoRoom { .. } => ProblemKind::SoakTooLarge,
            StartError::Job(NotStarted::Stopping) => return Self::of_read(&CommandError::Stopping),
            StartError::History(_) | StartError::System(_) | StartError::Job(_) => {
                return Self::internal(error);
            }
        };
        Self::new(kind, error.to_string())
    }

    /// A thread that should have answered did not.
    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed with an internal error");
        Self::new(ProblemKind::Internal, "see the node's log for the cause, and please report it")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = ProblemKind::of_urn(&self.kind);
        let retry = kind.is_some_and(ProblemKind::is_temporary);
        let unauthorized = kind == Some(ProblemKind::Unauthorized);
        let mut response = (status, Json(self)).into_response();
        if let Some(kind) = kind {
            response.extensions_mut().insert(kind);
        }
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
    Problem::new(ProblemKind::NoSuchPath, detail)
}

/// The answer to a method that a path does not take.
pub(super) async fn no_such_method(method: Method, uri: Uri) -> Problem {
    let detail =
        format!("{} does not accept {method}; /api/v1/openapi.json lists the methods it accepts", uri.path());
    Problem::new(ProblemKind::NoSuchMethod, detail)
}
