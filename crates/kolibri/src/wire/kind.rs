//! Every kind of problem that the API tells: its name, its status and its title, each declared once. What an operation may
//! answer is put together from these (`http/document`).

use axum::http::StatusCode;
use kolibri_core::ErrorKind;
use serde::{Serialize, Serializer};
use utoipa::openapi::{Object, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// What every name is preceded by, in `type`.
const PREFIX: &str = "urn:kolibri:problem:";

macro_rules! kinds {
    ($($kind:ident = $status:ident $name:literal: $title:literal;)*) => {
        /// A kind of problem, from a closed set.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum ProblemKind {
            $($kind,)*
        }

        impl ProblemKind {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$kind,)*];

            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }

            pub(crate) const fn status(self) -> StatusCode {
                match self {
                    $(Self::$kind => StatusCode::$status,)*
                }
            }

            /// The kind in words.
            pub(crate) const fn title(self) -> &'static str {
                match self {
                    $(Self::$kind => $title,)*
                }
            }
        }
    };
}

kinds! {
    BadFraming = BAD_REQUEST "bad_framing": "The length of the body is not clear";
    BadIndex = BAD_REQUEST "bad_index": "This is not a block index";
    BadJson = BAD_REQUEST "bad_json": "The JSON cannot be read";
    BadPath = BAD_REQUEST "bad_path": "The path cannot be read";
    BadQuery = BAD_REQUEST "bad_query": "The query cannot be read";
    BadTraceId = BAD_REQUEST "bad_trace_id": "This is not a trace id";
    BodyBroken = BAD_REQUEST "body_broken": "The body is incomplete";
    Unauthorized = UNAUTHORIZED "unauthorized": "A token is required";
    OtherSite = FORBIDDEN "other_site": "A page of another site may not do this";
    NoSuchBlock = NOT_FOUND "no_such_block": "No such block";
    NoSuchPath = NOT_FOUND "no_such_path": "No such path";
    NoSuchSoak = NOT_FOUND "no_such_soak": "No such drill";
    NoSuchTrace = NOT_FOUND "no_such_trace": "No such trace";
    NotTaught = NOT_FOUND "not_taught": "This stimulus is not taught";
    NoVerification = NOT_FOUND "no_verification": "No verification is running";
    NoSuchMethod = METHOD_NOT_ALLOWED "no_such_method": "The method is not allowed";
    BodyTooSlow = REQUEST_TIMEOUT "body_too_slow": "The body took too long";
    LineTooSlow = REQUEST_TIMEOUT "line_too_slow": "The batch was left open";
    BackupRunning = CONFLICT "backup_running": "Another backup is being made";
    ChangedMeanwhile = CONFLICT "changed_meanwhile": "This was changed meanwhile";
    NotOurBackup = CONFLICT "not_our_backup": "This is no backup of ours";
    SoakEnded = CONFLICT "soak_ended": "The drill has ended";
    SoakRunning = CONFLICT "soak_running": "Another drill is running";
    VerificationRunning = CONFLICT "verification_running": "A verification is already running";
    BodyTooLarge = PAYLOAD_TOO_LARGE "body_too_large": "The body is too large";
    LineTooLong = PAYLOAD_TOO_LARGE "line_too_long": "The line is too long";
    ContentEncoding = UNSUPPORTED_MEDIA_TYPE "content_encoding": "The body is compressed";
    ContentType = UNSUPPORTED_MEDIA_TYPE "content_type": "The content type is not supported";
    UnknownHost = MISDIRECTED_REQUEST "unknown_host": "This host name is not served here";
    InvalidText = UNPROCESSABLE_ENTITY "invalid_text": "The text is not accepted";
    SoakParameters = UNPROCESSABLE_ENTITY "soak_parameters": "The drill's parameters are not valid";
    UnreadableFile = UNPROCESSABLE_ENTITY "unreadable_file": "The file cannot be read";
    UnknownCommand = UNPROCESSABLE_ENTITY "unknown_command": "No such command";
    BackupFailed = INTERNAL_SERVER_ERROR "backup_failed": "The genome cannot be copied";
    Internal = INTERNAL_SERVER_ERROR "internal": "Internal error";
    Unreadable = INTERNAL_SERVER_ERROR "unreadable": "The stored knowledge cannot be read";
    Busy = SERVICE_UNAVAILABLE "busy": "The node serves as many as it can";
    NotReady = SERVICE_UNAVAILABLE "not_ready": "The node is not ready";
    QueueFull = SERVICE_UNAVAILABLE "queue_full": "The node is overloaded";
    Stopping = SERVICE_UNAVAILABLE "stopping": "The node is stopping";
    StoreBusy = SERVICE_UNAVAILABLE "store_busy": "The store is busy";
    StoreFailed = SERVICE_UNAVAILABLE "store_failed": "The store has failed";
    BackupTooLarge = INSUFFICIENT_STORAGE "backup_too_large": "The backup would not fit on the disk";
    SoakTooLarge = INSUFFICIENT_STORAGE "soak_too_large": "The drill would not fit on the disk";
}

impl ProblemKind {
    /// The kind as a `type`.
    pub(crate) fn urn(self) -> String {
        format!("{PREFIX}{}", self.name())
    }

    /// The kind of a `type`; `None` if it is none of ours.
    pub(crate) fn of_urn(urn: &str) -> Option<Self> {
        let name = urn.strip_prefix(PREFIX)?;
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Whether trying again in a moment may help.
    pub(crate) const fn is_temporary(self) -> bool {
        matches!(self, Self::Busy | Self::QueueFull | Self::StoreBusy | Self::Stopping)
    }
}

impl From<ErrorKind> for ProblemKind {
    fn from(error: ErrorKind) -> Self {
        match error {
            ErrorKind::InvalidText => Self::InvalidText,
            ErrorKind::NotTaught => Self::NotTaught,
            ErrorKind::ChangedMeanwhile => Self::ChangedMeanwhile,
            ErrorKind::UnknownCommand => Self::UnknownCommand,
            ErrorKind::QueueFull => Self::QueueFull,
            ErrorKind::StoreBusy => Self::StoreBusy,
            ErrorKind::StoreFailed => Self::StoreFailed,
            ErrorKind::Unreadable => Self::Unreadable,
            ErrorKind::Stopping => Self::Stopping,
        }
    }
}

impl Serialize for ProblemKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl PartialSchema for ProblemKind {
    fn schema() -> RefOr<Schema> {
        let urns = Self::ALL.iter().map(|kind| kind.urn());
        Object::builder().schema_type(Type::String).enum_values(Some(urns)).into()
    }
}

impl ToSchema for ProblemKind {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_found_by_its_urn_and_by_no_other() {
        for kind in ProblemKind::ALL {
            assert_eq!(ProblemKind::of_urn(&kind.urn()), Some(*kind));
        }
        for other in ["", "bad_json", "urn:kolibri:problem:", "urn:kolibri:problem:no_such_kind"] {
            assert_eq!(ProblemKind::of_urn(other), None, "{other}");
        }
    }

    #[test]
    fn a_failed_command_has_the_same_name_in_a_trace_and_in_a_problem_document() {
        for kind in
            ["not_taught", "changed_meanwhile", "queue_full", "store_failed", "unreadable", "stopping"]
        {
            let error: ErrorKind = serde_json::from_value(kind.into()).unwrap();
            assert_eq!(ProblemKind::from(error).name(), kind);
        }
    }
}
